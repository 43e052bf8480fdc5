"""Kernel errors beside the published ones, as far as the run's settings are those behind them."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import job
import pandas as pd
import yaml

from sgntk import published

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

conditions = yaml.safe_load(Path(snakemake.input.conditions).read_text())
measured = []
for kernel, settings in snakemake.params.settings.items():
    mse, mean = (files.read(path) for path in snakemake.input[kernel])
    ours = published.measured(kernel, mse, mean, snakemake.params.steepness)
    different = published.differences(settings, conditions[kernel])
    if different:
        logging.warning("%s: not compared with the published values. %s", kernel, "; ".join(different))
    measured.append(ours.head(0) if different else ours)
files.write(published.compare(pd.read_csv(snakemake.input.values), pd.concat(measured)), snakemake.output[0])
