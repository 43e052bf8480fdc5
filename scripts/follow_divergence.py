"""Trains networks of every width with a surrogate, and follows the mode that may diverge."""

from typing import TYPE_CHECKING

import job
import numpy as np
import pandas as pd

import sgntk
from sgntk import config, divergence

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

experiment = snakemake.params.experiment
arch = config.build_architecture(experiment["architecture"])
keys = sgntk.split_keys(experiment["seed"], experiment["networks"])
followed = [
    divergence.follow(
        arch,
        keys,
        np.array(experiment["inputs"], float),
        np.array(experiment["targets"], float),
        width=width,
        learning_rate=experiment["learning_rate"],
        steps=experiment["steps"],
    ).assign(surrogate=experiment["surrogate"], width=width)
    for width in experiment["widths"]
]
files.write(pd.concat(followed, ignore_index=True), snakemake.output[0])
