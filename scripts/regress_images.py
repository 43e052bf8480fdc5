"""Kernel regression on images: predictions at the test images, and how good they are."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

import sgntk
from replication import build, real_data, regression
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
about = {"hidden_layers": settings["hidden_layers"], "images": settings["images"]}
sizes = {key: settings[key] for key in ("images", "held_out", "test_images", "seed")}
data = real_data.load(settings["data_set"], **sizes)
ridges = {key: settings[key] for key in ("ridges", "ridge_images")}
sign, smooth = (build.architecture(settings["architectures"][name]) for name in ("sg_ntk", "ntk"))

predictions: list[pd.DataFrame] = []
scores: list[dict[str, Any]] = []


def regress(kernel: str, kernels: regression.Kernels) -> None:
    found = regression.regress(kernels, data, **ridges)
    scores.append({"kernel": kernel, **about, "ridge": found.ridge, **real_data.scores(found.mean, found.std, data)})
    add(found.mean, kernel)
    if settings["training"] is not None:
        add(regression.mean_after(kernels, data, **settings["training"]), kernel, settings["training"]["steps"])


def add(mean: np.ndarray, kernel: str, step: int | None = None) -> None:
    """The mean at convergence, or after so many steps."""
    predictions.append(real_data.at_test_images(mean, data, "mean").assign(kernel=kernel, step=step))


prior = regression.gaussian_process(sign, data)
regress("nngp", prior)
regress("sg_ntk", regression.tangent(sgntk.sg_ntk, sign, data, prior))
del prior
regress("ntk", regression.tangent(sgntk.ntk, smooth, data, regression.gaussian_process(smooth, data)))
job.write(pd.DataFrame(scores), "scores")
job.write(pd.concat(predictions, ignore_index=True).astype({"step": "Int64"}).assign(**about), "predictions")
