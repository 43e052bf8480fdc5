"""Infinite-width kernels against quadrature, neural-tangents, Monte Carlo, and their limits."""

import dataclasses
import itertools
import re
from dataclasses import dataclass
from functools import cache, partial

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import sgntk
from sgntk import _kernels as kernels
from sgntk import surrogates
from sgntk._networks import forward, init_ensemble
from sgntk.surrogates import Box, ErfDerivative, StraightThrough, Surrogate

PAPER = partial(sgntk.Architecture, sigma_w=1.0, sigma_b=0.1)
RNG = np.random.default_rng(1)
# Rectangular, of unequal norms, in 3 dimensions, and with one point in common.
X1 = RNG.normal(size=(4, 3)) * np.array([[0.3], [1.0], [2.0], [1.0]])
X2 = np.concatenate([RNG.normal(size=(2, 3)), X1[2:3]])


@dataclass(frozen=True)
class HyperbolicSecant(Surrogate):
    """`sech(z)^2`, which has no closed mean: the library's quadrature serves."""

    def __call__(self, z):
        return 1 / jnp.cosh(z) ** 2


def oracle(arch, product_mean, derivative_mean, x1, x2):
    """NNGP and tangent kernel of all pairs, each by the recursion on numbers."""
    describe = {name: getattr(arch, name) for name in ("hidden_layers", "sigma_w", "sigma_b", "output_scale")}
    both = [[oracles.tangent_kernel(product_mean, derivative_mean, p, q, **describe) for q in x2] for p in x1]
    return np.moveaxis(np.array(both), -1, 0)


# --- against quadrature ---


@pytest.mark.parametrize(
    ("surrogate", "s"),
    [
        (ErfDerivative(1.0), oracles.erf_derivative(1.0)),
        (StraightThrough(), np.ones_like),
        (HyperbolicSecant(), lambda z: 1 / np.cosh(z) ** 2),
    ],
    ids=["erf_derivative", "straight_through", "sech2"],
)
@pytest.mark.parametrize("m", [2.0, 20.0])
def test_sg_ntk_of_erf_against_two_dimensional_quadrature(m, surrogate, s):
    arch = sgntk.Architecture(sgntk.Erf(m), surrogate, 2, sigma_w=1.3, sigma_b=0.4, output_scale=0.7)
    x1, x2 = X1[1:3], X2[1:]
    act, derivative = oracles.erf(m), oracles.erf_derivative(m)
    expected = oracle(arch, partial(oracles.pair_mean, act, act), partial(oracles.pair_mean, derivative, s), x1, x2)
    # The quadrature is good to 1e-12; 1e-10 leaves room for a steep derivative, and is what a kernel method can use.
    np.testing.assert_allclose(sgntk.nngp(arch, x1, x2), expected[0], rtol=1e-10)
    np.testing.assert_allclose(sgntk.sg_ntk(arch, x1, x2), expected[1], rtol=1e-10)


@pytest.mark.parametrize("hidden_layers", [1, 2, 3])
def test_sg_ntk_of_sign_against_quadrature_with_the_delta_by_hand(hidden_layers):
    arch = sgntk.Architecture(
        sgntk.Sign(), ErfDerivative(1.5), hidden_layers, sigma_w=1.3, sigma_b=0.4, output_scale=0.7
    )
    derivative_mean = partial(oracles.sign_derivative_mean, oracles.erf_derivative(1.5))
    expected = oracle(arch, oracles.sign_sign_mean, derivative_mean, X1, X2)
    # SciPy's orthant probability is asked for 1e-13, and differs from rounding by about as much.
    np.testing.assert_allclose(sgntk.nngp(arch, X1, X2), expected[0], rtol=1e-8)
    np.testing.assert_allclose(sgntk.sg_ntk(arch, X1, X2), expected[1], rtol=1e-8)


