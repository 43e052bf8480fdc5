"""What is recorded of a network, at every point of the grid, while an ensemble trains."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float

import sgntk

Record = Callable[[Any], Float[Array, " n"]]
"""A function of a network's parameters, as `sgntk.train_ensemble` takes it."""


def outputs(arch: sgntk.Architecture | sgntk.SpikingArchitecture, grid: ArrayLike) -> Record:
    """Records the network's output `f(x)` at each grid point."""
    x = jnp.asarray(grid, jnp.float32)
    return lambda params: sgntk.apply(arch, params, x)[:, 0]


def kernel_column(arch: sgntk.Architecture, grid: ArrayLike, reference: int) -> Record:
    """Records `J(x) J~(x0)^T` at each grid point x, with x0 the grid point `reference`.

    With a surrogate this is the empirical SG-NTK `I(x, x0)`, without one the empirical NTK `Theta(x, x0)`.
    """
    x = jnp.asarray(grid, jnp.float32)
    x0 = x[reference : reference + 1]
    return lambda params: sgntk.empirical_sg_ntk(arch, params, x, x0)[:, 0]
