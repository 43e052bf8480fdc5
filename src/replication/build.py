"""Objects of the library from their descriptions in a study, whose names are those of the classes in small letters.

No job that computes imports `replication.settings`: what a setting means has no part in any value.
"""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import sgntk
from sgntk import activations, surrogates


def architecture(description: Mapping[str, Any]) -> Any:
    """The networks of a description that `Study.architecture` gives."""
    others = {key: value for key, value in description.items() if key not in ("activation", "surrogate")}
    given, unit = description["surrogate"], description["activation"]
    if unit["name"] == "spiking":
        neuron = {key: value for key, value in unit.items() if key != "name"}
        return spiking_architecture({"surrogate": given, **neuron, **others})
    return sgntk.Architecture(
        activation=activation(unit),
        surrogate=None if given is None else surrogate(given),
        **others,
    )


def spiking_architecture(description: Mapping[str, Any]) -> sgntk.SpikingArchitecture:
    """Spiking networks: the surrogate's description, and the other attributes by their names."""
    others = {key: value for key, value in description.items() if key != "surrogate"}
    return sgntk.SpikingArchitecture(surrogate=surrogate(description["surrogate"]), **others)


def activation(description: Mapping[str, Any]) -> activations.Activation:
    """An activation, such as of `{"name": "hard_tanh"}`."""
    return _build(activations, description)


def surrogate(description: Mapping[str, Any]) -> surrogates.Surrogate:
    """A surrogate, such as of `{"name": "super_spike", "slope": 2.0}`."""
    return _build(surrogates, description)


def _build(module: ModuleType, description: Mapping[str, Any]) -> Any:
    classes = {name.lower(): getattr(module, name) for name in module.__all__}
    parameters = {key: value for key, value in description.items() if key != "name"}
    return classes[description["name"].replace("_", "")](**parameters)