# --- against neural-tangents ---


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(("m", "hidden_layers"), [(2.0, 1), (5.0, 2), (20.0, 3), (2.0, 3)])
@pytest.mark.parametrize("x2", [None, X2], ids=["square", "rectangular"])
def test_ntk_and_nngp_against_neural_tangents(stax, m, hidden_layers, x2):
    arch = sgntk.Architecture(sgntk.Erf(m), None, hidden_layers, sigma_w=1.3, sigma_b=0.4, output_scale=0.7)
    kernel = stax.serial(arch, width=1)[2](jnp.asarray(X1), None if x2 is None else jnp.asarray(x2), ("nngp", "ntk"))
    assert kernel.ntk.dtype == jnp.float64
    np.testing.assert_allclose(sgntk.nngp(arch, X1, x2), kernel.nngp, rtol=1e-10)
    np.testing.assert_allclose(sgntk.ntk(arch, X1, x2), kernel.ntk, rtol=1e-10)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("hidden_layers", [1, 2, 3])
def test_nngp_of_sign_against_neural_tangents(stax, hidden_layers):
    arch = sgntk.Architecture(sgntk.Sign(), None, hidden_layers, sigma_w=1.3, sigma_b=0.4)
    x2 = X2[:2]  # where points coincide, neural-tangents' angle carries rounding of 1e-8
    expected = stax.serial(arch, width=1)[2](jnp.asarray(X1), jnp.asarray(x2), "nngp")
    np.testing.assert_allclose(sgntk.nngp(arch, X1, x2), expected, rtol=1e-10)


# --- against networks ---


@cache
def many_networks():
    """20,000 with one hidden layer; their weights do not depend on the activation."""
    return init_ensemble(sgntk.Architecture(sgntk.Sign(), None, 1), sgntk.split_keys(0, 20_000), width=20, input_dim=3)


def monte_carlo_nngp(arch):
    """Mean product of the outputs at 3 points of 20,000 networks with one hidden layer, with its standard error.

    With one hidden layer the covariance of the output is the NNGP at every width: no bias, only sampling error.
    """
    x = jnp.asarray(X1[:3], jnp.float32)
    output = jax.jit(jax.vmap(lambda p: forward(arch, p, x)[:, 0]))(many_networks())
    output = np.asarray(output, np.float64)
    products = output[:, :, None] * output[:, None, :]
    return products.mean(axis=0), products.std(axis=0) / np.sqrt(len(products))


@pytest.mark.parametrize("activation", [sgntk.Erf(2.0), sgntk.Sign()])
def test_nngp_against_monte_carlo(activation):
    arch = sgntk.Architecture(activation, None, 1, sigma_w=1.3, sigma_b=0.4, output_scale=0.7)
    mean, error = monte_carlo_nngp(arch)
    # Four standard errors for each of 6 different entries, at a fixed seed; an error is about 1 % of a variance.
    assert np.all(np.abs(mean - sgntk.nngp(arch, X1[:3])) < 4 * error)
    assert np.all(error < 0.02 * mean.max())


# --- structure ---


def test_sg_ntk_with_the_activations_own_derivative_is_the_ntk():
    for m, hidden_layers in itertools.product([2.0, 20.0], [1, 3]):
        arch = PAPER(sgntk.Erf(m), ErfDerivative(m), hidden_layers)
        # The same operations.
        np.testing.assert_allclose(sgntk.sg_ntk(arch, X1, X2), sgntk.ntk(arch, X1, X2), rtol=1e-12)
        assert not np.allclose(
            sgntk.sg_ntk(dataclasses.replace(arch, surrogate=ErfDerivative(2 * m)), X1, X2), sgntk.ntk(arch, X1, X2)
        )


def test_without_a_surrogate_sg_ntk_is_the_ntk():
    arch = PAPER(sgntk.Erf(3.0))
    np.testing.assert_array_equal(sgntk.sg_ntk(arch, X1, X2), sgntk.ntk(arch, X1, X2))


def test_arguments_play_different_parts():
    arch = PAPER(sgntk.Sign(), ErfDerivative(1.0))
    forth, back = sgntk.sg_ntk(arch, X1, X2), sgntk.sg_ntk(arch, X2, X1).T
    assert np.max(np.abs(forth / back - 1)) > 0.05
    for kernel in (sgntk.nngp, partial(sgntk.ntk, off_diagonal_limit=True)):
        # Symmetric up to the order of a few roundings, which a correlation near 1 would amplify.
        np.testing.assert_allclose(kernel(arch, X1, X2), kernel(arch, X2, X1).T, rtol=1e-12)


