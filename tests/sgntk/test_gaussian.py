"""The closed forms against quadrature, and the quadrature against closed forms."""

import jax.numpy as jnp
import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from sgntk import _gaussian as gaussian
from sgntk._compat import enable_x64

COVARIANCES = [(0.5, 0.5, 0.2), (0.9, 1.7, -0.6), (2.0, 0.3, 0.7), (1.0, 4.0, 1.999), (1.0, 1.0, 0.0)]
SOFTNESS = {m: 1 / (2 * m**2) for m in (0.5, 2.0, 5.0, 20.0)}
TAUS = np.geomspace(1e-3, 1e2, 101)

# s(z) at steepness 1, and its Gaussian mean M(tau) in closed form.
CLOSED_MEANS = {
    "Gaussian": (lambda z: jnp.exp(-(z**2) / 2), lambda tau: 1 / np.sqrt(1 + tau**2)),
    "Laplace": (lambda z: jnp.exp(-jnp.abs(z)), lambda tau: special.erfcx(tau / np.sqrt(2))),
    "arctangent": (
        lambda z: 1 / (1 + z**2),
        lambda tau: np.sqrt(np.pi / 2) / tau * special.erfcx(1 / (np.sqrt(2) * tau)),
    ),
    "constant": (jnp.ones_like, np.ones_like),
}


def as_arrays(*values):
    return tuple(jnp.asarray(value, jnp.float64) for value in values)


def erf_product_mean(pair, q):
    return gaussian.erf_second_moments(pair, q)[0]


