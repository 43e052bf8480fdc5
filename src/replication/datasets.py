"""The paper's data: inputs on a circle, and a polynomial target (paper, section 4 and appendix B)."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float64, Int


def grid_angles(points: int) -> Float64[np.ndarray, " points"]:
    """Angles `alpha_i = 2 pi i / points - pi` in radians, i from 0."""
    return 2 * np.pi * np.arange(points) / points - np.pi


def circle(angles: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, "n 2"]:
    """Inputs `(sin alpha, cos alpha)`."""
    return np.stack([np.sin(angles), np.cos(angles)], axis=1)


def polynomial(x: Float64[np.ndarray, "n 2"], terms: Sequence[Sequence[float]]) -> Float64[np.ndarray, " n"]:
    """`sum coefficient x_1^i x_2^j` over terms `(coefficient, i, j)`."""
    return np.sum([c * x[:, 0] ** i * x[:, 1] ** j for c, i, j in terms], axis=0)


def uniform_angles(seed: int, points: int) -> Float64[np.ndarray, " points"]:
    """Angles uniform on [-pi, pi), in radians, from the second of three keys split from `PRNGKey(seed)`."""
    with jax.threefry_partitionable(False):
        draw = jax.random.uniform(_second_of_three(seed), (points,), jnp.float32, minval=-jnp.pi, maxval=jnp.pi)
    return np.asarray(draw, np.float64)


def grid_subset(seed: int, points: int, grid_points: int) -> Int[np.ndarray, " points"]:
    """Indices of grid points drawn without replacement, from the second of three keys split from `PRNGKey(seed)`."""
    with jax.threefry_partitionable(False):
        return _draw_without_replacement(_second_of_three(seed), points, grid_points)


def grid_subsets(seed: int, sets: int, points: int, grid_points: int) -> list[Int[np.ndarray, " points"]]:
    """As many sets of grid points, each drawn without replacement, with keys split from `PRNGKey(seed)`."""
    with jax.threefry_partitionable(False):
        keys = jax.random.split(jax.random.PRNGKey(seed), sets)
        return [_draw_without_replacement(key, points, grid_points) for key in keys]


def _draw_without_replacement(key: jax.Array, points: int, grid_points: int) -> Int[np.ndarray, " points"]:
    return np.asarray(jax.random.choice(key, jnp.arange(grid_points), (points,), replace=False))


def _second_of_three(seed: int) -> jax.Array:
    return jax.random.split(jax.random.PRNGKey(seed), 3)[1]
