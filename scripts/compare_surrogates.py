"""SG-NTKs of many surrogates, of equal peak and of equal area, and the errors of what is learned with them."""

from typing import TYPE_CHECKING

import job
import pandas as pd

from sgntk import comparison, config, datasets

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

experiment = snakemake.params.experiment
grid = files.read(snakemake.input.grid)
x, y = grid[["x1", "x2"]].to_numpy(), grid["target"].to_numpy()
training_sets = datasets.grid_subsets(experiment["seed"], experiment["training_sets"], experiment["points"], len(grid))

kernels, errors = [], []
for normalize, descriptions in experiment["architectures"].items():
    architectures = {name: config.build_architecture(description) for name, description in descriptions.items()}
    values = comparison.kernels(architectures, x, experiment["reference_point"])
    kernels.append(values.merge(grid[["point", "alpha"]], on="point").assign(normalize=normalize))
    learned = comparison.generalization_errors(
        architectures,
        x,
        y,
        training_sets=training_sets,
        steps=[*experiment["steps"], None],
        learning_rate=experiment["learning_rate"],
    )
    errors.append(learned.assign(normalize=normalize))
files.write(pd.concat(kernels, ignore_index=True), snakemake.output.kernels)
files.write(pd.concat(errors, ignore_index=True), snakemake.output.errors)
