"""What no machine could run, refused before anything starts: orders of magnitude, not estimates."""

import math
from collections.abc import Iterator

from replication.settings._base import error
from replication.settings._study import Study

MOST_JOBS = 100_000
"""Training jobs in all: for more, Snakemake takes hours to plan what to do next."""

MOST_DAYS = 30
"""Longer than schedulers let a job run."""

MOST_BYTES = 2**40
"""1 TiB, more memory than machines have that one trains such networks on."""

REGRESSION_SECONDS = 1e-3
"""What one regression with a small kernel takes at least."""

Keys = tuple[str, str, str]
"""Of the width, the networks and the steps of a training job."""


def check_costs(study: Study) -> None:
    """Raises ConfigurationError if a job would take too long or too much memory, or if there are too many jobs."""
    _check_matrix("data.grid_points", study.data.grid_points)
    for name, training_set in study.data.training_sets.items():
        _check_matrix(f"data.training_sets.{name}.points", training_set.points)
    if study.real_data is not None:
        most = len(study.real_data.images) - 1
        _check_matrix(f"real_data.images[{most}]", study.real_data.images[most])
    for keys, sizes, hidden_layers in _trainings(study):
        _check_training(study, keys, sizes, hidden_layers)
    _check_jobs(study)
    _check_comparison(study)


def _check_matrix(key: str, points: int) -> None:
    """The two kernels of N points that a prediction takes: N x N, in float64."""
    _check_memory(key, points, _product(2 * 8, points, points), "its kernels, N x N")


def _trainings(study: Study) -> Iterator[tuple[Keys, tuple[int, int, int], int]]:
    """Every training job: the keys of its width, networks and steps, their values, and the number of hidden layers."""
    for name, experiment in study.experiments.items():
        key, networks, steps = f"experiments.{name}", experiment.networks, experiment.steps
        for index, plan in enumerate(experiment.widths):
            plan_key, cut = f"{key}.widths[{index}]", plan.networks_per_job
            networks_key = f"{key}.networks" if networks < cut else f"{plan_key}.networks_per_job"
            keys = (f"{plan_key}.width", networks_key, f"{key}.steps[{len(steps) - 1}]")
            yield keys, (plan.width, min(networks, cut), steps[-1]), (experiment.network or study.network).hidden_layers
    if (diverging := study.divergence) is not None:
        steps = diverging.steps
        for index, width in enumerate(diverging.widths):
            keys = (f"divergence.widths[{index}]", "divergence.networks", f"divergence.steps[{len(steps) - 1}]")
            yield keys, (width, diverging.networks, steps[-1]), diverging.network.hidden_layers
    if (real := study.real_data) is not None:
        key, trained = "real_data.networks", real.networks
        for index, width in enumerate(trained.widths):
            keys = (f"{key}.widths[{index}]", f"{key}.networks", f"{key}.steps")
            yield keys, (width, trained.networks, trained.steps), trained.hidden_layers
    if (resets := study.spiking_reset) is not None:
        keys = ("spiking_reset.width", "spiking_reset.networks", "spiking_reset.steps")
        yield keys, (resets.width, resets.networks, resets.steps), resets.network.hidden_layers
    if (depths := study.spiking_depth) is not None:
        keys = ("spiking_depth.learning.width", "spiking_depth.learning.networks", "spiking_depth.learning.steps")
        learning = depths.learning
        yield keys, (learning.width, learning.networks, learning.steps), learning.hidden_layers
        keys = ("spiking_depth.measured.width", "spiking_depth.measured.networks", "spiking_depth.measured.depth")
        measured = depths.measured
        yield keys, (measured.width, 1, measured.networks), measured.depth


def _check_jobs(study: Study) -> None:
    """All training jobs together; the experiment with most of them is named."""
    jobs = {
        name: len(experiment.activations)
        * sum(-(-experiment.networks // plan.networks_per_job) for plan in experiment.widths)
        for name, experiment in study.experiments.items()
    }
    total = sum(jobs.values())
    if total > MOST_JOBS:
        name = max(jobs, key=lambda name: jobs[name])
        raise error(
            f"experiments.{name}.networks",
            study.experiments[name].networks,
            f"at most {MOST_JOBS:,} training jobs in all, not {_product(total):.3g}: fewer networks, or more in a job "
            "(networks_per_job)",
        )


def _check_comparison(study: Study) -> None:
    chosen = study.surrogate_comparison
    if chosen is not None:
        kernels, times = 2 * len(chosen.surrogates), len(chosen.steps) + 1
        seconds = _product(REGRESSION_SECONDS, chosen.training_sets, kernels, times)
        _check_time("surrogate_comparison.training_sets", chosen.training_sets, seconds, "the regressions with them")


def _check_training(study: Study, keys: Keys, sizes: tuple[int, int, int], hidden_layers: int) -> None:
    """The training of a job: float32 weights and one gradient, and the steps, as `resources.training` has them.

    What is too much for one network is not blamed on the
    number of networks.
    """
    width_key, networks_key, steps_key = keys
    width, networks, steps = sizes
    weights = width * (width * (hidden_layers - 1) + hidden_layers + 3)
    step_seconds = study.training_entry(width).step_microseconds * 1e-6
    for key, got, count in ((width_key, width, 1), (networks_key, networks, networks)):
        what = f"weights and gradient of {_networks(count, width)}"
        _check_memory(key, got, _product(2 * 4, count, weights), what)
    for key, got, count in ((steps_key, steps, 1), (networks_key, networks, networks)):
        _check_time(key, got, _product(count, steps, step_seconds), f"the steps of {_networks(count, width)}")


def _check_memory(key: str, got: int, size: float, what: str) -> None:
    if size > MOST_BYTES:
        raise error(key, got, f"at most {MOST_BYTES / 2**40:g} TiB of memory a job, not {size / 2**40:.3g}, for {what}")


def _check_time(key: str, got: int, seconds: float, what: str) -> None:
    if seconds > MOST_DAYS * 86400:
        raise error(key, got, f"at most {MOST_DAYS} days a job, not {seconds / 86400:.3g}, for {what}")


def _networks(networks: int, width: int) -> str:
    return f"{networks:,} network{'s' if networks > 1 else ''} of width {width:,}"


def _product(*factors: float) -> float:
    """The product as a float, infinite where it is none."""
    try:
        return math.prod(float(factor) for factor in factors)
    except OverflowError:
        return math.inf