def test_on_a_sphere_there_is_no_asymmetry():
    sphere = X1 / np.linalg.norm(X1, axis=1, keepdims=True)
    kernel = sgntk.sg_ntk(PAPER(sgntk.Sign(), ErfDerivative(1.0)), sphere)
    np.testing.assert_allclose(kernel, kernel.T, rtol=1e-12)


def test_asymmetric_kernel_with_a_negative_eigenvalue():
    arch = sgntk.Architecture(sgntk.Sign(), Box(1.0), 1, sigma_w=1.0, sigma_b=1.0)
    kernel = sgntk.sg_ntk(arch, np.array([[5.0], [7.0], [10.0]]))
    # The values have 4 digits.
    np.testing.assert_allclose(np.sort(np.linalg.eigvals(kernel))[::-1], [22.84, 1.019, -0.130], rtol=5e-4, atol=5e-4)


@settings(max_examples=30)
@given(
    x1=hnp.arrays(float, (3, 2), elements=st.floats(-10, 10)), x2=hnp.arrays(float, (2, 2), elements=st.floats(-10, 10))
)
@pytest.mark.parametrize("activation", [sgntk.Erf(5.0), sgntk.Sign()])
def test_rectangular_batches_are_blocks_of_the_square_kernel(activation, x1, x2):
    arch = PAPER(activation, ErfDerivative(1.0))
    both = np.concatenate([x1, x2])
    for kernel in (sgntk.nngp, sgntk.sg_ntk):
        # The input products are summed in an order that depends on the shapes, and sign amplifies rounding near a
        # correlation of 1 to its square root.
        np.testing.assert_allclose(kernel(arch, x1, x2), kernel(arch, both)[:3, 3:], rtol=1e-7, atol=1e-7)


@settings(max_examples=30)
@given(x=hnp.arrays(float, (4, 2), elements=st.floats(-10, 10)))
def test_nngp_and_ntk_are_positive_semidefinite(x):
    for kernel in (
        sgntk.nngp(PAPER(sgntk.Sign()), x),
        sgntk.nngp(PAPER(sgntk.Erf(5.0)), x),
        sgntk.ntk(PAPER(sgntk.Erf(5.0)), x),
    ):
        # Sign amplifies rounding near a correlation of 1 to its square root, 1e-8.
        assert np.linalg.eigvalsh((kernel + kernel.T) / 2).min() > -1e-6 * np.abs(kernel).max()


def test_output_scale_multiplies_every_kernel_by_its_square():
    arch = PAPER(sgntk.Erf(3.0), ErfDerivative(1.0))
    scaled = dataclasses.replace(arch, output_scale=0.2)
    for kernel in (sgntk.nngp, sgntk.ntk, sgntk.sg_ntk):
        np.testing.assert_allclose(kernel(scaled, X1, X2), 0.04 * kernel(arch, X1, X2), rtol=1e-14)


@pytest.mark.parametrize("kernel", [sgntk.nngp, sgntk.ntk, sgntk.sg_ntk])
def test_float64_whatever_the_default_is(kernel):
    assert not jax.config.jax_enable_x64
    arch = PAPER(sgntk.Erf(3.0), ErfDerivative(1.0))
    value = kernel(arch, X1.astype(np.float32), jnp.asarray(X2, jnp.float32))
    assert isinstance(value, np.ndarray)
    assert value.dtype == np.float64
    # Rounding the inputs to float32 first is all that changes.
    rounded = kernel(arch, X1.astype(np.float32).astype(float), X2.astype(np.float32).astype(float))
    np.testing.assert_array_equal(value, rounded)


def test_one_batch_is_both_batches():
    arch = PAPER(sgntk.Erf(3.0), ErfDerivative(1.0))
    for kernel in (sgntk.nngp, sgntk.ntk, sgntk.sg_ntk):
        np.testing.assert_array_equal(kernel(arch, X1), kernel(arch, X1, X1.copy()))


def test_whole_numbers_are_inputs_too():
    arch = PAPER(sgntk.Erf(3.0), ErfDerivative(1.0))
    np.testing.assert_array_equal(
        sgntk.sg_ntk(arch, np.array([[1, 2], [3, 4]])), sgntk.sg_ntk(arch, np.array([[1.0, 2.0], [3.0, 4.0]]))
    )


