"""The architecture of spiking networks, and what there is for them beside kernels and networks."""

import dataclasses
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk
from sgntk import spiking
from sgntk._spiking import leaky_integration
from sgntk.spiking import Neuron
from sgntk.surrogates import Gaussian, SuperSpike

ARCH = sgntk.SpikingArchitecture(Gaussian(0.7), 0.5, 0.8, hidden_layers=1, sigma_w=1.4, sigma_b=0.3)
X = np.random.default_rng(5).normal(size=(4, 6, 2))
KEY = sgntk.split_keys(0, 1)[0]


@pytest.mark.usefixtures("annotations_unchecked")
def test_numbers_of_any_type_and_sequences_of_any_kind_are_the_same():
    pairs = [([1, 0.5], [0.5, 0.5]), ((1.0, 0.5), (0.5, 0.5)), (np.array([1.0, 0.5]), jnp.full(2, 0.5))]
    same = [
        sgntk.SpikingArchitecture(Gaussian(0.7), threshold, leak=np.float32(0.5), readout=readout)
        for threshold, readout in pairs
    ]
    assert len(set(same)) == 1
    assert same[0].per_layer("threshold") == (1.0, 0.5)
    assert same[0].per_layer("leak") == (0.5, 0.5)


def test_it_is_a_pytree_of_its_numbers():
    leaves, structure = jax.tree.flatten(dataclasses.replace(ARCH, threshold=(0.5,)))
    assert leaves == [1.0, 0.7, 0.5, 0.8, 0.0, 1.4, 0.3, 1.0]
    assert jax.tree.unflatten(structure, leaves) == dataclasses.replace(ARCH, threshold=(0.5,))


@pytest.mark.usefixtures("annotations_unchecked")
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"leak": 1.1}, "leak must lie in [0, 1]; got 1.1"),
        ({"leak": -0.1}, "leak must be a finite number >= 0; got -0.1"),
        ({"threshold": float("nan")}, "threshold must be finite; got nan"),
        ({"recurrence": (1.0, -1.0)}, "recurrence must be a finite number >= 0; got -1.0"),
        ({"threshold": (1.0, 1.0, 1.0)}, "threshold must be a number, or 2 numbers, one for each hidden layer; got 3"),
        ({"readout": "sum"}, "readout must be one of mean, last, leaky, or numbers; got 'sum'"),
        ({"reset": "hard"}, "reset must be one of none, subtract, zero; got 'hard'"),
        ({"sigma_w": 0.0}, "sigma_w must be a finite number > 0; got 0.0"),
        ({"steepness": 0.0}, "steepness must be a finite number > 0; got 0.0"),
        ({"hidden_layers": 0}, "hidden_layers must be a whole number >= 1; got 0"),
    ],
)
def test_what_it_refuses(settings, message):
    with pytest.raises(ValueError, match=f"^SpikingArchitecture: {re.escape(message)}"):
        sgntk.SpikingArchitecture(Gaussian(1.0), **settings)


@pytest.mark.usefixtures("annotations_unchecked")
def test_a_surrogate_is_a_must():
    with pytest.raises(TypeError, match=r"^SpikingArchitecture: surrogate must be a Surrogate.*got None$"):
        sgntk.SpikingArchitecture(None)


@pytest.mark.usefixtures("x64")
def test_leaky_integration():
    expected = [[1, 0, 0], [0.5, 1, 0], [0.25, 0.5, 1]]
    np.testing.assert_array_equal(leaky_integration(0.5, 3, jnp.float64), expected)
    np.testing.assert_array_equal(leaky_integration(0.0, 3, jnp.float64), np.eye(3))
    np.testing.assert_array_equal(leaky_integration(1.0, 3, jnp.float64), np.tri(3))
    slope = jax.jacfwd(lambda leak: leaky_integration(leak, 3, jnp.float64))(0.0)
    np.testing.assert_array_equal(slope, np.eye(3, k=-1))


