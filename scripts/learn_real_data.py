"""Kernel regression and trained networks on one data set."""

from typing import TYPE_CHECKING

import sgntk
from replication import build, real_data
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
arch = build.architecture(settings["architecture"])
sizes = {key: settings[key] for key in ("training_points", "test_points", "seed")}
data = real_data.load(settings["data_set"], **sizes)
training = {key: settings[key] for key in ("steps", "learning_rate")}

predictions = real_data.predictions(arch, data, **training)
keys = sgntk.split_keys(settings["seed"], settings["networks"])
outputs = real_data.trained_outputs(arch, keys, data, width=settings["width"], **training)
summary, networks = real_data.errors(outputs, predictions)
tables = {"outputs": outputs, "predictions": predictions, "errors": summary, "network_errors": networks}
for name, table in tables.items():
    job.write(table.assign(data_set=settings["data_set"]), name)
