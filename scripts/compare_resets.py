"""Trains spiking networks with one reset, at every threshold and leak, against the SG-NTK of units without."""

from itertools import product
from typing import TYPE_CHECKING

import pandas as pd

import sgntk
from replication import build, spiking_reset
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
data = spiking_reset.task(settings["target"], **settings["currents"])
keys = sgntk.split_keys(settings["seed"], settings["networks"])
chosen = {key: settings[key] for key in ("width", "steps", "relative_learning_rate", "monte_carlo")}

outputs: list[pd.DataFrame] = []
summaries: list[pd.DataFrame] = []
for leak, threshold in product(settings["leaks"], settings["thresholds"]):
    unit = {"threshold": threshold, "leak": leak, "reset": settings["reset"]}
    arch = build.spiking_architecture({**settings["architecture"], **unit})
    for tables, table in zip((outputs, summaries), spiking_reset.compare(arch, keys, data, **chosen), strict=True):
        tables.append(table.assign(**unit))
job.write(pd.concat(outputs, ignore_index=True), "outputs")
job.write(pd.concat(summaries, ignore_index=True), "summary")
