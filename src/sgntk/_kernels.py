"""Infinite-width kernels of a multilayer perceptron: NNGP, NTK and surrogate-gradient NTK.

    NNGP     S^1 = sigma_w^2/d x.x' + sigma_b^2          S^{l+1} = sigma_w^2 E[act(u) act(v)] + sigma_b^2
    NTK      T^1 = S^1                                   T^{l+1} = S^{l+1} + T^l sigma_w^2 E[act'(u) act'(v)]
    SG-NTK   I^1 = S^1                                   I^{l+1} = S^{l+1} + I^l sigma_w^2 E[act'(u) s(v)]

with `(u, v) ~ N(0, [[S^l(x,x), S^l(x,x')], [S^l(x,x'), S^l(x',x')]])`, all times `kappa^2` at the output. Everything is
computed, and returned as a NumPy array, in float64, whatever JAX's default is.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Bool, Float, Float64

from sgntk._architecture import Architecture
from sgntk._compat import enable_x64
from sgntk._validation import check_inputs
from sgntk.surrogates import Surrogate

BLOCK = 2**18
"""Entries of a kernel that are computed at once: what the recursion holds beside the result is a few times as much."""


def nngp(arch: Architecture, x1: ArrayLike, x2: ArrayLike | None = None) -> Float64[np.ndarray, "n1 n2"]:
    """NNGP kernel `S^L(x1, x2)`: the covariance of the output at initialization (paper, section 2).

    Args:
        arch: the network; its surrogate plays no part.
        x1: inputs, shape (n1, d).
        x2: inputs, shape (n2, d); None means `x1`.

    Raises:
        ValueError: if an input has another shape, or is not finite.
    """
    return _evaluate(arch, None, x1, x2)


def ntk(
    arch: Architecture,
    x1: ArrayLike,
    x2: ArrayLike | None = None,
    *,
    off_diagonal_limit: bool = False,
) -> Float64[np.ndarray, "n1 n2"]:
    """Neural tangent kernel `T^L(x1, x2)`, which governs gradient descent (paper, section 2).

    Args:
        arch: the network; its surrogate plays no part.
        x1: inputs, shape (n1, d).
        x2: inputs, shape (n2, d); None means `x1`.
        off_diagonal_limit: for an activation with jumps, return the limit of the NTK of ever steeper smooth
            activations. It is finite between different points and infinite (`inf`) where two points coincide.

    Raises:
        ValueError: if an input has another shape, or is not finite; or if the activation has jumps, since its NTK is
            infinite on the diagonal, and `off_diagonal_limit` was not asked for.
    """
    if arch.activation.has_jumps and not off_diagonal_limit:
        raise ValueError(
            f"ntk: the NTK of {arch.activation} is infinite on the diagonal: as a smooth step steepens, "
            "E[act'(u)^2] grows without bound, and gradient descent has no infinite-width limit. "
            "Use sg_ntk with a surrogate, or off_diagonal_limit=True for the limit between different points"
        )
    return _evaluate(arch, arch.activation.derivative, x1, x2)


def sg_ntk(arch: Architecture, x1: ArrayLike, x2: ArrayLike | None = None) -> Float64[np.ndarray, "n1 n2"]:
    """Surrogate-gradient NTK `I^L(x1, x2)`, which governs surrogate gradient learning (paper, section 3).

    The first argument carries the true derivative, the second, which stands for the training point, the surrogate. The
    kernel is not symmetric in general: where the norms of `x` and `x'` differ, `I(x, x') != I(x', x)`.

    Args:
        arch: the network, with its surrogate.
        x1: inputs, shape (n1, d).
        x2: inputs, shape (n2, d); None means `x1`.

    Raises:
        ValueError: if an input has another shape, or is not finite; or if the activation has jumps and there is no
            surrogate.
    """
    arch.check_learns()
    return _evaluate(arch, arch.effective_surrogate, x1, x2)


def _evaluate(
    arch: Architecture, surrogate: Surrogate | None, x1: ArrayLike, x2: ArrayLike | None
) -> Float64[np.ndarray, "n1 n2"]:
    """Checks the inputs and runs the recursion in float64, block of rows by block of rows."""
    x1 = check_inputs("kernel", "x1", x1).astype(np.float64)
    x2 = x1 if x2 is None else check_inputs("kernel", "x2", x2, x1.shape[1]).astype(np.float64)
    kernel = np.empty((len(x1), len(x2)))
    rows = min(len(x1), max(1, BLOCK // len(x2)))
    with enable_x64():
        for start in range(0, len(x1), rows):
            start = min(start, len(x1) - rows)  # the last block reaches back, to be of the size that is compiled
            kernel[start : start + rows] = _recursion(arch, surrogate, x1[start : start + rows], x2)
    return kernel


@partial(jax.jit, static_argnums=(0, 1))
def _recursion(
    arch: Architecture,
    surrogate: Surrogate | None,
    x1: Float[Array, "n1 d"],
    x2: Float[Array, "n2 d"],
) -> Float[Array, "n1 n2"]:
    """NNGP, or with a `surrogate` at the second argument the tangent kernel, from layer to layer.

    The variances `a = S(x1, x1)` and `b = S(x2, x2)` travel beside the covariance `c = S(x1, x2)`. Where two points
    coincide, `c` is set to `a`, so that rounding cannot make a correlation of exactly 1 into something else.
    """
    same = _rows_coincide(x1, x2)
    weight_variance, bias_variance = arch.sigma_w**2, arch.sigma_b**2

    def affine(x: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return weight_variance * x + bias_variance

    a = affine(jnp.mean(x1**2, axis=1))[:, None]
    b = affine(jnp.mean(x2**2, axis=1))[None, :]
    c = jnp.where(same, a, affine(x1 @ x2.T / x1.shape[1]))
    tangent = c
    for _ in range(arch.hidden_layers):
        if surrogate is not None:
            mean = arch.activation.derivative_surrogate_mean(a, b, c, surrogate)
            tangent = tangent * weight_variance * mean
        a, b, c = (
            affine(arch.activation.product_mean(*covariance)) for covariance in ((a, a, a), (b, b, b), (a, b, c))
        )
        c = jnp.where(same, a, c)
        tangent = c + tangent if surrogate is not None else c
    return arch.output_scale**2 * tangent


def _rows_coincide(x1: Float[Array, "n1 d"], x2: Float[Array, "n2 d"]) -> Bool[Array, "n1 n2"]:
    return jnp.all(x1[:, None, :] == x2[None, :, :], axis=2)
