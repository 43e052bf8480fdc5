"""Models whose parameters hold more than arrays."""

import jax
import jax.numpy as jnp
import numpy as np

import sgntk
from sgntk import _models as models

TREE = {"weight": jnp.ones((2, 3)), "steps": jnp.arange(3), "activation": jnp.tanh, "name": "mlp"}


def test_partition_and_combine_are_inverse():
    arrays, rest = models.partition(TREE, models.is_array)
    assert (arrays["activation"], rest["activation"], rest["weight"]) == (None, jnp.tanh, None)
    assert models.combine(arrays, rest) == TREE


def test_whole_numbers_do_not_learn():
    learning, rest = models.partition(TREE, models.learns)
    assert [learning[name] is None for name in TREE] == [False, True, True, True]
    assert rest["steps"] is TREE["steps"]


def test_equal_stripped_models_are_one_to_a_compiled_function():
    model = sgntk.Model(init=lambda key, x: TREE, apply=lambda tree, x: tree["activation"](x @ tree["weight"]))
    arrays, rest = models.partition(TREE, models.is_array)
    first, second = (models.strip(model, rest) for _ in range(2))
    assert first == second
    assert hash(first) == hash(second)
    x = np.ones((4, 2), np.float32)
    np.testing.assert_array_equal(first.apply(arrays, x), model.apply(TREE, x))


def test_a_network_draws_and_applies_as_the_library_does():
    arch = sgntk.Architecture(sgntk.Erf(2.0))
    x, key = jnp.ones((4, 2)), sgntk.split_keys(1, 1)[0]
    network = models.Network(arch, width=8, outputs=2)
    params, expected = network.init(key, x), sgntk.init(arch, key, width=8, input_dim=2, outputs=2)
    for one, other in zip(jax.tree.leaves(params), jax.tree.leaves(expected), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(network.apply(params, x), sgntk.apply(arch, expected, x))
