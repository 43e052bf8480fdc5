"""Other libraries' surrogates and neurons: what each does at its defaults, written out anew."""

import importlib
import inspect
import re
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special

import sgntk
from sgntk import libraries
from sgntk.libraries import norse, snntorch, spikingjelly, spyx
from sgntk.spiking import SpikingLayer, spikes

Z = np.linspace(-2.03, 2.03, 101)
SIGMOID = 1 / (1 + np.exp(-4 * Z))
CIRC_ROOT = np.sqrt(100.0**2 + Z**2)
PI = np.pi

EXPECTED = {
    # jeshraghian/snntorch, snntorch/surrogate.py
    snntorch.straight_through_estimator: np.ones_like(Z),
    snntorch.fast_sigmoid: 1 / (25 * abs(Z) + 1) ** 2,
    snntorch.atan: 2 / 2 / (1 + (PI / 2 * 2 * Z) ** 2),
    snntorch.sigmoid: 25 * np.exp(-25 * Z) / (np.exp(-25 * Z) + 1) ** 2,
    snntorch.triangular: np.where(Z > 0, -1, 1),
    snntorch.heaviside: np.where(Z > 0, 1, 0),
    snntorch.spike_rate_escape: 25 * np.exp(-abs(Z - 1)),
    snntorch.SFS: (Z > 1) / (25 * abs(Z) + 1) ** 2,
    # fangwei123456/spikingjelly, spikingjelly/activation_based/surrogate.py
    spikingjelly.PiecewiseQuadratic: np.where(abs(Z) > 1, 0, -abs(Z) + 1),
    spikingjelly.PiecewiseExp: 1 / 2 * np.exp(-abs(Z)),
    spikingjelly.Sigmoid: 4 * (1 - SIGMOID) * SIGMOID,
    spikingjelly.SoftSign: 1 / (2 * 2 * (1 / 2 + abs(Z)) ** 2),
    spikingjelly.ATan: 2 / 2 / (1 + (PI / 2 * 2 * Z) ** 2),
    spikingjelly.Erf: 2 / np.sqrt(PI) * np.exp(-((2 * Z) ** 2)),
    spikingjelly.PiecewiseLeakyReLU: np.where(abs(Z) < 1, 1 / 2, 0.01),
    spikingjelly.SuperSpike: 1 / (abs(Z) + 1) ** 2,
    spikingjelly.NonzeroSignLogAbs: 1 / (1 + abs(Z)),
    spikingjelly.SquarewaveFourierSeries: 4 / 8 * np.cos(2 * PI / 8 * Z),
    spikingjelly.S2NN: np.where(Z < 0, 4 * SIGMOID * (1 - SIGMOID), 1 / (abs(Z) + 1)),
    spikingjelly.QPseudoSpike: (1 + 2 / (2 - 1) * abs(Z)) ** -2.0,
    spikingjelly.LeakyKReLU: np.where(Z > 0, 1, 0),  # at 0 itself it is 1 there, and 0 here
    spikingjelly.FakeNumericalGradient: np.minimum(1 / np.maximum(abs(Z), 1e-9), 0.3),
    spikingjelly.LogTailedReLU: np.where(Z > 1, 1 / np.maximum(Z, 1), np.where(Z <= 0, 0, 1)),
    spikingjelly.DeterministicPass: np.ones_like(Z),
    spikingjelly.Rect: 1.0 * (abs(Z) < 0.5),
    # norse/norse, norse/torch/functional/threshold.py and superspike.py
    norse.super: 1 / (100 * abs(Z) + 1) ** 2,
    norse.tanh: 1 - np.tanh(100 * Z) ** 2,
    norse.triangle: np.maximum(1 - abs(Z), 0) * 100,
    norse.circ: (-(Z**2) / (2 * CIRC_ROOT**3) + 1 / (2 * CIRC_ROOT)) * 2 * 100,
    norse.heavi_erfc: 2 * np.exp(-(100.0**2) * Z**2) / np.sqrt(PI),
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
        (spikingjelly.PiecewiseLeakyReLU(0.5, 0.1), np.where(abs(Z) < 0.5, 1, 0.1)),
        (spikingjelly.SuperSpike(3.0), 3 / (abs(Z) + 1) ** 2),
        (spikingjelly.NonzeroSignLogAbs(3.0), 1 / (1 / 3 + abs(Z))),
        (spikingjelly.SquarewaveFourierSeries(4, 3.0), 4 / 3 * sum(np.cos(k * 2 * PI / 3 * Z) for k in (1, 3, 5))),
        (spikingjelly.SquarewaveFourierSeries(1), np.zeros_like(Z)),
        (spikingjelly.S2NN(4.0, 0.3), np.where(Z <= 0, 4 * SIGMOID * (1 - SIGMOID), 0.3 / (abs(Z) + 1))),
        (spikingjelly.QPseudoSpike(1.5), (1 + 4 * abs(Z)) ** -1.5),
        (spikingjelly.LeakyKReLU(0.2, 0.7), np.where(Z > 0, 0.7, 0.2)),
        (spikingjelly.FakeNumericalGradient(2.0), np.minimum(1 / np.maximum(abs(Z), 1e-9), 2.0)),
        (spikingjelly.LogTailedReLU(0.1), np.where(Z > 1, 1 / np.maximum(Z, 1), np.where(Z <= 0, 0.1, 1))),
        (spikingjelly.Rect(3.0), 3.0 * (abs(Z) < 0.5 / 3)),
        (norse.super(3.0), 1 / (3 * abs(Z) + 1) ** 2),
        (norse.super(3.0, version="1.1.0"), 1 / (abs(Z) + 1) ** 2),
        (norse.circ(0.5), (-(Z**2) / (2 * (0.25 + Z**2) ** 1.5) + 1 / (2 * np.sqrt(0.25 + Z**2))) * 2 * 0.5),
        (snntorch.triangular(0.4), np.where(Z > 0, -0.4, 0.4)),
        (snntorch.spike_rate_escape(2.0, 3.0), 3 * np.exp(-2 * abs(Z - 1))),
        (snntorch.SFS(3.0, -0.5), (Z > -0.5) / (3 * abs(Z) + 1) ** 2),
        (snntorch.atan(3.0), 1.5 / (1 + (1.5 * PI * Z) ** 2)),
        (spyx.boxcar(1.0, 2.0), 2.0 * (abs(Z) < 0.5)),
        (norse.triangle(3.0), 3 * np.maximum(1 - abs(Z), 0)),
    ],
)
def test_other_parameters(surrogate, expected):
    np.testing.assert_allclose(surrogate(jnp.asarray(Z)), expected, rtol=1e-12, atol=1e-15)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sign(z):
    return np.where(z >= 0, 1, -1)


