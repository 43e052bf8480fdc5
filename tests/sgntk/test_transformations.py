"""Kernels under `jax.jit`, `jax.vmap` and `jax.grad`: by the inputs, and by every number of the architecture."""

import dataclasses
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk
from sgntk import _kernels as kernels
from sgntk import spiking
from sgntk.surrogates import Arctangent, Cosine, ErfDerivative, Gaussian, LogTailed, OneSided, SuperSpike, Triangle

KERNELS = {"nngp": sgntk.nngp, "ntk": partial(sgntk.ntk, off_diagonal_limit=True), "sg_ntk": sgntk.sg_ntk}
ACTIVATIONS = {
    "erf": sgntk.Erf(1.7),
    "sign": sgntk.Sign(),
    "heaviside": sgntk.Heaviside(0.4),
    "quantizer": sgntk.Quantizer((-0.5, 0.6), (1.0, 0.7), 0.2),
    "relu": sgntk.ReLU(),
    "hard_tanh": sgntk.HardTanh(),
    "identity": sgntk.Identity(),
}
RNG = np.random.default_rng(4)
X1 = RNG.normal(size=(3, 2))
X2 = np.concatenate([RNG.normal(size=(2, 2)), X1[:1]])  # one point in common
WEIGHTS = RNG.normal(size=(3, 3))
each_kernel = pytest.mark.parametrize("name", KERNELS)


COMPILES_LONG = {"hard_tanh", "quantizer"}
each_activation = pytest.mark.parametrize(
    "activation", [pytest.param(name, marks=[pytest.mark.slow] * (name in COMPILES_LONG)) for name in ACTIVATIONS]
)


def architecture(activation, surrogate=None, hidden_layers=2):
    surrogate = Gaussian(0.8) if surrogate is None else surrogate
    return sgntk.Architecture(activation, surrogate, hidden_layers, sigma_w=1.3, sigma_b=0.4, output_scale=0.7)


def test_every_activation_is_here():
    assert {type(a).__name__ for a in ACTIVATIONS.values()} == set(sgntk.activations.__all__) - {"Activation", "Custom"}


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    ("name", "activation"),
    [
        *(pytest.param("sg_ntk", name, marks=[pytest.mark.slow] * (name in COMPILES_LONG)) for name in ACTIVATIONS),
        ("nngp", "erf"),
        ("ntk", "heaviside"),
    ],
)
def test_jit_computes_the_same(name, activation):
    kernel, arch = KERNELS[name], architecture(ACTIVATIONS[activation])
    traced = jax.jit(kernel)(arch, jnp.asarray(X1), jnp.asarray(X2))
    # The same operations, but for squared distances, which are summed in another order.
    np.testing.assert_allclose(traced, kernel(arch, X1, X2), rtol=1e-12)
    np.testing.assert_allclose(jax.jit(kernel)(arch, jnp.asarray(X1)), kernel(arch, X1), rtol=1e-12)


@each_kernel
def test_traced_kernels_have_the_precision_of_the_inputs(name):
    arch = architecture(sgntk.Erf(1.7))
    traced = jax.jit(KERNELS[name])(arch, jnp.asarray(X1, jnp.float32), jnp.asarray(X2, jnp.float32))
    assert traced.dtype == jnp.float32
    np.testing.assert_allclose(traced, KERNELS[name](arch, X1, X2), rtol=2e-5)  # float32, some hundred operations


def test_one_compilation_serves_every_number():
    def architecture_of(value):
        return sgntk.Architecture(sgntk.Heaviside(value), Gaussian(value, height=value), 2, value, value, value)

    sgntk.sg_ntk(architecture_of(0.5), X1)
    before = kernels._compiled._cache_size()
    values = [sgntk.sg_ntk(architecture_of(value), X1) for value in (0.6, 0.7, np.float64(0.8), 1)]
    assert kernels._compiled._cache_size() == before
    assert len({value[0, 1] for value in values}) == 4


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    "surrogate",
    [ErfDerivative, Arctangent, SuperSpike, Triangle, Cosine, pytest.param(LogTailed, marks=pytest.mark.slow)],
)
def test_vmap_over_the_slope(surrogate):
    slopes = jnp.asarray([0.5, 1.0, 2.0])
    arch = architecture(sgntk.Heaviside(0.4))

    def kernel(slope):
        return sgntk.sg_ntk(dataclasses.replace(arch, surrogate=surrogate(slope)), X1, X2)

    together = jax.vmap(kernel)(slopes)
    np.testing.assert_allclose(together, np.stack([kernel(float(slope)) for slope in slopes]), rtol=1e-12)
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *(surrogate(float(slope)) for slope in slopes))
    over_surrogates = jax.vmap(lambda s: sgntk.sg_ntk(dataclasses.replace(arch, surrogate=s), X1, X2))(stacked)
    np.testing.assert_allclose(over_surrogates, together, rtol=1e-12)


