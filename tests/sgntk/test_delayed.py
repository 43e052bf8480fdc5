"""Delayed weight updates take the same steps as the direct method."""

import direct_method
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk
from sgntk import _delayed as delayed
from sgntk import _training as training
from sgntk.surrogates import ErfDerivative, StraightThrough

RNG = np.random.default_rng(15)
X, Y = RNG.normal(size=(6, 2)), RNG.normal(size=6)


def largest_difference(arch, dtype, steps, learning_rate=0.3, width=40):
    params = sgntk.init(arch, sgntk.split_keys(16, 1)[0], width=width, input_dim=2)
    params = jax.tree.map(lambda leaf: leaf.astype(dtype), params)
    x, y = jnp.asarray(X, dtype), jnp.asarray(Y, dtype)

    @jax.jit
    def both(params):
        return [train(arch, params, x, y, learning_rate, steps) for train in (delayed.train, direct_method.train)]

    ours, theirs = both(params)
    return max(
        float(jnp.max(jnp.abs(one - other)))
        for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True)
    )


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("hidden_layers", [2, 3])
@pytest.mark.parametrize(
    ("activation", "surrogate"),
    [(sgntk.Erf(2.0), None), (sgntk.Erf(5.0), ErfDerivative(1.0)), (sgntk.Sign(), StraightThrough())],
)
def test_equals_the_direct_method_in_float64(activation, surrogate, hidden_layers):
    # Straight-through steps are large: a small rate keeps them from amplifying rounding.
    rate = 0.01 if surrogate == StraightThrough() else 0.3
    arch = sgntk.Architecture(activation, surrogate, hidden_layers, sigma_w=1.2, sigma_b=0.1, output_scale=0.7)
    assert largest_difference(arch, jnp.float64, 10 * delayed.BLOCK + 3, rate) < 1e-12


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("steps", [0, 1, delayed.BLOCK])
def test_without_a_block_and_without_a_rest(steps):
    assert largest_difference(sgntk.Architecture(sgntk.Erf(2.0)), jnp.float64, steps) < 1e-12


def test_equals_the_direct_method_in_float32_but_for_rounding():
    # 50 steps of a smooth network, whose weights are of order 1: rounding adds up to some 1e-6.
    assert largest_difference(sgntk.Architecture(sgntk.Erf(2.0)), jnp.float32, 50, width=100) < 2e-5


def test_needs_a_matrix_between_hidden_layers():
    assert delayed.supports(sgntk.Architecture(sgntk.Erf(2.0), hidden_layers=2))
    assert not delayed.supports(sgntk.Architecture(sgntk.Erf(2.0), hidden_layers=1))


def test_the_default_delays_where_it_pays():
    wide, narrow = (
        direct_method.plan(sgntk.Architecture(sgntk.Erf(2.0)), delayed.LEAST_WIDTH - less) for less in (0, 1)
    )
    assert training._find_method(None, wide, vectorize=1) == "delayed"
    assert training._find_method(None, narrow, vectorize=1) == "direct"
    assert training._find_method(None, wide, vectorize=2) == "direct"
    assert training._find_method("direct", wide, vectorize=1) == "direct"
