"""Activation functions, and the expectations that kernels need of them."""

import dataclasses
import math
import warnings
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest
from scipy import stats
from test_surrogates import CATALOGUE as SURROGATES

import sgntk
from sgntk import _gaussian as gaussian
from sgntk import activations, surrogates
from sgntk._compat import enable_x64
from sgntk.activations import Erf, HardTanh, Heaviside, Identity, Quantizer, ReLU, Sign
from sgntk.surrogates import (
    Box,
    ErfDerivative,
    JumpDerivative,
    Piecewise,
    PiecewiseLinear,
    SignDerivative,
    StraightThrough,
)

COVARIANCE = (0.9, 1.7, -0.6)  # a, b, c: unequal variances tell the arguments apart


def pair(covariance):
    return gaussian.pair(*(jnp.asarray(value) for value in covariance))


@pytest.mark.parametrize("m", [0.5, 2, 20.0])
def test_erf(m):
    z = np.linspace(-2, 2, 21)
    # float32 erf is good to a few units in the last place.
    np.testing.assert_allclose(Erf(m)(jnp.asarray(z, jnp.float32)), [math.erf(m * v) for v in z], atol=3e-7)


def test_sign():
    np.testing.assert_array_equal(Sign()(jnp.array([-3.0, -0.0, 0.0, 1e-30])), [-1, 0, 0, 1])


def test_derivatives():
    assert Erf(3.0).derivative == ErfDerivative(3.0)
    assert Sign().derivative == SignDerivative()
    assert (Erf(3.0).has_jumps, Sign().has_jumps) == (False, True)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("m", [0.5, 2.0, 20.0])
def test_erf_expectations_against_quadrature(m):
    act, derivative = oracles.erf(m), oracles.erf_derivative(m)
    # The quadrature is good to rounding, which a steep derivative of height m amplifies.
    product = Erf(m).product_mean(pair(COVARIANCE))
    assert product == pytest.approx(oracles.pair_mean(act, act, *COVARIANCE), rel=1e-11)
    for surrogate, s in ((ErfDerivative(1.5), oracles.erf_derivative(1.5)), (StraightThrough(), np.ones_like)):
        value = Erf(m).derivative_surrogate_mean(pair(COVARIANCE), surrogate)
        assert value == pytest.approx(oracles.pair_mean(derivative, s, *COVARIANCE), rel=1e-11)


@pytest.mark.usefixtures("x64")
def test_sign_expectations_against_scipy():
    product = Sign().product_mean(pair(COVARIANCE))
    assert product == pytest.approx(oracles.sign_sign_mean(*COVARIANCE), rel=1e-11)
    mean = Sign().derivative_surrogate_mean(pair(COVARIANCE), ErfDerivative(1.5))
    assert mean == pytest.approx(oracles.sign_derivative_mean(oracles.erf_derivative(1.5), *COVARIANCE), rel=1e-11)


@pytest.mark.usefixtures("x64")
def test_derivative_belongs_to_the_first_argument():
    a, b, c = COVARIANCE
    surrogate = ErfDerivative(0.3)
    one = Erf(4.0).derivative_surrogate_mean(pair((a, b, c)), surrogate)
    other = Erf(4.0).derivative_surrogate_mean(pair((b, a, c)), surrogate)
    assert abs(one - other) > 0.1 * one


@pytest.mark.parametrize("m", [0.0, -2.0, math.nan, math.inf, "2", None])
@pytest.mark.usefixtures("annotations_unchecked")
def test_bad_steepness(m):
    with pytest.raises(ValueError, match=r"^Erf: m must be a finite number > 0; got "):
        Erf(m)


def test_equal_parameters_make_equal_activations():
    assert Erf(2.0) == Erf(2)
    assert hash(Erf(2.0)) == hash(Erf(2))
    assert Erf(2.0) != Erf(3.0)
    assert Sign() == Sign()


# --- piecewise linear activations, and every pair ---

