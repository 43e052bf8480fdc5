"""Surrogate derivatives, and their Gaussian means."""

import dataclasses
import math
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from sgntk import _gaussian as gaussian
from sgntk import surrogates
from sgntk._compat import enable_x64
from sgntk.surrogates import (
    AlgebraicSigmoidDerivative,
    Arctangent,
    Box,
    Cosine,
    Custom,
    ErfDerivative,
    Gaussian,
    JumpDerivative,
    Laplace,
    LeakyBox,
    LogTailed,
    MultiGaussian,
    OneSided,
    Piecewise,
    PiecewiseLinear,
    PowerLaw,
    SechSquared,
    Shifted,
    SigmoidDerivative,
    SignDerivative,
    StraightThrough,
    Sum,
    SuperSpike,
    Triangle,
)

STEEPNESS_TAU = np.geomspace(1e-3, 1e2, 11)


def bell(z, mean, std):
    return np.exp(-(((z - mean) / std) ** 2) / 2) / (np.sqrt(2 * np.pi) * std)


def multi_gaussian(z):
    return 1.15 * bell(z, 0, 1) - 0.15 * bell(z, 1, 6) - 0.15 * bell(z, -1, 6)


# Of steepness 1, with a function of plain NumPy, and the area under it.
CATALOGUE = {
    "straight_through": (StraightThrough(), np.ones_like, None),
    "erf_derivative": (ErfDerivative(1.0), oracles.erf_derivative(1), 2),
    "gaussian": (Gaussian(1.0), lambda z: np.exp(-(z**2) / 2), np.sqrt(2 * np.pi)),
    "box": (Box(1.0), lambda z: np.where(abs(z) <= 1, 1.0, 0.0), 2),
    "triangle": (Triangle(1.0), lambda z: np.maximum(0, 1 - abs(z)), 1),
    "arctangent": (Arctangent(1.0), lambda z: 1 / (1 + z**2), np.pi),
    "laplace": (Laplace(1.0), lambda z: np.exp(-abs(z)), 2),
    "super_spike": (SuperSpike(1.0), lambda z: (1 + abs(z)) ** -2.0, 2),
    "sigmoid_derivative": (SigmoidDerivative(1.0), lambda z: 4 * special.expit(z) * special.expit(-z), 4),
    "sech_squared": (SechSquared(1.0), lambda z: 1 - np.tanh(z) ** 2, 2),
    "multi_gaussian": (MultiGaussian(1.0), lambda z: multi_gaussian(z) / multi_gaussian(0.0), None),
    "power_law": (PowerLaw(1.0, 3.0), lambda z: (1 + abs(z)) ** -3.0, 1),
    "algebraic_sigmoid_derivative": (AlgebraicSigmoidDerivative(1.0), lambda z: (1 + z**2) ** -1.5, 2),
    "log_tailed": (LogTailed(1.0), lambda z: 1 / np.maximum(1, abs(z)), None),
    "leaky_box": (LeakyBox(1.0, 0.1), lambda z: np.where(abs(z) <= 1, 1.0, 0.1), None),
}
BUMPS = {name: entry for name, entry in CATALOGUE.items() if hasattr(entry[0], "normalize")}
each = pytest.mark.parametrize("name", CATALOGUE)


def evaluate(surrogate, z):
    return np.asarray(surrogate(jnp.asarray(z)))


def test_every_surrogate_is_tested():
    public = {getattr(surrogates, name) for name in surrogates.__all__}
    leaves = {kind for kind in public if isinstance(kind, type) and issubclass(kind, surrogates.Surrogate)}
    composed = {Custom, OneSided, Piecewise, Shifted, Sum}
    elsewhere = {surrogates.Surrogate, Cosine, JumpDerivative, SignDerivative, *composed}
    assert {type(surrogate) for surrogate, _, _ in CATALOGUE.values()} == leaves - elsewhere


# --- the functions ---


@each
@pytest.mark.usefixtures("x64")
def test_function(name):
    surrogate, s, _ = CATALOGUE[name]
    z = np.linspace(-4, 4, 1001)
    np.testing.assert_allclose(evaluate(surrogate, z), s(z), rtol=1e-12, atol=1e-15)
    np.testing.assert_array_equal(evaluate(surrogate, -z), evaluate(surrogate, z))
    assert surrogate.even


