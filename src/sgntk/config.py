"""The configuration of a study: checked against its schema, and read into frozen dataclasses. Imports no JAX."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import jsonschema

if TYPE_CHECKING:
    from sgntk.architecture import Architecture
    from sgntk.surrogates import Surrogate


FIGURES_OF_OUTPUTS = ("figure_3", "figure_b2", "figure_s2")
"""Figures that show outputs of networks; the others show kernels."""

SURROGATES_OF_FIXED_HEIGHT = ("erf_derivative", "identity", "leaky_box")
"""Names of the surrogates that cannot be given another peak or area."""

DATA_SET_SIZES = {"breast_cancer": 569, "diabetes": 442, "digits": 1797}
"""Points of the data sets of scikit-learn."""


class ConfigurationError(ValueError):
    """The configuration is not valid; the message names the key, its value and what is allowed."""


def _is_integer(_: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(_: object, value: object) -> bool:
    return _is_integer(_, value) or (isinstance(value, float) and math.isfinite(value))


# JSON schema counts 10.0 among the integers, and YAML's nan and inf among the numbers: neither is one here.
_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer).redefine(
        "number", _is_number
    ),
)


@dataclass(frozen=True)
class WidthPlan:
    """A hidden layer width, and how the training of its networks is cut into jobs."""

    width: int
    networks_per_job: int
    vectorize: int
    xla_flags: str = ""


@dataclass(frozen=True)
class Experiment:
    """An ensemble of networks to train for each activation and width, and what to record of it."""

    name: str
    record: str
    activations: tuple[str, ...]
    surrogate: str | None
    output_scale: float
    training_set: str
    networks: int
    steps: tuple[int, ...]
    widths: tuple[WidthPlan, ...]

    def plan(self, width: int) -> WidthPlan:
        """The plan of one of the experiment's widths."""
        return next(plan for plan in self.widths if plan.width == width)

    def batches(self, width: int) -> list[tuple[int, int]]:
        """First and last network of each job."""
        size = self.plan(width).networks_per_job
        starts = range(0, self.networks, size)
        return [(start, min(start + size, self.networks) - 1) for start in starts]


@dataclass(frozen=True)
class Request:
    """What a job asks of the machine that runs it."""

    memory_mb: int
    minutes: int

    def times(self, attempt: int) -> Request:
        """The request of a job that failed before: as many times as much as this is the attempt, from 1."""
        return Request(attempt * self.memory_mb, attempt * self.minutes)


