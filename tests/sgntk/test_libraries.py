"""Other libraries' surrogates: the formula that each has at its defaults, written out anew."""

import inspect

import jax.numpy as jnp
import numpy as np
import pytest

from sgntk import libraries
from sgntk.libraries import norse, snntorch, spikingjelly, spyx

Z = np.linspace(-2.03, 2.03, 101)
SIGMOID = 1 / (1 + np.exp(-4 * Z))
PI = np.pi

EXPECTED = {
    # jeshraghian/snntorch, snntorch/surrogate.py
    snntorch.straight_through_estimator: np.ones_like(Z),
    snntorch.fast_sigmoid: 1 / (25 * abs(Z) + 1) ** 2,
    snntorch.atan: 2 / 2 / (1 + (PI / 2 * 2 * Z) ** 2),
    snntorch.sigmoid: 25 * np.exp(-25 * Z) / (np.exp(-25 * Z) + 1) ** 2,
    # fangwei123456/spikingjelly, spikingjelly/activation_based/surrogate.py
    spikingjelly.PiecewiseQuadratic: np.where(abs(Z) > 1, 0, -abs(Z) + 1),
    spikingjelly.PiecewiseExp: 1 / 2 * np.exp(-abs(Z)),
    spikingjelly.Sigmoid: 4 * (1 - SIGMOID) * SIGMOID,
    spikingjelly.SoftSign: 1 / (2 * 2 * (1 / 2 + abs(Z)) ** 2),
    spikingjelly.ATan: 2 / 2 / (1 + (PI / 2 * 2 * Z) ** 2),
    spikingjelly.Erf: 2 / np.sqrt(PI) * np.exp(-((2 * Z) ** 2)),
    spikingjelly.PiecewiseLeakyReLU: np.where(abs(Z) < 1, 1, 0.01),
    # norse/norse, norse/torch/functional/threshold.py and superspike.py
    norse.super: 1 / (100 * abs(Z) + 1) ** 2,
    norse.tanh: 1 - np.tanh(100 * Z) ** 2,
    norse.tent: np.maximum(1 - abs(Z), 0) * 100,
    norse.erfc: 2 * np.exp(-(100.0**2) * Z**2) / np.sqrt(PI),
    # kmheckel/spyx, src/spyx/axn.py
    spyx.tanh: 4 / (np.exp(-Z) + np.exp(Z)) ** 2,
    spyx.boxcar: 0.5 * (abs(Z) < 1),
    spyx.triangular: np.maximum(0, 1 - abs(2 * Z)),
    spyx.arctan: 1 / (1 + (PI * Z * 2) ** 2) / PI,
    spyx.superspike: 1 / (1 + 25 * abs(Z)) ** 2,
}


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("build", EXPECTED, ids=lambda build: build.__qualname__)
def test_formula(build):
    # 1 - tanh^2 loses its digits where tanh is near 1, the rest is good to rounding.
    np.testing.assert_allclose(build()(jnp.asarray(Z)), EXPECTED[build], rtol=1e-12, atol=1e-15)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    ("surrogate", "expected"),
    [
        (spikingjelly.PiecewiseQuadratic(2.5), np.where(abs(Z) > 0.4, 0, -(2.5**2) * abs(Z) + 2.5)),
        (spikingjelly.PiecewiseExp(3.0), 1.5 * np.exp(-3 * abs(Z))),
        (spikingjelly.SoftSign(3.0), 3 / (2 * (1 + abs(3 * Z)) ** 2)),
        (spikingjelly.PiecewiseLeakyReLU(0.5, 0.1), np.where(abs(Z) < 0.5, 2, 0.1)),
        (snntorch.atan(3.0), 1.5 / (1 + (1.5 * PI * Z) ** 2)),
        (spyx.boxcar(1.0, 2.0), 2.0 * (abs(Z) < 0.5)),
        (norse.tent(3.0), 3 * np.maximum(1 - abs(Z), 0)),
    ],
)
def test_other_parameters(surrogate, expected):
    np.testing.assert_allclose(surrogate(jnp.asarray(Z)), expected, rtol=1e-12, atol=1e-15)


def test_every_constructor_is_tested():
    names = {
        f"{library}.{name}"
        for library in libraries.__all__
        for name, _ in inspect.getmembers(getattr(libraries, library), inspect.isfunction)
    }
    assert names == {build.__qualname__ for build in EXPECTED}