# `primitive_function` of SpikingJelly 2.0.0, which runs in place of the spike where `spiking=False`.
PRIMITIVES = {
    "PiecewiseQuadratic": (
        spikingjelly.PiecewiseQuadratic(0.8),
        lambda z: np.where(abs(0.8 * z) > 1, (z > 0) * 1.0, -(0.8**2) / 2 * abs(z) * z + 0.8 * z + 0.5),
    ),
    "PiecewiseExp": (
        spikingjelly.PiecewiseExp(1.3),
        lambda z: (z >= 0) - sign(z) * np.exp(-1.3 * abs(z)) / 2,
    ),
    "Sigmoid": (spikingjelly.Sigmoid(), lambda z: sigmoid(4 * z)),
    "SoftSign": (spikingjelly.SoftSign(), lambda z: (2 * z / (1 + abs(2 * z)) + 1) / 2),
    "ATan": (spikingjelly.ATan(), lambda z: np.arctan(PI / 2 * 2 * z) / PI + 0.5),
    "NonzeroSignLogAbs": (spikingjelly.NonzeroSignLogAbs(1.7), lambda z: sign(z) * np.log(1.7 * abs(z) + 1)),
    "Erf": (spikingjelly.Erf(), lambda z: special.erfc(-2 * z) / 2),
    "PiecewiseLeakyReLU": (
        spikingjelly.PiecewiseLeakyReLU(0.6, 0.1),
        lambda z: np.where(abs(z) <= 0.6, z / 1.2 + 0.5, 0.1 * z - sign(z) * 0.06 + (z > 0)),
    ),
    "SquarewaveFourierSeries": (
        spikingjelly.SquarewaveFourierSeries(4, 3.0),
        lambda z: 0.5 + 2 / PI * sum(np.sin(k * 2 * PI / 3 * z) / k for k in (1, 3, 5)),
    ),
    "S2NN": (  # less its 1e-5 within the logarithm
        spikingjelly.S2NN(3.0, 0.4),
        lambda z: np.where(z < 0, sigmoid(3 * z), 0.4 * np.log(abs(z + 1)) + 0.5),
    ),
    "QPseudoSpike": (
        spikingjelly.QPseudoSpike(1.5),
        lambda z: (z >= 0) - sign(z) * (1 + 2 / 0.5 * abs(z)) ** -0.5 / 2,
    ),
    "LeakyKReLU": (spikingjelly.LeakyKReLU(0.2, 0.7), lambda z: np.where(z >= 0, 0.7, 0.2) * z),
    "LogTailedReLU": (
        spikingjelly.LogTailedReLU(0.2),
        lambda z: np.where(z > 1, np.log(np.maximum(z, 1)) + 1, np.where(z > 0, z, 0.2 * z)),
    ),
    "DeterministicPass": (spikingjelly.DeterministicPass(), lambda z: z),
    "Rect": (spikingjelly.Rect(0.7), lambda z: np.clip(0.7 * z + 0.5, 0, 1)),
}


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize("name", PRIMITIVES)
def test_surrogate_is_the_derivative_of_the_primitive_function(name):
    surrogate, primitive = PRIMITIVES[name]
    z = np.delete(Z, 50)  # which is 0; no other place is within 1e-4 of a corner
    difference = (primitive(z + 1e-5) - primitive(z - 1e-5)) / 2e-5
    # Central differences: 1e-10 times a third derivative of order 100, and rounding of 1e-16/1e-5.
    np.testing.assert_allclose(surrogate(jnp.asarray(z)), difference, rtol=1e-7, atol=1e-8)


