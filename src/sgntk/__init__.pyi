from . import (
    activations,
    architecture,
    config,
    datasets,
    delayed,
    empirical,
    gaussian,
    incremental,
    kernels,
    networks,
    plotting,
    prediction,
    recording,
    statistics,
    surrogates,
    tables,
    training,
)
from .activations import Erf, Sign
from .architecture import Architecture
from .empirical import empirical_ntk, empirical_sg_ntk
from .kernels import nngp, ntk, sg_ntk
from .networks import apply, init, split_keys
from .prediction import predict
from .training import train_ensemble

__all__ = [
    "Architecture",
    "Erf",
    "Sign",
    "activations",
    "apply",
    "architecture",
    "config",
    "datasets",
    "delayed",
    "empirical",
    "empirical_ntk",
    "empirical_sg_ntk",
    "gaussian",
    "incremental",
    "init",
    "kernels",
    "networks",
    "nngp",
    "ntk",
    "plotting",
    "predict",
    "prediction",
    "recording",
    "sg_ntk",
    "split_keys",
    "statistics",
    "surrogates",
    "tables",
    "train_ensemble",
    "training",
]
