"""Empirical kernels in the arithmetic that the published ones show: float32, summed term by term.

The published values at initialization carry a rounding error that grows with the width: 1e-5 of the mean squared error
at width 100, 1e-3 at 500 and up to 3 % at 1000. It is that of computing the Jacobians J(x) and J~(x0) explicitly in
float32, and adding up the products of their entries in float32 one after another, a million of them at width 1000: for
the NTK array by array (W1, b1, W2, ...) before the arrays' sums are added, for the SG-NTK in one sum that runs through
all arrays. Doing the same here reproduces the published values to all their digits, and so shows that nothing but
rounding separates them from the exact kernels, which `sgntk.empirical_ntk` and `empirical_sg_ntk` compute to float32
accuracy.
"""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from sgntk._networks import forward


def ntk_and_sg_ntk_columns(arch, params, grid, reference):
    """`J(x) J(x0)^T` and `J(x) J~(x0)^T` at every grid point x, shape (2, points), with x0 the grid point `reference`.

    One point at a time, since at width 1000 a Jacobian takes 4 MB a point.
    """
    x = jnp.asarray(grid, jnp.float32)
    true, surrogate = arch.activation.derivative, arch.surrogate
    true_reference, surrogate_reference = (_jacobian(arch, s, params, x[reference]) for s in (true, surrogate))
    columns = np.empty((2, len(x)), np.float32)
    for point, value in enumerate(x):
        jacobian = _jacobian(arch, true, params, value)
        columns[0, point] = sum(
            (_running_sum(one * other) for one, other in zip(jacobian, true_reference, strict=True)), np.float32(0)
        )
        columns[1, point] = _running_sum(np.concatenate(jacobian) * np.concatenate(surrogate_reference))
    return columns


def _jacobian(arch, surrogate, params, point):
    """One flat array for each parameter array, in their order."""
    return [np.asarray(leaf).ravel() for leaf in jax.tree.leaves(_gradient(arch, surrogate, params, point))]


@partial(jax.jit, static_argnums=(0, 1))
def _gradient(arch, surrogate, params, point):
    return jax.grad(lambda p: forward(replace(arch, surrogate=surrogate), p, point[None])[0, 0])(params)


def _running_sum(terms):
    """From first to last; `np.sum` would add in pairs, and round much less."""
    return np.cumsum(terms, dtype=np.float32)[-1]
