"""The grid of inputs on the circle, with the target function."""

from typing import TYPE_CHECKING

import pandas as pd

from replication import datasets
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
alpha = datasets.grid_angles(settings["grid_points"])
x = datasets.circle(alpha)
grid = pd.DataFrame(
    {
        "point": range(len(alpha)),
        "alpha": alpha,
        "x1": x[:, 0],
        "x2": x[:, 1],
        "target": datasets.polynomial(x, settings["target"]),
    }
)
job.write(grid)
