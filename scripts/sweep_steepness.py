"""Kernels of ever steeper activations, and the regression with them."""

from typing import TYPE_CHECKING

import job

from sgntk import config, steepness

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

params = snakemake.params
grid = files.read(snakemake.input.grid)
training_set = files.read(snakemake.input.training_set)
table = steepness.sweep(
    config.build_surrogate(params.surrogate),
    steepness=params.sweep["m"],
    hidden_layers=params.sweep["hidden_layers"],
    sigma_w=params.network["sigma_w"],
    sigma_b=params.network["sigma_b"],
    x=grid[["x1", "x2"]].to_numpy(),
    reference=params.reference_point,
    x_train=training_set[["x1", "x2"]].to_numpy(),
    y_train=training_set["y"].to_numpy(),
)
files.write(table, snakemake.output[0])