# --- with a reset ---


@pytest.mark.usefixtures("optimized")
@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="one layer"),
        pytest.param({"hidden_layers": 2, "recurrence": 0.8}, id="recurrent", marks=pytest.mark.slow),
    ],
)
def test_without_a_reset_the_estimate_is_the_kernel(settings):
    arch = dataclasses.replace(ARCH, **settings)
    estimate = spiking.nngp_with_reset(arch, KEY, X, X[:2], width=500, count=40)
    deviation = (estimate.value - sgntk.nngp(arch, X, X[:2])) / estimate.standard_error
    # Eight entries from common random numbers; 40 networks make the standard error good to 11 %.
    assert np.abs(deviation).max() < 4
    assert estimate.standard_error.max() < 0.05 * estimate.value.max()


def single_unit_paths(arch, x, paths):
    """The kernel of one hidden layer from its definition: paths of a unit's currents, drawn from their covariance."""
    points, steps, dimension = x.shape
    flat = x.reshape(points * steps, dimension)
    covariance = arch.sigma_w**2 / dimension * flat @ flat.T + arch.sigma_b**2
    values, vectors = np.linalg.eigh(covariance)
    draws = np.random.default_rng(8).normal(size=(paths, len(flat))) * np.sqrt(np.maximum(values, 0)) @ vectors.T
    currents = draws.reshape(paths, points, steps)
    u = s = count = np.zeros((paths, points))
    for t in range(steps):
        kept = {"subtract": arch.leak * u - arch.threshold * s, "zero": arch.leak * u * (1 - s)}[arch.reset]
        u = kept + currents[:, :, t]
        s = (u > arch.threshold).astype(float)
        count = count + s
    z = count / steps
    products = z[:, :, None] * z[:, None, :]
    error = products.std(axis=0) / paths**0.5
    return arch.sigma_w**2 * products.mean(axis=0) + arch.sigma_b**2, arch.sigma_w**2 * error


@pytest.mark.usefixtures("optimized")
@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_with_a_reset_it_is_that_of_single_units(reset):
    arch = dataclasses.replace(ARCH, reset=reset)
    estimate = spiking.nngp_with_reset(arch, KEY, X, width=500, count=40)
    expected, error = single_unit_paths(arch, X, 100_000)
    deviation = (estimate.value - expected) / np.hypot(estimate.standard_error, error)
    assert np.abs(deviation).max() < 4
    without = sgntk.nngp(dataclasses.replace(arch, reset="none"), X)
    assert np.abs(estimate.value - without).max() > 10 * estimate.standard_error.max()  # the reset matters


def test_estimates_are_checked():
    with pytest.raises(ValueError, match=r"^nngp_with_reset: count must be a whole number >= 2; got 1$"):
        spiking.nngp_with_reset(ARCH, KEY, X, count=1)
    with pytest.raises(ValueError, match=r"^nngp_with_reset: x1 must have shape \(points, T, d\)"):
        spiking.nngp_with_reset(ARCH, KEY, X[0])


# --- neurons ---


def test_a_gain_is_that_of_the_currents():
    plain = Neuron(SuperSpike(5.0), 0.9, 0.8).architecture(hidden_layers=1, sigma_w=0.5, sigma_b=0.1, recurrence=0.3)
    scaled = Neuron(SuperSpike(5.0), 0.9, 0.8, gain=0.25).architecture(
        hidden_layers=1, sigma_w=2.0, sigma_b=0.4, recurrence=1.2, output_scale=0.25
    )
    assert dataclasses.replace(scaled, output_scale=1.0) == plain
    assert scaled.output_scale == 1.0
    assert Neuron(SuperSpike(5.0), 0.9, reset="zero").architecture(readout="last").reset == "zero"
    assert Neuron(SuperSpike(5.0), 0.9, reset="zero").architecture(reset="none").reset == "none"
