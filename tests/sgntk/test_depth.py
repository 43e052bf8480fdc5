"""Depth maps against deep networks and closed forms, and equivalent learning rates against learning."""

import dataclasses
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

import sgntk
from sgntk import dynamics
from sgntk.surrogates import ErfDerivative, Gaussian, StraightThrough

SPIKING = sgntk.SpikingArchitecture(Gaussian(0.7), 0.5, 0.6, 0.0, 1, sigma_w=1.6, sigma_b=0.3)


def test_fixed_point_of_a_sign_network_is_closed():
    """`a = sigma_w^2 + sigma_b^2`; the correlation solves `c = (sigma_w^2 2/pi arcsin c + sigma_b^2)/a`."""
    result = dynamics.depth_map(sgntk.Architecture(sgntk.Sign(), ErfDerivative(1.0), sigma_w=1.2, sigma_b=0.8))
    a = 1.2**2 + 0.8**2
    assert float(result.variance) == pytest.approx(a, rel=1e-12)
    c = float(result.correlation)
    assert c == pytest.approx((1.2**2 * 2 / np.pi * np.arcsin(c) + 0.8**2) / a, rel=1e-5)
    assert 0 < c < 0.99
    assert float(result.rate) == 0
    # E[s(u)^2] of erf', and E[sign'(u) s(u)] = 2 phi(0; 0, a) s(0).
    square = 4 / np.pi / np.sqrt(1 + 4 * a)
    assert float(result.gradient_growth) == pytest.approx(1.2**2 * square, rel=1e-10)
    assert float(result.kernel_growth) == pytest.approx(
        1.2**2 * 2 / np.sqrt(2 * np.pi * a) * 2 / np.sqrt(np.pi), rel=1e-12
    )
    assert result.gradient_growth_over_time is None
    assert result.converged


def test_a_smooth_network_at_the_edge_of_chaos():
    """With its own derivative both numbers are chi_1, and whether equal inputs stay together turns at chi_1 = 1."""
    for sigma_w, together in ((0.8, True), (2.5, False)):
        result = dynamics.depth_map(sgntk.Architecture(sgntk.Erf(1.0), None, sigma_w=sigma_w, sigma_b=0.3), depth=300)
        assert float(result.gradient_growth) == pytest.approx(float(result.kernel_growth), rel=1e-9)
        assert (float(result.gradient_growth) < 1) is together
        assert (float(result.correlation) > 0.999) is together


def test_a_step_without_surrogate_explodes():
    smooth = dataclasses.replace(SPIKING, surrogate=SPIKING.derivative)
    assert np.isposinf(dynamics.depth_map(smooth, steps=3).gradient_growth).all()


def test_one_step_of_spiking_is_a_perceptron():
    perceptron = sgntk.Architecture(sgntk.Heaviside(0.5), Gaussian(0.7), sigma_w=1.6, sigma_b=0.3)
    ours, theirs = dynamics.depth_map(SPIKING, steps=1), dynamics.depth_map(perceptron)
    [a] = ours.variance
    assert a == pytest.approx(1.6**2 * stats.norm.sf(0.5 / np.sqrt(a)) + 0.3**2, rel=1e-10)
    for name in ("variance", "correlation", "rate", "gradient_growth", "kernel_growth"):
        assert getattr(ours, name)[0] == pytest.approx(float(getattr(theirs, name)), rel=1e-5), name


def deep_gradients(arch, width, depth, inputs):
    """Mean square gradient of the output by the membranes' currents, layer by layer and input by input."""
    deep = dataclasses.replace(arch, hidden_layers=depth)
    params = sgntk.init(deep, sgntk.split_keys(1, 1)[0], width=width, input_dim=inputs.shape[2])
    gradient = jax.vmap(jax.grad(lambda p, x: sgntk.apply(deep, p, x[None])[0, 0]), in_axes=(None, 0))
    layers = jax.jit(gradient)(params, jnp.asarray(inputs, jnp.float32))
    return [jnp.mean(layer.bias**2, axis=1) for layer in layers[:-1]]