@pytest.mark.parametrize("rows", [1, 3, 7, 100])
def test_blocks_of_rows_make_the_same_kernel(monkeypatch, rows):
    arch = PAPER(sgntk.Sign(), ErfDerivative(1.0))
    x1, x2 = RNG.normal(size=(7, 3)), RNG.normal(size=(5, 3))
    whole = sgntk.sg_ntk(arch, x1, x2)
    monkeypatch.setattr(kernels, "BLOCK", rows * len(x2))
    # The order of sums in the input products may depend on the shapes.
    np.testing.assert_allclose(sgntk.sg_ntk(arch, x1, x2), whole, rtol=1e-13)


@pytest.mark.parametrize("side", [1, 3, 4, 100])
def test_blocks_of_points_with_themselves_mirror_each_other(monkeypatch, side):
    arch, x = PAPER(sgntk.Sign(), ErfDerivative(1.0)), RNG.normal(size=(7, 3))
    rectangular = {kernel: kernel(arch, x, x.copy()) for kernel in (sgntk.nngp, sgntk.sg_ntk)}
    monkeypatch.setattr(kernels, "SIDE", side)
    for kernel, expected in rectangular.items():
        np.testing.assert_allclose(kernel(arch, x), expected, rtol=1e-13)  # other orders of sums
    nngp, tangent = kernels.nngp_and("sg_ntk", arch, x)
    np.testing.assert_array_equal(nngp, sgntk.nngp(arch, x))
    np.testing.assert_array_equal(tangent, sgntk.sg_ntk(arch, x))


@pytest.mark.parametrize("kernel", [sgntk.nngp, sgntk.sg_ntk, partial(sgntk.ntk, off_diagonal_limit=True)])
def test_a_kernel_goes_where_it_is_told(kernel, tmp_path):
    arch, x = PAPER(sgntk.Sign(), ErfDerivative(1.0)), RNG.normal(size=(7, 3))
    out = np.memmap(tmp_path / "kernel", np.float64, "w+", shape=(7, 7))
    assert kernel(arch, x, out=out) is out
    np.testing.assert_array_equal(out, kernel(arch, x))


def test_where_a_kernel_goes_is_checked():
    arch = PAPER(sgntk.Sign(), ErfDerivative(1.0))
    message = r"^sg_ntk: out must be a NumPy array of float64 of shape \(4, 3\); got float32 of shape \(4, 3\)$"
    with pytest.raises(ValueError, match=message):
        sgntk.sg_ntk(arch, X1, X2, out=np.empty((4, 3), np.float32))


PIECEWISE = [sgntk.Heaviside(0.5), sgntk.Quantizer((-0.5, 0.5), (1.0, 1.0), -1.0), sgntk.ReLU(), sgntk.HardTanh()]


@pytest.mark.parametrize("activation", PIECEWISE, ids=lambda activation: type(activation).__name__)
def test_nngp_of_piecewise_linear_activations_against_monte_carlo(activation):
    arch = sgntk.Architecture(activation, None, 1, sigma_w=1.3, sigma_b=0.4)
    mean, error = monte_carlo_nngp(arch)
    assert np.all(np.abs(mean - sgntk.nngp(arch, X1[:3])) < 4 * error)


@pytest.mark.usefixtures("x64")
def test_ntk_of_relu_against_neural_tangents(stax):
    from neural_tangents import stax as nt

    arch = sgntk.Architecture(sgntk.ReLU(), None, 2, sigma_w=1.3, sigma_b=0.4)
    dense = [layer for _ in range(2) for layer in (nt.Dense(1, 1.3, 0.4), nt.Relu())]
    kernel = nt.serial(*dense, nt.Dense(1, 1.3, 0.4))[2](jnp.asarray(X1), jnp.asarray(X2[:2]), ("nngp", "ntk"))
    np.testing.assert_allclose(sgntk.nngp(arch, X1, X2[:2]), kernel.nngp, rtol=1e-10)
    np.testing.assert_allclose(sgntk.ntk(arch, X1, X2[:2]), kernel.ntk, rtol=1e-10)


# --- limits ---


