"""The shortcut for sign networks takes the same steps as the direct method."""

from functools import partial

import direct_method
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk
from sgntk import _incremental as incremental
from sgntk import _training as training
from sgntk.surrogates import ErfDerivative, StraightThrough

RNG = np.random.default_rng(12)
X, Y = RNG.normal(size=(7, 2)), RNG.normal(size=7)
WIDTH = 64


def architecture(output_scale=1.0, surrogate=ErfDerivative(1.0)):  # noqa: B008  (frozen)
    return sgntk.Architecture(sgntk.Sign(), surrogate, sigma_w=1.0, sigma_b=0.1, output_scale=output_scale)


def start(arch, dtype, width=WIDTH, seed=13):
    params = sgntk.init(arch, sgntk.split_keys(seed, 1)[0], width=width, input_dim=2)
    return jax.tree.map(lambda leaf: leaf.astype(dtype), params)


def compiled(method, arch, dtype):
    """Traced anew each time, so that a changed `FREE_UNITS` is seen."""
    x, y = jnp.asarray(X, dtype), jnp.asarray(Y, dtype)

    @jax.jit
    def advance(params, rate, steps):
        return method(arch, params, x, y, rate, steps)

    return advance


def direct(arch, dtype):
    """The direct method, a step at a time, so that it compiles once for any number of steps."""
    x, y = jnp.asarray(X, dtype), jnp.asarray(Y, dtype)

    @jax.jit
    def advance(params, rate, steps):
        step = lambda _, p: direct_method.train(arch, p, x, y, rate, 1)  # noqa: E731
        return jax.lax.fori_loop(0, steps, step, params)

    return advance


def largest_difference(ours, theirs):
    return max(
        float(jnp.max(jnp.abs(one - other)))
        for one, other in zip(jax.tree.leaves(ours), jax.tree.leaves(theirs), strict=True)
    )


def first_signs(arch, params):
    h1 = arch.sigma_w / np.sqrt(2) * X @ np.asarray(params[0].weight) + arch.sigma_b * np.asarray(params[0].bias)
    return np.sign(h1)


def flips_of_units(arch, advance, params, rate, steps):
    """At how many steps each unit's sign changes at any point."""
    flips, signs = np.zeros(WIDTH, int), first_signs(arch, params)
    for _ in range(steps):
        params = advance(params, rate, 1)
        renewed = first_signs(arch, params)
        flips += np.any(renewed != signs, axis=0)
        signs = renewed
    return flips


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("places", [1, 4, 32])
@pytest.mark.parametrize(("kappa", "rate"), [(1.0, 0.5), (0.2, 5.0), (3.0, 0.05)])
def test_equals_the_direct_method_step_by_step(monkeypatch, places, kappa, rate):
    monkeypatch.setattr(incremental, "FREE_UNITS", places)
    arch = architecture(kappa)
    params = start(arch, jnp.float64)
    shortcut, plain = compiled(incremental.train, arch, jnp.float64), direct(arch, jnp.float64)
    expected, done = params, 0
    for steps in (1, 2, 3, 10, 50, 150, 400):
        expected = plain(expected, rate, steps - done)
        done = steps
        # Both round a few hundred times in float64; a sign that flipped one step apart would differ by 1e-2.
        assert largest_difference(shortcut(params, rate, steps), expected) < 1e-12
    assert largest_difference(params, expected) > 0.1
    # Many more flips than places: units flip again while they are free. With few places all started anew.
    flips = flips_of_units(arch, plain, params, rate, 400)
    assert flips.sum() > 3 * places
    assert flips.max() > 1
    assert places == 32 or (flips > 0).sum() > places


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("surrogate", [StraightThrough(), ErfDerivative(5.0)])
def test_equals_the_direct_method_with_other_surrogates(surrogate):
    arch = architecture(1.0, surrogate)
    params = start(arch, jnp.float64)
    shortcut = compiled(incremental.train, arch, jnp.float64)(params, 0.1, 200)
    assert largest_difference(shortcut, direct(arch, jnp.float64)(params, 0.1, 200)) < 1e-12


@pytest.mark.usefixtures("x64")
def test_more_flips_in_one_step_than_places(monkeypatch):
    monkeypatch.setattr(incremental, "FREE_UNITS", 2)
    arch = architecture()
    params = start(arch, jnp.float64)
    plain = direct(arch, jnp.float64)
    assert flips_of_units(arch, plain, params, 20.0, 1).sum() > 2
    shortcut = compiled(incremental.train, arch, jnp.float64)
    assert largest_difference(shortcut(params, 20.0, 3), plain(params, 20.0, 3)) < 1e-10  # a rate of 20 amplifies


@pytest.mark.usefixtures("x64")
def test_can_be_interrupted_anywhere():
    arch = architecture()
    params = start(arch, jnp.float64)
    advance = compiled(incremental.train, arch, jnp.float64)
    halves = advance(advance(params, 0.5, 33), 0.5, 67)
    assert largest_difference(halves, advance(params, 0.5, 100)) < 1e-12


@pytest.mark.usefixtures("x64")
def test_no_steps():
    arch = architecture()
    params = start(arch, jnp.float64)
    assert largest_difference(compiled(incremental.train, arch, jnp.float64)(params, 0.5, 0), params) == 0


def test_first_steps_in_float32():
    arch = architecture()
    params = start(arch, jnp.float32, width=256)
    shortcut = compiled(incremental.train, arch, jnp.float32)(params, 0.1, 50)
    # Rounding of 50 steps. Later, a sign that flips a step earlier or later separates the two.
    assert largest_difference(shortcut, direct(arch, jnp.float32)(params, 0.1, 50)) < 1e-5


@pytest.mark.usefixtures("optimized")
def test_same_distribution_in_float32():
    arch, networks = architecture(), 200
    run = partial(
        sgntk.train_ensemble, arch, sgntk.split_keys(14, networks), X, Y, width=WIDTH, learning_rate=0.5, steps=300
    )
    one, other = (run(method=method).records[0].astype(float) for method in ("direct", "incremental"))
    # The same networks, most of which stay together: the means differ by less than a standard error of either, and the
    # standard deviations by less than a standard error of theirs.
    assert np.all(np.abs(one.mean(axis=0) - other.mean(axis=0)) < one.std(axis=0) / np.sqrt(networks))
    np.testing.assert_allclose(other.std(axis=0), one.std(axis=0), rtol=1 / np.sqrt(2 * networks))


def test_supports_sign_networks_with_two_hidden_layers():
    assert incremental.supports(architecture())
    assert not incremental.supports(sgntk.Architecture(sgntk.Erf(2.0)))
    assert not incremental.supports(sgntk.Architecture(sgntk.Sign(), StraightThrough(), 1))
    assert not incremental.supports(sgntk.Architecture(sgntk.Sign(), StraightThrough(), 3))


def test_the_default_takes_the_shortcut_where_it_applies():
    wide, narrow = (direct_method.plan(architecture(), incremental.LEAST_WIDTH - less) for less in (0, 1))
    assert training._find_method(None, wide, vectorize=1) == "incremental"
    assert training._find_method(None, narrow, vectorize=1) == "direct"
    assert training._find_method(None, wide, vectorize=2) == "direct"
    assert training._find_method("direct", wide, vectorize=1) == "direct"
