"""Finite networks: drawing their weights, and a forward pass that is differentiated with the surrogate."""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Array, Float, UInt32

from sgntk import _spiking_networks as spiking
from sgntk._architecture import Architecture, HiddenLayer
from sgntk._drawing import Key, draw_layers
from sgntk._spiking import AnyArchitecture, SpikingArchitecture
from sgntk._surrogate_gradient import with_surrogate
from sgntk._validation import check_count, check_dtype


class Dense(NamedTuple):
    """Weights and biases of one layer, all drawn from N(0, 1); with leading axes, those of many networks."""

    weight: Float[Array, "*networks fan_in fan_out"]
    bias: Float[Array, "*networks fan_out"]


Params = tuple[Dense, ...]
"""Parameters of one network: a named tuple `(weight, bias)` for each layer."""

AnyParams = Any
"""`Params`, or those of a spiking network."""


def split_keys(seed: int, count: int) -> UInt32[Array, "count 2"]:
    """Keys of `count` networks: `split(split(PRNGKey(seed))[0], count)`, the paper's schedule.

    A network's key depends on `count`. So draw all keys of an ensemble, and then take those of a batch.
    """
    check_count("split_keys", count=count)
    check_count("split_keys", least=0, seed=seed)
    with jax.threefry_partitionable(False):
        return jax.random.split(jax.random.split(jax.random.PRNGKey(seed))[0], count)


def init(
    arch: AnyArchitecture,
    key: ArrayLike,
    *,
    width: int,
    input_dim: int,
    outputs: int = 1,
    dtype: DTypeLike = jnp.float32,
) -> AnyParams:
    """Weights of one network, equal to neural-tangents' draw with the same key.

    The key schedule is that of `stax.serial(Dense, activation, ..., Dense)`, where activations use up a key too. Drawn
    with `jax_threefry_partitionable=False`, as the published numbers were, whatever the process's setting is.

    Args:
        arch: the network.
        key: a JAX key: typed, as from `jax.random.key`, or of shape (2,) and dtype uint32, as from `jax.random.PRNGKey`
            or a row of `split_keys`. Both draw the same weights.
        width: number of units in each hidden layer; a `Layer` multiplies it by a factor of its own.
        input_dim: dimension of the inputs.
        outputs: number of outputs.
        dtype: float32, or float64 where JAX's x64 mode is on.

    Returns:
        One layer more than there are hidden ones: weight (fan_in, fan_out) and bias (fan_out,); a recurrent layer of
            spiking units has a weight (fan_out, fan_out), too.

    Raises:
        ValueError: if the key has another shape or dtype, a number is not a whole number above 0, or JAX has no such
            dtype at the moment.
    """
    check_count("init", width=width, input_dim=input_dim, outputs=outputs)
    sizes = (input_dim, *arch.widths(width), outputs)
    key, dtype = check_keys("init", key, shape=(2,)), check_dtype("init", dtype)
    with jax.threefry_partitionable(False):
        return draw(arch, sizes, dtype, key)


def init_ensemble(
    arch: AnyArchitecture,
    keys: ArrayLike,
    *,
    width: int,
    input_dim: int,
    outputs: int = 1,
    dtype: DTypeLike = jnp.float32,
) -> AnyParams:
    """Weights of one network a key, stacked along a leading axis; `keys` are typed, or of shape (networks, 2)."""
    keys = check_keys("init_ensemble", keys, shape=("networks", 2))
    return jax.vmap(partial(init, arch, width=width, input_dim=input_dim, outputs=outputs, dtype=dtype))(keys)


def apply(arch: AnyArchitecture, params: AnyParams, x: ArrayLike) -> Float[Array, "n outputs"]:
    """Output of the network, shape (n, outputs). Differentiating it uses the surrogate.

    Args:
        arch: the network.
        params: as from `init`.
        x: inputs, shape (n, d); (n, T, d) for a `SpikingArchitecture`.

    Raises:
        ValueError: if `x` does not have the dimension that the first layer expects, or is not finite.
    """
    if not isinstance(x, jax.core.Tracer):
        arch.check_inputs("apply", "x", x, params[0].weight.shape[0])
    return forward(arch, params, jnp.asarray(x))


def forward(arch: AnyArchitecture, params: AnyParams, x: Float[Array, "n *d"]) -> Float[Array, "n outputs"]:
    """The forward pass, with each layer's surrogate as the activation's derivative in differentiation."""
    if isinstance(arch, SpikingArchitecture):
        return spiking.forward(arch, params, x)
    *hidden, readout = params
    for layer, weights in zip(arch.layers, hidden, strict=True):
        x = with_surrogate(layer.activation, layer.surrogate)(affine(layer, weights, x))
    return arch.output_scale * affine(arch, readout, x)


def affine(layer: Architecture | HiddenLayer, weights: Dense, x: Float[Array, "n fan_in"]) -> Float[Array, "n fan_out"]:
    """`sigma_w/sqrt(n) W x + sigma_b b`: pre-activations of a hidden layer, or, for an architecture, of the output."""
    return layer.sigma_w / weights.weight.shape[0] ** 0.5 * (x @ weights.weight) + layer.sigma_b * weights.bias


def descend(layer: Dense, weight_step: Float[Array, "fan_in fan_out"], bias_step: Float[Array, "*fan_out"]) -> Dense:
    """The layer after a step of gradient descent, which takes these from its weights and biases."""
    return Dense(layer.weight - weight_step, layer.bias - bias_step)


def draw(arch: AnyArchitecture, sizes: tuple[int, ...], dtype: DTypeLike, key: Key) -> AnyParams:
    """Weights of one network whose layers have these sizes, from that of the inputs to that of the outputs."""
    if isinstance(arch, SpikingArchitecture):
        return spiking.draw(arch, sizes, dtype, key)
    return tuple(Dense(weight, bias) for _, weight, bias in draw_layers(sizes, dtype, key))


def check_keys(owner: str, keys: ArrayLike, shape: tuple[int | str, ...]) -> Key:
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
