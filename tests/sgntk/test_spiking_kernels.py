"""Kernels of spiking networks against matrices over all steps, perceptrons, quadrature, and their limits."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import spiking_oracle as oracle

import sgntk
from sgntk import _spiking_kernels as kernels
from sgntk import spiking, surrogates
from sgntk.surrogates import Arctangent, ErfDerivative, Gaussian, SuperSpike

RNG = np.random.default_rng(7)
X1 = RNG.normal(size=(3, 4, 2))
X2 = np.concatenate([RNG.normal(size=(1, 4, 2)), X1[1:2]])  # one point in common
PLAIN = {"sigma_w": 1.4, "sigma_b": 0.3}
UNEQUAL = {"threshold": (0.4, 0.7), "leak": (0.8, 0.5), "recurrence": (0.9, 0.6)}
KERNELS = {"nngp": sgntk.nngp, "sg_ntk": sgntk.sg_ntk}
each_kernel = pytest.mark.parametrize("name", KERNELS)


def spiking_network(surrogate=None, **settings):
    return sgntk.SpikingArchitecture(surrogate or Gaussian(0.7), **{**UNEQUAL, **PLAIN, **settings})


@pytest.mark.parametrize("recurrence", [(0.0, 0.0), (0.9, 0.6)], ids=["feed-forward", "recurrent"])
@pytest.mark.parametrize(
    ("surrogate", "s", "kinks"),
    [
        (Gaussian(0.7), lambda z: np.exp(-(z**2) / 0.98), ()),
        (SuperSpike(5.0), lambda z: 1 / (1 + 5 * abs(z)) ** 2, (0,)),
    ],
    ids=["Gaussian", "SuperSpike"],
)
def test_against_matrices_over_all_points_and_steps(surrogate, s, kinks, recurrence):
    arch = spiking_network(surrogate, recurrence=recurrence)
    x = np.concatenate([X1[:1, :3], X2[:1, :3]])
    nngp, sg_ntk = oracle.kernels(x, s, kinks, **PLAIN, **{**UNEQUAL, "recurrence": recurrence})
    # SciPy's orthant probabilities are good to 1e-13.
    np.testing.assert_allclose(spiking.nngp_over_time(arch, x), nngp, rtol=1e-12)
    np.testing.assert_allclose(spiking.sg_ntk_over_time(arch, x), sg_ntk, rtol=1e-10)
    np.testing.assert_allclose(spiking.sg_ntk_over_time(arch, x[:1], x[1:])[0, 0], sg_ntk[0, 1], rtol=1e-11)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("row", oracle.EXPECTATIONS, ids=lambda row: str(row[:4]))
def test_expectations_against_thirty_digits(row):
    theta, a, b, c = row[:4]
    pair = kernels._blurred(*(jnp.asarray([moment]) for moment in (a, b, c)), 0.0)
    yes = jnp.asarray([True])
    # 1e-15 absolute: the probability is a difference of numbers of order 1.
    np.testing.assert_allclose(kernels._both_spike(pair, theta, yes, yes), row[4], rtol=1e-14, atol=2e-15)
    for surrogate, expected in zip((Gaussian(0.7), SuperSpike(25.0), Arctangent(3.0)), row[5:], strict=True):
        np.testing.assert_allclose(kernels._slopes(pair, 0.0, theta, surrogate), expected, rtol=1e-11)


@each_kernel
@pytest.mark.parametrize("readout", ["mean", "last", "leaky", (1.0,)])
def test_one_step_is_a_perceptron_of_unit_steps(name, readout):
    arch = spiking_network(threshold=0.4, readout=readout, output_scale=0.7)
    perceptron = sgntk.Architecture(sgntk.Heaviside(0.4), Gaussian(0.7), 2, **PLAIN, output_scale=0.7)
    np.testing.assert_allclose(
        KERNELS[name](arch, X1[:, :1], X2[:, :1]), KERNELS[name](perceptron, X1[:, 0], X2[:, 0]), rtol=1e-12
    )


@each_kernel
def test_without_leak_it_is_a_perceptron_at_each_step(name):
    arch = spiking_network(threshold=0.4, leak=0.0, recurrence=0.0)
    perceptron = sgntk.Architecture(sgntk.Heaviside(0.4), Gaussian(0.7), 2, **PLAIN)
    steps = KERNELS[name](perceptron, X1.reshape(-1, 2), X2.reshape(-1, 2)).reshape(3, 4, 2, 4).swapaxes(1, 2)
    over_time = {"nngp": spiking.nngp_over_time, "sg_ntk": spiking.sg_ntk_over_time}[name](arch, X1, X2)
    # A probability has half the digits of the covariances where points are nearly equal: here they are equal or far.
    np.testing.assert_allclose(over_time, steps, rtol=1e-11)


@each_kernel
@pytest.mark.parametrize("readout", ["mean", "last", "leaky", (0.5, -1.0, 2.0, 0.25)])
def test_readouts_weigh_the_kernel_over_time(name, readout):
    arch = spiking_network(readout=readout, output_scale=0.7)
    over_time = {"nngp": spiking.nngp_over_time, "sg_ntk": spiking.sg_ntk_over_time}[name](arch, X1, X2)
    weights = {"mean": np.full(4, 0.25), "last": [0, 0, 0, 1], "leaky": [0.125, 0.25, 0.5, 1]}.get(readout, readout)
    expected = np.einsum("t,ijts,s->ij", weights, over_time, weights)
    np.testing.assert_allclose(KERNELS[name](arch, X1, X2), expected, rtol=1e-13)


def test_equal_points_are_one_point():
    arch = spiking_network()
    square, rectangular = sgntk.sg_ntk(arch, X1), sgntk.sg_ntk(arch, X1, X2)
    np.testing.assert_allclose(rectangular[:, 1], square[:, 1], rtol=1e-13)


def test_membranes_that_are_equal_at_different_steps_stay_so_through_layers():
    """The same input at all steps, and no leak: whatever rounding does, all entries of a block are one number."""
    arch = spiking_network(leak=0.0, recurrence=0.0, threshold=0.4, hidden_layers=4)
    block = spiking.nngp_over_time(arch, np.repeat(X1[:, :1], 4, axis=1))
    np.testing.assert_allclose(block, block[:, :, :1, :1] + np.zeros_like(block), rtol=1e-12)


def test_nngp_is_symmetric_and_positive():
    x = RNG.normal(size=(12, 4, 2))
    kernel = sgntk.nngp(spiking_network(), x)
    np.testing.assert_allclose(kernel, kernel.T, rtol=1e-12)
    assert np.linalg.eigvalsh(kernel).min() > 1e-3


def test_sg_ntk_with_a_constant_surrogate_depends_on_the_first_argument_through_its_density():
    """One layer, one step: `C + sigma_w^2 C phi(theta; 0, a)`, with no expectation over v left."""
    arch = sgntk.SpikingArchitecture(surrogates.StraightThrough(), 0.6, hidden_layers=1, sigma_w=1.4)
    x = X1[:, :1]
    first = 1.4**2 / 2 * np.einsum("itd,jtd->ij", x, x)
    density = np.exp(-(0.6**2) / 2 / np.diag(first)) / np.sqrt(2 * np.pi * np.diag(first))
    np.testing.assert_allclose(
        sgntk.sg_ntk(arch, x), sgntk.nngp(arch, x) + 1.4**2 * first * density[:, None], rtol=1e-12
    )


@each_kernel
def test_blocks_change_nothing(name, monkeypatch):
    arch = spiking_network()
    whole = KERNELS[name](arch, X1, X2)
    for block in (4, 8, 16):
        monkeypatch.setattr(kernels, "BLOCK", block)
        np.testing.assert_allclose(KERNELS[name](arch, X1, X2), whole, rtol=1e-13)


@pytest.mark.parametrize("threshold", [0.5, -0.5, 0.0])
def test_silent_inputs_leave_units_at_rest(threshold):
    """No bias and no input: the membrane stays at 0, and spikes if that is above the threshold."""
    arch = sgntk.SpikingArchitecture(Gaussian(0.7), threshold, 0.5, hidden_layers=1, sigma_w=1.4, readout="last")
    x = np.concatenate([np.zeros((1, 4, 2)), X1[:1]])
    rest = float(threshold < 0)
    rate = sgntk.nngp(arch, x)[1, 1] / 1.4**2
    for kernel in KERNELS.values():
        values = kernel(arch, x)
        np.testing.assert_allclose(values[0, 0], 1.4**2 * rest, atol=1e-15)
        np.testing.assert_allclose([values[0, 1], values[1, 0]], 1.4**2 * rest * rate, atol=1e-14)
    late = np.concatenate([np.zeros((1, 4, 2)), X1[:1]], axis=1)  # silence first changes nothing that comes later
    early = dataclasses.replace(arch, sigma_b=0.0)
    np.testing.assert_allclose(sgntk.sg_ntk(early, late), sgntk.sg_ntk(early, X1[:1]), rtol=1e-13)


def test_steep_smooth_spikes_become_steps():
    """The mean square of a smooth spike is off by some 1/m: what it is on its slope, as wide as that."""
    arch = spiking_network()
    error = []
    for steepness in (20.0, 40.0, 80.0):
        smooth = dataclasses.replace(arch, steepness=steepness)
        differences = [
            abs(kernel(smooth, X1[:2], X1[2:]) - kernel(arch, X1[:2], X1[2:])).max() for kernel in KERNELS.values()
        ]
        error.append(max(differences))
    assert error[-1] < 1e-2
    np.testing.assert_allclose(np.array(error[:-1]) / error[1:], 2, rtol=0.05)


def test_ntk_of_smooth_spikes_is_the_sg_ntk_with_their_derivative():
    smooth = spiking_network(steepness=3.0)
    ntk = sgntk.ntk(smooth, X1)
    own = dataclasses.replace(smooth, surrogate=surrogates.Sum(((0.5, ErfDerivative(3.0)),)))
    np.testing.assert_allclose(ntk, sgntk.sg_ntk(own, X1), rtol=1e-13)
    np.testing.assert_allclose(ntk, ntk.T, rtol=1e-10)
    with pytest.raises(ValueError, match=r"^ntk: the NTK of a network of spikes is infinite on the diagonal"):
        sgntk.ntk(spiking_network(), X1)


# --- under transformations ---


@pytest.mark.usefixtures("x64")
@each_kernel
def test_jit_computes_the_same(name):
    arch = spiking_network()
    traced = jax.jit(KERNELS[name])(arch, jnp.asarray(X1), jnp.asarray(X2))
    np.testing.assert_allclose(traced, KERNELS[name](arch, X1, X2), rtol=1e-12)
    over_time = {"nngp": spiking.nngp_over_time, "sg_ntk": spiking.sg_ntk_over_time}[name]
    np.testing.assert_allclose(
        jax.jit(over_time)(arch, jnp.asarray(X1), jnp.asarray(X2)), over_time(arch, X1, X2), rtol=1e-12
    )


def test_traced_kernels_have_the_precision_of_the_inputs():
    traced = jax.jit(sgntk.sg_ntk)(spiking_network(), jnp.asarray(X1, jnp.float32))
    assert traced.dtype == jnp.float32
    # float32 has 7 digits, of which a probability near the diagonal keeps half.
    np.testing.assert_allclose(traced, sgntk.sg_ntk(spiking_network(), X1), rtol=2e-3)


def test_one_compilation_serves_every_number():
    sgntk.sg_ntk(spiking_network(), X1)
    before = kernels._compiled._cache_size()
    sgntk.sg_ntk(spiking_network(Gaussian(1.1), threshold=(0.5, 0.6), leak=(0.1, 0.2), sigma_b=0.7), X1)
    assert kernels._compiled._cache_size() == before


@pytest.mark.usefixtures("x64")
def test_vmap_over_thresholds_leaks_and_slopes():
    values = jnp.asarray([0.3, 0.6, 0.9])

    def kernel(value):
        return sgntk.sg_ntk(spiking_network(Gaussian(value), threshold=value, leak=value), X1, X2)

    together = jax.vmap(kernel)(values)
    np.testing.assert_allclose(together, np.stack([kernel(float(value)) for value in values]), rtol=1e-12)


WEIGHTS = RNG.normal(size=(3, 2))


@jax.jit
def gradients(arch, x1, x2):
    return jax.grad(lambda arch, x1: jnp.sum(WEIGHTS * sgntk.sg_ntk(arch, x1, x2)), argnums=(0, 1))(arch, x1)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("steepness", [pytest.param(None, id="step"), pytest.param(3.0, id="smooth")])
def test_gradients_against_differences(steepness):
    arch, h = spiking_network(steepness=steepness), 1e-5
    by_number, by_input = gradients(arch, jnp.asarray(X1), jnp.asarray(X2))
    leaves, structure = jax.tree.flatten(arch)

    def total(leaves, x1=X1):
        return np.sum(WEIGHTS * sgntk.sg_ntk(jax.tree.unflatten(structure, leaves), x1, X2))

    # Central differences: h^2 times a third derivative of order 10, and rounding of 1e-15/h.
    close = {"rel": 1e-6, "abs": 1e-8}
    for index, value in enumerate(jax.tree.leaves(by_number)):
        up, down = ([*leaves[:index], leaves[index] + step, *leaves[index + 1 :]] for step in (h, -h))
        assert float(value) == pytest.approx((total(up) - total(down)) / (2 * h), **close), index
    move = np.zeros(X1.shape)
    move[2, 1, 0] = h  # of a point that is not in x2
    difference = (total(leaves, X1 + move) - total(leaves, X1 - move)) / (2 * h)
    assert float(by_input[2, 1, 0]) == pytest.approx(difference, **close)


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("sigma_b", [0.0, 0.3])
def test_gradients_are_finite_on_the_diagonal_and_at_silent_inputs(sigma_b):
    x = jnp.asarray(np.concatenate([X1[:1], np.zeros((1, 4, 2)), X1[1:2]]))
    for leaf in jax.tree.leaves(gradients(spiking_network(sigma_b=sigma_b, leak=(0.0, 1.0)), x, x[:2])):
        assert np.all(np.isfinite(leaf))


# --- what it refuses ---


def test_shapes_are_checked():
    arch = spiking_network()
    with pytest.raises(ValueError, match=r"^sg_ntk: x1 must have shape \(points, T, d\).*got \(3, 2\)$"):
        sgntk.sg_ntk(arch, X1[:, 0])
    with pytest.raises(ValueError, match=r"^nngp: x2 must have shape \(points, 4, 2\).*got \(3, 3, 2\)$"):
        sgntk.nngp(arch, X1, X1[:, :3])
    with pytest.raises(ValueError, match=r"^nngp: x1 must be finite; got nan at index \(0, 1, 0\)$"):
        sgntk.nngp(arch, np.where(X1[0, 1, 0] == X1, np.nan, X1))


def test_resets_have_no_closed_form():
    with pytest.raises(ValueError, match=r'^nngp: with reset \'zero\'.*reset="none"'):
        sgntk.nngp(spiking_network(reset="zero"), X1)


def test_as_many_readout_weights_as_steps():
    with pytest.raises(ValueError, match=r"^SpikingArchitecture: readout has 3 weights, and the inputs have 4 steps"):
        sgntk.nngp(spiking_network(readout=(1.0, 2.0, 3.0)), X1)


def test_predict_and_spectrum_take_spiking_networks():
    arch, x = spiking_network(), np.concatenate([X1, X2[:1]])
    y = np.array([1.0, -1.0, 0.5, 0.0])
    posterior = sgntk.predict(arch, x, y, x)
    np.testing.assert_allclose(posterior.mean, y, atol=1e-9)  # what it learned, with condition numbers below 1e5
    kernel, rate = sgntk.sg_ntk(arch, x), 0.1
    early = sgntk.predict(arch, x, y, x[:1], steps=1, learning_rate=rate)
    np.testing.assert_allclose(early.mean, rate / 4 * kernel[:1] @ y, rtol=1e-12)
    np.testing.assert_allclose(
        np.sort(sgntk.dynamics.spectrum(arch, x).eigenvalues.real), np.sort(np.linalg.eigvals(kernel).real), rtol=1e-10
    )
    with pytest.raises(ValueError, match=r"^predict: x_test must have shape \(points, 4, 2\)"):
        sgntk.predict(arch, x, y, x[:, :2])