@each
def test_float32_neither_overflows_nor_promotes(name):
    value = CATALOGUE[name][0](jnp.array([-1e18, -300.0, 0.0, 89.0, 1e18], jnp.float32))
    assert value.dtype == jnp.float32
    assert np.all(np.isfinite(value))


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("k", [0.5, 1.0, 7.0])
def test_erf_derivative_is_the_derivative_of_erf(k):
    z = np.linspace(-3, 3, 41)
    derivative = jax.vmap(jax.grad(lambda z: jax.scipy.special.erf(k * z)))(jnp.asarray(z))
    # Both are the same few operations in float64.
    np.testing.assert_allclose(ErfDerivative(k)(jnp.asarray(z)), derivative, rtol=1e-13)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    ("steep", "scale"),
    [
        (Gaussian(0.25), 4),
        (Box(0.25), 4),
        (Triangle(0.25), 4),
        (Arctangent(4.0), 4),
        (Laplace(4.0), 4),
        (SuperSpike(4.0), 4),
        (SigmoidDerivative(4.0), 4),
        (SechSquared(4.0), 4),
        (MultiGaussian(0.25), 4),
        (PowerLaw(4.0, 3.0), 4),
        (AlgebraicSigmoidDerivative(4.0), 4),
    ],
    ids=BUMPS,
)
def test_steepness_scales_the_argument(steep, scale):
    plain = next(s for s, _, _ in BUMPS.values() if type(s) is type(steep))
    z = np.linspace(-2, 2, 101)
    np.testing.assert_allclose(evaluate(steep, z), evaluate(plain, scale * z), rtol=1e-13)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", BUMPS)
def test_height_is_the_peak_or_the_area(name):
    surrogate, _, area = CATALOGUE[name]
    peak = dataclasses.replace(surrogate, height=0.7)
    assert float(peak(jnp.array(0.0))) == pytest.approx(0.7, rel=1e-14)
    whole = dataclasses.replace(surrogate, height=0.7, normalize="area")
    # z = tan(angle), with a panel's end at the corner of box and triangle.
    node, weight = np.polynomial.legendre.leggauss(100)
    angle = np.pi / 8 * np.concatenate([node + 1, node + 3])
    s = evaluate(whole, np.tan(angle))
    assert 2 * np.pi / 8 * np.sum(np.tile(weight, 2) * s / np.cos(angle) ** 2) == pytest.approx(0.7, rel=1e-11)
    if area is not None:
        assert float(whole(jnp.array(0.0))) == pytest.approx(0.7 / area, rel=1e-14)


# --- the means ---


@each
@pytest.mark.usefixtures("x64")
def test_mean_against_scipy(name):
    surrogate, s, _ = CATALOGUE[name]
    if name in ("box", "leaky_box"):  # SciPy's rule would have to find the jump
        erf = special.erf(1 / (np.sqrt(2) * STEEPNESS_TAU))
        expected = erf if name == "box" else 0.1 + 0.9 * erf
    else:
        expected = [oracles.mean(s, tau) for tau in STEEPNESS_TAU]
    # SciPy's adaptive rule is asked for 1e-12.
    np.testing.assert_allclose(surrogate.gaussian_mean(jnp.asarray(STEEPNESS_TAU)), expected, rtol=1e-11)


@each
@pytest.mark.usefixtures("x64")
def test_mean_against_quadrature(name):
    surrogate = CATALOGUE[name][0]
    tau = jnp.asarray(np.geomspace(1e-3, 1e2, 61))
    # The quadrature is good to 1e-14, and is told the jumps; the sum of a multi-Gaussian's three bells cancels to 1e-3.
    np.testing.assert_allclose(surrogates.mean_by_quadrature(surrogate, tau), surrogate.gaussian_mean(tau), rtol=1e-12)


@each
@pytest.mark.usefixtures("x64")
def test_mean_at_tau_0_is_the_peak(name):
    surrogate = CATALOGUE[name][0]
    np.testing.assert_allclose(surrogate.gaussian_mean(jnp.zeros(2)), surrogate(jnp.zeros(2)), rtol=1e-14)
    near = surrogate.gaussian_mean(jnp.asarray([1e-9]))
    np.testing.assert_allclose(near, surrogate(jnp.zeros(1)), rtol=1e-8)  # M is Lipschitz there


