"""Finite networks: the draw, the forward pass, and its derivative."""

import re

import jax
import jax.numpy as jnp
import numpy as np
import oracles
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sgntk
from sgntk import _networks as networks
from sgntk import surrogates

ARCH = sgntk.Architecture(sgntk.Erf(3.0), surrogates.ErfDerivative(0.8), sigma_w=1.3, sigma_b=0.4, output_scale=0.7)
PLAIN = {"sigma_w": 1.3, "sigma_b": 0.4, "output_scale": 0.7}
X = np.random.default_rng(3).normal(size=(5, 2))


def leaves(params):
    return [np.asarray(leaf) for leaf in jax.tree.leaves(params)]


# --- the draw ---


@pytest.mark.parametrize("partitionable", [False, True])
@pytest.mark.parametrize(("width", "hidden_layers"), [(7, 1), (100, 2), (500, 3)])
def test_init_equals_neural_tangents_weight_for_weight(stax, width, hidden_layers, partitionable):
    arch = sgntk.Architecture(sgntk.Erf(2.0), None, hidden_layers)
    with jax.threefry_partitionable(False):
        key = jax.random.PRNGKey(7)
        _, theirs = stax.serial(arch, width)[0](key, (-1, 3))
    with jax.threefry_partitionable(partitionable):
        ours = sgntk.init(arch, key, width=width, input_dim=3)
    expected = leaves(theirs)
    assert len(expected) == 2 * (hidden_layers + 1)
    for mine, their in zip(leaves(ours), expected, strict=True):
        assert mine.dtype == np.float32
        np.testing.assert_array_equal(mine, their.reshape(mine.shape))  # a bias is (1, n) there, and (n,) here


def test_partitionable_draws_would_differ():
    # What the test above guards against does exist.
    with jax.threefry_partitionable(True):
        other = jax.random.normal(jax.random.PRNGKey(7), (100,))
    with jax.threefry_partitionable(False):
        assert not np.array_equal(jax.random.normal(jax.random.PRNGKey(7), (100,)), other)


def test_shapes():
    params = sgntk.init(ARCH, jax.random.PRNGKey(0), width=6, input_dim=3)
    assert [(layer.weight.shape, layer.bias.shape) for layer in params] == [
        ((3, 6), (6,)), ((6, 6), (6,)), ((6, 1), (1,))
    ]  # fmt: skip


@pytest.mark.parametrize("partitionable", [False, True])
def test_split_keys_is_the_papers_schedule(partitionable):
    with jax.threefry_partitionable(False):
        expected = jax.random.split(jax.random.split(jax.random.PRNGKey(10))[0], 5)
    with jax.threefry_partitionable(partitionable):
        np.testing.assert_array_equal(sgntk.split_keys(10, 5), expected)


def test_init_ensemble_draws_what_init_draws():
    keys = sgntk.split_keys(4, 3)
    ensemble = networks.init_ensemble(ARCH, keys, width=9, input_dim=2)
    for index, key in enumerate(keys):
        one = sgntk.init(ARCH, key, width=9, input_dim=2)
        for many, single in zip(leaves(ensemble), leaves(one), strict=True):
            np.testing.assert_array_equal(many[index], single)


# --- the forward pass ---


@pytest.mark.parametrize(("activation", "act"), [(sgntk.Erf(3.0), oracles.erf(3.0)), (sgntk.Sign(), np.sign)])
def test_output_against_numpy(activation, act):
    arch = sgntk.Architecture(activation, surrogates.StraightThrough(), **PLAIN)
    params = sgntk.init(arch, jax.random.PRNGKey(1), width=50, input_dim=2)
    output = sgntk.apply(arch, params, jnp.asarray(X, jnp.float32))
    assert output.shape == (5, 1)
    assert output.dtype == jnp.float32
    # Sums of 50 terms of order 1/sqrt(50) in float32.
    np.testing.assert_allclose(output[:, 0], oracles.TwoHiddenLayers(act, params, **PLAIN).output(X), atol=3e-6)


