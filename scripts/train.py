"""Trains one batch of networks, and records each at the configured steps."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import sgntk
from replication import build, gpu, inputs, recording
from replication.job import start
from replication.progress import Progress

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings, steps = job.settings, job.settings["steps"]
first, last = job.made_from["first"], job.made_from["last"]
if settings["device"] == "gpu":
    gpu.use(job.options["jobs_per_gpu"])

arch = build.architecture(settings["architecture"])
grid = inputs.of(job.read("grid"), settings["encoding"])
training_set = job.read("training_set")
if settings["record"] == "outputs":
    record = recording.outputs(arch, grid)
else:
    record = recording.kernel_column(arch, grid, settings["reference_point"])

ensemble = f"{snakemake.wildcards.experiment}, {settings['activation']}, width {settings['width']}"
try:
    run = sgntk.train_ensemble(
        arch,
        sgntk.split_keys(settings["seed"], settings["networks"])[first : last + 1],
        inputs.of(training_set, settings["encoding"]),
        training_set["y"].to_numpy(),
        width=settings["width"],
        learning_rate=settings["learning_rate"],
        steps=steps[-1],
        record=record,
        record_at=steps,
        vectorize=settings["vectorize"],
        largest_loss=job.options["largest_loss"],
        progress=Progress(f"{ensemble}, networks {first} to {last}", steps[-1]),
    )
except sgntk.TrainingError as error:
    error.add_note(f"It is network {first + error.network} of {ensemble}")
    raise
axes = [run.recorded_steps, range(first, last + 1), range(len(grid))]
index = pd.MultiIndex.from_product(axes, names=["step", "network", "point"])
job.write(pd.DataFrame({"value": np.ravel(run.records)}, index=index).reset_index())
