"""Trains networks of every width with a surrogate, and follows the mode that may diverge."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

import sgntk
from replication import build, divergence
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
arch = build.architecture(settings["architecture"])
keys = sgntk.split_keys(settings["seed"], settings["networks"])
followed = [
    divergence.follow(
        arch,
        keys,
        np.array(settings["inputs"], float),
        np.array(settings["targets"], float),
        width=width,
        learning_rate=settings["learning_rate"],
        steps=settings["steps"],
    ).assign(surrogate=settings["surrogate"], width=width)
    for width in settings["widths"]
]
job.write(pd.concat(followed, ignore_index=True))