@jax.jit
def gradients(arch, x1, x2):
    """Of a weighted sum of the kernel's entries, by the architecture's numbers and by x1."""
    return jax.grad(lambda arch, x1: jnp.sum(WEIGHTS * sgntk.sg_ntk(arch, x1, x2)), argnums=(0, 1))(arch, x1)


def difference(arch, x1, x2, other_arch, other_x1, h):
    """The central difference that belongs to it."""
    return np.sum(WEIGHTS * (sgntk.sg_ntk(arch, x1, x2) - sgntk.sg_ntk(other_arch, other_x1, x2))) / (2 * h)


@pytest.mark.usefixtures("x64")
@each_activation
def test_gradients_against_differences(activation):
    arch, h = architecture(ACTIVATIONS[activation]), 1e-5
    by_number, by_input = gradients(arch, jnp.asarray(X1), jnp.asarray(X2))
    leaves, structure = jax.tree.flatten(arch)
    # Central differences: h^2 times a third derivative of order 10, and rounding of 1e-15/h.
    close = {"rel": 1e-6, "abs": 1e-8}
    for index, value in enumerate(jax.tree.leaves(by_number)):
        up, down = (
            jax.tree.unflatten(structure, [*leaves[:index], leaves[index] + step, *leaves[index + 1 :]])
            for step in (h, -h)
        )
        assert float(value) == pytest.approx(difference(up, X1, X2, down, X1, h), **close)
    for place in ((1, 0), (2, 1)):  # of the points that are not in x2, too: on the diagonal the kernel has a corner
        move = np.zeros(X1.shape)
        move[place] = h
        assert float(by_input[place]) == pytest.approx(difference(arch, X1 + move, X2, arch, X1 - move, h), **close)


@pytest.mark.usefixtures("x64")
@each_activation
@pytest.mark.parametrize("sigma_b", [0.0, 0.4])
def test_gradients_are_finite_on_the_diagonal_and_at_silent_inputs(activation, sigma_b):
    arch = dataclasses.replace(architecture(ACTIVATIONS[activation]), sigma_b=sigma_b)
    x = jnp.asarray(np.concatenate([X1[:2], np.zeros((1, 2))]))
    for leaf in jax.tree.leaves(gradients(arch, x, x)):
        assert np.all(np.isfinite(leaf))


@pytest.mark.usefixtures("x64")
def test_gradient_where_the_kernel_is_0():
    arch = dataclasses.replace(architecture(sgntk.Erf(1.7)), sigma_b=0.0)
    x1, x2, move = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]]), np.array([[0.0, 1e-5]])
    gradient = jax.grad(lambda x: sgntk.sg_ntk(arch, x, x2)[0, 0])(jnp.asarray(x1))
    difference = (sgntk.sg_ntk(arch, x1 + move, x2) - sgntk.sg_ntk(arch, x1 - move, x2))[0, 0] / 2e-5
    assert float(gradient[0, 1]) == pytest.approx(difference, rel=1e-7)
    assert difference > 0.5


# --- the public functions that have no test of their own of it in another file ---

SEQUENCES = RNG.normal(size=(2, 3, 2))
KEYS = sgntk.split_keys(0, 3)


def of_sigma_w(kernel, sigma_w):
    return kernel(dataclasses.replace(architecture(sgntk.Erf(1.7)), sigma_w=sigma_w), jnp.asarray(X1), jnp.asarray(X2))


def empirical(sigma_w):
    arch = dataclasses.replace(architecture(sgntk.Erf(1.7)), sigma_w=sigma_w)
    params = sgntk.init(arch, KEYS[0], width=4, input_dim=2, dtype=jnp.float64)
    return sgntk.empirical_ntk(arch, params, jnp.asarray(X1), jnp.asarray(X2))


def over_time(kernel, leak):
    return kernel(sgntk.SpikingArchitecture(Gaussian(0.8), 0.5, leak, hidden_layers=1), jnp.asarray(SEQUENCES))


def one_sided(slope):
    return OneSided(SuperSpike(slope)).gaussian_mean(jnp.asarray([0.4, 1.3]))


NUMBERS = {
    "nngp": partial(of_sigma_w, sgntk.nngp),
    "ntk": partial(of_sigma_w, sgntk.ntk),
    "empirical_ntk": empirical,
    "nngp_over_time": partial(over_time, spiking.nngp_over_time),
    "sg_ntk_over_time": partial(over_time, spiking.sg_ntk_over_time),
    "one-sided surrogate": one_sided,
}


