"""Inputs to spiking networks: currents over time, one pattern for each angle, which change smoothly with it."""

import numpy as np
from jaxtyping import Float64

HIGHEST = 3
"""Of the whole numbers of turns that a current's phase makes while the angle makes one."""


def currents(
    angles: Float64[np.ndarray, " n"], *, steps: int, dimension: int, seed: int
) -> Float64[np.ndarray, "n T d"]:
    """`x_tj(alpha) = sqrt(2) cos(k_j alpha + 2 pi f_j t/T + phase_j)`, of mean square 1 over the angles.

    Args:
        angles: alpha, in radians.
        steps: T; t from 0.
        dimension: d.
        seed: of the draw of `k_j` in 1, 2, 3, of `f_j` uniform on [1/2, 2], and of the phases.
    """
    rng = np.random.default_rng(seed)
    turns = rng.integers(1, HIGHEST + 1, size=dimension)
    frequency, phase = rng.uniform(0.5, 2, size=dimension), rng.uniform(0, 2 * np.pi, size=dimension)
    time = np.arange(steps)[:, None] / steps
    return np.sqrt(2) * np.cos(angles[:, None, None] * turns + 2 * np.pi * frequency * time + phase)