def pair(*covariance):
    return gaussian.pair(*as_arrays(*covariance))


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("m", SOFTNESS)
@pytest.mark.parametrize("covariance", COVARIANCES)
def test_erf_product_mean(covariance, m):
    expected = oracles.pair_mean(oracles.erf(m), oracles.erf(m), *covariance)
    value = erf_product_mean(pair(*covariance), SOFTNESS[m])
    # The quadrature sums 4 million terms of order 1: 1e-13 absolute, with room.
    assert float(value) == pytest.approx(expected, rel=1e-11, abs=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("covariance", COVARIANCES)
def test_sign_product_mean(covariance):
    value = erf_product_mean(pair(*covariance), 0.0)
    assert float(value) == pytest.approx(oracles.sign_sign_mean(*covariance), abs=1e-11)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("m", SOFTNESS)
@pytest.mark.parametrize("covariance", COVARIANCES)
def test_derivative_surrogate_mean(covariance, m):
    surrogate = lambda z: 1 / jnp.cosh(z) ** 2  # noqa: E731  (smooth, and not a Gaussian)
    expected = oracles.pair_mean(oracles.erf_derivative(m), lambda z: 1 / np.cosh(z) ** 2, *covariance)
    value = gaussian.erf_derivative_surrogate_mean(
        pair(*covariance), SOFTNESS[m], lambda tau: gaussian.mean_by_quadrature(surrogate, tau)
    )
    assert float(value) == pytest.approx(expected, rel=1e-11)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("covariance", COVARIANCES)
def test_mean_with_its_own_derivative(covariance):
    a, b, c = covariance
    q, m = SOFTNESS[5.0], 5.0
    value = gaussian.erf_derivative_surrogate_mean(
        pair(a, b, c), q, lambda tau: 2 * m / np.sqrt(np.pi) / jnp.sqrt(1 + 2 * (m * tau) ** 2)
    )
    # The NTK's closed form; both are a dozen operations, of which b - c^2/A cancels at (1, 4, 1.999) to 1e-3.
    assert float(value) == pytest.approx(2 / np.pi / np.sqrt((q + a) * (q + b) - c**2), rel=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", CLOSED_MEANS)
def test_quadrature_against_closed_means(name):
    surrogate, closed = CLOSED_MEANS[name]
    error = np.asarray(gaussian.mean_by_quadrature(surrogate, jnp.asarray(TAUS))) / closed(TAUS) - 1
    # The rule claims 3e-14; SciPy's erfcx and the sum of 97 terms add a few units in the last place. A Gaussian, which
    # falls off between two nodes of the rule where tau is large, is resolved less well there.
    resolved = TAUS < 25 if name == "Gaussian" else TAUS > 0
    np.testing.assert_allclose(error[resolved], 0, atol=5e-14)
    np.testing.assert_allclose(error, 0, atol=1e-9)


@pytest.mark.usefixtures("x64")
def test_quadrature_at_tau_0_and_of_any_shape():
    tau = jnp.asarray([[0.0, 1.0], [2.0, 3.0]])
    value = gaussian.mean_by_quadrature(lambda z: jnp.exp(-(z**2) / 2), tau)
    np.testing.assert_allclose(value, 1 / np.sqrt(1 + np.asarray(tau) ** 2), rtol=1e-13)


def test_half_line_rule_integrates_moments():
    node, weight = gaussian._half_line_rule()
    # E|Z|^p = 2^(p/2) Gamma((p+1)/2) / sqrt(pi).
    for p in range(7):
        moment = 2 ** (p / 2) * special.gamma((p + 1) / 2) / np.sqrt(np.pi)
        assert np.sum(weight * node**p) == pytest.approx(moment, rel=1e-13)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("q", [0.0, *SOFTNESS.values()])
def test_equal_arguments_take_the_exact_limit(q):
    a = jnp.asarray(0.37)
    same = gaussian.pair_below(a, a, jnp.zeros(()))
    # arcsin near 1 turns rounding of 1e-16 into 1e-8: only the exact limit gives 1 for sign.
    for product in (erf_product_mean(same, q), gaussian.erf_square_mean(a, q)):
        assert float(product) == pytest.approx(2 / np.pi * np.arcsin(0.37 / (q + 0.37)), rel=1e-15)
    tau = gaussian.conditional_std(same, q)
    assert float(tau) == pytest.approx(np.sqrt(0.37 * q / (0.37 + q)), rel=1e-15)


@given(a=st.floats(1e-3, 1e3), b=st.floats(1e-3, 1e3), excess=st.floats(0, 1e-12), q=st.sampled_from([0.0, 1e-3, 0.5]))
def test_rounding_beyond_perfect_correlation_is_harmless(a, b, excess, q):
    with enable_x64():
        c = np.sqrt(a * b) * (1 + excess)
        product = float(erf_product_mean(pair(a, b, c), q))
        mean = float(gaussian.erf_derivative_surrogate_mean(pair(a, b, c), q, jnp.ones_like))
        tau = float(gaussian.conditional_std(pair(a, b, c), q))
    assert 0 <= product <= 1
    assert np.isfinite(mean)
    assert tau >= 0


@given(a=st.floats(1e-2, 1e2), b=st.floats(1e-2, 1e2), rho=st.floats(-0.99, 0.99), q=st.sampled_from([0.0, 1e-2, 1.0]))
def test_product_mean_is_symmetric_odd_and_bounded(a, b, rho, q):
    with enable_x64():
        c = rho * np.sqrt(a * b)
        mean = lambda *covariance: float(erf_product_mean(pair(*covariance), q))  # noqa: E731
        value = mean(a, b, c)
        assert value == pytest.approx(mean(b, a, c), rel=1e-14, abs=1e-300)
        assert value == pytest.approx(-mean(a, b, -c), rel=1e-14, abs=1e-300)
        # Cauchy-Schwarz, with the rounding of three arcsines.
        assert value**2 <= mean(a, a, a) * mean(b, b, b) * (1 + 1e-12)


@given(scale=st.floats(1e-3, 1e3), rho=st.floats(-0.99, 0.99))
def test_sign_sees_no_scale(scale, rho):
    with enable_x64():
        one = erf_product_mean(pair(1.0, 1.0, rho), 0.0)
        other = erf_product_mean(pair(scale**2, 1.0, scale * rho), 0.0)
    # arcsin at 0.99 amplifies a relative rounding sevenfold.
    assert float(one) == pytest.approx(float(other), rel=1e-14, abs=1e-300)
