"""What a reset does: trained spiking networks, with it and without, against the SG-NTK of units without.

With a reset the membrane is not Gaussian, and the kernel in closed form an approximation. Networks learn at the same
learning rate with every reset, and start from the same weights.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from jax.typing import ArrayLike
from jaxtyping import Float64

import sgntk
from replication import currents, datasets, recording, statistics
from sgntk.dynamics import spectrum_of
from sgntk.spiking import nngp_with_reset, spikes


class Task(NamedTuple):
    """Currents to learn from, their targets, and currents to test at."""

    x_train: Float64[np.ndarray, "n T d"]
    y_train: Float64[np.ndarray, " n"]
    x_test: Float64[np.ndarray, "k T d"]


def task(
    target: list[list[float]], *, training_points: int, test_points: int, steps: int, dimension: int, seed: int
) -> Task:
    """The target function of the angle, and the currents of angles that are evenly spaced."""
    train, test = datasets.grid_angles(training_points), datasets.grid_angles(test_points)
    waves = {"steps": steps, "dimension": dimension, "seed": seed}
    y_train = datasets.polynomial(datasets.circle(train), target)
    return Task(currents.currents(train, **waves), y_train, currents.currents(test, **waves))


def learning_rate(arch: sgntk.SpikingArchitecture, x_train: Float64[np.ndarray, "n T d"], relative: float) -> float:
    """A part of the largest at which no mode of the SG-NTK of units without reset grows.

    Where a mode grows at every learning rate, that of the largest eigenvalue decides.
    """
    spectrum = spectrum_of(sgntk.sg_ntk(replace(arch, reset="none"), x_train))
    largest = spectrum.largest_learning_rate or 2 * len(x_train) / float(np.abs(spectrum.eigenvalues).max())
    return relative * largest


def predictions(
    arch: sgntk.SpikingArchitecture, data: Task, *, steps: int, learning_rate: float
) -> tuple[Float64[np.ndarray, " k"], Float64[np.ndarray, " k"]]:
    """Of units without reset, at the test points: the mean by the SG-NTK for this step, and NNGP regression."""
    without = replace(arch, reset="none")
    inputs = (without, data.x_train, data.y_train, data.x_test)
    then = sgntk.predict(*inputs, kernel="sg_ntk", steps=steps, learning_rate=learning_rate).mean
    return np.asarray(then), np.asarray(sgntk.predict(*inputs, kernel="nngp").mean)


def trained_outputs(
    arch: sgntk.SpikingArchitecture, keys: ArrayLike, data: Task, *, width: int, steps: int, learning_rate: float
) -> Float64[np.ndarray, "networks k"]:
    """Outputs at the test points after surrogate gradient learning."""
    run = sgntk.train_ensemble(
        arch,
        keys,
        data.x_train,
        data.y_train,
        width=width,
        learning_rate=learning_rate,
        steps=steps,
        record=recording.outputs(arch, data.x_test),
    )
    return np.asarray(run.records[0], np.float64)


def firing_rate(
    arch: sgntk.SpikingArchitecture, key: ArrayLike, x: Float64[np.ndarray, "n T d"], *, width: int
) -> float:
    """Spikes of a unit in a step, mean over the units of all layers of a new network, the steps and the inputs."""
    params = sgntk.init(arch, key, width=width, input_dim=x.shape[2])
    return float(np.mean([np.mean(layer) for layer in spikes(arch, params, x.astype(np.float32))]))


def nngp_ratio(
    arch: sgntk.SpikingArchitecture, key: ArrayLike, x: Float64[np.ndarray, "n T d"], *, width: int, networks: int
) -> tuple[float, float]:
    """Variance of the NNGP with the reset by that without, mean over the inputs, and its standard error.

    With the reset it is a Monte Carlo estimate; its errors at different inputs go together, and are taken as one.
    """
    estimate = nngp_with_reset(arch, key, x, width=width, count=networks)
    without = np.trace(sgntk.nngp(replace(arch, reset="none"), x))
    return float(np.trace(estimate.value) / without), float(np.trace(estimate.standard_error) / without)


def compare(
    arch: sgntk.SpikingArchitecture,
    keys: ArrayLike,
    data: Task,
    *,
    width: int,
    steps: int,
    relative_learning_rate: float,
    monte_carlo: dict[str, int],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Trains an ensemble, and compares it and the NNGP with what holds without reset.

    Args:
        arch: the networks, with any reset.
        keys: one JAX key a network, shape (networks, 2).
        data: the task.
        width: units in each hidden layer.
        steps: gradient descent steps.
        relative_learning_rate: in parts of the largest stable one without reset.
        monte_carlo: `width` and `networks` for the NNGP with a reset.

    Returns:
        `outputs`, one row a network and test point: `network`, `sample`, `output` and `mean`, the SG-NTK's prediction;
        and `summary`, one row: `squared_distance` of the networks' mean from that with its `standard_error`,
        `nngp_distance` of NNGP regression from it, `rate`, `nngp_ratio` and `nngp_ratio_error`.
    """
    keys = np.asarray(keys)
    rate = learning_rate(arch, data.x_train, relative_learning_rate)
    mean, nngp = predictions(arch, data, steps=steps, learning_rate=rate)
    outputs = trained_outputs(arch, keys, data, width=width, steps=steps, learning_rate=rate)
    distance, error = statistics.squared_distance(outputs, mean)
    ratio, ratio_error = nngp_ratio(arch, keys[0], data.x_test, **monte_carlo)
    summary = {
        "squared_distance": distance,
        "standard_error": error,
        "nngp_distance": float(np.mean((nngp - mean) ** 2)),
        "rate": firing_rate(arch, keys[0], data.x_train, width=width),
        "nngp_ratio": ratio,
        "nngp_ratio_error": ratio_error,
    }
    index = pd.MultiIndex.from_product([range(len(outputs)), range(len(mean))], names=["network", "sample"])
    table = pd.DataFrame({"output": outputs.ravel(), "mean": np.tile(mean, len(outputs))}, index=index)
    return table.reset_index(), pd.DataFrame([summary])
