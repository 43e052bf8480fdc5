"""Delayed weight updates take the same steps as the direct method."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk
from sgntk import delayed, training
from sgntk.surrogates import ErfDerivative, Identity

RNG = np.random.default_rng(15)
X, Y = RNG.normal(size=(6, 2)), RNG.normal(size=6)


def largest_difference(arch, dtype, steps, learning_rate=0.3, width=40):
    params = sgntk.init(arch, sgntk.split_keys(16, 1)[0], width=width, input_dim=2)
    params = jax.tree.map(lambda leaf: leaf.astype(dtype), params)
    arguments = arch, params, jnp.asarray(X, dtype), jnp.asarray(Y, dtype), learning_rate, steps
    ours, theirs = delayed.train(*arguments), training.train_directly(*arguments)
    return max(
        float(jnp.max(jnp.abs(one - other)))
        for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True)
    )


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("steps", [0, delayed.BLOCK, 10 * delayed.BLOCK + 3])
@pytest.mark.parametrize("hidden_layers", [2, 3])
@pytest.mark.parametrize(
    ("activation", "surrogate"),
    [(sgntk.Erf(2.0), None), (sgntk.Erf(5.0), ErfDerivative(1.0)), (sgntk.Sign(), Identity())],
)
def test_equals_the_direct_method_in_float64(activation, surrogate, hidden_layers, steps):
    # Straight-through steps are large: a small rate keeps them from amplifying rounding.
    rate = 0.01 if surrogate == Identity() else 0.3
    arch = sgntk.Architecture(activation, surrogate, hidden_layers, sigma_w=1.2, sigma_b=0.1, output_scale=0.7)
    assert largest_difference(arch, jnp.float64, steps, rate) < 1e-12


def test_equals_the_direct_method_in_float32_but_for_rounding():
    # 50 steps of a smooth network, whose weights are of order 1: rounding adds up to some 1e-6.
    assert largest_difference(sgntk.Architecture(sgntk.Erf(2.0)), jnp.float32, 50, width=256) < 2e-5


def test_needs_a_matrix_between_hidden_layers():
    assert delayed.supports(sgntk.Architecture(sgntk.Erf(2.0), hidden_layers=2))
    assert not delayed.supports(sgntk.Architecture(sgntk.Erf(2.0), hidden_layers=1))


def test_the_default_delays_where_it_pays(monkeypatch):
    calls = []

    def spy(*arguments):
        calls.append(arguments)
        return training.train_directly(*arguments)

    monkeypatch.setattr(delayed, "train", spy)
    arch, keys = sgntk.Architecture(sgntk.Erf(2.0)), sgntk.split_keys(0, 1)
    run = partial(sgntk.train_ensemble, arch, keys, X, Y, learning_rate=0.1, steps=1)
    run(width=delayed.LEAST_WIDTH - 1)
    run(width=delayed.LEAST_WIDTH, vectorize=2)
    run(width=delayed.LEAST_WIDTH, method="direct")
    assert len(calls) == 0
    run(width=delayed.LEAST_WIDTH)
    assert len(calls) == 1