@pytest.mark.parametrize(
    "height", [pytest.param(0.3, id="vanishing", marks=pytest.mark.slow), pytest.param(2.0, id="exploding")]
)
def test_gradients_of_finite_networks_grow_so(height):
    """One step, where a gradient by a bias is one by the membrane; they grow backwards by the number."""
    arch = dataclasses.replace(SPIKING, surrogate=Gaussian(0.7, height=height))
    growth = float(dynamics.depth_map(arch, steps=1).gradient_growth[0])
    found = deep_gradients(arch, 400, 8, np.random.default_rng(0).normal(size=(6, 1, 20)))
    rates = np.mean(np.log(found), axis=1)
    slope = np.polyfit(np.arange(8), rates, 1)[0]
    # Backwards: the gradient in layer l is larger by `growth` than that in layer l + 1.
    assert -slope == pytest.approx(np.log(growth), abs=0.15)
    assert (growth > 1) is (height > 1)


def test_over_time():
    """`leak^2 + recurrence^2 E[s^2]`, from the variance that recurrence makes larger step by step."""
    arch = dataclasses.replace(SPIKING, recurrence=0.9, surrogate=StraightThrough())
    result = dynamics.depth_map(arch, steps=3)
    np.testing.assert_allclose(result.gradient_growth_over_time, 0.6**2 + 0.9**2, rtol=1e-12)
    np.testing.assert_allclose(result.gradient_growth, 1.6**2, rtol=1e-12)
    assert np.all(np.diff(result.variance) > 0)
    np.testing.assert_allclose(result.rate, stats.norm.sf(0.5 / np.sqrt(result.variance)), rtol=1e-12)


def test_silence_is_a_fixed_point_too():
    """A high threshold and no bias: activity dies out with depth, and with it all gradients."""
    result = dynamics.depth_map(sgntk.SpikingArchitecture(Gaussian(0.1), 2.0, 0.5, sigma_w=1.0), steps=3)
    np.testing.assert_array_equal(result.rate, 0)
    np.testing.assert_array_equal(result.kernel_growth, 0)
    assert np.all(result.gradient_growth < 1e-10)


def test_says_where_there_is_no_fixed_point_yet():
    with pytest.warns(UserWarning, match=r"^depth_map: no fixed point yet"):
        assert not dynamics.depth_map(sgntk.Architecture(sgntk.Erf(1.0), sigma_w=1.1), depth=2).converged


def test_layers_must_be_alike():
    with pytest.raises(ValueError, match=r"^depth_map: all layers must be alike; give one threshold"):
        dynamics.depth_map(sgntk.SpikingArchitecture(Gaussian(1.0), (0.5, 0.6)))


X = np.random.default_rng(2).normal(size=(6, 4, 2))


def test_equivalent_learning_rates_shrink_the_fastest_mode_alike():
    slopes = {str(width): dataclasses.replace(SPIKING, surrogate=Gaussian(width)) for width in (0.3, 0.7, 2.0)}
    rates = dynamics.learning_rate_equivalents(slopes, X, learning_rate=0.2)
    assert list(rates) == list(slopes)
    assert rates["0.3"] == 0.2
    assert rates["0.3"] > rates["0.7"] > rates["2.0"]  # wider surrogates learn faster
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dynamics.DivergenceWarning)
        factors = [dynamics.spectrum(arch, X).factors(rates[name])[0] for name, arch in slopes.items()]
    np.testing.assert_allclose(factors, factors[0], rtol=1e-10)


def test_twice_the_surrogate_needs_no_more_than_half_the_rate_of_what_it_multiplies():
    """The kernel is `C + Phi s`; with the readout alone learning (`s` near 0) a factor changes nothing."""
    small = {
        str(height): dataclasses.replace(SPIKING, surrogate=Gaussian(0.7, height=height)) for height in (1e-6, 2e-6)
    }
    rates = dynamics.learning_rate_equivalents(small, X)
    assert rates["2e-06"] == pytest.approx(1.0, abs=1e-5)
    large = {str(height): dataclasses.replace(SPIKING, surrogate=Gaussian(0.7, height=height)) for height in (1e6, 2e6)}
    rates = dynamics.learning_rate_equivalents(large, X)
    assert rates["2000000.0"] == pytest.approx(0.5, rel=1e-5)


def test_what_they_refuse():
    with pytest.raises(ValueError, match=r"^learning_rate_equivalents: give at least one network$"):
        dynamics.learning_rate_equivalents({}, X)
    silent = sgntk.SpikingArchitecture(Gaussian(1.0), 5.0, sigma_w=1.0)
    with pytest.raises(ValueError, match=r"^learning_rate_equivalents: the SG-NTK of 'silent' is 0"):
        dynamics.learning_rate_equivalents({"silent": silent}, np.zeros_like(X))
