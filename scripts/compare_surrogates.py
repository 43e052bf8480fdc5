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

shapes, kernels, errors, summary = [], [], [], []
for normalize, descriptions in settings["architectures"].items():
    architectures = {name: build.architecture(description) for name, description in descriptions.items()}
    shapes.append(comparison.shapes(architectures).assign(normalize=normalize))
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
    summary.append(comparison.summary(learned, confidence=settings["confidence"]).assign(normalize=normalize))
for name, tables in {"shapes": shapes, "kernels": kernels, "errors": errors, "summary": summary}.items():
    job.write(pd.concat(tables, ignore_index=True), name)