@pytest.mark.parametrize(("hidden_layers", "diagonal", "elsewhere"), [(1, -1, -2), (2, -1, -1)])
@pytest.mark.parametrize("kernel", [sgntk.nngp, sgntk.sg_ntk])
def test_steep_erf_tends_to_sign(kernel, hidden_layers, diagonal, elsewhere):
    """With q = 1/(2 m^2), arcsin(c / sqrt((q+a)(q+b))) moves by O(q), but at c = a = b, where its slope is infinite, by
    O(sqrt q). The next layer inherits the variances' slower rate everywhere.
    """
    steepness = np.array([100.0, 200.0, 400.0, 800.0])
    limit = kernel(PAPER(sgntk.Sign(), ErfDerivative(1.0), hidden_layers), X1)
    error = np.array(
        [np.abs(kernel(PAPER(sgntk.Erf(m), ErfDerivative(1.0), hidden_layers), X1) - limit) for m in steepness]
    )
    slopes = np.polyfit(np.log(steepness), np.log(error.reshape(4, -1)), 1)[0].reshape(4, 4)
    on_diagonal = np.eye(4, dtype=bool)
    # Next orders in 1/m tilt the slopes by a few percent at these m.
    np.testing.assert_allclose(slopes[on_diagonal], diagonal, atol=0.05)
    np.testing.assert_allclose(slopes[~on_diagonal], elsewhere, atol=0.05)


@pytest.mark.parametrize("hidden_layers", [1, 2, 3])
def test_diagonal_of_the_ntk_grows_with_a_power_of_the_steepness(hidden_layers):
    steepness = np.array([1e3, 1e4, 1e5])
    kernels = np.array([sgntk.ntk(PAPER(sgntk.Erf(m), None, hidden_layers), X1[:2]) for m in steepness])
    slope = oracles.log_log_slope(steepness, kernels[:, 0, 0])
    assert slope == pytest.approx(hidden_layers, abs=0.01)  # corrections of order 1/m, at most 1e-3
    limit = sgntk.ntk(PAPER(sgntk.Sign(), None, hidden_layers), X1[:2], off_diagonal_limit=True)
    assert kernels[-1, 0, 1] == pytest.approx(limit[0, 1], rel=1e-4)  # O(1/m)


def test_sg_ntk_of_a_steep_erf_stays_finite_on_the_diagonal():
    mild, steep = (np.diag(sgntk.sg_ntk(PAPER(sgntk.Erf(m), ErfDerivative(1.0)), X1)) for m in (1e2, 1e8))
    np.testing.assert_allclose(steep, mild, rtol=0.05)


def test_off_diagonal_limit():
    limit = sgntk.ntk(PAPER(sgntk.Sign()), X1, X2, off_diagonal_limit=True)
    coincident = np.zeros((4, 3), bool)
    coincident[2, 2] = True
    assert np.all(np.isposinf(limit[coincident]))
    steep = sgntk.ntk(PAPER(sgntk.Erf(1e6)), X1, X2)
    np.testing.assert_allclose(limit[~coincident], steep[~coincident], rtol=1e-4)  # O(1/m)


def test_off_diagonal_limit_changes_nothing_without_jumps():
    arch = PAPER(sgntk.Erf(3.0))
    np.testing.assert_array_equal(sgntk.ntk(arch, X1, off_diagonal_limit=True), sgntk.ntk(arch, X1))


@pytest.mark.parametrize("factor", [-1.0, 3.0, -0.1])
def test_parallel_points_without_bias(factor):
    # A correlation of exactly 1 or -1, at points that differ: sign's infinite slope there makes rounding of 1e-16 into
    # 1e-8, and, in the next layer, that into 1e-4.
    arch = sgntk.Architecture(sgntk.Sign(), ErfDerivative(1.0), 2, sigma_b=0.0)
    x = np.random.default_rng(2).normal(size=(20, 3))
    assert np.all(np.isfinite(sgntk.sg_ntk(arch, x, factor * x)))
    np.testing.assert_allclose(np.diag(sgntk.nngp(arch, x, factor * x)), np.sign(factor), rtol=1e-12)


# --- errors ---


def test_ntk_of_sign_explains_itself():
    with pytest.raises(
        ValueError, match=r"^ntk: the NTK of Sign\(\) is infinite on the diagonal: .*off_diagonal_limit=True"
    ):
        sgntk.ntk(PAPER(sgntk.Sign(), ErfDerivative(1.0)), X1)


def test_sg_ntk_of_sign_needs_a_surrogate():
    with pytest.raises(ValueError, match=r"^SignDerivative: .*give the Architecture a surrogate"):
        sgntk.sg_ntk(PAPER(sgntk.Sign()), X1)


