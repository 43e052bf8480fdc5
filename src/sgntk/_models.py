"""Models of any kind, as training and empirical kernels take them: a function that draws, and one that applies."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike
from jaxtyping import Array, Float

from sgntk._networks import draw, forward
from sgntk._spiking import AnyArchitecture

Tree = Any
"""Parameters: a pytree, whose floating-point arrays learn."""


@runtime_checkable
class Trainable(Protocol):
    """What `train_ensemble` trains beside an `Architecture`: a `Model`, a module of flax, anything with these two."""

    def init(self, key: Any, x: Any, /) -> Tree:
        """Parameters drawn with a key, for inputs like `x`."""

    def apply(self, params: Any, x: Any, /) -> Any:
        """Outputs at `x`, shape (N,) or (N, outputs)."""


class Model(NamedTuple):
    """A model of one's own, differentiated with whatever derivatives its functions have (`with_surrogate`).

        mlp = sgntk.Model(init=lambda key, x: eqx.nn.MLP(x.shape[1], 1, 100, 2, spike, key=key),
                          apply=lambda module, x: jax.vmap(module)(x))

    Attributes:
        init: the parameters, any pytree, from a key and the training inputs, whose shape it may need.
        apply: the outputs, shape (N,) or (N, outputs), of parameters at inputs.
        exact_apply: the same outputs, differentiated with every activation's own derivative; empirical kernels need it.
    """

    init: Callable[[Any, Any], Tree]
    apply: Callable[[Tree, Any], Any]
    exact_apply: Callable[[Tree, Any], Any] | None = None


@dataclass(frozen=True)
class Network:
    """A finite network of an architecture, as a model; equal ones are one to a compiled function."""

    arch: AnyArchitecture
    width: int
    outputs: int = 1
    dtype: DTypeLike = jnp.float32

    def init(self, key: Array, x: Float[Array, "n *d"]) -> Tree:
        """As `sgntk.init`."""
        with jax.threefry_partitionable(False):
            return draw(self.arch, (x.shape[-1], *self.arch.widths(self.width), self.outputs), self.dtype, key)

    def apply(self, params: Tree, x: Float[Array, "n *d"]) -> Float[Array, "n outputs"]:
        """As `sgntk.apply`."""
        return forward(self.arch, params, x)


def partition(tree: Tree, condition: Callable[[Any], bool]) -> tuple[Tree, Tree]:
    """The tree with the leaves alone that meet the condition, and with the others alone; None where one is missing."""
    return (
        jax.tree.map(lambda leaf: leaf if condition(leaf) else None, tree),
        jax.tree.map(lambda leaf: None if condition(leaf) else leaf, tree),
    )


def combine(taken: Tree, rest: Tree) -> Tree:
    """The tree that `partition` took apart."""
    return jax.tree.map(
        lambda one, other: other if one is None else one, taken, rest, is_leaf=lambda leaf: leaf is None
    )


def is_array(leaf: Any) -> bool:
    """Whether JAX can compute with the leaf; a module may also hold functions and names."""
    return isinstance(leaf, jax.Array | np.ndarray)


def learns(leaf: Any) -> bool:
    """Whether gradient descent changes the leaf."""
    return is_array(leaf) and jnp.issubdtype(leaf.dtype, jnp.floating)


@dataclass(frozen=True)
class Stripped:
    """A model whose parameters lack the leaves that are no arrays: these are held here, for compiled functions."""

    model: Trainable
    leaves: tuple[Any, ...]
    structure: Any

    def apply(self, params: Tree, x: Any) -> Any:
        """As that of the model."""
        return self.model.apply(self.complete(params), x)

    def complete(self, params: Tree) -> Tree:
        """The parameters with all their leaves."""
        return combine(params, jax.tree.unflatten(self.structure, self.leaves))


def strip(model: Trainable, rest: Tree) -> Stripped:
    """The model without these leaves of its parameters."""
    leaves, structure = jax.tree.flatten(rest)
    return Stripped(model, tuple(leaves), structure)


def draw_ensemble(model: Trainable, keys: Array, x: Any) -> tuple[Tree, Tree]:
    """Arrays of one network a key, stacked along a leading axis, and the leaves that are no arrays."""
    rests = []

    def draw_one(key: Array) -> Tree:
        arrays, rest = partition(model.init(key, x), is_array)
        rests.append(rest)
        return arrays

    return jax.vmap(draw_one)(keys), rests[0]
