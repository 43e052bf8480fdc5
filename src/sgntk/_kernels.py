"""Infinite-width kernels of a multilayer perceptron: NNGP, NTK and surrogate-gradient NTK.

    NNGP     S^1 = sigma_w^2/d x.x' + sigma_b^2          S^{l+1} = sigma_w^2 E[act(u) act(v)] + sigma_b^2
    NTK      T^1 = S^1                                   T^{l+1} = S^{l+1} + T^l sigma_w^2 E[act'(u) act'(v)]
    SG-NTK   I^1 = S^1                                   I^{l+1} = S^{l+1} + I^l sigma_w^2 E[act'(u) s(v)]

with `(u, v) ~ N(0, [[S^l(x,x), S^l(x,x')], [S^l(x,x'), S^l(x',x')]])`, all times `kappa^2` at the output.

Beside `S(x,x)`, `S(x',x')` and `S(x,x')` travels the squared distance `E[(h(x) - h(x'))^2]`, which near the diagonal
has the digits that their difference loses. Where a variance is 0 (input 0 and sigma_b = 0; a silent layer) the
unit never moves, and neither does the network by what is before it: the tangent kernel there is 0.

Called with numbers, a kernel is computed, and returned as a NumPy array, in float64, whatever JAX's default is. Within
`jax.jit`, `jax.vmap` or `jax.grad` it is traced, in the precision of the inputs and without a look at values.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Float64

from sgntk import _gaussian as gaussian
from sgntk import _spiking_kernels as spiking
from sgntk._architecture import Architecture
from sgntk._compat import enable_x64
from sgntk._pytree import is_traced
from sgntk._spiking import SpikingArchitecture
from sgntk._validation import check_inputs
from sgntk.activations import Activation
from sgntk.surrogates import Surrogate

Kind = Literal["nngp", "ntk", "sg_ntk"]

if TYPE_CHECKING:
    Kernel = np.ndarray  # what it is but under a transformation
else:
    Kernel = Float64[np.ndarray, "n1 n2"] | Float[Array, "n1 n2"]

BLOCK = 2**18
"""Entries of a kernel that are computed at once: what the recursion holds beside the result is a few times as much."""


def nngp(arch: Architecture | SpikingArchitecture, x1: ArrayLike, x2: ArrayLike | None = None) -> Kernel:
    """NNGP kernel `S^L(x1, x2)`: the covariance of the output at initialization (paper, section 2).

    Args:
        arch: the network; its surrogate plays no part.
        x1: inputs, shape (n1, d); (n1, T, d) for a `SpikingArchitecture`.
        x2: inputs, shape (n2, d) or (n2, T, d); None means `x1`.

    Raises:
        ValueError: if an input has another shape, or is not finite.
    """
    if isinstance(arch, SpikingArchitecture):
        return spiking.evaluate("nngp", arch, x1, x2)
    return _evaluate("nngp", arch, x1, x2)


def ntk(
    arch: Architecture | SpikingArchitecture,
    x1: ArrayLike,
    x2: ArrayLike | None = None,
    *,
    off_diagonal_limit: bool = False,
) -> Kernel:
    """Neural tangent kernel `T^L(x1, x2)`, which governs gradient descent (paper, section 2).

    Args:
        arch: the network; its surrogate plays no part.
        x1: inputs, shape (n1, d); (n1, T, d) for a `SpikingArchitecture`.
        x2: inputs, shape (n2, d) or (n2, T, d); None means `x1`.
        off_diagonal_limit: for an activation with jumps, return the limit of the NTK of ever steeper smooth
            activations. It is finite between different points and infinite (`inf`) where two points coincide.

    Raises:
        ValueError: if an input has another shape, or is not finite; or if the activation has jumps, since its NTK is
            infinite on the diagonal, and `off_diagonal_limit` was not asked for.
    """
    if isinstance(arch, SpikingArchitecture):
        return spiking.evaluate("ntk", arch, x1, x2)
    if arch.activation.has_jumps and not off_diagonal_limit:
        raise ValueError(
            f"ntk: the NTK of {arch.activation} is infinite on the diagonal: as a smooth step steepens, "
            "E[act'(u)^2] grows without bound, and gradient descent has no infinite-width limit. "
            "Use sg_ntk with a surrogate, or off_diagonal_limit=True for the limit between different points"
        )
    return _evaluate("ntk", arch, x1, x2)


def sg_ntk(arch: Architecture | SpikingArchitecture, x1: ArrayLike, x2: ArrayLike | None = None) -> Kernel:
    """Surrogate-gradient NTK `I^L(x1, x2)`, which governs surrogate gradient learning (paper, section 3).

    The first argument carries the true derivative, the second, which stands for the training point, the surrogate. The
    kernel is not symmetric in general: where the norms of `x` and `x'` differ, `I(x, x') != I(x', x)`.

    Args:
        arch: the network, with its surrogate.
        x1: inputs, shape (n1, d); (n1, T, d) for a `SpikingArchitecture`.
        x2: inputs, shape (n2, d) or (n2, T, d); None means `x1`.

    Raises:
        ValueError: if an input has another shape, or is not finite; or if the activation has jumps and there is no
            surrogate.
    """
    if isinstance(arch, SpikingArchitecture):
        return spiking.evaluate("sg_ntk", arch, x1, x2)
    arch.check_learns()
    return _evaluate("sg_ntk", arch, x1, x2)


class Moments(NamedTuple):
    """Second moments of pre-activations at the points of x1 and x2; a layer maps them to those of the next."""

    a: Float[Array, "*#n"]  # E[h(x1)^2]
    b: Float[Array, "*#n"]  # E[h(x2)^2]
    c: Float[Array, "*#n"]  # E[h(x1) h(x2)]
    distance: Float[Array, "*#n"]  # E[(h(x1) - h(x2))^2]

    def affine(self, arch: Architecture) -> "Moments":
        """Of the next pre-activations, from those of what goes into them."""
        weight_variance, bias_variance = arch.sigma_w**2, arch.sigma_b**2
        a, b, c = (weight_variance * moment + bias_variance for moment in self[:3])
        return type(self)(a, b, c, weight_variance * self.distance)

    @property
    def pair(self) -> gaussian.Pair:
        """With 1 for a variance of 0, whose values nobody takes."""
        a, b = (jnp.where(variance > 0, variance, 1.0) for variance in self[:2])
        moving = (self.a > 0) & (self.b > 0)
        c, distance = jnp.where(moving, self.c, 0.0), jnp.where(moving, self.distance, a + b)
        return gaussian.pair(a, b, c, distance)

    def activations(self, activation: Activation) -> "Moments":
        """Those of `act(u)` and `act(v)`; a unit that never moves stays at `act(0)`."""
        rest, pair = activation(jnp.zeros((), self.c.dtype)), self.pair
        still = [variance <= 0 for variance in self[:2]]
        (mean_a, mean_b), (a, b) = (
            [jnp.where(at_rest, value, moment(v)) for at_rest, v in zip(still, (pair.a, pair.b), strict=True)]
            for value, moment in ((rest, activation.mean), (rest**2, activation.square_mean))
        )
        any_still = still[0] | still[1]
        product, difference = activation.second_moments(pair)
        c = jnp.where(any_still, mean_a * mean_b, product)
        distance = jnp.where(any_still, a + b - 2 * c, difference)
        same = self.distance <= 0
        return type(self)(a, b, jnp.where(same, a, c), jnp.where(same, 0.0, jnp.maximum(distance, 0.0)))


def moments_of(a: Float[Array, "*#n"], b: Float[Array, "*#n"], c: Float[Array, "*#n"]) -> Moments:
    """Where the distance is known no better than by `a + b - 2c`."""
    return Moments(a, b, c, jnp.where((a == c) & (b == c), 0.0, a + b - 2 * c))


def tangent_of(
    tangent: Float[Array, "*n"], moments: Moments, activation: Activation, surrogate: Surrogate
) -> Float[Array, "*n"]:
    """`I E[act'(u) s(v)]`; 0 where `u` never moves, or I is 0, also if the expectation is infinite."""
    mean = activation.derivative_surrogate_mean(moments.pair, surrogate)
    counts = (moments.a > 0) & ((tangent != 0) | jnp.isfinite(mean))
    return jnp.where(counts, tangent * jnp.where(counts, mean, 0.0), 0.0)


def _evaluate(kind: Kind, arch: Architecture, x1: ArrayLike, x2: ArrayLike | None) -> Kernel:
    if is_traced(arch, x1, x2):
        x1 = jnp.asarray(x1)
        return _through_layers(kind, arch, _first_moments(x1, x1 if x2 is None else jnp.asarray(x2)))  # type: ignore[return-value]
    x1 = check_inputs(kind, "x1", x1).astype(np.float64)
    x2 = x1 if x2 is None else check_inputs(kind, "x2", x2, x1.shape[1]).astype(np.float64)
    kernel = np.empty((len(x1), len(x2)))
    rows = min(len(x1), max(1, BLOCK // len(x2)))
    first, second = (_within_range(arch.activation, x) for x in (x1, x2))
    with enable_x64():
        for start in range(0, len(x1), rows):
            start = min(start, len(x1) - rows)  # the last block reaches back, to be of the size that is compiled
            with np.errstate(over="ignore", invalid="ignore"):  # `_check_values` names the rows
                moments = _exact_first_moments(first[start : start + rows], second)
            kernel[start : start + rows] = _compiled(kind, arch, moments)
    _check_values(kind, arch, kernel, x1, x2)
    return kernel


def _first_moments(x1: Float[Array, "n1 d"], x2: Float[Array, "n2 d"]) -> Moments:
    """Of the inputs: `|x|^2/d`, `x.x'/d` and `|x - x'|^2/d`."""
    dimension = x1.shape[1]
    squares = [jnp.sum(x**2, axis=1) / dimension for x in (x1, x2)]
    distance = jnp.sum((x1[:, None, :] - x2[None, :, :]) ** 2, axis=2) / dimension
    a, b = squares[0][:, None], squares[1][None, :]
    return Moments(a, b, jnp.where(distance > 0, x1 @ x2.T / dimension, a), distance)


NEAR = 1e-2
"""Squared distances below this share of the squared norms are computed from differences, the others from products."""


def _exact_first_moments(x1: np.ndarray, x2: np.ndarray) -> Moments:
    """As `_first_moments`, in NumPy: a matrix product, and differences of the few rows that are near each other."""
    dimension = x1.shape[1]
    a, b = (np.einsum("ij,ij->i", x, x) / dimension for x in (x1, x2))
    c = x1 @ x2.T / dimension
    scale = a[:, None] + b[None, :]
    distance = scale - 2 * c
    rows, columns = np.nonzero(distance <= NEAR * scale)
    for part in np.array_split(np.arange(len(rows)), len(rows) * dimension // BLOCK + 1):
        i, j = rows[part], columns[part]
        distance[i, j] = np.einsum("ij,ij->i", x1[i] - x2[j], x1[i] - x2[j]) / dimension
    return Moments(a[:, None], b[None, :], np.where(distance > 0, c, a[:, None]), distance)


def _through_layers(kind: Kind, arch: Architecture, inputs: Moments) -> Float[Array, "n1 n2"]:
    """NNGP, or the tangent kernel with the derivative of that kind at the second argument."""
    surrogate = {"nngp": None, "ntk": arch.activation.derivative, "sg_ntk": arch.effective_surrogate}[kind]
    moments = inputs.affine(arch)

    def layer(carry: tuple[Moments, Float[Array, "n1 n2"]], _: None) -> tuple[tuple[Moments, Array], None]:
        moments, tangent = carry
        if surrogate is not None:
            tangent = arch.sigma_w**2 * tangent_of(tangent, moments, arch.activation, surrogate)
        moments = moments.activations(arch.activation).affine(arch)
        return (moments, moments.c + tangent if surrogate is not None else moments.c), None

    (_, kernel), _ = jax.lax.scan(layer, (moments, moments.c), length=arch.hidden_layers)
    return arch.output_scale**2 * kernel


_compiled = jax.jit(_through_layers, static_argnames="kind")


LEAST, LARGEST = 1e-140, 1e140
"""Sizes of inputs whose squares, and products of these, float64 holds."""


def _within_range(activation: Activation, x: np.ndarray) -> np.ndarray:
    """Rows too small or too large to be squared, scaled into range: a step, or a saturated unit, sees no difference."""
    size = np.abs(x).max(axis=1, keepdims=True)
    largest = LARGEST if activation.bounded else np.inf
    return x * np.where(size > 0, np.clip(size, LEAST, largest) / np.where(size > 0, size, 1.0), 1.0)


def _check_values(kind: Kind, arch: Architecture, kernel: np.ndarray, x1: np.ndarray, x2: np.ndarray) -> None:
    """Raises ValueError where a kernel has no value; the limit of an NTK may be infinite."""
    if not np.isfinite(kernel.sum()):
        allowed = np.isposinf(kernel) if kind == "ntk" and arch.activation.has_jumps else False
        bad = np.argwhere(~(np.isfinite(kernel) | allowed))
        if len(bad):
            i, j = bad[0]
            raise ValueError(
                f"{kind}: the kernel of row {i} of x1 and row {j} of x2 is beyond the range of float64; their largest "
                f"entries are {np.abs(x1[i]).max():.3g} and {np.abs(x2[j]).max():.3g}. Scale the inputs"
            )
