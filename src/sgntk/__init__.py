"""Surrogate-gradient neural tangent kernels: analytic, empirical, trained.

Names load what they need on first use, so that `import sgntk` costs no JAX.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sgntk import activations, dynamics, libraries, plot, prediction, spiking, stax, surrogates
    from sgntk._architecture import Architecture, Layer
    from sgntk._empirical import empirical_ntk, empirical_sg_ntk
    from sgntk._kernels import nngp, ntk, sg_ntk
    from sgntk._models import Model
    from sgntk._networks import Params, apply, init, split_keys
    from sgntk._spiking import SpikingArchitecture
    from sgntk._surrogate_gradient import with_surrogate
    from sgntk._training import EnsembleRun, TrainingError, train_ensemble
    from sgntk.activations import Erf, HardTanh, Heaviside, Identity, Quantizer, ReLU, Sign
    from sgntk.prediction import Posterior, predict

__version__ = "0.1.0"

__all__ = [
    "Architecture",
    "EnsembleRun",
    "Erf",
    "HardTanh",
    "Heaviside",
    "Identity",
    "Layer",
    "Model",
    "Params",
    "Posterior",
    "Quantizer",
    "ReLU",
    "Sign",
    "SpikingArchitecture",
    "TrainingError",
    "activations",
    "apply",
    "dynamics",
    "empirical_ntk",
    "empirical_sg_ntk",
    "init",
    "libraries",
    "nngp",
    "ntk",
    "plot",
    "predict",
    "prediction",
    "sg_ntk",
    "spiking",
    "split_keys",
    "stax",
    "surrogates",
    "train_ensemble",
    "with_surrogate",
]

_NAMES = {
    "_architecture": ["Architecture", "Layer"],
    "_empirical": ["empirical_ntk", "empirical_sg_ntk"],
    "_kernels": ["nngp", "ntk", "sg_ntk"],
    "_models": ["Model"],
    "_networks": ["Params", "apply", "init", "split_keys"],
    "_spiking": ["SpikingArchitecture"],
    "_surrogate_gradient": ["with_surrogate"],
    "_training": ["EnsembleRun", "TrainingError", "train_ensemble"],
    "activations": ["Erf", "HardTanh", "Heaviside", "Identity", "Quantizer", "ReLU", "Sign"],
    "prediction": ["Posterior", "predict"],
}
"""The public names that are no modules, by where they are defined."""

_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_MODULE_OF.get(name, name)}")
    value = getattr(module, name) if name in _MODULE_OF else module
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
