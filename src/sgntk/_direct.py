"""Gradient descent as it is written: any model, any loss, any optimizer, all points at once or mini-batches."""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sgntk._losses import Loss
from sgntk._models import Stripped, Trainable, Tree, combine, learns, partition

Number = Float[Array, ""] | float


class Plan(NamedTuple):
    """What is trained, and how; equal plans share compiled functions.

    Attributes:
        model: what has `apply`.
        loss: of outputs and targets.
        optimizer: of optax, or anything with its `init` and `update`; None for plain gradient descent.
        batch_size: points in a step; None for all.
    """

    model: Trainable | Stripped
    loss: Loss
    optimizer: Any = None
    batch_size: int | None = None

    def loss_at(self, x: Float[Array, "n *shape"], y: Array, params: Tree) -> Float[Array, ""]:
        """The loss at these points."""
        return self.loss(outputs_like(y, self.model.apply(params, x)), y)


class State(NamedTuple):
    """What a step changes of one network; with a leading axis, of many."""

    params: Tree
    optimizer: Any


class Data(NamedTuple):
    """The training set, and the key from which mini-batches are drawn."""

    x: Float[Array, "points *shape"]
    y: Array
    key: Array | None = None


def outputs_like(y: Array, outputs: Float[Array, "n *outputs"]) -> Array:
    """The outputs of a network with one of them in the shape of its targets."""
    return outputs[:, 0] if y.ndim == 1 and outputs.ndim == 2 and outputs.shape[1] == 1 else outputs


def start(plan: Plan, params: Tree) -> State:
    """One network before its first step."""
    return State(params, () if plan.optimizer is None else plan.optimizer.init(partition(params, learns)[0]))


def train(
    plan: Plan,
    state: State,
    data: Data,
    learning_rate: Number,
    first: int | Int[Array, ""],
    steps: int | Int[Array, ""],
) -> State:
    """One network, `steps` steps on from the step `first`."""
    x, y, _ = data
    size = plan.batch_size
    if size is None:
        return jax.lax.fori_loop(0, steps, lambda _, now: _step(plan, now, x, y, learning_rate), state)
    batches = len(x) // size

    def step(i: Int[Array, ""], carry: tuple[State, Int[Array, " points"]]) -> tuple[State, Int[Array, " points"]]:
        state, order = carry
        epoch, batch = jnp.divmod(first + i, batches)
        order = jax.lax.cond((batch == 0) | (i == 0), lambda: _order(data, epoch), lambda: order)
        chosen = jax.lax.dynamic_slice_in_dim(order, batch * size, size)
        return _step(plan, state, x[chosen], y[chosen], learning_rate), order

    return jax.lax.fori_loop(0, steps, step, (state, jnp.arange(len(x))))[0]


def _order(data: Data, epoch: Int[Array, ""]) -> Int[Array, " points"]:
    """The order in which an epoch takes the points."""
    return jax.random.permutation(jax.random.fold_in(data.key, epoch), len(data.x))  # type: ignore[arg-type]


def _step(plan: Plan, state: State, x: Array, y: Array, learning_rate: Number) -> State:
    learning, rest = partition(state.params, learns)
    gradient = jax.grad(lambda values: plan.loss_at(x, y, combine(values, rest)))(learning)
    if plan.optimizer is None:
        changed = jax.tree.map(lambda value, change: value - learning_rate * change, learning, gradient)
        return State(combine(changed, rest), state.optimizer)
    updates, optimizer = plan.optimizer.update(gradient, state.optimizer, learning)
    changed = jax.tree.map(lambda value, change: (value + change).astype(value.dtype), learning, updates)
    return State(combine(changed, rest), optimizer)