@dataclass(frozen=True)
class Study:
    """A validated configuration."""

    run: str
    data: Mapping[str, Any]
    network: Mapping[str, Any]
    training: Mapping[str, Any]
    activations: Mapping[str, Mapping[str, Any]]
    surrogates: Mapping[str, Mapping[str, Any]]
    experiments: Mapping[str, Experiment]
    steepness: Mapping[str, Any]
    divergence: Mapping[str, Any]
    surrogate_comparison: Mapping[str, Any]
    real_data: Mapping[str, Any]
    claims: Mapping[str, Any]
    figures: Mapping[str, str]
    resources: Mapping[str, Any]

    def request(self, rule: str) -> Request:
        """What a job of a rule asks for; training jobs excepted."""
        rules = self.resources["rules"]
        return Request(**rules.get(rule, rules["default"]))

    def training_request(self, experiment: str, width: int, networks: int) -> Request:
        """What a job asks for that trains so many networks of a width: time for each step of each network."""
        entries = self.resources["training"]
        entry = next((entry for entry in entries if width <= entry["up_to_width"]), entries[-1])
        steps = networks * self.experiments[experiment].steps[-1]
        minutes = entry["minutes"] + math.ceil(steps * entry["step_microseconds"] / 60e6)
        return Request(entry["memory_mb"], minutes)

    def architecture(self, experiment: str, activation: str) -> dict[str, Any]:
        """The description of an experiment's networks that `build_architecture` takes."""
        chosen = self.experiments[experiment]
        surrogate = None if chosen.surrogate is None else self.surrogates[chosen.surrogate]
        return self._networks(activation, surrogate, self.network, chosen.output_scale)

    def divergence_architectures(self) -> dict[str, dict[str, Any]]:
        """Descriptions of the networks of `divergence`, by the name of their surrogate."""
        chosen = self.divergence
        return {
            name: self._networks(chosen["activation"], self.surrogates[name], chosen["network"])
            for name in chosen["surrogates"].values()
        }

    def compared_architectures(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Descriptions of the networks of `surrogate_comparison`, by what they have in common, and their surrogate."""
        chosen = self.surrogate_comparison
        return {
            normalize: {
                name: self._networks(
                    chosen["activation"],
                    {**self.surrogates[name], "height": height, "normalize": normalize},
                    self.network,
                )
                for name in chosen["surrogates"]
            }
            for normalize, height in chosen["heights"].items()
        }

    def real_data_architecture(self) -> dict[str, Any]:
        """The description of the networks of `real_data`."""
        chosen = self.real_data
        return self._networks(chosen["activation"], self.surrogates[chosen["surrogate"]], self.network)

    def _networks(
        self,
        activation: str,
        surrogate: Mapping[str, Any] | None,
        network: Mapping[str, Any],
        output_scale: float = 1.0,
    ) -> dict[str, Any]:
        return {
            "activation": dict(self.activations[activation]),
            "surrogate": None if surrogate is None else dict(surrogate),
            "output_scale": output_scale,
            **network,
        }

    def settings(self, experiment: str) -> dict[str, Any]:
        """What decides the numbers of an experiment's networks, whichever are trained and for how many steps."""
        chosen = self.experiments[experiment]
        return {
            "record": chosen.record,
            "surrogate": None if chosen.surrogate is None else self.surrogates[chosen.surrogate],
            "output_scale": chosen.output_scale,
            **self.network,
            "networks": chosen.networks,
            **self.training,
            "training_set": self.data["training_sets"][chosen.training_set],
            **{name: self.data[name] for name in ("target", "grid_points", "reference_point")},
        }


def read_study(config: Mapping[str, Any], schema: Mapping[str, Any]) -> Study:
    """Checks a configuration and reads it.

    Args:
        config: the configuration, as from YAML.
        schema: a JSON schema; the pipeline's stands in `workflow/schemas/config.schema.yaml`.

    Raises:
        ConfigurationError: at the first violation, in one line that names the key, its value and what is allowed.
    """
    error = jsonschema.exceptions.best_match(_Validator(schema).iter_errors(config))
    if error is not None:
        raise ConfigurationError(_describe(error))
    experiments = {
        name: Experiment(
            name=name,
            **{
                **entry,
                "activations": tuple(entry["activations"]),
                "steps": tuple(entry["steps"]),
                "widths": tuple(WidthPlan(**plan) for plan in entry["widths"]),
            },
        )
        for name, entry in config["experiments"].items()
    }
    study = Study(**{**config, "experiments": experiments})
    _check_references(study)
    return study


def build_architecture(description: Mapping[str, Any]) -> Architecture:
    """An `Architecture` from the description that `Study.architecture` gives."""
    from sgntk.activations import CATALOGUE
    from sgntk.architecture import Architecture

    activation, surrogate = description["activation"], description["surrogate"]
    others = {key: value for key, value in description.items() if key not in ("activation", "surrogate")}
    return Architecture(
        activation=_build(CATALOGUE, activation),
        surrogate=None if surrogate is None else build_surrogate(surrogate),
        **others,
    )


def build_surrogate(description: Mapping[str, Any]) -> Surrogate:
    """A surrogate derivative from its description in the configuration."""
    from sgntk.surrogates import CATALOGUE

    return _build(CATALOGUE, description)


def _build(catalogue: Mapping[str, Any], description: Mapping[str, Any]) -> Any:
    """The entry of a catalogue that a description names, with the description's parameters."""
    parameters = {key: value for key, value in description.items() if key != "name"}
    return catalogue[description["name"]](**parameters)


def _check_references(study: Study) -> None:
    """What a schema cannot say: names that must exist, and numbers that depend on each other."""
    grid_points = study.data["grid_points"]
    if study.data["reference_point"] >= grid_points:
        raise ConfigurationError(
            f"data.reference_point: got {study.data['reference_point']}; "
            f"expected a grid index below data.grid_points = {grid_points}"
        )
    for name, training_set in study.data["training_sets"].items():
        if training_set["source"] == "grid" and training_set["points"] > grid_points:
            raise ConfigurationError(
                f"data.training_sets.{name}.points: got {training_set['points']}; "
                f"expected at most data.grid_points = {grid_points}"
            )
    for name, experiment in study.experiments.items():
        key = f"experiments.{name}"
        for index, activation in enumerate(experiment.activations):
            _check_name(f"{key}.activations[{index}]", activation, study.activations)
            _check_slope(key, experiment, study.activations[activation]["name"])
        if experiment.surrogate is not None:
            _check_name(f"{key}.surrogate", experiment.surrogate, study.surrogates)
        if experiment.record == "empirical_ntk" and experiment.surrogate is not None:
            raise ConfigurationError(
                f"{key}.surrogate: got {experiment.surrogate!r}; expected null, since the NTK takes the true derivative"
            )
        if experiment.record == "empirical_sg_ntk" and experiment.surrogate is None:
            raise ConfigurationError(f"{key}.surrogate: got null; expected the name of a surrogate for the SG-NTK")
        _check_name(f"{key}.training_set", experiment.training_set, study.data["training_sets"])
        _check_ascending(f"{key}.steps", experiment.steps)
        widths = [plan.width for plan in experiment.widths]
        if len(set(widths)) < len(widths):
            raise ConfigurationError(f"{key}.widths: got widths {widths}; expected each width once")
    _check_name("steepness.surrogate", study.steepness["surrogate"], study.surrogates)
    _check_name("steepness.training_set", study.steepness["training_set"], study.data["training_sets"])
    _check_divergence(study)
    _check_comparison(study)
    _check_real_data(study)
    for role, experiment_name in study.claims["experiments"].items():
        _check_claim(role, experiment_name, study)
    bounds = [entry["up_to_width"] for entry in study.resources["training"]]
    if any(first >= second for first, second in pairwise(bounds)):
        raise ConfigurationError(f"resources.training: got up_to_width {bounds}; expected ascending widths")
    for figure, experiment_name in study.figures.items():
        _check_name(f"figures.{figure}", experiment_name, study.experiments)
        shows_outputs = figure in FIGURES_OF_OUTPUTS
        if shows_outputs != (study.experiments[experiment_name].record == "outputs"):
            raise ConfigurationError(
                f"figures.{figure}: got {experiment_name!r}; expected an experiment that records "
                f"{'outputs' if shows_outputs else 'a kernel'}"
            )


def _check_divergence(study: Study) -> None:
    chosen = study.divergence
    _check_name("divergence.activation", chosen["activation"], study.activations)
    for role, name in chosen["surrogates"].items():
        _check_name(f"divergence.surrogates.{role}", name, study.surrogates)
    inputs, targets, steps = chosen["inputs"], chosen["targets"], chosen["steps"]
    if len(targets) != len(inputs):
        raise ConfigurationError(
            f"divergence.targets: got {len(targets)} of them; expected as many as divergence.inputs, {len(inputs)}"
        )
    if len({len(point) for point in inputs}) > 1:
        raise ConfigurationError(f"divergence.inputs: got {inputs}; expected all of one dimension")
    _check_ascending("divergence.steps", steps)
    _check_ascending("divergence.widths", chosen["widths"])
    if steps[0] != 0:
        raise ConfigurationError(f"divergence.steps: got {steps}; expected to begin with 0, the start to compare with")
    if chosen["compare_at"] not in steps:
        raise ConfigurationError(
            f"divergence.compare_at: got {chosen['compare_at']}; expected one of divergence.steps, {steps}"
        )


def _check_comparison(study: Study) -> None:
    chosen, key = study.surrogate_comparison, "surrogate_comparison"
    _check_name(f"{key}.activation", chosen["activation"], study.activations)
    for index, name in enumerate(chosen["surrogates"]):
        _check_name(f"{key}.surrogates[{index}]", name, study.surrogates)
        if study.surrogates[name]["name"] in SURROGATES_OF_FIXED_HEIGHT:
            raise ConfigurationError(
                f"{key}.surrogates[{index}]: got {name!r}; expected one that has a peak and an area to choose, not "
                f"{' or '.join(SURROGATES_OF_FIXED_HEIGHT)}"
            )
    _check_ascending(f"{key}.steps", chosen["steps"])
    if chosen["points"] > study.data["grid_points"]:
        raise ConfigurationError(
            f"{key}.points: got {chosen['points']}; expected at most data.grid_points = {study.data['grid_points']}"
        )


def _check_real_data(study: Study) -> None:
    chosen = study.real_data
    _check_name("real_data.activation", chosen["activation"], study.activations)
    _check_name("real_data.surrogate", chosen["surrogate"], study.surrogates)
    points = chosen["training_points"] + chosen["test_points"]
    for name in chosen["data_sets"]:
        if points > DATA_SET_SIZES[name]:
            raise ConfigurationError(
                f"real_data.test_points: got {points} training and test points; expected at most the "
                f"{DATA_SET_SIZES[name]} of {name}"
            )


def _check_ascending(key: str, values: Sequence[int]) -> None:
    if any(first >= second for first, second in pairwise(values)):
        raise ConfigurationError(f"{key}: got {list(values)}; expected ascending {key.rpartition('.')[2]}")


def _check_claim(role: str, name: str, study: Study) -> None:
    """The experiment that claims are tested on must record what they are about."""
    key = f"claims.experiments.{role}"
    _check_name(key, name, study.experiments)
    experiment = study.experiments[name]
    record = {"ntk": "empirical_ntk", "sg_ntk": "empirical_sg_ntk"}.get(role, "outputs")
    if experiment.record != record:
        raise ConfigurationError(f"{key}: got {name!r}; expected an experiment that records {record!r}")
    if record == "outputs":
        _check_name("claims.activation", study.claims["activation"], experiment.activations)
    kernels = record != "outputs"
    _check_enough(f"experiments.{name}.networks", experiment.networks, 2 if kernels else 4, key)
    _check_enough(f"experiments.{name}.steps", experiment.steps, 2 if kernels else 1, key)
    _check_enough(f"experiments.{name}.widths", experiment.widths, 2, key)


def _check_enough(key: str, got: int | Sequence[Any], least: int, claim: str) -> None:
    count, shown = (got, got) if isinstance(got, int) else (len(got), f"{len(got)} of them")
    if count < least:
        raise ConfigurationError(f"{key}: got {shown}; expected at least {least}, since {claim} names the experiment")


def _check_name(key: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise ConfigurationError(f"{key}: got {name!r}; expected one of {', '.join(known)}")


ACTIVATIONS_WITH_JUMPS = ("heaviside", "quantizer", "sign")
"""Names of the activations whose derivative nothing can learn with, and whose Jacobian says nothing."""


def _check_slope(key: str, experiment: Experiment, activation: str) -> None:
    if activation in ACTIVATIONS_WITH_JUMPS and experiment.surrogate is None:
        raise ConfigurationError(
            f"{key}.surrogate: got null; expected the name of a surrogate, since {activation} has no derivative to "
            "learn with"
        )
    if activation in ACTIVATIONS_WITH_JUMPS and experiment.record != "outputs":
        raise ConfigurationError(
            f"{key}.record: got {experiment.record!r}; expected 'outputs', since the Jacobian of a {activation} "
            "network is 0 almost everywhere"
        )


def _describe(error: jsonschema.ValidationError) -> str:
    """One line: the key, what it was, what is allowed."""
    key = _path(error.absolute_path)
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    match error.validator:
        case "required":
            missing = next(name for name in error.validator_value if name not in error.instance)
            return f"{_join(key, missing)}: missing; {_meaning(schema, missing)}"
        case "additionalProperties":
            known = list(schema.get("properties", {}))
            unknown = next(name for name in error.instance if name not in known)
            return (
                f"{_join(key, unknown)}: got {error.instance[unknown]!r}; unknown key, expected one of "
                f"{', '.join(known)}"
            )
    allowed: dict[str, Callable[[Any], str]] = {
        "type": lambda value: value if isinstance(value, str) else " or ".join(value),
        "enum": lambda value: f"one of {', '.join(str(item) for item in value)}",
        "minimum": lambda value: f"a number >= {value}",
        "maximum": lambda value: f"a number <= {value}",
        "exclusiveMinimum": lambda value: f"a number > {value}",
        "exclusiveMaximum": lambda value: f"a number < {value}",
        "minItems": lambda value: f"at least {value} entries",
        "minProperties": lambda value: f"at least {value} entries",
        "uniqueItems": lambda _: "each entry once",
        "pattern": lambda _: "a name of letters, digits and underscores that starts with a letter",
    }
    if error.validator in allowed:
        expected = allowed[error.validator](error.validator_value)
        return f"{key or 'configuration'}: got {error.instance!r}; expected {expected}"
    return f"{key or 'configuration'}: got {error.instance!r}; {error.message}"


def _meaning(schema: Mapping[str, Any], key: str) -> str:
    description = schema.get("properties", {}).get(key, {})
    text = description.get("description") if isinstance(description, Mapping) else None
    return text or "this key is required"


def _path(parts: Iterable[str | int]) -> str:
    path = ""
    for part in parts:
        path = f"{path}[{part}]" if isinstance(part, int) else _join(path, str(part))
    return path


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
