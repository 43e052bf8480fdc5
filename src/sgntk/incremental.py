"""An exact shortcut for sign networks with two hidden layers: products with the large matrix are updated, not redone.

With `A = sign(h^1)` (points x n), a step of gradient descent takes `A^T D` from the second layer's weights, for some
`D` (points x n). As long as no sign flips, the changes of many steps add up to `A^T S`, `S` the sum of their `D`, and

    W = V - A^T S             V the weights at the start
    A W <- A W - (A A^T) D    with every step
    D W^T = D V^T - (D S^T) A

When the signs of unit j flip by `delta` (points), W must stay as it was: so row j of V grows by `delta S`, and `A W` by
`delta W[j]`. These rows are kept beside V, which no step then writes to. Of the three large products of a step only
`D V^T` is left. When the places for rows are used up, V takes in all changes, `A W` is computed anew, which also ends
the growth of its rounding errors, and all starts again.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from sgntk.activations import Sign
from sgntk.architecture import Architecture
from sgntk.networks import Layer, Params

FLIPS = 8
"""Sign flips between two restarts: so few that their rows cost little, so many that restarts are seldom."""

LEAST_WIDTH = 32
"""Below this width the bookkeeping costs more than the products that it saves: on a CPU the two met at 30 to 50."""


def supports(arch: Architecture) -> bool:
    """Whether the method is right for this network."""
    return isinstance(arch.activation, Sign) and arch.hidden_layers == 2


class _Hidden(NamedTuple):
    """The second layer's weights, `W = V - signs^T steps + units^T rows`, and their product with the signs."""

    signs: Float[Array, "points n"]  # A
    steps: Float[Array, "points n"]  # S
    units: Float[Array, "flips n"]  # a 1 at the unit that flipped
    rows: Float[Array, "flips n"]  # what its row of V grew by
    flips: Int[Array, ""]
    product: Float[Array, "points n"]  # A W
    overlap: Float[Array, "points points"]  # A A^T


class _State(NamedTuple):
    """All that a step changes; V stays out of it, so that no step copies it."""

    step: Int[Array, ""]
    first: Layer
    h1: Float[Array, "points n"]
    hidden: _Hidden
    hidden_bias: Float[Array, " n"]
    readout: Layer


def train(
    arch: Architecture,
    params: Params,
    x: Float[Array, "points d"],
    y: Float[Array, " points"],
    learning_rate: float | Float[Array, ""],
    steps: int | Int[Array, ""],
) -> Params:
    """`steps` steps of gradient descent on `1/(2N) sum (f - y)^2` for one network; equals the direct method."""
    points, input_dim = x.shape
    x_scale = arch.sigma_w / input_dim**0.5
    scale = arch.sigma_w / len(params[1].weight) ** 0.5
    rate, bias_rate = learning_rate, learning_rate * arch.sigma_b
    surrogate = arch.learning_derivative

    def first_hidden(first: Layer) -> Float[Array, "points n"]:
        return x_scale * (x @ first.weight) + arch.sigma_b * first.bias

    def take_step(base: Float[Array, "n n"], base_transposed: Float[Array, "n n"], state: _State) -> _State:
        _, first, h1, hidden, hidden_bias, readout = state
        hidden = _flip(base, hidden, jnp.sign(h1))
        h2 = scale * hidden.product + arch.sigma_b * hidden_bias
        a2 = jnp.sign(h2)
        output = arch.output_scale * (scale * (a2 @ readout.weight[:, 0]) + arch.sigma_b * readout.bias)

        d3 = arch.output_scale / points * (output - y)
        d2 = scale * surrogate(h2) * jnp.outer(d3, readout.weight[:, 0])
        back = d2 @ base_transposed - (d2 @ hidden.steps.T) @ hidden.signs + (d2 @ hidden.rows.T) @ hidden.units
        d1 = scale * surrogate(h1) * back

        first = _descend(first, rate * x_scale * x.T @ d1, bias_rate * d1.sum(0))
        return _State(
            state.step + 1,
            first,
            first_hidden(first),
            hidden._replace(
                steps=hidden.steps + rate * scale * d2,
                product=hidden.product - rate * scale * (hidden.overlap @ d2),
            ),
            hidden_bias - bias_rate * d2.sum(0),
            _descend(readout, rate * scale * (d3 @ a2)[:, None], bias_rate * d3.sum()),
        )

    def run_until_full(carry: tuple[Int[Array, ""], Params]) -> tuple[Int[Array, ""], Params]:
        step, (first, second, readout) = carry
        h1 = first_hidden(first)
        start = _State(step, first, h1, _start(second.weight, jnp.sign(h1)), second.bias, readout)

        def goes_on(state: _State) -> Bool[Array, ""]:
            flipping = _flipping(state.hidden, jnp.sign(state.h1))
            return (state.step < steps) & (state.hidden.flips + flipping.sum() <= FLIPS)

        # Transposed once and kept, rather than packed anew for the product of every step: a third of the time.
        transposed = jax.lax.optimization_barrier(second.weight.T)  # type: ignore[no-untyped-call]
        end = jax.lax.while_loop(goes_on, partial(take_step, second.weight, transposed), start)
        weight = second.weight - end.hidden.signs.T @ end.hidden.steps + end.hidden.units.T @ end.hidden.rows
        return end.step, (end.first, Layer(weight, end.hidden_bias), end.readout)

    return jax.lax.while_loop(lambda carry: carry[0] < steps, run_until_full, (jnp.array(0), params))[1]


def _descend(layer: Layer, weight_step: Float[Array, "fan_in fan_out"], bias_step: Float[Array, "*fan_out"]) -> Layer:
    return Layer(layer.weight - weight_step, layer.bias - bias_step)


def _start(base: Float[Array, "n n"], signs: Float[Array, "points n"]) -> _Hidden:
    no_rows = jnp.zeros((FLIPS, len(base)), base.dtype)
    return _Hidden(signs, jnp.zeros_like(signs), no_rows, no_rows, jnp.array(0), signs @ base, signs @ signs.T)


def _flipping(hidden: _Hidden, signs: Float[Array, "points n"]) -> Bool[Array, " n"]:
    """Units whose sign changes at any point."""
    return jnp.any(hidden.signs != signs, axis=0)


def _flip(base: Float[Array, "n n"], hidden: _Hidden, signs: Float[Array, "points n"]) -> _Hidden:
    """The same weights, written with the new signs: one row more for each unit that flips."""

    def flip_one(hidden: _Hidden) -> _Hidden:
        before, steps, units, rows, flips, product, _ = hidden
        unit = jnp.argmax(_flipping(hidden, signs))
        delta = signs[:, unit] - before[:, unit]
        weights = base[unit] - before[:, unit] @ steps + units[:, unit] @ rows
        after = before.at[:, unit].set(signs[:, unit])
        return _Hidden(
            after,
            steps,
            units.at[flips, unit].set(1),
            rows.at[flips].set(delta @ steps),
            flips + 1,
            product + jnp.outer(delta, weights),
            after @ after.T,
        )

    return jax.lax.while_loop(lambda hidden: jnp.any(_flipping(hidden, signs)), flip_one, hidden)