def with_nan(x):
    return np.where(np.arange(x.size).reshape(x.shape) == 4, np.nan, x)


@pytest.mark.parametrize(
    ("x1", "x2", "message"),
    [
        (X1[0], None, "x1 must have shape (points, dimension); got (3,)"),
        (X1, X2[:, :2], "x2 must have shape (points, 3); got (3, 2)"),
        (X1, X2[0], "x2 must have shape (points, 3); got (3,)"),
        (with_nan(X1), None, "x1 must be finite; got nan at index (1, 1)"),
        (X1, with_nan(X2), "x2 must be finite; got nan at index (1, 1)"),
        (X1[:0], None, "x1 must have shape (points, dimension); got (0, 3)"),
    ],
)
@pytest.mark.parametrize("kernel", [sgntk.nngp, sgntk.ntk, sgntk.sg_ntk])
def test_bad_inputs(kernel, x1, x2, message):
    arch = PAPER(sgntk.Erf(2.0), surrogates.StraightThrough())
    with pytest.raises(ValueError, match=f"^{kernel.__name__}: {re.escape(message)}$"):
        kernel(arch, x1, x2)


# --- at the edges ---

EVERY = [
    sgntk.Sign(),
    sgntk.Erf(2.0),
    sgntk.Heaviside(0.0),
    sgntk.Heaviside(-0.5),
    sgntk.Quantizer((-0.5, 0.5), (1.0, 1.0), -0.3),
    sgntk.ReLU(),
    sgntk.HardTanh(),
    sgntk.Identity(),
]


@pytest.mark.parametrize(
    "activation",
    [pytest.param(a, marks=[pytest.mark.slow] * isinstance(a, sgntk.HardTanh | sgntk.Quantizer)) for a in EVERY],
    ids=repr,
)
def test_a_silent_input_has_a_kernel(activation):
    arch = sgntk.Architecture(activation, Box(1.0), 1, sigma_w=1.3)
    x = np.concatenate([np.zeros((1, 3)), X1])
    nngp = sgntk.nngp(arch, x)
    # Its units stay at act(0), whatever the weights are.
    rest = float(activation(jnp.zeros(1))[0])
    z = np.linspace(-12, 12, 2_000_001)
    for row, point in enumerate(X1, start=1):
        std = 1.3 * np.sqrt(np.mean(point**2))
        mean = np.mean(np.asarray(activation(jnp.asarray(z * std))) * np.exp(-(z**2) / 2)) * 24 / np.sqrt(2 * np.pi)
        # A Riemann sum over 2 million points, of a step or of float32: 1e-5.
        assert nngp[0, row] == pytest.approx(1.3**2 * rest * mean, abs=1e-5)
    assert nngp[0, 0] == pytest.approx(1.3**2 * rest**2, rel=1e-6)  # `rest` in float32
    np.testing.assert_allclose(nngp[1:, 1:], sgntk.nngp(arch, X1), rtol=1e-13)
    # No weight before them moves them, neither at the first argument nor, for the input is 0, at the second.
    # Each kernel is a program of its own, whose last roundings XLA may order as it likes: 4e-16.
    sg_ntk = sgntk.sg_ntk(arch, x)
    np.testing.assert_allclose(sg_ntk[0], nngp[0], rtol=4e-16)
    np.testing.assert_allclose(sg_ntk[:, 0], nngp[:, 0], rtol=4e-16)
    limit = sgntk.ntk(arch, x, off_diagonal_limit=True)
    np.testing.assert_allclose(limit[0], nngp[0], rtol=4e-16)


def test_a_layer_that_falls_silent_has_a_kernel():
    # Of units that see 0.3 Z none is above 1 but for 4e-4; the next layer's variance underflows in the one after.
    arch = sgntk.Architecture(sgntk.Heaviside(1.0), Box(1.0), 3)
    x = np.full((2, 4), 0.3) * np.array([[1.0], [-1.0]])
    for kernel in (sgntk.nngp, sgntk.sg_ntk):
        value = kernel(arch, x)
        assert np.all(np.isfinite(value))
        np.testing.assert_allclose(value, 0, atol=1e-12)


