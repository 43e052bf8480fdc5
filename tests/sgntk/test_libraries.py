"""Other libraries' surrogates and neurons: what each does at its defaults, written out anew."""

import importlib
import inspect
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk
from sgntk import libraries
from sgntk.libraries import norse, snntorch, spikingjelly, spyx
from sgntk.spiking import SpikingLayer, spikes

Z = np.linspace(-2.03, 2.03, 101)
SIGMOID = 1 / (1 + np.exp(-4 * Z))
PI = np.pi

EXPECTED = {
    # jeshraghian/snntorch, snntorch/surrogate.py
    snntorch.straight_through_estimator: np.ones_like(Z),
    snntorch.fast_sigmoid: 1 / (25 * abs(Z) + 1) ** 2,
    snntorch.atan: 2 / 2 / (1 + (PI / 2 * 2 * Z) ** 2),
    snntorch.sigmoid: 25 * np.exp(-25 * Z) / (np.exp(-25 * Z) + 1) ** 2,
    # fangwei123456/spikingjelly, spikingjelly/activation_based/surrogate.py
    spikingjelly.PiecewiseQuadratic: np.where(abs(Z) > 1, 0, -abs(Z) + 1),
    spikingjelly.PiecewiseExp: 1 / 2 * np.exp(-abs(Z)),
    spikingjelly.Sigmoid: 4 * (1 - SIGMOID) * SIGMOID,
    spikingjelly.SoftSign: 1 / (2 * 2 * (1 / 2 + abs(Z)) ** 2),
    spikingjelly.ATan: 2 / 2 / (1 + (PI / 2 * 2 * Z) ** 2),
    spikingjelly.Erf: 2 / np.sqrt(PI) * np.exp(-((2 * Z) ** 2)),
    spikingjelly.PiecewiseLeakyReLU: np.where(abs(Z) < 1, 1, 0.01),
    # norse/norse, norse/torch/functional/threshold.py and superspike.py
    norse.super: 1 / (100 * abs(Z) + 1) ** 2,
    norse.tanh: 1 - np.tanh(100 * Z) ** 2,
    norse.tent: np.maximum(1 - abs(Z), 0) * 100,
    norse.erfc: 2 * np.exp(-(100.0**2) * Z**2) / np.sqrt(PI),
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
        (spikingjelly.PiecewiseLeakyReLU(0.5, 0.1), np.where(abs(Z) < 0.5, 2, 0.1)),
        (snntorch.atan(3.0), 1.5 / (1 + (1.5 * PI * Z) ** 2)),
        (spyx.boxcar(1.0, 2.0), 2.0 * (abs(Z) < 0.5)),
        (norse.tent(3.0), 3 * np.maximum(1 - abs(Z), 0)),
    ],
)
def test_other_parameters(surrogate, expected):
    np.testing.assert_allclose(surrogate(jnp.asarray(Z)), expected, rtol=1e-12, atol=1e-15)


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


def test_every_constructor_is_tested():
    names = {
        f"{library}.{name}"
        for library in libraries.__all__
        for name, _ in inspect.getmembers(getattr(libraries, library), inspect.isfunction)
    }
    assert names == {build.__qualname__ for build in EXPECTED} | {name.split(",")[0] for name in NEURONS}