STAIRS = Quantizer((-0.5, 0.4, 1.2), (1.0, 0.5, 2.0), offset=-1.0)
# The function; its steps (at, height); its corners (at, change of slope); its slope far to the left.
PIECEWISE = {
    "heaviside": (Heaviside(0.0), lambda z: np.heaviside(z, 0), [(0, 1)], [], 0),
    "heaviside_0.7": (Heaviside(0.7), lambda z: np.heaviside(z - 0.7, 0), [(0.7, 1)], [], 0),
    "quantizer": (
        STAIRS,
        lambda z: -1 + (z > -0.5) + 0.5 * (z > 0.4) + 2 * (z > 1.2),
        [(-0.5, 1), (0.4, 0.5), (1.2, 2)],
        [],
        0,
    ),
    "relu": (ReLU(), lambda z: np.maximum(z, 0), [], [(0, 1)], 0),
    "hard_tanh": (HardTanh(), lambda z: np.clip(z, -1, 1), [], [(-1, 1), (1, -1)], 0),
    "identity": (Identity(), lambda z: z, [], [], 1),
}
ACTIVATIONS = {
    **{name: entry[:2] for name, entry in PIECEWISE.items()},
    "erf": (Erf(2.0), oracles.erf(2)),
    "sign": (Sign(), np.sign),
}
COVARIANCES = [COVARIANCE, (1.0, 4.0, 1.999), (0.5, 0.5, 0.0), (2.0, 0.7, 1.1), (0.8, 0.8, 0.8)]
each = pytest.mark.parametrize("name", PIECEWISE)


def batch(covariances):
    return pair(zip(*covariances, strict=True))


def test_every_activation_is_tested():
    names = {type(activation).__name__ for activation, _ in ACTIVATIONS.values()}
    assert names == set(activations.__all__) - {"Activation", "Custom"}  # which has tests of its own


@each
@pytest.mark.usefixtures("x64")
def test_piecewise_function(name):
    activation, act, *_ = PIECEWISE[name]
    z = np.linspace(-3, 3, 1001)
    np.testing.assert_allclose(activation(jnp.asarray(z)), act(z), rtol=1e-15, atol=1e-15)


@each
@pytest.mark.usefixtures("x64")
def test_product_mean_against_quadrature(name):
    activation, act, steps, corners, _ = PIECEWISE[name]
    kinks = [at for at, _ in (*steps, *corners)]
    # E[act(u) act(v)] = E[act(u) E[act(v) | u]], each an integral between the kinks.
    expected = []
    for a, b, c in COVARIANCES[:2]:
        std = np.sqrt(b - c**2 / a)
        given = partial(oracles.shifted_mean, act, kinks, std=std)
        inner = np.vectorize(lambda u, given=given, slope=c / a: given(slope * u))
        # As a function of u, what is known of v turns within a few std a/c of where v meets a kink.
        turns = [a / c * (kink + width * std) for kink in kinks for width in (-6, -3, 0, 3, 6) if c != 0]
        product = lambda u, inner=inner: act(u) * inner(u)  # noqa: E731
        expected.append(oracles.shifted_mean(product, [*kinks, *turns], 0.0, np.sqrt(a)))
    value = activation.product_mean(batch(COVARIANCES[:2]))
    np.testing.assert_allclose(value, expected, rtol=1e-10, atol=1e-11)


@each
@pytest.mark.usefixtures("x64")
def test_product_mean_where_points_coincide(name):
    activation, act, steps, corners, _ = PIECEWISE[name]
    kinks = [at for at, _ in (*steps, *corners)]
    same = activation.product_mean(pair((0.8, 0.8, 0.8)))
    assert float(same) == pytest.approx(
        oracles.shifted_mean(lambda z: act(z) ** 2, kinks, 0.0, np.sqrt(0.8)), rel=1e-11
    )
    opposite = activation.product_mean(pair((0.8, 0.8, -0.8)))
    both = [*kinks, *(-kink for kink in kinks)]
    expected = oracles.shifted_mean(lambda z: act(z) * act(-z), both, 0.0, np.sqrt(0.8))
    assert float(opposite) == pytest.approx(expected, rel=1e-11, abs=1e-12)


# Of activations that compile long, a surrogate of each kind stands for all, which the slow tests have.
COMPILES_LONG = ("quantizer", "hard_tanh")
EACH_KIND = ("gaussian", "super_spike", "box", "triangle", "sech_squared")


def with_surrogates(names):
    every = tuple(SURROGATES)
    quick = [pytest.param(name, EACH_KIND if name in COMPILES_LONG else every, id=name) for name in names]
    slow = [pytest.param(name, every, id=f"{name}_with_all", marks=pytest.mark.slow) for name in COMPILES_LONG]
    return pytest.mark.parametrize(("name", "keys"), [*quick, *slow])


@cache
def derivative_means(name, keys):
    """`E[act'(u) s(v)]` of one activation with surrogates, for every covariance."""
    activation = ACTIVATIONS[name][0]
    with enable_x64():
        covariances = batch(COVARIANCES[:-1])
        return {key: np.asarray(activation.derivative_surrogate_mean(covariances, SURROGATES[key][0])) for key in keys}


