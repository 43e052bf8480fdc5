"""Tangent kernels of finite networks against explicit Jacobians, neural-tangents, and the infinite-width kernels."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest

import sgntk
from sgntk._empirical import tangent_kernel
from sgntk._networks import init_ensemble
from sgntk.surrogates import ErfDerivative, StraightThrough

PLAIN = {"sigma_w": 1.3, "sigma_b": 0.4, "output_scale": 0.7}
RNG = np.random.default_rng(4)
X1 = RNG.normal(size=(5, 2))
X2 = np.concatenate([RNG.normal(size=(2, 2)), X1[:1]])
KEY = sgntk.split_keys(4, 1)[0]


def close(ours, theirs):
    # float32: relative to the largest entry, since small entries are differences of large terms.
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4 * np.abs(theirs).max())


@pytest.mark.parametrize(
    ("surrogate", "s"),
    [
        (ErfDerivative(0.8), oracles.erf_derivative(0.8)),
        (StraightThrough(), np.ones_like),
        (None, oracles.erf_derivative(3)),
    ],
)
def test_empirical_sg_ntk_against_a_quasi_jacobian_by_hand(surrogate, s):
    arch = sgntk.Architecture(sgntk.Erf(3), surrogate, **PLAIN)
    params = sgntk.init(arch, KEY, width=64, input_dim=2)
    network = oracles.TwoHiddenLayers(oracles.erf(3), params, **PLAIN)
    true = oracles.erf_derivative(3)
    kernel = sgntk.empirical_sg_ntk(arch, params, X1, X2)
    assert kernel.shape == (5, 3)
    assert kernel.dtype == jnp.float32
    close(kernel, network.kernel(X1, true, X2, s))
    close(sgntk.empirical_sg_ntk(arch, params, X1), network.kernel(X1, true, X1, s))
    if surrogate is not None:  # the test tells the arguments apart
        wrong = network.kernel(X1, s, X2, true)
        assert np.max(np.abs(kernel - wrong)) > 0.01 * np.max(np.abs(wrong))


def test_empirical_ntk_against_an_explicit_jacobian():
    arch = sgntk.Architecture(sgntk.Erf(3), StraightThrough(), **PLAIN)  # the surrogate plays no part
    params = sgntk.init(arch, KEY, width=64, input_dim=2)
    network, true = oracles.TwoHiddenLayers(oracles.erf(3), params, **PLAIN), oracles.erf_derivative(3)
    close(sgntk.empirical_ntk(arch, params, X1, X2), network.kernel(X1, true, X2, true))
    square = np.asarray(sgntk.empirical_ntk(arch, params, X1))
    np.testing.assert_array_equal(square, sgntk.empirical_ntk(arch, params, X1, X1))
    close(square, square.T)


@pytest.mark.usefixtures("x64")
def test_jacobian_by_hand_is_that_of_automatic_differentiation():
    arch = sgntk.Architecture(sgntk.Erf(3), None, **PLAIN)
    params = jax.tree.map(lambda leaf: leaf.astype(jnp.float64), sgntk.init(arch, KEY, width=16, input_dim=2))
    automatic = jax.jit(jax.jacrev(lambda p: sgntk.apply(arch, p, jnp.asarray(X1))[:, 0]))(params)
    by_hand = oracles.TwoHiddenLayers(oracles.erf(3), params, **PLAIN).jacobian(X1, oracles.erf_derivative(3))
    for ours, theirs in zip(jax.tree.leaves(automatic), by_hand, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("hidden_layers", [1, 2, 3])
@pytest.mark.parametrize("x2", [None, X2], ids=["square", "rectangular"])
def test_empirical_ntk_against_neural_tangents_network_in_forward_mode(stax, hidden_layers, x2):
    arch = sgntk.Architecture(sgntk.Erf(3), None, hidden_layers, **PLAIN)
    init, apply, _ = stax.serial(arch, 24)
    with jax.threefry_partitionable(False):
        _, theirs = init(KEY, (-1, 2))

    def jacobian(x):
        derivatives = jax.jit(jax.jacfwd(lambda p: apply(p, jnp.asarray(x, jnp.float32))[:, 0]))(theirs)
        return np.concatenate([leaf.reshape(len(x), -1) for leaf in jax.tree.leaves(derivatives)], axis=1)

    expected = jacobian(X1) @ jacobian(X1 if x2 is None else x2).T
    close(sgntk.empirical_ntk(arch, sgntk.init(arch, KEY, width=24, input_dim=2), X1, x2), expected)


@pytest.mark.usefixtures("x64")
def test_dtype_is_that_of_the_parameters():
    arch = sgntk.Architecture(sgntk.Erf(3), StraightThrough(), **PLAIN)
    params = sgntk.init(arch, KEY, width=16, input_dim=2)
    assert sgntk.empirical_sg_ntk(arch, params, X1).dtype == jnp.float32
    double = jax.tree.map(lambda leaf: leaf.astype(jnp.float64), params)
    kernel = sgntk.empirical_sg_ntk(arch, double, X1, X2)
    assert kernel.dtype == jnp.float64
    network = oracles.TwoHiddenLayers(oracles.erf(3), double, **PLAIN)
    np.testing.assert_allclose(
        kernel, network.kernel(X1, oracles.erf_derivative(3), X2, np.ones_like), rtol=1e-11, atol=1e-11
    )


def ensemble_kernels(arch, surrogate, *, width, networks, x, seed=5):
    """Shape (networks, points, points); in batches of 50, which keeps wide ensembles small."""
    x = jnp.asarray(x, jnp.float32)
    evaluate = jax.jit(jax.vmap(lambda p: tangent_kernel(arch, p, x, x)))
    batches = np.split(np.asarray(sgntk.split_keys(seed, networks)), networks // 50)
    kernels = [evaluate(init_ensemble(arch, keys, width=width, input_dim=2)) for keys in batches]
    return np.concatenate(kernels).astype(np.float64)


@pytest.mark.parametrize(("surrogate", "analytic"), [(None, sgntk.ntk), (ErfDerivative(0.8), sgntk.sg_ntk)])
def test_one_hidden_layer_is_unbiased_at_every_width(surrogate, analytic):
    # Averaging over the readout weights, and then over the units, gives the infinite-width kernel exactly.
    arch = sgntk.Architecture(sgntk.Erf(3), surrogate, 1, **PLAIN)
    kernels = ensemble_kernels(arch, arch.effective_surrogate, width=16, networks=4000, x=X1[:3])
    error = kernels.std(axis=0) / np.sqrt(len(kernels))
    expected = analytic(arch, X1[:3])
    assert np.all(np.abs(kernels.mean(axis=0) - expected) < 4 * error)  # 9 entries, a fixed seed
    assert np.all(error < 0.02 * expected.max())


@pytest.mark.usefixtures("optimized")
@pytest.mark.parametrize(
    ("surrogate", "analytic"),
    [
        pytest.param(None, sgntk.ntk, marks=pytest.mark.slow),
        (ErfDerivative(0.8), sgntk.sg_ntk),
    ],
)
def test_mean_squared_error_falls_like_one_over_the_width(surrogate, analytic):
    arch = sgntk.Architecture(sgntk.Erf(2), surrogate, 2, sigma_w=1.0, sigma_b=0.1)
    widths, networks = [32, 96, 288], 200
    x = X1[:2]
    expected = analytic(arch, x)
    kernels = [ensemble_kernels(arch, arch.effective_surrogate, width=w, networks=networks, x=x) for w in widths]
    errors = [np.mean((kernel - expected) ** 2, axis=(1, 2)) for kernel in kernels]
    means = np.array([error.mean() for error in errors])
    relative = np.array([error.std() for error in errors]) / means / np.sqrt(networks)
    # Standard error of the slope through three equally spaced points: only the outer two weigh.
    standard_error = np.hypot(relative[0], relative[2]) / np.log(widths[2] / widths[0])
    assert standard_error < 0.1
    # The next order in 1/width, a few percent at 32, tilts the slope by less than 0.05.
    assert oracles.log_log_slope(widths, means) == pytest.approx(-1, abs=3 * standard_error + 0.05)


@pytest.mark.parametrize("kernel", [sgntk.empirical_ntk, sgntk.empirical_sg_ntk])
def test_jumps_explain_themselves(kernel):
    arch = sgntk.Architecture(sgntk.Sign(), StraightThrough())
    params = sgntk.init(arch, KEY, width=4, input_dim=2)
    with pytest.raises(ValueError, match=rf"^{kernel.__name__}: the Jacobian of a network with Sign\(\) is 0 almost"):
        kernel(arch, params, X1)


def with_nan(x):
    return np.where(np.arange(x.size).reshape(x.shape) == 7, np.nan, x)


@pytest.mark.parametrize(
    ("x1", "x2", "message"),
    [
        (X1[:, :1], None, "x1 must have shape (points, 2); got (5, 1)"),
        (X1, X2[0], "x2 must have shape (points, 2); got (2,)"),
        (with_nan(X1), None, "x1 must be finite; got nan at index (3, 1)"),
        (X1, np.full((2, 2), np.inf), "x2 must be finite; got inf at index (0, 0)"),
    ],
)
@pytest.mark.parametrize("kernel", [sgntk.empirical_ntk, sgntk.empirical_sg_ntk])
def test_bad_inputs(kernel, x1, x2, message):
    arch = sgntk.Architecture(sgntk.Erf(3), StraightThrough())
    params = sgntk.init(arch, KEY, width=4, input_dim=2)
    with pytest.raises(ValueError, match=f"^{kernel.__name__}: {re.escape(message)}$"):
        kernel(arch, params, x1, x2)


@pytest.mark.usefixtures("x64")
def test_empirical_kernels_are_traced_within_transformations():
    params = sgntk.init(sgntk.Architecture(sgntk.Erf(1.5)), KEY, width=8, input_dim=2)
    params = jax.tree.map(lambda leaf: leaf.astype(jnp.float64), params)

    def kernel(m, k):
        arch = sgntk.Architecture(sgntk.Erf(m), ErfDerivative(k), **PLAIN)
        return sgntk.empirical_sg_ntk(arch, params, jnp.asarray(X1), jnp.asarray(X2))

    plain = kernel(1.5, 0.8)
    np.testing.assert_allclose(jax.jit(kernel)(1.5, 0.8), plain, rtol=1e-12)
    together = jax.vmap(kernel)(jnp.asarray([1.5, 1.0]), jnp.asarray([0.8, 0.8]))
    np.testing.assert_allclose(together[0], plain, rtol=1e-12)
    slope = jax.jit(jax.grad(lambda k: kernel(1.5, k).sum()))(0.8)
    h = 1e-5
    difference = (kernel(1.5, 0.8 + h).sum() - kernel(1.5, 0.8 - h).sum()) / (2 * h)
    assert float(slope) == pytest.approx(float(difference), rel=1e-7)  # h^2, and rounding of 1e-16/h


# --- layers of their own, several outputs, any model ---

LAYERS = [
    sgntk.Layer(0.5, sigma_w=1.6),
    sgntk.Layer(activation=sgntk.ReLU(), surrogate=ErfDerivative(0.4), sigma_b=0.9),
]
DEEP = sgntk.Architecture(sgntk.Erf(3), ErfDerivative(0.8), LAYERS, **PLAIN)
AS_MODEL = sgntk.Model(
    init=lambda key, x: sgntk.init(DEEP, key, width=20, input_dim=x.shape[1], outputs=2),
    apply=lambda params, x: sgntk.apply(DEEP, params, x),
    exact_apply=lambda params, x: sgntk.apply(DEEP.exact, params, x),
)


@pytest.mark.parametrize("outputs", [1, 2])
@pytest.mark.parametrize("kernel", [sgntk.empirical_ntk, sgntk.empirical_sg_ntk])
def test_layer_by_layer_against_products_of_jacobians(kernel, outputs):
    params = sgntk.init(DEEP, KEY, width=20, input_dim=2, outputs=outputs)
    learning = DEEP if kernel is sgntk.empirical_sg_ntk else DEEP.exact
    true, learned = (
        jax.jit(jax.jacrev(lambda p, arch=arch, x=x: sgntk.apply(arch, p, jnp.asarray(x))))(params)
        for arch, x in ((DEEP.exact, X1), (learning, X2))
    )
    expected = sum(
        jnp.einsum("iax,jbx->ijab", *(leaf.reshape(*leaf.shape[:2], -1) for leaf in leaves))
        for leaves in zip(jax.tree.leaves(true), jax.tree.leaves(learned), strict=True)
    )
    found = kernel(DEEP, params, X1, X2)
    assert found.shape == ((5, 3) if outputs == 1 else (5, 3, 2, 2))
    close(found.reshape(expected.shape), expected)


@pytest.mark.parametrize("kernel", [sgntk.empirical_ntk, sgntk.empirical_sg_ntk])
def test_a_model_has_the_kernel_of_its_architecture(kernel):
    params = AS_MODEL.init(KEY, X1)
    close(kernel(AS_MODEL, params, X1, X2), kernel(DEEP, params, X1, X2))
    one_output = AS_MODEL._replace(
        apply=lambda p, x: AS_MODEL.apply(p, x)[:, 1], exact_apply=lambda p, x: AS_MODEL.exact_apply(p, x)[:, 1]
    )
    close(kernel(one_output, params, X1), kernel(DEEP, params, X1)[:, :, 1, 1])


def test_a_model_without_true_derivatives():
    with pytest.raises(ValueError, match=r"^empirical_sg_ntk: the model needs exact_apply"):
        sgntk.empirical_sg_ntk(AS_MODEL._replace(exact_apply=None), AS_MODEL.init(KEY, X1), X1)
