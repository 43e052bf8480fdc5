"""The grid of inputs on the circle, with the target function."""

from typing import TYPE_CHECKING

import job
import pandas as pd

from sgntk import datasets

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

data = snakemake.params.data
alpha = datasets.grid_angles(data["grid_points"])
x = datasets.circle(alpha)
grid = pd.DataFrame(
    {
        "point": range(len(alpha)),
        "alpha": alpha,
        "x1": x[:, 0],
        "x2": x[:, 1],
        "target": datasets.polynomial(x, data["target"]),
    }
)
files.write(grid, snakemake.output[0])
