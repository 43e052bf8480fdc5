"""Kernel errors beside the published ones, as far as the run's settings are those behind them."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import yaml

from replication import published
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
conditions = yaml.safe_load(Path(job.options["conditions"]).read_text())
measured = []
for kernel, settings in job.settings["settings"].items():
    mse, mean = (job.read(f"{kernel}_{table}") for table in ("kernel_mse", "kernel_mse_mean"))
    ours = published.measured(kernel, mse, mean, job.settings["m"])
    different = published.differences(settings, conditions[kernel])
    if different:
        logging.warning("%s: not compared with the published values. %s", kernel, "; ".join(different))
    measured.append(ours.head(0) if different else ours)
job.write(published.compare(pd.read_csv(job.options["values"]), pd.concat(measured)))