@pytest.mark.usefixtures("x64")
def test_spike_counts_learn_within_a_window():
    activation, surrogate = spikingjelly.MultiLevelSpikeCount(3)
    z = np.array([-0.7, -0.1, 0.1, 0.6, 1.4, 1.6, 2.9, 3.1, 4.2])
    np.testing.assert_array_equal(activation(jnp.asarray(z)), np.round(np.clip(z, 0, 3)))
    learns_with = sgntk.Architecture(activation, surrogate, 1).effective_surrogate
    np.testing.assert_array_equal(learns_with(jnp.asarray(z)), (z >= 0) & (z <= 3))
    with pytest.raises(ValueError, match=r"^spikingjelly.MultiLevelSpikeCount: max_spike_count must be a whole number"):
        spikingjelly.MultiLevelSpikeCount(0)


@pytest.mark.usefixtures("annotations_unchecked")
def test_a_version_of_norse_that_is_not_there():
    with pytest.raises(ValueError, match=r"^norse.super: version must be 'git' or '1.1.0'; got '1.0.0'$"):
        norse.super(version="1.0.0")


# What each library does in a step, from its sources: `state, x -> spike, state` for a state `v`, and the spike before.


def snntorch_leaky(v, x, reset, beta=0.9, threshold=1.0):
    """`Leaky.forward`: `mem_reset`, then `_base_sub`, `_base_zero` or `_base_int`, then `fire`."""
    fired = float(v - threshold > 0)
    if reset == "subtract":
        v = beta * v + x - fired * threshold
    elif reset == "zero":
        v = beta * ((1 - fired) * v) + x
    else:
        v = beta * v + x
    return float(v - threshold > 0), v


def spikingjelly_lif(v, x, tau=2.0, decay_input=True, v_threshold=1.0, v_reset=0.0):
    """`neuronal_charge`, `neuronal_fire`, `neuronal_reset`."""
    v = v + (x - (v - v_reset)) / tau if decay_input else v - (v - v_reset) / tau + x
    spike = float(v - v_threshold >= 0)
    return spike, v_reset * spike + (1 - spike) * v


def norse_lif_box(v, x, tau_mem_inv=100.0, v_leak=0.0, v_th=1.0, v_reset=0.0, dt=0.001):
    """`lif_box_feed_forward_step` with `reset_value`."""
    v = v + dt * tau_mem_inv * (x + v_leak - v)
    spike = float(v - v_th > 0)
    return spike, (1 - spike) * v + spike * v_reset


def spyx_lif(v, x, beta=0.5, threshold=1.0):
    """`LIF.__call__`."""
    spike = float(v - threshold > 0)
    return spike, beta * v + x - spike * threshold


NEURONS = {
    "snntorch.Leaky": (snntorch.Leaky(0.9), partial(snntorch_leaky, reset="subtract"), 0),
    "snntorch.Leaky, zero": (snntorch.Leaky(0.9, reset_mechanism="zero"), partial(snntorch_leaky, reset="zero"), 0),
    "snntorch.Leaky, none": (snntorch.Leaky(0.9, reset_mechanism="none"), partial(snntorch_leaky, reset="none"), 0),
    "spikingjelly.LIFNode": (spikingjelly.LIFNode(), spikingjelly_lif, 0),
    "spikingjelly.LIFNode, without decay of the input": (
        spikingjelly.LIFNode(3.0, decay_input=False, v_threshold=0.8),
        partial(spikingjelly_lif, tau=3.0, decay_input=False, v_threshold=0.8),
        0,
    ),
    "norse.LIFBox": (norse.LIFBox(), norse_lif_box, 0),
    "norse.LIFBox, faster": (norse.LIFBox(250.0, 0.7), partial(norse_lif_box, tau_mem_inv=250.0, v_th=0.7), 0),
    "spyx.LIF": (spyx.LIF(0.5), spyx_lif, 1),  # its spikes leave a step later
}