@pytest.mark.parametrize("hidden_layers", [1, 3])
def test_output_against_neural_tangents(stax, hidden_layers):
    arch = sgntk.Architecture(sgntk.Erf(3.0), None, hidden_layers, **PLAIN)
    init, apply, _ = stax.serial(arch, 50)
    key = sgntk.split_keys(1, 1)[0]
    with jax.threefry_partitionable(False):
        _, theirs = init(key, (-1, 2))
    ours = sgntk.init(arch, key, width=50, input_dim=2)
    x = jnp.asarray(X, jnp.float32)
    np.testing.assert_allclose(sgntk.apply(arch, ours, x), apply(theirs, x), atol=3e-6)


@pytest.mark.parametrize(
    ("surrogate", "s"),
    [
        (None, oracles.erf_derivative(3.0)),
        (surrogates.ErfDerivative(0.8), oracles.erf_derivative(0.8)),
        (surrogates.StraightThrough(), np.ones_like),
    ],
)
def test_differentiation_uses_the_surrogate(surrogate, s):
    arch = sgntk.Architecture(sgntk.Erf(3.0), surrogate, **PLAIN)
    params = sgntk.init(arch, jax.random.PRNGKey(1), width=20, input_dim=2)
    x = jnp.asarray(X, jnp.float32)
    jacobian = jax.jit(jax.jacrev(lambda p: sgntk.apply(arch, p, x)[:, 0]))(params)
    expected = oracles.TwoHiddenLayers(oracles.erf(3.0), params, **PLAIN).jacobian(X, s)
    for ours, theirs in zip(leaves(jacobian), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5 * np.abs(theirs).max())  # float32
    along = jax.tree.map(jnp.ones_like, params)
    _, tangent = jax.jvp(lambda p: sgntk.apply(arch, p, x)[:, 0], (params,), (along,))
    total = sum(gradient.reshape(len(X), -1).sum(axis=1) for gradient in expected)
    np.testing.assert_allclose(tangent, total, atol=1e-4 * np.abs(total).max())


def test_sign_learns_with_a_surrogate_only():
    params = sgntk.init(ARCH, jax.random.PRNGKey(1), width=20, input_dim=2)
    x = jnp.asarray(X, jnp.float32)
    arch = sgntk.Architecture(sgntk.Sign())
    assert np.all(np.isfinite(sgntk.apply(arch, params, x)))
    with pytest.raises(ValueError, match="give the Architecture a surrogate"):
        jax.grad(lambda p: sgntk.apply(arch, p, x).sum())(params)


def test_apply_can_be_transformed():
    params = sgntk.init(ARCH, jax.random.PRNGKey(1), width=20, input_dim=2)
    x = jnp.asarray(X, jnp.float32)
    compiled = jax.jit(lambda p, x: sgntk.apply(ARCH, p, x))(params, x)
    np.testing.assert_allclose(compiled, sgntk.apply(ARCH, params, x), atol=1e-6)


# --- errors ---


@pytest.mark.parametrize(
    ("key", "came"),
    [
        (np.zeros(3, np.uint32), "uint32 of shape (3,)"),
        (np.zeros((1, 2), np.uint32), "uint32 of shape (1, 2)"),
        (np.uint32(7), "uint32 of shape ()"),
        (np.zeros(2, np.int32), "int32 of shape (2,)"),
        (np.zeros(2), "float64 of shape (2,)"),
    ],
)
def test_key_of_wrong_shape_or_dtype(key, came):
    message = re.escape(f"got {came}")
    with pytest.raises(ValueError, match=rf"^init: keys must be uint32 of shape \(2,\), as .*PRNGKey.*; {message}$"):
        sgntk.init(ARCH, key, width=4, input_dim=2)


@pytest.mark.parametrize("keys", [np.zeros(2, np.uint32), np.zeros((0, 2), np.uint32), np.zeros((3, 4), np.uint32)])
def test_keys_of_wrong_shape(keys):
    with pytest.raises(ValueError, match=r"^init_ensemble: keys must be uint32 of shape \(networks, 2\), ") as caught:
        networks.init_ensemble(ARCH, keys, width=4, input_dim=2)
    assert str(caught.value).endswith(f"got uint32 of shape {keys.shape}")


@pytest.mark.parametrize(("name", "value"), [("width", 0), ("width", 2.0), ("input_dim", -1), ("input_dim", None)])
@pytest.mark.usefixtures("annotations_unchecked")
def test_bad_sizes(name, value):
    sizes = {"width": 4, "input_dim": 2, name: value}
    with pytest.raises(ValueError, match=rf"^init: {name} must be a whole number >= 1; got {value!r}$"):
        sgntk.init(ARCH, jax.random.PRNGKey(0), **sizes)


