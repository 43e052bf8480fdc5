"""Activation functions, and the expectations that kernels need of them."""

import math

import jax.numpy as jnp
import numpy as np
import oracles
import pytest

from sgntk import activations
from sgntk.activations import Activation, Erf, Sign
from sgntk.surrogates import ErfDerivative, Identity, SignDerivative

COVARIANCE = (0.9, 1.7, -0.6)  # a, b, c: unequal variances tell the arguments apart


def as_arrays(covariance):
    return tuple(jnp.asarray(value) for value in covariance)


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
    act, slope = oracles.erf(m), oracles.erf_derivative(m)
    # The quadrature is good to rounding, which a steep slope of height m amplifies.
    product = Erf(m).product_mean(*as_arrays(COVARIANCE))
    assert product == pytest.approx(oracles.pair_mean(act, act, *COVARIANCE), rel=1e-11)
    for surrogate, s in ((ErfDerivative(1.5), oracles.erf_derivative(1.5)), (Identity(), np.ones_like)):
        value = Erf(m).slope_surrogate_mean(*as_arrays(COVARIANCE), surrogate)
        assert value == pytest.approx(oracles.pair_mean(slope, s, *COVARIANCE), rel=1e-11)


@pytest.mark.usefixtures("x64")
def test_sign_expectations_against_scipy():
    product = Sign().product_mean(*as_arrays(COVARIANCE))
    assert product == pytest.approx(oracles.sign_sign_mean(*COVARIANCE), rel=1e-11)
    slope = Sign().slope_surrogate_mean(*as_arrays(COVARIANCE), ErfDerivative(1.5))
    assert slope == pytest.approx(oracles.sign_slope_mean(oracles.erf_derivative(1.5), *COVARIANCE), rel=1e-11)


@pytest.mark.usefixtures("x64")
def test_slope_belongs_to_the_first_argument():
    a, b, c = as_arrays(COVARIANCE)
    surrogate = ErfDerivative(0.3)
    one = Erf(4.0).slope_surrogate_mean(a, b, c, surrogate)
    other = Erf(4.0).slope_surrogate_mean(b, a, c, surrogate)
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


def test_base_class_leaves_everything_to_define():
    base, z = Activation(), jnp.zeros(2)
    for call in (
        lambda: base(z),
        lambda: base.derivative,
        lambda: base.product_mean(z, z, z),
        lambda: base.slope_surrogate_mean(z, z, z, Identity()),
    ):
        with pytest.raises(NotImplementedError):
            call()


def test_catalogue_builds_activations():
    assert activations.CATALOGUE["erf"](m=2) == Erf(2)
    assert activations.CATALOGUE["sign"]() == Sign()