@each
@pytest.mark.usefixtures("x64")
def test_shifted_mean_against_quadrature(name):
    surrogate, s, _ = CATALOGUE[name]
    kinks = (-1.0, 0.0, 1.0)
    cases = [(0.3, 0.2), (-1.4, 0.7), (2.0, 3.0), (1.0, 1e-3)]
    mean, std = (jnp.asarray(values) for values in zip(*cases, strict=True))
    expected = [oracles.shifted_mean(s, kinks, *case) for case in cases]
    np.testing.assert_allclose(surrogate.shifted_mean(mean, std), expected, rtol=1e-11, atol=1e-12)
    # Without spread it is the value itself, beside the jumps.
    np.testing.assert_allclose(surrogate.shifted_mean(jnp.array(0.4), jnp.array(0.0)), s(np.array(0.4)), rtol=1e-12)


@each
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("threshold", [0.0, 0.8])
def test_tail_mean_against_quadrature(name, threshold):
    surrogate, s, _ = CATALOGUE[name]
    cases = [(0.9, 1.7, -0.6), (1.0, 4.0, 1.999), (0.4, 0.4, 0.0)]
    expected = [oracles.tail_mean(s, (-1.0, 0.0, 1.0), threshold, *case) for case in cases]
    pair = gaussian.pair(*(jnp.asarray(values) for values in zip(*cases, strict=True)))
    np.testing.assert_allclose(surrogate.tail_mean(threshold, pair), expected, rtol=1e-11, atol=1e-12)


@pytest.mark.usefixtures("x64")
def test_closed_form_of_super_spike():
    # In Dawson's function and Ei: right, but it loses digits as tau shrinks, so that the library does without it.
    tau = np.geomspace(0.1, 30, 15)
    x = 1 / (np.sqrt(2) * tau)
    g = np.sqrt(np.pi) * special.dawsn(x) - np.exp(-(x**2)) * special.expi(x**2) / 2
    closed = 2 * x / np.sqrt(np.pi) - 2 * x**2 + 4 / np.sqrt(np.pi) * x**3 * g
    np.testing.assert_allclose(SuperSpike(1.0).gaussian_mean(jnp.asarray(tau)), closed, rtol=1e-11)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("exponent", [0.3, 1.0, 1.5])
def test_mean_of_a_power_law_with_heavy_tails(exponent):
    mean = PowerLaw(1.0, exponent).gaussian_mean(jnp.asarray(STEEPNESS_TAU))
    expected = [oracles.mean(lambda z: (1 + abs(z)) ** -exponent, tau) for tau in STEEPNESS_TAU]
    np.testing.assert_allclose(mean, expected, rtol=1e-11)


