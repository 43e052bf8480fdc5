"""Finite networks: drawing their weights, and a forward pass that is differentiated with the surrogate."""

from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, UInt32

from sgntk import _spiking_networks as spiking
from sgntk._architecture import Architecture
from sgntk._spiking import SpikingArchitecture, check_sequences
from sgntk._surrogate_gradient import activation_with_surrogate
from sgntk._validation import check_count, check_inputs
from sgntk.surrogates import Surrogate


class Layer(NamedTuple):
    """Weights and biases of one layer, all drawn from N(0, 1); with leading axes, those of many networks."""

    weight: Float[Array, "*networks fan_in fan_out"]
    bias: Float[Array, "*networks fan_out"]


Params = tuple[Layer, ...]

AnyParams = Any
"""`Params`, or the parameters of a spiking network."""

Key = Any
"""A JAX key, or many: typed, or uint32 of shape (..., 2)."""


def split_keys(seed: int, count: int) -> UInt32[Array, "count 2"]:
    """Keys of `count` networks: `split(split(PRNGKey(seed))[0], count)`, the paper's schedule.

    A network's key depends on `count`. So draw all keys of an ensemble, and then take those of a batch.
    """
    check_count("split_keys", count=count)
    check_count("split_keys", least=0, seed=seed)
    with jax.threefry_partitionable(False):
        return jax.random.split(jax.random.split(jax.random.PRNGKey(seed))[0], count)


def init(arch: Architecture | SpikingArchitecture, key: ArrayLike, *, width: int, input_dim: int) -> AnyParams:
    """Weights of one network, equal to neural-tangents' draw with the same key.

    The key schedule is that of `stax.serial(Dense, activation, ..., Dense)`, where activations use up a key too. Drawn
    with `jax_threefry_partitionable=False`, as the published numbers were, whatever the process's setting is.

    Args:
        arch: the network.
        key: a JAX key: typed, as from `jax.random.key`, or of shape (2,) and dtype uint32, as from `jax.random.PRNGKey`
            or a row of `split_keys`. Both draw the same weights.
        width: number of units in each hidden layer.
        input_dim: dimension of the inputs.

    Returns:
        `hidden_layers + 1` layers in float32: weight (fan_in, fan_out) and bias (fan_out,); those of a recurrent layer
        of spiking units have a weight (fan_out, fan_out), too.

    Raises:
        ValueError: if the key has another shape or dtype, or a number is not a whole number above 0.
    """
    check_count("init", width=width, input_dim=input_dim)
    key = _check_keys("init", key, shape=(2,))
    with jax.threefry_partitionable(False):
        return _draw(arch, key, width, input_dim)


def init_ensemble(
    arch: Architecture | SpikingArchitecture, keys: ArrayLike, *, width: int, input_dim: int
) -> AnyParams:
    """Weights of one network a key, stacked along a leading axis; `keys` are typed, or of shape (networks, 2)."""
    check_count("init_ensemble", width=width, input_dim=input_dim)
    keys = _check_keys("init_ensemble", keys, shape=("networks", 2))
    with jax.threefry_partitionable(False):
        return jax.vmap(partial(_draw, arch, width=width, input_dim=input_dim))(keys)


def apply(arch: Architecture | SpikingArchitecture, params: AnyParams, x: ArrayLike) -> Float[Array, "n 1"]:
    """Output of the network, shape (n, 1). Differentiating it uses the surrogate.

    Args:
        arch: the network.
        params: as from `init`.
        x: inputs, shape (n, d); (n, T, d) for a `SpikingArchitecture`.

    Raises:
        ValueError: if `x` does not have the dimension that the first layer expects, or is not finite.
    """
    if not isinstance(x, jax.core.Tracer):
        dimension = params[0].weight.shape[0]
        if isinstance(arch, SpikingArchitecture):
            check_sequences("apply", "x", x, (None, dimension))
        else:
            check_inputs("apply", "x", x, dimension)
    return forward(arch, arch.effective_surrogate, params, jnp.asarray(x))


def forward(
    arch: Architecture | SpikingArchitecture, surrogate: Surrogate, params: AnyParams, x: Float[Array, "n *d"]
) -> Float[Array, "n 1"]:
    """The forward pass, with `surrogate` as the activation's derivative in differentiation."""
    if isinstance(arch, SpikingArchitecture):
        return spiking.forward(arch, surrogate, params, x)
    activate = activation_with_surrogate(arch.activation, surrogate)
    *hidden, readout = params
    for layer in hidden:
        x = activate(_affine(arch, layer, x))
    return arch.output_scale * _affine(arch, readout, x)


def _affine(
    arch: Architecture | SpikingArchitecture, layer: Layer, x: Float[Array, "n fan_in"]
) -> Float[Array, "n fan_out"]:
    return arch.sigma_w / layer.weight.shape[0] ** 0.5 * (x @ layer.weight) + arch.sigma_b * layer.bias


def descend(layer: Layer, weight_step: Float[Array, "fan_in fan_out"], bias_step: Float[Array, "*fan_out"]) -> Layer:
    """The layer after a step of gradient descent, which takes these from its weights and biases."""
    return Layer(layer.weight - weight_step, layer.bias - bias_step)


def _draw(arch: Architecture | SpikingArchitecture, key: Key, width: int, input_dim: int) -> AnyParams:
    if isinstance(arch, SpikingArchitecture):
        return spiking.draw(arch, key, width, input_dim)
    sizes = [input_dim, *[width] * arch.hidden_layers, 1]
    layers = []
    for fan_in, fan_out in pairwise(sizes):
        key, layer_key = jax.random.split(key)
        weight_key, bias_key = jax.random.split(layer_key)
        layers.append(
            Layer(
                jax.random.normal(weight_key, (fan_in, fan_out), jnp.float32),
                jax.random.normal(bias_key, (fan_out,), jnp.float32),
            )
        )
        key, _ = jax.random.split(key)  # the activation's key in the schedule of `stax.serial`
    return tuple(layers)


def _check_keys(owner: str, keys: ArrayLike, shape: tuple[int | str, ...]) -> Key:
    typed = isinstance(keys, jax.Array) and jnp.issubdtype(keys.dtype, jax.dtypes.prng_key)
    array = keys if isinstance(keys, jax.Array) else np.asarray(keys)
    if typed:
        fits = array.ndim == len(shape) - 1
    else:
        fits = array.ndim == len(shape) and array.shape[-1] == 2 and array.dtype == np.uint32
    if not fits or 0 in array.shape:
        expected = f"({', '.join(str(size) for size in shape)}{',' if len(shape) == 1 else ''})"
        raise ValueError(
            f"{owner}: keys must be uint32 of shape {expected}, as jax.random.PRNGKey and sgntk.split_keys make them, "
            f"or as many of jax.random.key; got {array.dtype} of shape {array.shape}"
        )
    return jnp.asarray(array)