@with_surrogates(PIECEWISE)
def test_derivative_surrogate_mean_of_every_pair_against_quadrature(name, keys):
    _, _, steps, corners, left = PIECEWISE[name]
    kinks = (-1.0, 0.0, 1.0)
    for key, values in derivative_means(name, keys).items():
        s = SURROGATES[key][1]
        expected = []
        for a, b, c in COVARIANCES[:-1]:
            total = left * oracles.shifted_mean(s, kinks, 0.0, np.sqrt(b))
            for at, height in steps:  # the delta by hand
                mean = oracles.shifted_mean(s, kinks, c / a * at, np.sqrt(b - c**2 / a))
                total += height * stats.norm.pdf(at, scale=np.sqrt(a)) * mean
            for at, bend in corners:
                total += bend * oracles.tail_mean(s, kinks, at, a, b, c)
            expected.append(total)
        # Gauss-Legendre between the kinks, good to 1e-12.
        np.testing.assert_allclose(values, expected, rtol=1e-10, atol=1e-11, err_msg=key)


@pytest.mark.usefixtures("x64")
@with_surrogates(ACTIVATIONS)
def test_every_pair_against_monte_carlo(name, keys):
    """`E[act'(u) s(v)]` as the difference quotient of `E[act(u + h) s(v)]`, deltas and all, from 400,000 draws."""
    activation, act = ACTIVATIONS[name]
    a, b, c = COVARIANCE
    draws = np.random.default_rng(3).normal(size=(2, 400_000))
    u = np.sqrt(a) * draws[0]
    v = c / np.sqrt(a) * draws[0] + np.sqrt(b - c**2 / a) * draws[1]
    h = 0.05
    quotient = (act(u + h) - act(u - h)) / (2 * h)
    samples = {key: quotient * SURROGATES[key][1](v) for key in keys}
    values = {key: value[0] for key, value in derivative_means(name, keys).items()}
    samples["product"], values["product"] = act(u) * act(v), float(activation.product_mean(pair(COVARIANCE)))
    for key, sample in samples.items():
        error = sample.std() / np.sqrt(sample.size)
        # Four standard errors, one in 16,000 for each of 100 correlated ones, at a fixed seed. The quotient's bias is
        # h^2/6 times a second derivative of order 1, at most 1e-3 for the steps of height 2.
        assert abs(sample.mean() - values[key]) < 4 * error + 1e-3, key
        assert error < 0.02, key


@pytest.mark.usefixtures("x64")
def test_heaviside_is_half_of_sign():
    pairs = batch(COVARIANCES)
    for s in (ErfDerivative(1.5), Box(0.5)):
        half = Heaviside(0.0).derivative_surrogate_mean(pairs, s)
        np.testing.assert_allclose(2 * half, Sign().derivative_surrogate_mean(pairs, s), rtol=1e-14)
    product = Heaviside(0.0).product_mean(pairs)
    np.testing.assert_allclose(4 * product - 1, Sign().product_mean(pairs), atol=1e-14)


@pytest.mark.usefixtures("x64")
def test_fine_stairs_have_the_slope_of_the_identity():
    thresholds = np.linspace(-8, 8, 50)
    step = thresholds[1] - thresholds[0]
    stairs = Quantizer(tuple(thresholds), (step,) * 50, offset=-8 - step / 2)
    # The deltas sum to a trapezoid rule for E[s(v)] over a Gaussian: exact to all digits at a third of its width.
    mean = stairs.derivative_surrogate_mean(pair(COVARIANCE), ErfDerivative(0.5))
    assert float(mean) == pytest.approx(float(ErfDerivative(0.5).gaussian_mean(jnp.sqrt(1.7))), rel=1e-12)


def test_derivatives_of_piecewise_linear_activations():
    assert HardTanh().derivative == Box(1.0)
    assert Identity().derivative == StraightThrough()
    assert Heaviside(0.5).derivative == JumpDerivative(((0.5, 1.0),))
    assert ReLU().derivative == Piecewise(PiecewiseLinear(steps=((0.0, 1.0),)))
    np.testing.assert_array_equal(ReLU().derivative(jnp.array([-1.0, 2.0])), [0, 1])
    assert [entry[0].has_jumps for entry in PIECEWISE.values()] == [True, True, True, False, False, False]