SLOW = ("nngp_over_time", "sg_ntk_over_time")


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in NUMBERS]
)
def test_jit_vmap_and_grad_by_a_number(name):
    function, h = NUMBERS[name], 1e-5
    plain = function(0.9)
    np.testing.assert_allclose(jax.jit(function)(0.9), plain, rtol=1e-12)
    together = jax.jit(jax.vmap(function))(jnp.asarray([0.9 - h, 0.9, 0.9 + h]))
    np.testing.assert_allclose(together[1], plain, rtol=1e-12)
    slope = jax.jit(jax.grad(lambda number: jnp.sum(function(number))))(0.9)
    difference = jnp.sum(together[2] - together[0]) / (2 * h)
    # Central differences: h^2 times a third derivative of order 10, and rounding of 1e-15/h.
    assert float(slope) == pytest.approx(float(difference), rel=1e-6)


def test_weights_and_keys_under_jit_and_vmap():
    draw = partial(sgntk.init, architecture(sgntk.Sign()), width=3, input_dim=2)
    together = jax.vmap(draw)(KEYS)
    for index, key in enumerate(KEYS):
        for mine, alone in zip(jax.tree.leaves(together), jax.tree.leaves(draw(key)), strict=True):
            np.testing.assert_allclose(mine[index], alone, rtol=1e-6)  # float32
    np.testing.assert_array_equal(jax.jit(lambda: sgntk.split_keys(0, 3))(), KEYS)


def test_spikes_under_jit_vmap_and_grad():
    arch = sgntk.SpikingArchitecture(Gaussian(0.8), 0.1, 0.5, hidden_layers=1)
    params = sgntk.init(arch, KEYS[0], width=4, input_dim=2)
    x = jnp.asarray(SEQUENCES, jnp.float32)
    [plain] = spiking.spikes(arch, params, x)
    assert 0 < float(jnp.mean(plain)) < 1
    run = partial(spiking.spikes, arch, params)
    np.testing.assert_array_equal(jax.jit(run)(x)[0], plain)
    np.testing.assert_array_equal(jax.vmap(lambda point: run(point[None])[0][0])(x), plain)
    # The last step: s(u - threshold) of each unit, through its weights.
    slope = jax.grad(lambda x: jnp.sum(run(x)[0][:, -1]))(x)[:, -1]
    weight = params[0].weight
    current = x @ weight / 2**0.5
    membrane = 0.25 * current[:, 0] + 0.5 * current[:, 1] + current[:, 2]
    expected = arch.surrogate(membrane - 0.1) @ weight.T / 2**0.5
    np.testing.assert_allclose(slope, expected, rtol=1e-5, atol=1e-6)  # float32, some dozen operations


def test_with_surrogate_under_jit_and_vmap():
    spike = sgntk.with_surrogate(sgntk.Heaviside(), Triangle(1.0))
    z = jnp.linspace(-1.5, 1.5, 7)
    np.testing.assert_array_equal(jax.jit(spike)(z), spike(z))
    np.testing.assert_allclose(jax.jit(jax.vmap(jax.grad(spike)))(z), Triangle(1.0)(z), rtol=1e-6)


@pytest.mark.usefixtures("annotations_unchecked")
def test_numbers_of_any_type_are_the_same_numbers():
    for number in (np.float64(2.0), np.float32(2.0), 2, jnp.asarray(2.0), np.asarray(2.0)):
        assert type(sgntk.Erf(number).m) is float
        assert repr(sgntk.Erf(number)) == "Erf(m=2.0)"
        assert hash(sgntk.Erf(number)) == hash(sgntk.Erf(2.0))
        assert type(architecture(sgntk.Sign(), Gaussian(number)).surrogate.width) is float


@dataclasses.dataclass(frozen=True)
class Cubic(sgntk.surrogates.Surrogate):
    """A surrogate of a user's own, with a number, a name and a function."""

    slope: float
    name: str = "cubic"

    def __call__(self, z):
        return 1 / (1 + jnp.abs(self.slope * z) ** 3)


class Plain(sgntk.surrogates.Surrogate):
    """And one that is no dataclass: structure through and through."""

    def __call__(self, z):
        return 1 / (1 + jnp.abs(z) ** 3)


@pytest.mark.usefixtures("x64")
def test_surrogates_of_ones_own_are_pytrees_too():
    arch = architecture(sgntk.Sign(), Cubic(1.0))
    assert jax.tree.leaves(arch.surrogate) == [1.0]
    plain = sgntk.sg_ntk(architecture(sgntk.Sign(), Plain()), X1)
    np.testing.assert_allclose(plain, sgntk.sg_ntk(arch, X1), rtol=1e-13)
    slope = jax.grad(lambda k: jnp.sum(sgntk.sg_ntk(architecture(sgntk.Sign(), Cubic(k)), X1)))(1.0)
    assert np.isfinite(slope)
