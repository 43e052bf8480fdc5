"""Gradient descent with delayed weight updates: exact, and gentle to memory where weight matrices outgrow the cache.

A step changes a hidden layer's weights by `A^T D`, with `A` (points x n) the layer's inputs and `D` (points x n) the
backpropagated errors. Instead of rewriting the matrix each step, the factors of up to `BLOCK` steps are collected,

    W = V + Q^T T             V the weights at the start of the block;  Q, T of points rows for each step since
    A W = A V + (A Q^T) T
    D W^T = D V^T + (D T^T) Q

so that a step only reads V and its transpose, and a block writes them once.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sgntk._architecture import Architecture
from sgntk._networks import Dense, Params, descend

BLOCK = 4
"""Steps whose updates are collected: their products cost more the more there are, rewriting the matrix the fewer."""

LEAST_WIDTH = 256
"""Below this width the direct method is as fast or faster on a CPU: its matrices stay in the cache."""


def supports(arch: Architecture) -> bool:
    """Whether the method is right for this network: there must be a matrix between hidden layers."""
    return arch.is_uniform and arch.depth >= 2


class _Collected(NamedTuple):
    """Factors of a matrix' updates since the start of the block."""

    left: Float[Array, "rows n"]  # Q
    right: Float[Array, "rows n"]  # T


def train(
    arch: Architecture,
    params: Params,
    x: Float[Array, "points d"],
    y: Float[Array, " points"],
    learning_rate: float | Float[Array, ""],
    steps: int | Int[Array, ""],
) -> Params:
    """`steps` steps of gradient descent on `1/(2N) sum (f - y)^2` for one network; equals the direct method."""
    block = partial(_train_block, arch, x=x, y=y, learning_rate=learning_rate)
    params = jax.lax.fori_loop(0, steps // BLOCK, lambda _, now: block(now, steps=BLOCK), params)
    return jax.lax.switch(steps % BLOCK, [partial(block, steps=rest) for rest in range(BLOCK)], params)


def _train_block(
    arch: Architecture,
    params: Params,
    x: Float[Array, "points d"],
    y: Float[Array, " points"],
    learning_rate: float | Float[Array, ""],
    steps: int,
) -> Params:
    if steps == 0:
        return params
    first, *hidden, readout = params
    points, width = len(x), len(first.bias)
    # Transposed once a block, rather than packed anew for the product of every step.
    bases = [(layer.weight, jax.lax.optimization_barrier(layer.weight.T)) for layer in hidden]  # type: ignore[no-untyped-call]
    biases = [layer.bias for layer in hidden]
    collected = [_Collected(*[jnp.zeros((0, width), first.weight.dtype)] * 2) for _ in hidden]
    x_scale, scale = (arch.sigma_w / fan_in**0.5 for fan_in in (x.shape[1], width))
    rate, bias_rate = learning_rate, learning_rate * arch.sigma_b

    for _ in range(steps):
        pre_activations = [x_scale * (x @ first.weight) + arch.sigma_b * first.bias]
        activations = [arch.activation(pre_activations[0])]
        for (base, _), bias, (left, right) in zip(bases, biases, collected, strict=True):
            a = activations[-1]
            pre_activations.append(scale * (a @ base + (a @ left.T) @ right) + arch.sigma_b * bias)
            activations.append(arch.activation(pre_activations[-1]))
        output = arch.output_scale * (scale * (activations[-1] @ readout.weight[:, 0]) + arch.sigma_b * readout.bias)

        error = arch.output_scale / points * (output - y)
        # At once: XLA vectorizes this loop, but not (JAX 0.5.3) one whose result takes the place of what it reads.
        derivatives = scale * arch.effective_surrogate(jnp.stack(pre_activations))
        d = derivatives[-1] * jnp.outer(error, readout.weight[:, 0])
        readout = descend(readout, rate * scale * (error @ activations[-1])[:, None], bias_rate * error.sum())
        for layer in reversed(range(len(hidden))):
            left, right = collected[layer]
            back = d @ bases[layer][1] + (d @ right.T) @ left
            biases[layer] = biases[layer] - bias_rate * d.sum(0)
            collected[layer] = _Collected(
                jnp.concatenate([left, activations[layer]]), jnp.concatenate([right, -rate * scale * d])
            )
            d = derivatives[layer] * back
        first = descend(first, rate * x_scale * x.T @ d, bias_rate * d.sum(0))

    layers = [
        Dense(base + left.T @ right, bias)
        for (base, _), bias, (left, right) in zip(bases, biases, collected, strict=True)
    ]
    return (first, *layers, readout)