@pytest.mark.usefixtures("x64")
def test_ntk_of_relu_is_the_arc_cosine_kernel():
    angle = math.acos(-0.6 / math.sqrt(0.9 * 1.7))
    value = ReLU().derivative_surrogate_mean(pair(COVARIANCE), ReLU().derivative)
    assert float(value) == pytest.approx((math.pi - angle) / (2 * math.pi), rel=1e-14)  # Cho & Saul 2009


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Heaviside(math.nan), "Heaviside: threshold must be finite numbers; got nan"),
        (lambda: Quantizer((0.0, 1.0), (1.0,)), "Quantizer: thresholds and heights must be as many, .*; got 2 and 1"),
        (lambda: Quantizer((), ()), "Quantizer: thresholds and heights must be as many, .*; got 0 and 0"),
        (lambda: Quantizer((1.0, 0.0), (1.0, 1.0)), "Quantizer: thresholds must ascend .*"),
        (lambda: Quantizer((0.0,), (0.0,)), "Quantizer: .*heights not be 0.*"),
        (lambda: Quantizer(("a",), (1.0,)), "Quantizer: thresholds must be finite numbers; got 'a'"),
    ],
)
@pytest.mark.usefixtures("annotations_unchecked")
def test_bad_steps(build, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        build()


def test_lists_make_equal_quantizers():
    assert Quantizer([0, 1], [1, 1]) == Quantizer((0.0, 1.0), (1.0, 1.0))
    assert hash(Quantizer([0, 1], [1, 1])) == hash(Quantizer((0.0, 1.0), (1.0, 1.0)))


# --- smooth activations of one's own ---

TANH = activations.Custom(jnp.tanh)
SMOOTH_X = np.random.default_rng(7).normal(size=(3, 2))


@pytest.mark.parametrize("surrogate", [None, surrogates.Box(1.0), surrogates.SuperSpike(3.0)])
def test_custom_equals_the_closed_form(surrogate):
    closed, own = (
        sgntk.Architecture(activation, surrogate, 2, 1.2, 0.2)
        for activation in (sgntk.Erf(1.0), activations.Custom(jax.scipy.special.erf))
    )
    # The rule's error at erf(z) is below rounding; 16,384 terms are added up.
    np.testing.assert_allclose(sgntk.nngp(own, SMOOTH_X), sgntk.nngp(closed, SMOOTH_X), rtol=1e-12)
    np.testing.assert_allclose(sgntk.sg_ntk(own, SMOOTH_X), sgntk.sg_ntk(closed, SMOOTH_X), rtol=1e-12)


def test_custom_against_two_dimensional_quadrature():
    pair = gaussian.pair(*(jnp.asarray(value) for value in (0.8, 1.3, -0.4)))
    expected = oracles.pair_mean(np.tanh, np.tanh, 0.8, 1.3, -0.4)
    assert float(TANH.product_mean(pair)) == pytest.approx(expected, rel=1e-6)  # float32
    assert float(TANH.mean(pair.a)) == pytest.approx(0, abs=1e-6)


@pytest.mark.usefixtures("x64")
def test_gradient_of_a_kernel_of_a_custom_activation():
    arch = sgntk.Architecture(TANH, None, 1, 1.2, 0.2)
    kernel = jax.jit(
        lambda sigma_w: sgntk.nngp(dataclasses.replace(arch, sigma_w=sigma_w), jnp.asarray(SMOOTH_X))[0, 1]
    )
    difference = (kernel(1.2 + 1e-5) - kernel(1.2 - 1e-5)) / 2e-5
    assert float(jax.jit(jax.grad(kernel))(1.2)) == pytest.approx(float(difference), rel=1e-8)


def test_custom_warns_of_a_step_too_steep_for_its_rule():
    with pytest.warns(
        UserWarning, match=r"^Custom: the quadrature for E\[act\(u\)\^2\] is off by .* between .* and 3 "
    ):
        activations.Custom(lambda z: jnp.tanh(20 * z))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        activations.Custom(lambda z: jnp.tanh(3 * z), nodes=512)


def test_custom_takes_its_derivative_from_its_function_or_as_given():
    z = jnp.linspace(-2, 2, 5)
    expected = 1 - np.tanh(z) ** 2
    np.testing.assert_allclose(TANH.derivative(z), expected, atol=1e-6)  # float32
    given = activations.Custom(jnp.tanh, slope=lambda z: 7 * z)
    np.testing.assert_array_equal(given.derivative(z), 7 * z)
