"""Kernel regression and trained networks on one data set."""

from typing import TYPE_CHECKING

import job

import sgntk
from sgntk import config, real_data

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

experiment = snakemake.params.experiment
arch = config.build_architecture(experiment["architecture"])
sizes = {key: experiment[key] for key in ("training_points", "test_points", "seed")}
data = real_data.load(experiment["data_set"], **sizes)
training = {key: experiment[key] for key in ("steps", "learning_rate")}

predictions = real_data.predictions(arch, data, **training)
keys = sgntk.split_keys(experiment["seed"], experiment["networks"])
outputs = real_data.trained_outputs(arch, keys, data, width=experiment["width"], **training)
summary, networks = real_data.errors(outputs, predictions)
tables = {"outputs": outputs, "predictions": predictions, "errors": summary, "network_errors": networks}
for name, table in tables.items():
    files.write(table.assign(data_set=experiment["data_set"]), snakemake.output[name])
