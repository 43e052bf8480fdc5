"""Surrogate derivatives, and their Gaussian means."""

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax.experimental import enable_x64

from sgntk import surrogates
from sgntk.surrogates import ErfDerivative, Identity, SignDerivative, Surrogate

TAUS = np.geomspace(1e-3, 1e2, 11)


@dataclass(frozen=True)
class Laplace(Surrogate):
    """A surrogate with a kink and without a closed form, as a user may add one."""

    def __call__(self, z):
        return jnp.exp(-jnp.abs(z))


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("k", [0.5, 1.0, 7.0])
def test_erf_derivative_is_the_derivative_of_erf(k):
    z = np.linspace(-3, 3, 41)
    derivative = jax.vmap(jax.grad(lambda z: jax.scipy.special.erf(k * z)))(jnp.asarray(z))
    # Both are the same few operations in float64.
    np.testing.assert_allclose(ErfDerivative(k)(jnp.asarray(z)), derivative, rtol=1e-13)


def test_erf_derivative_in_float32_neither_overflows_nor_promotes():
    value = ErfDerivative(20.0)(jnp.array([-1e30, -3.0, 0.0, 3.0, 1e30], jnp.float32))
    assert value.dtype == jnp.float32
    np.testing.assert_allclose(value, [0, 0, 40 / math.sqrt(math.pi), 0, 0], rtol=1e-6)


def test_identity():
    z = jnp.array([-2.0, 0.0, 1e30])
    np.testing.assert_array_equal(Identity()(z), [1, 1, 1])
    np.testing.assert_array_equal(Identity().gaussian_mean(z), [1, 1, 1])


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("k", [0.2, 1.0, 20.0])
def test_closed_mean_against_scipy(k):
    expected = [oracles.mean(oracles.erf_derivative(k), tau) for tau in TAUS]
    # SciPy's adaptive rule is asked for 1e-12.
    np.testing.assert_allclose(ErfDerivative(k).gaussian_mean(jnp.asarray(TAUS)), expected, rtol=1e-11)


@pytest.mark.usefixtures("x64")
def test_mean_without_closed_form_against_scipy():
    expected = [oracles.mean(lambda z: np.exp(-abs(z)), tau) for tau in TAUS]
    np.testing.assert_allclose(Laplace().gaussian_mean(jnp.asarray(TAUS)), expected, rtol=1e-11)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("surrogate", [ErfDerivative(1.0), ErfDerivative(5.0), Laplace()])
def test_mean_against_monte_carlo(surrogate):
    samples = np.asarray(surrogate(jnp.asarray(0.7 * np.random.default_rng(0).normal(size=1_000_000))))
    error = samples.std() / 1000
    # Five standard errors: one honest failure in two million seeds, and the seed is fixed.
    assert abs(samples.mean() - surrogate.gaussian_mean(jnp.array(0.7))) < 5 * error
    assert error < 2e-3


def test_steep_erf_derivative_tends_to_that_of_sign():
    k = np.array([10.0, 20.0, 40.0, 80.0])
    with enable_x64():
        tau = jnp.array(0.8)
        limit = float(SignDerivative().gaussian_mean(tau))
        error = [limit - float(ErfDerivative(value).gaussian_mean(tau)) for value in k]
    # M_k = M_inf (1 - 1/(4 k^2 tau^2) + O(k^-4)): the next order tilts the slope by 0.005 here.
    assert oracles.log_log_slope(k, error) == pytest.approx(-2, abs=0.02)
    assert limit == pytest.approx(math.sqrt(2 / math.pi) / 0.8, rel=1e-15)


def test_derivative_of_sign_is_infinite_where_points_coincide():
    assert SignDerivative().gaussian_mean(jnp.array(0.0)) == math.inf


def test_derivative_of_sign_is_no_function():
    with pytest.raises(TypeError, match=r"Dirac delta .* give the Architecture a surrogate"):
        SignDerivative()(jnp.zeros(3))


@pytest.mark.parametrize("k", [0.0, -1.0, math.nan, math.inf, "1", None, True])
@pytest.mark.usefixtures("annotations_unchecked")
def test_bad_steepness(k):
    with pytest.raises(ValueError, match=r"^ErfDerivative: k must be a finite number > 0; got "):
        ErfDerivative(k)


@given(k=st.floats(0.01, 100), tau=st.floats(0, 100))
def test_mean_lies_between_0_and_the_peak(k, tau):
    with enable_x64():
        mean = float(ErfDerivative(k).gaussian_mean(jnp.array(tau)))
        peak = float(ErfDerivative(k)(jnp.array(0.0)))
    assert 0 < mean <= peak


def test_equal_parameters_make_equal_surrogates():
    assert ErfDerivative(2.0) == ErfDerivative(2)
    assert hash(ErfDerivative(2.0)) == hash(ErfDerivative(2))
    assert ErfDerivative(2.0) != ErfDerivative(3.0)


def test_base_class_says_what_to_define():
    with pytest.raises(NotImplementedError):
        Surrogate()(jnp.zeros(1))


def test_catalogue_builds_surrogates():
    assert surrogates.CATALOGUE["identity"]() == Identity()
    assert surrogates.CATALOGUE["erf_derivative"](k=2) == ErfDerivative(2)