@pytest.mark.parametrize("name", NEURONS)
def test_spikes_are_those_of_the_library(name):
    neuron, step, delay = NEURONS[name]
    # One unit with weight 1: sigma_w is the gain, and so is its current.
    arch = neuron.architecture(hidden_layers=1)
    currents = np.random.default_rng(3).normal(0.2, 1.0, size=200) / neuron.gain
    params = (SpikingLayer(jnp.ones((1, 1)), jnp.zeros(1)), SpikingLayer(jnp.ones((1, 1)), jnp.zeros(1)))
    [found] = spikes(arch, params, jnp.asarray(currents[None, :, None], jnp.float32))
    v, expected = 0.0, []
    for current in currents:
        spike, v = step(v, current)
        expected.append(spike)
    assert 20 < sum(expected) < 180
    np.testing.assert_array_equal(found[0, : 200 - delay, 0], expected[delay:])


@pytest.mark.parametrize(
    ("neuron", "surrogate"),
    [
        (snntorch.Leaky(0.9), snntorch.atan()),
        (spikingjelly.LIFNode(), spikingjelly.Sigmoid()),
        (norse.LIFBox(), norse.super()),
        (spyx.LIF(0.5), spyx.superspike()),
        (snntorch.Leaky(0.9, spike_grad=snntorch.fast_sigmoid(5.0)), snntorch.fast_sigmoid(5.0)),
    ],
)
def test_surrogates_of_neurons(neuron, surrogate):
    assert neuron.surrogate == surrogate
    assert neuron.threshold == 1.0


@pytest.mark.snntorch
@pytest.mark.filterwarnings("default")  # what torch warns of is its own affair
@pytest.mark.parametrize("reset", ["subtract", "zero", "none"])
def test_spikes_and_surrogate_gradients_are_those_of_snntorch_itself(reset):
    """A network with two layers of 20 units, 12 steps, and a loss on all currents of the readout."""
    torch = pytest.importorskip("torch", exc_type=ImportError)
    snn = pytest.importorskip("snntorch", exc_type=ImportError)
    neuron = snntorch.Leaky(0.9, 0.8, snntorch.fast_sigmoid(5.0), reset)
    arch = neuron.architecture(sigma_w=2.0, sigma_b=0.3)
    params = sgntk.init(arch, sgntk.split_keys(0, 1)[0], width=20, input_dim=3)
    x = np.random.default_rng(1).normal(size=(5, 12, 3)).astype(np.float32)

    tensors = [[torch.tensor(np.array(part), requires_grad=True) for part in layer[:2]] for layer in params]
    fast_sigmoid = importlib.import_module("snntorch.surrogate").fast_sigmoid(slope=5)
    units = [snn.Leaky(beta=0.9, threshold=0.8, spike_grad=fast_sigmoid, reset_mechanism=reset) for _ in range(2)]
    memories, total, recorded = [unit.init_leaky() for unit in units], 0.0, []
    for t in range(12):
        z = torch.tensor(x[:, t])
        for i, (unit, (weight, bias)) in enumerate(zip(units, tensors, strict=False)):
            current = 2.0 / weight.shape[0] ** 0.5 * z @ weight + 0.3 * bias
            z, memories[i] = unit(current, memories[i])
        recorded.append(z.detach().numpy())
        weight, bias = tensors[-1]
        total = total + (2.0 / weight.shape[0] ** 0.5 * z @ weight + 0.3 * bias) / 12
    (total**2).sum().backward()

    ours = spikes(arch, params, jnp.asarray(x))[-1]
    np.testing.assert_array_equal(ours, np.stack(recorded, axis=1))
    assert 0.05 < float(jnp.mean(ours)) < 0.95
    gradient = jax.grad(lambda p: jnp.sum(sgntk.apply(arch, p, jnp.asarray(x)) ** 2))(params)
    for layer, parts in zip(gradient, tensors, strict=True):
        for mine, theirs in zip(layer[:2], parts, strict=True):
            np.testing.assert_allclose(mine, theirs.grad.numpy(), rtol=1e-3, atol=1e-4)


CONSTRUCTORS = {
    f"{library}.{name}": constructor
    for library in libraries.__all__
    for name, constructor in inspect.getmembers(getattr(libraries, library), inspect.isfunction)
}


def test_every_constructor_is_tested():
    tested = {build.__qualname__ for build in EXPECTED} | {name.split(",")[0] for name in NEURONS}
    assert CONSTRUCTORS.keys() == tested | {"spikingjelly.MultiLevelSpikeCount"}


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_every_constructor_names_its_version(name):
    assert re.search(r"\d\.\d\.\d", inspect.getdoc(CONSTRUCTORS[name]))