@pytest.mark.usefixtures("x64")
def test_closed_forms_in_functions_that_jax_has_not():
    tau = jnp.asarray(STEEPNESS_TAU)
    x = 1 / (np.sqrt(2) * STEEPNESS_TAU)
    log_tailed = special.erf(x) + x / np.sqrt(np.pi) * special.exp1(x**2)
    np.testing.assert_allclose(LogTailed(1.0).gaussian_mean(tau), log_tailed, rtol=1e-12)
    x = 1 / (2 * STEEPNESS_TAU) ** 2
    bessel = special.kve(1, x) - special.kve(0, x)  # a difference that loses digits as x grows
    algebraic = np.sqrt(8 / np.pi) * x**1.5 * bessel
    wide = STEEPNESS_TAU > 0.05
    mean = AlgebraicSigmoidDerivative(1.0).gaussian_mean(tau)
    np.testing.assert_allclose(mean[wide], algebraic[wide], rtol=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", ["erf_derivative", "laplace", "super_spike", "box"])
def test_mean_against_monte_carlo(name):
    surrogate = CATALOGUE[name][0]
    samples = evaluate(surrogate, 0.7 * np.random.default_rng(0).normal(size=1_000_000))
    error = samples.std() / 1000
    # Five standard errors: one honest failure in two million seeds, and the seed is fixed.
    assert abs(samples.mean() - surrogate.gaussian_mean(jnp.array(0.7))) < 5 * error
    assert error < 2e-3


@settings(max_examples=20)
@given(tau=st.floats(0, 100))
@each
def test_mean_lies_between_the_least_value_and_the_peak(name, tau):
    with enable_x64():
        surrogate = CATALOGUE[name][0]
        mean = float(surrogate.gaussian_mean(jnp.array(tau)))
        peak = float(surrogate(jnp.array(0.0)))
    if name != "multi_gaussian":  # whose sides are negative
        assert 0 < mean <= peak * (1 + 1e-14)


# --- learnable parameters ---


@pytest.mark.usefixtures("x64")
@each
def test_mean_is_differentiable_in_tau_and_every_parameter(name):
    surrogate = CATALOGUE[name][0]
    numbers = {
        f.name: getattr(surrogate, f.name) for f in dataclasses.fields(surrogate) if f.name not in ("normalize", "leak")
    }
    values = {"tau": 0.6, **numbers}

    @jax.jit
    def mean(values):
        parameters = {key: value for key, value in values.items() if key != "tau"}
        return dataclasses.replace(surrogate, **parameters).gaussian_mean(jnp.asarray(values["tau"], float))

    gradient = jax.jit(jax.grad(mean))(values)
    for key, value in values.items():
        high, low = (float(mean({**values, key: value + h})) for h in (1e-5, -1e-5))
        # Central differences: an error of h^2 times the third derivative, here of order 1, and rounding of 1e-16/h.
        assert float(gradient[key]) == pytest.approx((high - low) / 2e-5, rel=1e-7, abs=1e-9), key


@pytest.mark.usefixtures("x64")
@each
def test_slope_of_the_mean_at_tau_0_is_finite(name):
    slope = jax.jit(jax.grad(CATALOGUE[name][0].gaussian_mean))(jnp.array(0.0))
    # -sqrt(2/pi) s'(0+), which is the corner's: a power law's exponent, 1 for Laplace and triangle, 0 for the smooth.
    corner = {"laplace": 1, "triangle": 1, "super_spike": 2, "power_law": 3}.get(name, 0)
    assert float(slope) == pytest.approx(-math.sqrt(2 / math.pi) * corner, abs=1e-9)


# --- made of others ---

MADE = {
    "shifted": (Shifted(SuperSpike(2.0), 0.7), lambda z: (1 + 2 * abs(z - 0.7)) ** -2.0, (0.7,)),
    "shifted_box": (Shifted(Box(0.5), -0.3), lambda z: np.where(abs(z + 0.3) <= 0.5, 1.0, 0.0), (-0.8, 0.2)),
    "sum": (
        Sum(((0.5, Laplace(1.5)), (2.0, Shifted(Triangle(1.0), 0.4)))),
        lambda z: 0.5 * np.exp(-1.5 * abs(z)) + 2 * np.maximum(0, 1 - abs(z - 0.4)),
        (-0.6, 0.0, 0.4, 1.4),
    ),
    "right": (OneSided(SuperSpike(2.0)), lambda z: np.where(z > 0, (1 + 2 * abs(z)) ** -2.0, 0.0), (0.0,)),
    "left": (
        OneSided(Triangle(1.0), "left", at=0.3),
        lambda z: np.where(z <= 0.3, np.maximum(0, 1 - abs(z)), 0.0),
        (-1.0, 0.0, 0.3),
    ),
    "two_sides": (
        Sum(((0.5, OneSided(StraightThrough(), "left")), (2.0, OneSided(LogTailed(1.0))))),
        lambda z: np.where(z > 0, 2 / np.maximum(1, z), 0.5),
        (0.0, 1.0),
    ),
    "cosine": (Cosine(1.5, height=0.7), lambda z: 0.7 * np.cos(1.5 * z), (0.0,)),
}


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", MADE)
def test_made_of_others_against_quadrature(name):
    surrogate, s, kinks = MADE[name]
    z = np.linspace(-2, 2, 41) + 0.01
    np.testing.assert_allclose(evaluate(surrogate, z), s(z), rtol=1e-14)
    cases = [(0.0, 0.6), (0.0, 3.0), (0.3, 0.2), (-1.4, 0.7)]
    mean, std = (jnp.asarray(values) for values in zip(*cases, strict=True))
    expected = [oracles.shifted_mean(s, kinks, *case) for case in cases]
    np.testing.assert_allclose(surrogate.shifted_mean(mean, std), expected, rtol=1e-11)
    np.testing.assert_allclose(surrogate.gaussian_mean(std[:2]), expected[:2], rtol=1e-11)
    np.testing.assert_allclose(surrogates.mean_by_quadrature(surrogate, std[:2]), expected[:2], rtol=1e-11)
    pair = gaussian.pair(*(jnp.asarray(value) for value in (0.9, 1.7, -0.6)))
    expected = oracles.tail_mean(s, kinks, 0.8, 0.9, 1.7, -0.6)
    np.testing.assert_allclose(surrogate.tail_mean(0.8, pair), expected, rtol=1e-11)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("std", [1e2, 1e4, 1e6])
@pytest.mark.parametrize("name", ["box", "triangle"])
def test_shifted_means_of_narrow_surrogates_do_not_cancel(name, std):
    surrogate, _, area = CATALOGUE[name]
    # Over its half-width of 1 the density is parabolic: with x = 1/std, of an even s of second moment m2,
    # area phi(z) (1 + (z^2 - 1) m2/area x^2/2) at z = mean/std, but for x^4.
    second = {"box": 2 / 3, "triangle": 1 / 6}[name]
    z = 1 / std
    phi = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) / std
    expected = area * phi * (1 + (z**2 - 1) * second / area / std**2 / 2)
    value = float(surrogate.shifted_mean(jnp.asarray(1.0), jnp.asarray(std)))
    assert value == pytest.approx(expected, rel=1e-14 + std**-4)
    single = surrogate.shifted_mean(jnp.asarray(1.0, jnp.float32), jnp.asarray(std, jnp.float32))
    assert float(single) == pytest.approx(expected, rel=1e-6)  # float32, a dozen operations


