"""A training set: angles, inputs and targets."""

from typing import TYPE_CHECKING

import pandas as pd

from replication import datasets
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
if settings["source"] == "grid":
    chosen = datasets.grid_subset(settings["seed"], settings["points"], settings["grid_points"])
    alpha = datasets.grid_angles(settings["grid_points"])[chosen]
else:
    alpha = datasets.uniform_angles(settings["seed"], settings["points"])
x = datasets.circle(alpha)
training_set = pd.DataFrame(
    {
        "sample": range(len(alpha)),
        "alpha": alpha,
        "x1": x[:, 0],
        "x2": x[:, 1],
        "y": datasets.polynomial(x, settings["target"]),
    }
)
job.write(training_set)
