"""Regression on images with the kernels of convolutional networks, and how good it is."""

from typing import TYPE_CHECKING

import pandas as pd

from replication import build, convolution, real_data, regression
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
sizes = {key: settings[key] for key in ("images", "held_out", "test_images", "seed")}
data = real_data.load(settings["data_set"], **sizes)
arch = build.architecture(settings["architecture"])
layers = {key: settings[key] for key in ("filters", "stride")}

kernels = convolution.kernels_of(arch, data, **layers)
found = regression.regress(kernels, data, ridges=settings["ridges"], ridge_images=settings["images"])
about = {"kernel": "convolutional_sg_ntk", "hidden_layers": len(settings["filters"]), "images": settings["images"]}
job.write(pd.DataFrame([{**about, "ridge": found.ridge, **real_data.scores(found.mean, found.std, data)}]), "scores")