@pytest.mark.usefixtures("annotations_unchecked")
def test_no_side_but_left_and_right():
    assert OneSided(Box(1.0), "right", at=2).at == 2.0
    with pytest.raises(ValueError, match=r"^OneSided: side must be 'left' or 'right'; got 'both'$"):
        OneSided(Box(1.0), "both")


def test_cosine_beyond_what_a_quadrature_follows():
    tau = jnp.array([0.0, 3.0, 40.0])
    np.testing.assert_allclose(Cosine(2.0).gaussian_mean(tau), np.exp(-2 * np.asarray(tau) ** 2), rtol=1e-6)
    assert Cosine(2.0).shifted_mean(jnp.array(0.3), jnp.array(0.0)) == pytest.approx(math.cos(0.6), rel=1e-6)


@pytest.mark.parametrize("exponent", [0.5, 1.0])
def test_a_power_law_without_an_area(exponent):
    assert PowerLaw(2.0, exponent)(jnp.array(0.0)) == 1
    with pytest.raises(ValueError, match=r"^PowerLaw: its area would be inf before scaling, .* normalize by its peak$"):
        PowerLaw(2.0, exponent, normalize="area")


@pytest.mark.parametrize(("side_height", "normalize"), [(1.0, "area"), (1.5, "area"), (40.0, "peak")])
def test_a_bump_without_a_positive_scale_is_refused(side_height, normalize):
    with pytest.raises(ValueError, match=f"^MultiGaussian: its {normalize} would be "):
        MultiGaussian(1.0, side_height=side_height, side_width=0.8, normalize=normalize)


# --- one's own ---


@pytest.mark.usefixtures("x64")
def test_custom_surrogate_by_quadrature():
    lopsided = Custom(lambda z: jnp.exp(-jnp.abs(z) + z / 2))
    tau = np.array([0.1, 1.0, 3.0])
    # E exp(tau Z/2 - tau |Z|): half-lines of exp(-slope |z|) with slopes 1/2 and 3/2.
    expected = sum(special.erfcx(slope * tau / np.sqrt(2)) / 2 for slope in (0.5, 1.5))
    np.testing.assert_allclose(lopsided.gaussian_mean(jnp.asarray(tau)), expected, rtol=1e-13)


@pytest.mark.usefixtures("x64")
def test_custom_surrogate_with_its_mean():
    own = Custom(lambda z: jnp.exp(-(z**2) / 2), mean=lambda tau: 1 / jnp.sqrt(1 + tau**2))
    tau = jnp.asarray(STEEPNESS_TAU)
    np.testing.assert_allclose(own.gaussian_mean(tau), Gaussian(1.0).gaussian_mean(tau), rtol=1e-15)


def test_custom_surrogate_with_a_jump_that_nobody_named():
    def box(z):
        return jnp.where(jnp.abs(z) < 0.5, 1.0, 0.0)

    with pytest.warns(UserWarning, match=r"Custom: the quadrature .* off by an estimated \S+, .*corners"):
        Custom(box)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        named = Custom(box, corners=(-0.5, 0.5))
    with enable_x64():
        tau = jnp.asarray(STEEPNESS_TAU)
        np.testing.assert_allclose(named.gaussian_mean(tau), Box(0.5).gaussian_mean(tau), rtol=1e-12)


