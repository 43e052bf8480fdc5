"""Trains one batch of networks, and records each at the configured steps."""

from typing import TYPE_CHECKING

import job
import numpy as np
import pandas as pd
from progress import Progress

import sgntk
from sgntk import config, recording, tables

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])

wildcards, experiment = snakemake.wildcards, snakemake.params.experiment
first, last = int(wildcards.first), int(wildcards.last)
plan = experiment.plan(int(wildcards.width))
arch = config.build_architecture(snakemake.params.architecture)

grid = pd.read_parquet(snakemake.input.grid)[["x1", "x2"]].to_numpy()
training_set = pd.read_parquet(snakemake.input.training_set)
if experiment.record == "outputs":
    record = recording.outputs(arch, grid)
else:
    record = recording.kernel_column(arch, grid, snakemake.params.reference_point)

run = sgntk.train_ensemble(
    arch,
    sgntk.split_keys(snakemake.params.seed, experiment.networks)[first : last + 1],
    training_set[["x1", "x2"]].to_numpy(),
    training_set["y"].to_numpy(),
    width=plan.width,
    learning_rate=snakemake.params.learning_rate,
    steps=experiment.steps[-1],
    record=record,
    record_at=experiment.steps,
    vectorize=plan.vectorize,
    progress=Progress(
        f"{wildcards.experiment}, {wildcards.activation}, width {plan.width}, networks {first} to {last}",
        experiment.steps[-1],
    ),
)
axes = [run.recorded_steps, range(first, last + 1), range(len(grid))]
index = pd.MultiIndex.from_product(axes, names=["step", "network", "point"])
recorded = pd.DataFrame({"value": np.ravel(run.records)}, index=index).reset_index()
tables.write(recorded, snakemake.output[0])
