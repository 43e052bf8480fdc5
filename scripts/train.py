"""Trains one batch of networks, and records each at the configured steps."""

from typing import TYPE_CHECKING

import job
import numpy as np
import pandas as pd
from progress import Progress

import sgntk
from sgntk import config, recording
from sgntk.training import DivergenceError

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

wildcards, params = snakemake.wildcards, snakemake.params
plan, steps = params.plan, params.steps
job.start(snakemake.log[0], plan.xla_flags, params.device)
files = job.Tables(snakemake.params.made_from)

first, last = int(wildcards.first), int(wildcards.last)
arch = config.build_architecture(params.architecture)

grid = files.read(snakemake.input.grid)[["x1", "x2"]].to_numpy()
training_set = files.read(snakemake.input.training_set)
if params.record == "outputs":
    record = recording.outputs(arch, grid)
else:
    record = recording.kernel_column(arch, grid, params.reference_point)

ensemble = f"{wildcards.experiment}, {wildcards.activation}, width {plan.width}"
try:
    run = sgntk.train_ensemble(
        arch,
        sgntk.split_keys(params.seed, params.networks)[first : last + 1],
        training_set[["x1", "x2"]].to_numpy(),
        training_set["y"].to_numpy(),
        width=plan.width,
        learning_rate=params.learning_rate,
        steps=steps[-1],
        record=record,
        record_at=steps,
        vectorize=plan.vectorize,
        largest_loss=params.largest_loss,
        progress=Progress(f"{ensemble}, networks {first} to {last}", steps[-1]),
    )
except DivergenceError as error:
    error.add_note(f"It is network {first + error.network} of {ensemble}")
    raise
axes = [run.recorded_steps, range(first, last + 1), range(len(grid))]
index = pd.MultiIndex.from_product(axes, names=["step", "network", "point"])
recorded = pd.DataFrame({"value": np.ravel(run.records)}, index=index).reset_index()
files.write(recorded, snakemake.output[0])
