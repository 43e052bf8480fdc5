"""An exact shortcut for sign networks with two hidden layers: products with the large matrix are updated, not redone.

With `A = act(h^1)` (points x n, entries +-1), a step of gradient descent changes the second layer's weights by `A^T D`
for some `D` (points x n). As long as no sign flips, the change of many steps is therefore `A^T` times a sum, and

    W = V + Q^T T         V the weights at the start;  Q, T of points + FLIPS rows
    A W = U + (A Q^T) T   U = A V
    D W^T = D V^T + (D T^T) Q

where the first rows of `Q` are `-A` and those of `T` collect the steps. When unit j flips by `delta` (points), one more
row keeps W as it was: `e_j` in Q, `delta^T T` in T; and `U` grows by `delta V[j]`. So of the three large products of a
step only `D V^T` is left. When the spare rows are used up, V takes in the correction, and all starts anew.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from sgntk.activations import Sign
from sgntk.architecture import Architecture
from sgntk.networks import Layer, Params

FLIPS = 32
"""Sign flips that are kept as rows of the correction: few enough to be cheap, many enough to restart seldom."""

LEAST_WIDTH = 256
"""Below this width the products are too small for the shortcut to pay (measured on a CPU)."""


def supports(arch: Architecture) -> bool:
    """Whether the method is right for this network."""
    return isinstance(arch.activation, Sign) and arch.hidden_layers == 2


class _Correction(NamedTuple):
    """`W = V + left^T right`, with what its products need."""

    left: Float[Array, "rows n"]  # Q
    right: Float[Array, "rows n"]  # T
    base_product: Float[Array, "points n"]  # U = A V
    overlap: Float[Array, "points rows"]  # A Q^T
    flips: Int[Array, ""]


class _State(NamedTuple):
    """All that a step changes; V stays out of it, so that no step copies it."""

    step: Int[Array, ""]
    first: Layer
    second_bias: Float[Array, " n"]
    readout: Layer
    correction: _Correction


def train(
    arch: Architecture,
    params: Params,
    x: Float[Array, "points d"],
    y: Float[Array, " points"],
    learning_rate: float | Float[Array, ""],
    steps: int | Int[Array, ""],
) -> Params:
    """`steps` steps of gradient descent on `1/(2N) sum (f - y)^2` for one network; equals the direct method."""
    x_scale = arch.sigma_w / x.shape[1] ** 0.5
    scale = arch.sigma_w / params[1].weight.shape[0] ** 0.5
    surrogate = arch.learning_derivative

    def first_hidden(first: Layer) -> Float[Array, "points n"]:
        return x_scale * (x @ first.weight) + arch.sigma_b * first.bias

    def take_step(base: Float[Array, "n n"], base_transposed: Float[Array, "n n"], state: _State) -> _State:
        _, first, second_bias, readout, correction = state
        h1 = first_hidden(first)
        correction = _flip(base, correction, jnp.sign(h1))
        h2 = scale * (correction.base_product + correction.overlap @ correction.right) + arch.sigma_b * second_bias
        a2 = jnp.sign(h2)
        output = arch.output_scale * (scale * a2 @ readout.weight[:, 0] + arch.sigma_b * readout.bias)

        d3 = arch.output_scale / len(y) * (output - y)
        d2 = scale * surrogate(h2) * jnp.outer(d3, readout.weight[:, 0])
        back = d2 @ base_transposed + (d2 @ correction.right.T) @ correction.left
        d1 = scale * surrogate(h1) * back

        rate = learning_rate
        points = len(x)
        return _State(
            state.step + 1,
            _descend(first, rate * x_scale * x.T @ d1, rate * arch.sigma_b * d1.sum(0)),
            second_bias - rate * arch.sigma_b * d2.sum(0),
            _descend(readout, rate * scale * (d3 @ a2)[:, None], rate * arch.sigma_b * d3.sum()),
            correction._replace(right=correction.right.at[:points].add(rate * scale * d2)),
        )

    def run_until_full(carry: tuple[Int[Array, ""], Params]) -> tuple[Int[Array, ""], Params]:
        step, (first, second, readout) = carry
        start = _State(
            step,
            first,
            second.bias,
            readout,
            _start_correction(second.weight, jnp.sign(first_hidden(first))),
        )

        def goes_on(state: _State) -> Bool[Array, ""]:
            flipping = _flipping(state.correction, jnp.sign(first_hidden(state.first)))
            return (state.step < steps) & (state.correction.flips + flipping.sum() <= FLIPS)

        # Transposed once and kept, rather than packed anew for the product of every step: a third of the time.
        transposed = jax.lax.optimization_barrier(second.weight.T)  # type: ignore[no-untyped-call]
        end = jax.lax.while_loop(goes_on, partial(take_step, second.weight, transposed), start)
        weight = second.weight + end.correction.left.T @ end.correction.right
        return end.step, (end.first, Layer(weight, end.second_bias), end.readout)

    return jax.lax.while_loop(lambda carry: carry[0] < steps, run_until_full, (jnp.array(0), params))[1]


def _descend(layer: Layer, weight_step: Float[Array, "fan_in fan_out"], bias_step: Float[Array, "*fan_out"]) -> Layer:
    return Layer(layer.weight - weight_step, layer.bias - bias_step)


def _start_correction(base: Float[Array, "n n"], signs: Float[Array, "points n"]) -> _Correction:
    spare = jnp.zeros((FLIPS, base.shape[0]), base.dtype)
    left = jnp.concatenate([-signs, spare])
    return _Correction(left, jnp.zeros_like(left), signs @ base, signs @ left.T, jnp.array(0))


def _flipping(correction: _Correction, signs: Float[Array, "points n"]) -> Bool[Array, " n"]:
    """Units whose sign changes at any point."""
    return jnp.any(correction.left[: len(signs)] != -signs, axis=0)


def _flip(base: Float[Array, "n n"], correction: _Correction, signs: Float[Array, "points n"]) -> _Correction:
    """The same weights, written with the new signs: one row more for each unit that flips."""
    points = len(signs)
    change = signs + correction.left[:points]
    steps_taken = correction.right[:points]

    def flip_one(
        carry: tuple[Bool[Array, " n"], _Correction],
    ) -> tuple[Bool[Array, " n"], _Correction]:
        left_to_do, (left, right, base_product, _, flips) = carry
        unit = jnp.argmax(left_to_do)
        delta = jax.lax.dynamic_index_in_dim(change, unit, axis=1, keepdims=False)
        left = left.at[points + flips, unit].set(1)
        right = right.at[points + flips].set(delta @ steps_taken)
        base_product = base_product + jnp.outer(delta, base[unit])
        flipped = _Correction(left, right, base_product, signs @ left.T, flips + 1)
        return left_to_do.at[unit].set(False), flipped

    todo = _flipping(correction, signs)
    renewed = correction._replace(left=correction.left.at[:points].set(-signs))
    return jax.lax.while_loop(lambda carry: jnp.any(carry[0]), flip_one, (todo, renewed))[1]