@pytest.mark.parametrize(("seed", "count", "name"), [(-1, 3, "seed"), (0, 0, "count")])
def test_bad_seed_and_count(seed, count, name):
    with pytest.raises(ValueError, match=rf"^split_keys: {name} must be a whole number >= \d; got {min(seed, count)}$"):
        sgntk.split_keys(seed, count)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((4, 3)), "apply: x must have shape (points, 2); got (4, 3)"),
        (np.zeros(2), "apply: x must have shape (points, 2); got (2,)"),
        (np.array([[0.0, np.nan]]), "apply: x must be finite; got nan at index (0, 1)"),
    ],
)
def test_bad_inputs(x, message):
    params = sgntk.init(ARCH, jax.random.PRNGKey(1), width=4, input_dim=2)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        sgntk.apply(ARCH, params, x)


@given(seed=st.integers(0, 2**32 - 1))
def test_every_seed_makes_keys(seed):
    assert sgntk.split_keys(seed, 2).shape == (2, 2)


def test_typed_keys_draw_the_same():
    old = sgntk.init(ARCH, jax.random.PRNGKey(3), width=5, input_dim=2)
    new = sgntk.init(ARCH, jax.random.key(3), width=5, input_dim=2)
    many = networks.init_ensemble(ARCH, jax.random.split(jax.random.key(3), 2), width=5, input_dim=2)
    traced = jax.jit(lambda key: sgntk.init(ARCH, key, width=5, input_dim=2))(jax.random.key(3))
    for one, other, third in zip(*map(jax.tree.leaves, (old, new, traced)), strict=True):
        np.testing.assert_array_equal(one, other)
        np.testing.assert_array_equal(one, third)
    assert many[0].weight.shape == (2, 2, 5)
    with pytest.raises(ValueError, match=r"^init: keys must be uint32 .*; got key<fry> of shape \(2,\)$"):
        sgntk.init(ARCH, jax.random.split(jax.random.key(3), 2), width=5, input_dim=2)


def test_several_outputs_and_layers_of_their_own_equal_neural_tangents_network(stax):
    arch = sgntk.Architecture(sgntk.Erf(2.0), None, [sgntk.Layer(2.0, 1.5), sgntk.Layer(sigma_b=0.2)], 1.2, 0.4, 0.7)
    init, apply, _ = stax.serial(arch, 8, outputs=3)
    params = sgntk.init(arch, jax.random.PRNGKey(7), width=8, input_dim=2, outputs=3)
    with jax.threefry_partitionable(False):
        _, theirs = init(jax.random.PRNGKey(7), (-1, 2))
    x = jnp.asarray(np.random.default_rng(3).normal(size=(4, 2)), jnp.float32)
    output = sgntk.apply(arch, params, x)
    assert output.shape == (4, 3)
    np.testing.assert_allclose(output, apply(theirs, x), rtol=1e-5, atol=1e-5)  # float32


@pytest.mark.usefixtures("x64")
def test_networks_in_float64():
    arch = sgntk.Architecture(sgntk.Erf(2.0))
    params = sgntk.init(arch, jax.random.PRNGKey(7), width=8, input_dim=2, dtype=jnp.float64)
    assert {leaf.dtype for leaf in jax.tree.leaves(params)} == {np.dtype(np.float64)}
    assert sgntk.apply(arch, params, np.ones((3, 2))).dtype == jnp.float64


@pytest.mark.parametrize("dtype", [jnp.float64, jnp.int32, jnp.float16])
def test_a_dtype_that_there_is_not(dtype):
    with pytest.raises(ValueError, match=r"^init: dtype must be float32, or float64 after jax.config.update"):
        sgntk.init(sgntk.Architecture(sgntk.Erf(2.0)), jax.random.PRNGKey(7), width=8, input_dim=2, dtype=dtype)


def test_an_activation_with_a_derivative_of_ones_own():
    spike = sgntk.with_surrogate(sgntk.Heaviside(), sgntk.surrogates.Box(1.0))
    z = jnp.asarray([-2.0, -0.5, 0.5, 2.0])
    np.testing.assert_array_equal(spike(z), [0, 0, 1, 1])
    np.testing.assert_array_equal(jax.vmap(jax.grad(spike))(z), sgntk.surrogates.Box(1.0)(z))
