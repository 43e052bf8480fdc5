"""SG-NTKs of many surrogates, of equal peak and of equal area, and the errors of what is learned with them."""

from typing import TYPE_CHECKING

import pandas as pd

from replication import build, comparison, datasets
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
grid = job.read("grid")
x, y = grid[["x1", "x2"]].to_numpy(), grid["target"].to_numpy()
training_sets = datasets.grid_subsets(settings["seed"], settings["training_sets"], settings["points"], len(grid))

kernels, errors = [], []
for normalize, descriptions in settings["architectures"].items():
    architectures = {name: build.architecture(description) for name, description in descriptions.items()}
    values = comparison.kernels(architectures, x, settings["reference_point"])
    kernels.append(values.merge(grid[["point", "alpha"]], on="point").assign(normalize=normalize))
    learned = comparison.generalization_errors(
        architectures,
        x,
        y,
        training_sets=training_sets,
        steps=[*settings["steps"], None],
        learning_rate=settings["learning_rate"],
    )
    errors.append(learned.assign(normalize=normalize))
job.write(pd.concat(kernels, ignore_index=True), "kernels")
job.write(pd.concat(errors, ignore_index=True), "errors")
