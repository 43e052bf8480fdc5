"""A training set: angles, inputs and targets."""

from typing import TYPE_CHECKING

import job
import pandas as pd

from sgntk import datasets

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

data = snakemake.params.data
spec = data["training_sets"][snakemake.wildcards.training_set]
if spec["source"] == "grid":
    chosen = datasets.grid_subset(spec["seed"], spec["points"], data["grid_points"])
    alpha = datasets.grid_angles(data["grid_points"])[chosen]
else:
    alpha = datasets.uniform_angles(spec["seed"], spec["points"])
x = datasets.circle(alpha)
training_set = pd.DataFrame(
    {
        "sample": range(len(alpha)),
        "alpha": alpha,
        "x1": x[:, 0],
        "x2": x[:, 1],
        "y": datasets.polynomial(x, data["target"]),
    }
)
files.write(training_set, snakemake.output[0])
