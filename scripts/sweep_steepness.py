"""Kernels of ever steeper activations, and the regression with them."""

from typing import TYPE_CHECKING

from replication import build, steepness
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
grid, training_set = job.read("grid"), job.read("training_set")
table = steepness.sweep(
    build.surrogate(settings["surrogate"]),
    steepness=settings["m"],
    hidden_layers=settings["hidden_layers"],
    sigma_w=settings["sigma_w"],
    sigma_b=settings["sigma_b"],
    x=grid[["x1", "x2"]].to_numpy(),
    reference=settings["reference_point"],
    x_train=training_set[["x1", "x2"]].to_numpy(),
    y_train=training_set["y"].to_numpy(),
)
job.write(table)
