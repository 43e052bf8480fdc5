"""An exact shortcut for sign networks with two hidden layers: products with the large matrix are updated, not redone.

With `A = sign(h^1)` (points x n), a step of gradient descent takes `A^T D` from the second layer's weights `W`, for
some `D` (points x n). Signs seldom flip, and those that do are mostly those of the same few units. So let these units
be *free* and all others *fixed*. With `A_0` the signs of the fixed units, 0 elsewhere, and `A_F` those of the free,

    W = V - A_0^T S + U^T R     V the weights at the start, U (free x n) with a 1 at each free unit
    A W = A_0 W + A_F W_F       W_F the free units' rows of W
    D W^T = D V^T - (D S^T) A_0 + (D R^T) U

and as long as no fixed unit flips, a step changes

    S <- S + D     R <- R - A_F^T D     A_0 W <- A_0 W - (A_0 A_0^T) D

Of the three large products of a step only `D V^T` is left, and no step writes to V. A fixed unit that flips becomes
free. When there is no place for another one, V takes in all changes, `A_0 W` is computed anew, which also ends the
growth of its rounding errors, and all units are fixed again.
"""

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from sgntk._architecture import Architecture
from sgntk._networks import Dense, Params, descend
from sgntk.activations import Sign

FREE_UNITS = 9
"""Places for free units: so few that they cost little at each step, so many that starting anew is seldom needed."""

LEAST_WIDTH = 32
"""Below this width the bookkeeping costs more than the products that it saves: on a CPU the two met at 30."""


def supports(arch: Architecture) -> bool:
    """Whether the method is right for this network."""
    return arch.is_uniform and arch.depth == 2 and isinstance(arch.activation, Sign)


class _Hidden(NamedTuple):
    """The second layer's weights, `W = V + left^T right`, and the product of the fixed units' signs with them."""

    left: Float[Array, "points+places n"]  # A_0 above U
    right: Float[Array, "points+places n"]  # -S above R
    is_free: Bool[Array, " n"]
    units: Int[Array, " places"]  # the unit at each place
    rows: Float[Array, "places n"]  # and its row of V
    taken: Int[Array, ""]
    product: Float[Array, "points n"]  # A_0 W
    overlap: Float[Array, "points points"]  # A_0 A_0^T


class _State(NamedTuple):
    """All that a step changes; V stays out of it, so that no step copies it."""

    step: Int[Array, ""]
    first: Dense
    h1: Float[Array, "points n"]
    hidden: _Hidden
    hidden_bias: Float[Array, " n"]
    readout: Dense


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
    surrogate = arch.effective_surrogate
    identity = jnp.eye(points, dtype=x.dtype)

    def first_hidden(first: Dense) -> Float[Array, "points n"]:
        return x_scale * (x @ first.weight) + arch.sigma_b * first.bias

    def take_step(transposed: Float[Array, "n n"], state: _State) -> _State:
        signs = jnp.sign(state.h1)
        hidden, readout = _set_free(transposed, state.hidden, signs), state.readout
        free_signs = jnp.where(jnp.arange(FREE_UNITS) < hidden.taken, signs[:, hidden.units], 0)
        product = hidden.product + free_signs @ (hidden.rows + hidden.right[points:])
        h2 = scale * product + arch.sigma_b * state.hidden_bias
        a2 = jnp.sign(h2)
        output = arch.output_scale * (scale * (a2 @ readout.weight[:, 0]) + arch.sigma_b * readout.bias)

        d3 = arch.output_scale / points * (output - y)
        # At once: XLA vectorizes this loop, but not (JAX 0.5.3) one whose result takes the place of what it reads.
        s1, s2 = scale * surrogate(jnp.stack([state.h1, h2]))
        d2 = s2 * jnp.outer(d3, readout.weight[:, 0])
        d1 = s1 * (d2 @ transposed + (d2 @ hidden.right.T) @ hidden.left)

        first = descend(state.first, rate * x_scale * x.T @ d1, bias_rate * d1.sum(0))
        return _State(
            state.step + 1,
            first,
            first_hidden(first),
            hidden._replace(
                right=hidden.right - rate * scale * (jnp.concatenate([identity, free_signs.T]) @ d2),
                product=hidden.product - rate * scale * (hidden.overlap @ d2),
            ),
            state.hidden_bias - bias_rate * d2.sum(0),
            descend(readout, rate * scale * (d3 @ a2)[:, None], bias_rate * d3.sum()),
        )

    # The second layer's weights are carried transposed: it is their transpose that the product of every step takes.
    def run_until_full(carry: tuple[Int[Array, ""], Params]) -> tuple[Int[Array, ""], Params]:
        step, (first, (transposed, bias), readout) = carry
        h1 = first_hidden(first)
        start = _State(step, first, h1, _start(transposed, jnp.sign(h1)), bias, readout)

        def goes_on(state: _State) -> Bool[Array, ""]:
            flipping = _flipping(state.hidden, jnp.sign(state.h1))
            return (state.step < steps) & (state.hidden.taken + flipping.sum() <= FREE_UNITS)

        end = jax.lax.while_loop(goes_on, partial(take_step, transposed), start)
        transposed = transposed + end.hidden.right.T @ end.hidden.left
        return end.step, (end.first, Dense(transposed, end.hidden_bias), end.readout)

    start = jnp.array(0), _with_second_transposed(params)
    _, end = jax.lax.while_loop(lambda carry: carry[0] < steps, run_until_full, start)
    return _with_second_transposed(end)


def _with_second_transposed(params: Params) -> Params:
    first, second, readout = params
    return first, Dense(second.weight.T, second.bias), readout


def _start(transposed: Float[Array, "n n"], signs: Float[Array, "points n"]) -> _Hidden:
    """All units are fixed."""
    points, width = signs.shape
    no_rows = jnp.zeros((FREE_UNITS, width), signs.dtype)
    return _Hidden(
        left=jnp.concatenate([signs, no_rows]),
        right=jnp.zeros((points + FREE_UNITS, width), signs.dtype),
        is_free=jnp.zeros(width, bool),
        units=jnp.zeros(FREE_UNITS, int),
        rows=no_rows,
        taken=jnp.array(0),
        product=signs @ transposed.T,
        overlap=signs @ signs.T,
    )


def _flipping(hidden: _Hidden, signs: Float[Array, "points n"]) -> Bool[Array, " n"]:
    """Fixed units whose sign changes at any point; never one that is NaN, which would change for ever."""
    return jnp.any(jnp.abs(hidden.left[: len(signs)] - signs) > 0, axis=0) & ~hidden.is_free


def _set_free(transposed: Float[Array, "n n"], hidden: _Hidden, signs: Float[Array, "points n"]) -> _Hidden:
    """The same weights, with each unit free that flips."""
    points = len(signs)

    def set_one_free(hidden: _Hidden) -> _Hidden:
        unit, place = jnp.argmax(_flipping(hidden, signs)), hidden.taken
        before, row = hidden.left[:points, unit], transposed[:, unit]
        growth = before @ hidden.right[:points]
        return _Hidden(
            left=hidden.left.at[:points, unit].set(0).at[points + place, unit].set(1),
            right=hidden.right.at[points + place].set(growth),
            is_free=hidden.is_free.at[unit].set(True),
            units=hidden.units.at[place].set(unit),
            rows=hidden.rows.at[place].set(row),
            taken=place + 1,
            product=hidden.product - jnp.outer(before, row + growth),
            overlap=hidden.overlap - jnp.outer(before, before),
        )

    return jax.lax.while_loop(lambda hidden: jnp.any(_flipping(hidden, signs)), set_one_free, hidden)