def test_estimated_error_is_the_true_one():
    # cos(20 z) oscillates faster than the rule's nodes follow where tau is large; its mean is exp(-200 tau^2).
    tau = np.array([0.01, 0.3])
    wave = Custom(lambda z: jnp.cos(20 * z), mean=lambda tau: jnp.exp(-200 * tau**2))
    _, estimate = surrogates.quadrature_error(wave, tau)
    with enable_x64():
        true = surrogates.mean_by_quadrature(wave, jnp.asarray(tau)) / wave.gaussian_mean(jnp.asarray(tau)) - 1
    assert estimate[0] < 1e-13
    assert estimate[1] > 1e-4
    assert estimate[1] == pytest.approx(abs(float(true[1])), rel=1e-3)


def test_custom_surrogate_within_a_transformation():
    def mean(k):
        return Custom(lambda z: jnp.exp(-k * jnp.abs(z))).gaussian_mean(jnp.array(0.6))

    with enable_x64():
        gradient = float(jax.grad(mean)(2.0))
        assert gradient == pytest.approx(float(mean(2.0 + 1e-5) - mean(2.0 - 1e-5)) / 2e-5, rel=1e-8)


@pytest.mark.usefixtures("x64")
def test_piecewise_surrogate():
    relu = Piecewise(PiecewiseLinear(ramps=((0.0, 1.0),)))
    np.testing.assert_allclose(relu.gaussian_mean(jnp.array(3.0)), 3 / math.sqrt(2 * math.pi), rtol=1e-15)
    assert not relu.even


# --- derivatives of jumps ---


def test_steep_erf_derivative_tends_to_that_of_sign():
    k = np.array([10.0, 20.0, 40.0, 80.0])
    with enable_x64():
        tau = jnp.array(0.8)
        limit = float(SignDerivative().gaussian_mean(tau))
        error = [limit - float(ErfDerivative(value).gaussian_mean(tau)) for value in k]
    # M_k = M_inf (1 - 1/(4 k^2 tau^2) + O(k^-4)): the next order tilts the slope by 0.005 here.
    assert oracles.log_log_slope(k, error) == pytest.approx(-2, abs=0.02)
    assert limit == pytest.approx(math.sqrt(2 / math.pi) / 0.8, rel=1e-15)


def test_derivative_of_jumps_is_infinite_where_points_coincide():
    assert SignDerivative().gaussian_mean(jnp.array(0.0)) == math.inf
    assert JumpDerivative(((0.5, 1.0),)).shifted_mean(jnp.array(0.5), jnp.array(0.0)) == math.inf
    assert JumpDerivative(((0.5, 1.0),)).shifted_mean(jnp.array(0.4), jnp.array(0.0)) == 0


@pytest.mark.parametrize("derivative", [SignDerivative(), JumpDerivative(((0.5, 1.0),))])
def test_derivative_of_jumps_is_no_function(derivative):
    with pytest.raises(ValueError, match=r"Dirac delta .* give the Architecture a surrogate"):
        derivative(jnp.zeros(3))


# --- errors, and equality ---


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf, "1", None, True])
@pytest.mark.usefixtures("annotations_unchecked")
@pytest.mark.parametrize(
    ("build", "name"),
    [
        (ErfDerivative, "ErfDerivative: k"),
        (Gaussian, "Gaussian: width"),
        (Box, "Box: half_width"),
        (SuperSpike, "SuperSpike: slope"),
        (lambda height: Laplace(1.0, height=height), "Laplace: height"),
        (lambda width: LeakyBox(width, 0.1), "LeakyBox: half_width"),
        (lambda exponent: PowerLaw(1.0, exponent), "PowerLaw: exponent"),
        (LogTailed, "LogTailed: half_width"),
        (Cosine, "Cosine: frequency"),
    ],
)
def test_bad_parameter(build, name, value):
    with pytest.raises(ValueError, match=f"^{name} must be a finite number > 0; got "):
        build(value)


@pytest.mark.usefixtures("annotations_unchecked")
def test_bad_normalization():
    with pytest.raises(ValueError, match=r"^Box: normalize must be 'peak' or 'area'; got 'mass'$"):
        Box(1.0, normalize="mass")


def test_equal_parameters_make_equal_surrogates():
    assert ErfDerivative(2.0) == ErfDerivative(2)
    assert hash(ErfDerivative(2.0)) == hash(ErfDerivative(2))
    assert ErfDerivative(2.0) != ErfDerivative(3.0)
    assert Box(1.0) == Box(1.0, normalize="peak")
    assert Box(1.0) != Box(1.0, normalize="area")
