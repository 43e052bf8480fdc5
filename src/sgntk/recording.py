"""What is recorded of a network, at every point of the grid, while an ensemble trains."""

from collections.abc import Callable
from functools import partial

import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from sgntk.architecture import Architecture
from sgntk.empirical import tangent_kernel
from sgntk.networks import Params, forward
from sgntk.validation import check_inputs


def outputs(arch: Architecture, grid: ArrayLike) -> Callable[[Params], Float[Array, " n"]]:
    """Records the network's output `f(x)` at each grid point."""
    x = _inputs(grid)
    return lambda params: forward(arch, arch.learning_derivative, params, x)[:, 0]


def kernel_column(arch: Architecture, grid: ArrayLike, reference: int) -> Callable[[Params], Float[Array, " n"]]:
    """Records `J(x) J~(x0)^T` at each grid point x, with x0 the grid point `reference`.

    With a surrogate this is the empirical SG-NTK `I(x, x0)`, without one the empirical NTK `Theta(x, x0)`.
    """
    x = _inputs(grid)
    if not 0 <= reference < len(x):
        raise ValueError(f"recording: reference must be an index of the {len(x)} grid points; got {reference}")
    column = partial(tangent_kernel, arch, arch.learning_derivative)
    return lambda params: column(params, x, x[reference : reference + 1])[:, 0]


def _inputs(grid: ArrayLike) -> Float[Array, "n d"]:
    return jnp.asarray(check_inputs("recording", "grid", grid), jnp.float32)
