"""Piecewise linear functions: their means, and those of products."""

import jax.numpy as jnp
import numpy as np
import oracles
import pytest
from scipy import stats

from sgntk import _gaussian as gaussian
from sgntk._piecewise import PiecewiseLinear, product_mean

F = PiecewiseLinear(level=0.3, slope=-0.4, steps=((0.5, 1.2), (-1.0, 0.4)), ramps=((0.2, 1.5),))
G = PiecewiseLinear(level=-0.7, slope=0.9, steps=((0.1, -0.8),), ramps=((-0.6, 2.0), (1.1, -1.0)))
KINKS = (-1.0, -0.6, 0.1, 0.2, 0.5, 1.1)


def as_arrays(*values):
    return tuple(jnp.asarray(value) for value in values)


@pytest.mark.usefixtures("x64")
def test_function():
    z = np.array([-2.0, 0.0, 0.3, 3.0])
    expected = 0.3 - 0.4 * z + 1.2 * (z > 0.5) + 0.4 * (z > -1) + 1.5 * np.maximum(z - 0.2, 0)
    np.testing.assert_allclose(F(jnp.asarray(z)), expected, rtol=1e-15)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.4, 0.3), (-1.0, 2.0)])
def test_mean_against_scipy(mean, std):
    expected = oracles.shifted_mean(lambda z: np.asarray(F(jnp.asarray(z))), KINKS, mean, std)
    assert float(F.mean(*as_arrays(mean, std))) == pytest.approx(expected, rel=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("covariance", [(0.9, 1.7, -0.6), (1.0, 4.0, 1.9)])
def test_product_mean_against_quadrature(covariance):
    a, b, c = covariance
    std = jnp.asarray(np.sqrt(b - c**2 / a))

    def given_u(u):
        # E[G(v) | u] = E[G(m + std Z)], which the test above has checked.
        return np.asarray(F(jnp.asarray(u)) * G.mean(jnp.asarray(c / a * u), std))

    expected = oracles.shifted_mean(given_u, KINKS, 0.0, np.sqrt(a))
    assert float(product_mean(F, G, gaussian.pair(*as_arrays(a, b, c)))) == pytest.approx(expected, rel=1e-12)
    assert float(product_mean(G, F, gaussian.pair(*as_arrays(b, a, c)))) == pytest.approx(expected, rel=1e-12)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("rho", [-1.0, -0.999, -0.5, 0.0, 0.3, 0.95, 1 - 1e-9, 1.0])
def test_orthant_probability_against_scipy(rho):
    places = [(h, k) for h in (-3.0, -0.4, 0.0, 0.4, 2.0) for k in (-1.0, 0.0, 0.4, 1.9)]
    if abs(rho) == 1:  # X = Y, or X = -Y
        expected = [
            stats.norm.sf(max(h, k)) if rho > 0 else max(stats.norm.sf(h) - stats.norm.sf(-k), 0) for h, k in places
        ]
    else:
        covariance, precision = [[1, rho], [rho, 1]], {"abseps": 1e-15, "releps": 1e-15}
        expected = [stats.multivariate_normal.cdf([-h, -k], [0, 0], covariance, **precision) for h, k in places]
    one = jnp.ones(())
    pair = gaussian.pair(one, one, jnp.asarray(rho))
    value = [float(gaussian.orthant_probability(h, k, pair)) for h, k in places]
    # SciPy's own formula (Genz 2004) is good to 1e-15.
    np.testing.assert_allclose(value, expected, atol=3e-15)
