"""Weights and biases drawn as neural-tangents draws them: its key schedule, layer by layer."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import jax
from jax.typing import DTypeLike
from jaxtyping import Array, Float

Key = Any
"""A JAX key, or many: typed, or uint32 of shape (..., 2)."""


def draw_layers(
    sizes: tuple[int, ...], dtype: DTypeLike, key: Key
) -> Iterator[tuple[Key, Float[Array, "fan_in fan_out"], Float[Array, " fan_out"]]]:
    """A key, weights and biases of each layer, all from N(0, 1), for layers of these sizes from inputs to outputs."""
    for fan_in, fan_out in pairwise(sizes):
        key, layer_key = jax.random.split(key)
        weight_key, bias_key = jax.random.split(layer_key)
        yield (
            layer_key,
            jax.random.normal(weight_key, (fan_in, fan_out), dtype),
            jax.random.normal(bias_key, (fan_out,), dtype),
        )
        key, _ = jax.random.split(key)  # the activation's key in the schedule of `stax.serial`
