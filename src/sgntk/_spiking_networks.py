"""Finite spiking networks: drawing their weights, and the forward pass over time."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from sgntk._drawing import draw_layers
from sgntk._gaussian import Scalar
from sgntk._spiking import SpikingArchitecture
from sgntk._surrogate_gradient import with_surrogate


class SpikingLayer(NamedTuple):
    """Weights and biases of one layer, all drawn from N(0, 1); with leading axes, those of many networks."""

    weight: Float[Array, "*networks fan_in fan_out"]
    bias: Float[Array, "*networks fan_out"]
    recurrent: Float[Array, "*networks fan_out fan_out"] | None = None
    """None for a feed-forward layer, and the readout."""


Params = tuple[SpikingLayer, ...]


def draw(arch: SpikingArchitecture, sizes: tuple[int, ...], dtype: DTypeLike, key: Any) -> Params:
    """Weights of one network: those of a perceptron of the same sizes and key, and recurrent ones beside."""
    recurrent = [not (isinstance(value, float) and value == 0) for value in (*arch.per_layer("recurrence"), 0.0)]
    return tuple(
        SpikingLayer(
            weight,
            bias,
            jax.random.normal(jax.random.fold_in(key, 2), (len(bias), len(bias)), dtype) if recurs else None,
        )
        for (key, weight, bias), recurs in zip(draw_layers(sizes, dtype, key), recurrent, strict=True)
    )


def forward(arch: SpikingArchitecture, params: Params, x: Float[Array, "n T d"]) -> Float[Array, "n outputs"]:
    """The output, with the surrogate as the spike's derivative in differentiation."""
    *_, spikes = layer_spikes(arch, params, x)
    weights = arch.readout_weights(x.shape[1], x.dtype)
    readout = params[-1]
    current = _affine(arch, readout, jnp.einsum("t,ntk->nk", weights, spikes), bias_scale=jnp.sum(weights))
    return arch.output_scale * current


def layer_spikes(
    arch: SpikingArchitecture, params: Params, x: Float[Array, "n T d"]
) -> list[Float[Array, "n T width"]]:
    """Spikes of each hidden layer, 0 or 1 but for smooth ones."""
    settings = zip(*(arch.per_layer(name) for name in ("threshold", "leak", "recurrence")), strict=True)
    spikes = []
    for layer, (threshold, leak, recurrence) in zip(params[:-1], settings, strict=True):
        feedback = None
        if layer.recurrent is not None:
            feedback = recurrence / layer.bias.shape[0] ** 0.5 * layer.recurrent
        unit = membrane_step(arch, threshold, leak)
        x = _run(unit, _affine(arch, layer, x), feedback)
        spikes.append(x)
    return spikes


State = tuple[Float[Array, "*n"], Float[Array, "*n"]]
"""Membranes and spikes."""


def membrane_step(
    arch: SpikingArchitecture, threshold: Scalar, leak: Scalar
) -> Callable[[State, Float[Array, "*n"]], State]:
    """What a current does to membranes and spikes in a step."""
    spike = with_surrogate(_step_function(arch.steepness), arch.surrogate)

    def step(state: State, current: Float[Array, "*n"]) -> State:
        membrane, spikes = state[0], jax.lax.stop_gradient(state[1])
        if arch.reset == "zero":
            membrane = membrane * (1 - spikes)
        membrane = leak * membrane + current
        if arch.reset == "subtract":
            membrane = membrane - threshold * spikes
        return membrane, spike(membrane - threshold)

    return step


def _run(
    step: Callable[[State, Float[Array, "*n"]], State],
    currents: Float[Array, "n T width"],
    feedback: Float[Array, "width width"] | None,
) -> Float[Array, "n T width"]:
    """Spikes of a layer, from the currents that come from below."""

    def advance(state: State, current: Float[Array, "n width"]) -> tuple[State, Float[Array, "n width"]]:
        if feedback is not None:
            current = current + state[1] @ feedback
        state = step(state, current)
        return state, state[1]

    rest = jnp.zeros_like(currents[:, 0])
    return jnp.swapaxes(jax.lax.scan(advance, (rest, rest), jnp.swapaxes(currents, 0, 1))[1], 0, 1)


def _step_function(steepness: Scalar | None) -> Callable[[Float[Array, "*n"]], Float[Array, "*n"]]:
    """A unit step at 0, or a smooth one."""
    if steepness is None:
        return lambda z: (z > 0).astype(z.dtype)
    return lambda z: (1 + jax.scipy.special.erf(steepness * z)) / 2


def _affine(
    arch: SpikingArchitecture, layer: SpikingLayer, x: Float[Array, "*n fan_in"], bias_scale: Scalar = 1.0
) -> Float[Array, "*n fan_out"]:
    return arch.sigma_w / layer.weight.shape[0] ** 0.5 * (x @ layer.weight) + bias_scale * arch.sigma_b * layer.bias
