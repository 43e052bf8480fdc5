"""What each table of a study is made from: the part of the configuration that its values depend on, and no more."""

from collections.abc import Mapping
from typing import Any

from sgntk.config import Experiment, Study


def grid(study: Study) -> dict[str, Any]:
    """The grid of inputs, with the target function."""
    return {"table": "grid", **{key: study.data[key] for key in ("grid_points", "target")}}


def training_set(study: Study, name: str) -> dict[str, Any]:
    """A training set."""
    spec = study.data["training_sets"][name]
    return {"table": "training_set", "training_set": name, **spec, "grid": grid(study)}


def analytic_kernel(study: Study, experiment: Experiment) -> dict[str, Any]:
    """The kernels of infinitely wide networks."""
    return {"table": "analytic_kernel", **_theory(study, experiment), "reference_point": study.data["reference_point"]}


def prediction(study: Study, experiment: Experiment) -> dict[str, Any]:
    """What infinitely wide networks do after training."""
    return {
        "table": "prediction",
        **_theory(study, experiment),
        "training_set": training_set(study, experiment.training_set),
        "steps": list(experiment.steps),
        "learning_rate": study.training["learning_rate"],
    }


def batch(study: Study, experiment: Experiment, activation: str, width: int, first: int, last: int) -> dict[str, Any]:
    """What was recorded of networks `first` to `last`; that one job trained them makes no difference."""
    return {
        "table": "batch",
        **_ensemble(study, experiment, activation, width),
        "networks": [first, last],
    }


def joined(study: Study, experiment: Experiment, table: str) -> dict[str, Any]:
    """A table of all networks of an experiment."""
    ensembles = [
        _ensemble(study, experiment, activation, plan.width)
        for activation in experiment.activations
        for plan in experiment.widths
    ]
    return {"table": table, "experiment": experiment.name, "ensembles": ensembles}


def steepness(study: Study) -> dict[str, Any]:
    """Kernels of ever steeper activations, and the regression with them."""
    return {
        "table": "steepness",
        **study.steepness,
        "surrogate": study.surrogates[study.steepness["surrogate"]],
        "network": {key: study.network[key] for key in ("sigma_w", "sigma_b")},
        "reference_point": study.data["reference_point"],
        "training_set": training_set(study, study.steepness["training_set"]),
        "grid": grid(study),
    }


def divergence(study: Study, surrogate: str) -> dict[str, Any]:
    """Networks that learn with one of the surrogates of `divergence`."""
    kept = ("inputs", "targets", "networks", "seed", "steps", "widths")
    return {
        "table": "divergence",
        **{key: study.divergence[key] for key in kept},
        "surrogate": surrogate,
        "architecture": study.divergence_architectures()[surrogate],
        "learning_rate": study.training["learning_rate"],
    }


def surrogate_comparison(study: Study, table: str) -> dict[str, Any]:
    """SG-NTKs of many surrogates, and the errors of what is learned with them."""
    chosen = study.surrogate_comparison
    return {
        "table": table,
        **{key: chosen[key] for key in ("training_sets", "points", "seed", "steps")},
        "architectures": study.compared_architectures(),
        "learning_rate": study.training["learning_rate"],
        "reference_point": study.data["reference_point"],
        "grid": grid(study),
    }


def real_data(study: Study, data_set: str, table: str) -> dict[str, Any]:
    """Kernel regression and trained networks on a data set."""
    kept = ("training_points", "test_points", "seed", "width", "networks", "steps")
    return {
        "table": table,
        "data_set": data_set,
        **{key: study.real_data[key] for key in kept},
        "architecture": study.real_data_architecture(),
        "learning_rate": study.training["learning_rate"],
    }


def spread(study: Study) -> dict[str, Any]:
    """The spread of the claimed experiment's ensembles, by angle."""
    experiment = study.experiments[study.claims["experiments"]["outputs"]]
    return {
        "table": "spread",
        "outputs": joined(study, experiment, "outputs"),
        "predictions": prediction(study, experiment),
        **{key: study.claims[key] for key in ("confidence", "activation")},
    }


def published(study: Study, experiments: Mapping[str, Experiment]) -> dict[str, Any]:
    """Kernel errors beside the published ones; `experiments` by the name of their kernel."""
    return {
        "table": "published",
        **{kernel: joined(study, experiment, "kernel_mse") for kernel, experiment in experiments.items()},
    }


def _theory(study: Study, experiment: Experiment) -> dict[str, Any]:
    return {
        "experiment": experiment.name,
        "architectures": {name: study.architecture(experiment.name, name) for name in experiment.activations},
        "grid": grid(study),
    }


def _ensemble(study: Study, experiment: Experiment, activation: str, width: int) -> dict[str, Any]:
    plan = experiment.plan(width)
    return {
        "experiment": experiment.name,
        "record": experiment.record,
        "reference_point": study.data["reference_point"],
        "steps": list(experiment.steps),
        "activation": activation,
        "architecture": study.architecture(experiment.name, activation),
        "width": width,
        "learning_rate": study.training["learning_rate"],
        "seed": study.training["seed"],
        "ensemble_size": experiment.networks,
        # These three make no difference but in rounding.
        "device": study.training["device"],
        "vectorize": plan.vectorize,
        "xla_flags": plan.xla_flags,
        "grid": grid(study),
        "training_set": training_set(study, experiment.training_set),
    }
