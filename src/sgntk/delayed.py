"""Gradient descent with delayed weight updates: exact, and gentle to memory where weight matrices outgrow the cache.

A step changes a hidden layer's weights by `A^T D`, with `A` (points x n) the layer's inputs and `D` (points x n) the
backpropagated errors. Instead of rewriting the matrix each step, the factors of `BLOCK` steps are collected,

    W = V + Q^T T             V the weights at the start of the block;  Q, T of BLOCK * points rows
    A W = A V + (A Q^T) T
    D W^T = D V^T + (D T^T) Q

so that a step only reads V and its transpose, and a block writes them once.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sgntk.architecture import Architecture
from sgntk.networks import Layer, Params

BLOCK = 4
"""Steps whose updates are collected: their products cost more the more there are, rewriting the matrix the fewer."""

LEAST_WIDTH = 256
"""Below this width the direct method is as fast or faster on a CPU: its matrices stay in the cache."""


def supports(arch: Architecture) -> bool:
    """Whether the method is right for this network: there must be a matrix between hidden layers."""
    return arch.hidden_layers >= 2


class _Collected(NamedTuple):
    """Factors of a matrix' updates in a block; rows of steps to come are 0."""

    left: Float[Array, "rows n"]  # Q
    right: Float[Array, "rows n"]  # T


class _Light(NamedTuple):
    """What is cheap to change at every step: all but the hidden matrices."""

    first: Layer
    hidden_biases: tuple[Float[Array, " n"], ...]
    readout: Layer
    collected: tuple[_Collected, ...]


def train(
    arch: Architecture,
    params: Params,
    x: Float[Array, "points d"],
    y: Float[Array, " points"],
    learning_rate: float | Float[Array, ""],
    steps: int,
) -> Params:
    """`steps` steps of gradient descent on `1/(2N) sum (f - y)^2` for one network; equals the direct method."""
    blocks, rest = divmod(steps, BLOCK)

    def block(params: Params, _: None) -> tuple[Params, None]:
        return _train_block(arch, params, x, y, learning_rate, BLOCK), None

    params = jax.lax.scan(block, params, length=blocks)[0]
    return _train_block(arch, params, x, y, learning_rate, rest) if rest else params


def _train_block(
    arch: Architecture,
    params: Params,
    x: Float[Array, "points d"],
    y: Float[Array, " points"],
    learning_rate: float | Float[Array, ""],
    steps: int,
) -> Params:
    first, *hidden, readout = params
    points, width = len(x), len(first.bias)
    # Transposed once a block, rather than packed anew for the product of every step.
    bases = [(layer.weight, jax.lax.optimization_barrier(layer.weight.T)) for layer in hidden]  # type: ignore[no-untyped-call]
    empty = _Collected(*[jnp.zeros((steps * points, width), first.weight.dtype)] * 2)
    start = _Light(first, tuple(layer.bias for layer in hidden), readout, (empty,) * len(hidden))
    x_scale, scale = (arch.sigma_w / fan_in**0.5 for fan_in in (x.shape[1], width))
    surrogate = arch.learning_derivative

    def step(light: _Light, index: Int[Array, ""]) -> tuple[_Light, None]:
        pre_activations = [x_scale * (x @ light.first.weight) + arch.sigma_b * light.first.bias]
        activations = [arch.activation(pre_activations[0])]
        for (base, _), bias, (left, right) in zip(bases, light.hidden_biases, light.collected, strict=True):
            a = activations[-1]
            pre_activations.append(scale * (a @ base + (a @ left.T) @ right) + arch.sigma_b * bias)
            activations.append(arch.activation(pre_activations[-1]))
        readout = light.readout
        output = arch.output_scale * (scale * (activations[-1] @ readout.weight[:, 0]) + arch.sigma_b * readout.bias)

        error = arch.output_scale / points * (output - y)
        d = scale * surrogate(pre_activations[-1]) * jnp.outer(error, readout.weight[:, 0])
        biases, collected = [], []
        for layer in reversed(range(len(hidden))):
            left, right = light.collected[layer]
            row = index * points
            biases.append(light.hidden_biases[layer] - learning_rate * arch.sigma_b * d.sum(0))
            back = d @ bases[layer][1] + (d @ right.T) @ left
            collected.append(
                _Collected(
                    jax.lax.dynamic_update_slice_in_dim(left, activations[layer], row, 0),
                    jax.lax.dynamic_update_slice_in_dim(right, -learning_rate * scale * d, row, 0),
                )
            )
            d = scale * surrogate(pre_activations[layer]) * back
        return (
            _Light(
                Layer(
                    light.first.weight - learning_rate * x_scale * x.T @ d,
                    light.first.bias - learning_rate * arch.sigma_b * d.sum(0),
                ),
                tuple(reversed(biases)),
                Layer(
                    readout.weight - learning_rate * scale * (error @ activations[-1])[:, None],
                    readout.bias - learning_rate * arch.sigma_b * error.sum(),
                ),
                tuple(reversed(collected)),
            ),
            None,
        )

    end = jax.lax.scan(step, start, jnp.arange(steps))[0]
    layers = [
        Layer(base + left.T @ right, bias)
        for (base, _), bias, (left, right) in zip(bases, end.hidden_biases, end.collected, strict=True)
    ]
    return (end.first, *layers, end.readout)
