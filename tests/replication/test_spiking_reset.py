"""Trained spiking networks with a reset against the SG-NTK of units without."""

from dataclasses import replace

import numpy as np
import pytest

import sgntk
from replication import datasets, spiking_reset
from sgntk import surrogates

DATA = spiking_reset.task([[1.0, 1, 0], [0.5, 0, 2]], training_points=4, test_points=6, steps=5, dimension=3, seed=1)
ARCH = sgntk.SpikingArchitecture(
    surrogates.ErfDerivative(1.0), threshold=0.8, leak=0.7, hidden_layers=1, sigma_w=2.0, sigma_b=0.3
)
KEYS = sgntk.split_keys(2, 6)
SETTINGS = {"width": 500, "steps": 20, "relative_learning_rate": 0.2, "monte_carlo": {"width": 1000, "networks": 10}}


@pytest.fixture(scope="module")
def compared():
    return {
        reset: spiking_reset.compare(replace(ARCH, reset=reset), KEYS, DATA, **SETTINGS) for reset in ("none", "zero")
    }


def test_targets_are_those_of_the_angles():
    angles = datasets.grid_angles(4)
    np.testing.assert_allclose(DATA.y_train, np.sin(angles) + 0.5 * np.cos(angles) ** 2, atol=1e-12)
    assert (DATA.x_train.shape, DATA.x_test.shape) == ((4, 5, 3), (6, 5, 3))


def test_the_learning_rate_is_a_part_of_the_largest_without_reset():
    largest = sgntk.dynamics.spectrum(ARCH, DATA.x_train).largest_learning_rate
    for reset in ("none", "zero"):
        rate = spiking_reset.learning_rate(replace(ARCH, reset=reset), DATA.x_train, 0.25)
        assert rate == pytest.approx(largest / 4, rel=1e-12)


@pytest.mark.slow
def test_every_reset_has_the_prediction_without(compared):
    rate = spiking_reset.learning_rate(ARCH, DATA.x_train, 0.2)
    expected = sgntk.predict(ARCH, DATA.x_train, DATA.y_train, DATA.x_test, steps=20, learning_rate=rate).mean
    for outputs, _ in compared.values():
        np.testing.assert_allclose(outputs["mean"], np.tile(expected, 6), rtol=1e-9)
        assert list(outputs["sample"]) == [*range(6)] * 6


@pytest.mark.slow
def test_distances_are_those_of_the_outputs(compared):
    """The mean product of the deviations of two different networks, which is what the unbiased estimate is."""
    for outputs, summary in compared.values():
        apart = (outputs["output"] - outputs["mean"]).to_numpy().reshape(6, 6)
        products = [np.mean(apart[i] * apart[j]) for i in range(6) for j in range(6) if i != j]
        assert summary["squared_distance"].iloc[0] == pytest.approx(np.mean(products), rel=1e-9)
        nngp = sgntk.predict(ARCH, DATA.x_train, DATA.y_train, DATA.x_test, kernel="nngp").mean
        expected = np.mean((nngp - outputs["mean"].to_numpy()[:6]) ** 2)
        assert summary["nngp_distance"].iloc[0] == pytest.approx(expected, rel=1e-9)


@pytest.mark.slow
def test_without_reset_the_nngp_is_that_in_closed_form(compared):
    """Within four standard errors; a reset to 0 takes variance away, many standard errors of it."""
    (without,), (zero,) = (compared[reset][1].to_dict("records") for reset in ("none", "zero"))
    assert abs(without["nngp_ratio"] - 1) < 4 * without["nngp_ratio_error"] < 0.2
    assert zero["nngp_ratio"] + 4 * zero["nngp_ratio_error"] < 1


@pytest.mark.slow
def test_a_reset_makes_units_fire_less_often(compared):
    assert 0 < compared["zero"][1]["rate"].iloc[0] < compared["none"][1]["rate"].iloc[0] < 0.5


def test_outputs_are_those_of_trained_networks():
    arch = replace(ARCH, reset="subtract")
    training = {"width": 20, "steps": 3, "learning_rate": 0.1}
    outputs = spiking_reset.trained_outputs(arch, KEYS[:2], DATA, **training)
    run = sgntk.train_ensemble(arch, KEYS[:2], DATA.x_train, DATA.y_train, **training)
    params = [layer._replace(weight=layer.weight[1], bias=layer.bias[1]) for layer in run.params]
    np.testing.assert_allclose(outputs[1], sgntk.apply(arch, tuple(params), DATA.x_test)[:, 0], rtol=1e-5, atol=1e-6)