@pytest.mark.parametrize("size", [1e-200, 1e-150, 1e150, 1e200])
def test_sign_networks_see_no_size(size):
    arch = sgntk.Architecture(sgntk.Sign(), ErfDerivative(1.0))
    np.testing.assert_allclose(sgntk.nngp(arch, size * X1, X2), sgntk.nngp(arch, X1, X2), rtol=1e-13)
    assert np.all(np.isfinite(sgntk.sg_ntk(arch, size * X1, size * X1)))


def test_a_kernel_without_a_value_names_the_rows():
    x = np.concatenate([X1[:1], 1e200 * X1[1:2]])
    with pytest.raises(ValueError, match=r"^nngp: the kernel of row 0 of x1 and row 1 of x2 is beyond the range of fl"):
        sgntk.nngp(PAPER(sgntk.ReLU()), x)


@pytest.mark.parametrize("angle", [1e-1, 1e-3, 1e-5, 1e-7, 1e-9])
def test_near_the_diagonal_sign_keeps_all_digits(angle):
    x = np.array([[1.0, 0.0], [np.cos(angle), np.sin(angle)]])
    one = sgntk.nngp(sgntk.Architecture(sgntk.Sign(), None, 1), x)[0, 1]
    assert one == pytest.approx(1 - 2 * angle / np.pi, rel=3e-16)
    # The next layer's angle is arccos(1 - 2 angle/pi) = 2 arcsin(sqrt(angle/pi)).
    second = 2 * np.arcsin(np.sqrt(angle / np.pi))
    two = sgntk.nngp(sgntk.Architecture(sgntk.Sign(), None, 2), x)[0, 1]
    assert two == pytest.approx(1 - 2 * second / np.pi, rel=4e-16)
    half = sgntk.nngp(sgntk.Architecture(sgntk.Heaviside(0.0), None, 1), x)[0, 1]
    assert half == pytest.approx((1 - angle / np.pi) / 2, rel=3e-16)


@pytest.mark.parametrize("threshold", [0.0, 1.0, -0.6])
def test_a_surrogate_sits_at_the_threshold(threshold):
    surrogate = sgntk.libraries.snntorch.atan()
    arch = sgntk.Architecture(sgntk.Heaviside(threshold), surrogate, 1, sigma_w=1.3, sigma_b=0.4)
    affine = sgntk.Architecture(sgntk.Identity(), None, 1, sigma_w=1.3, sigma_b=0.4)
    c = (sgntk.nngp(affine, X1, X2) - 0.4**2) / 1.3**2  # the first layer's covariance
    a, b = (np.diag((sgntk.nngp(affine, x) - 0.4**2) / 1.3**2) for x in (X1, X2))
    expected = np.empty(c.shape)
    for i, j in np.ndindex(c.shape):
        given = oracles.shifted_mean(
            lambda z: np.asarray(surrogate(jnp.asarray(z - threshold, jnp.float32)), np.float64),
            (threshold,),
            c[i, j] / a[i] * threshold,
            np.sqrt(max(b[j] - c[i, j] ** 2 / a[i], 1e-24)),
        )
        density = np.exp(-(threshold**2) / (2 * a[i])) / np.sqrt(2 * np.pi * a[i])
        expected[i, j] = c[i, j] * 1.3**2 * density * given
    tangent = sgntk.sg_ntk(arch, X1, X2) - sgntk.nngp(arch, X1, X2)
    np.testing.assert_allclose(tangent, expected, rtol=2e-6, atol=1e-7)  # the surrogate in float32
    z = jnp.asarray([threshold - 0.3, threshold, threshold + 0.3])
    np.testing.assert_allclose(arch.effective_surrogate(z), surrogate(jnp.asarray([-0.3, 0.0, 0.3])), rtol=1e-5)


def test_a_staircase_learns_with_a_surrogate_at_each_step():
    stairs = sgntk.Quantizer((-0.5, 0.6), (1.0, 0.7))
    z = np.linspace(-2, 2, 9).astype(np.float32)
    learned = sgntk.Architecture(stairs, Box(0.4)).effective_surrogate(jnp.asarray(z))
    np.testing.assert_allclose(learned, 1.0 * (abs(z + 0.5) <= 0.4) + 0.7 * (abs(z - 0.6) <= 0.4), rtol=1e-6)
