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

from collections.abc import Iterator
from functools import partial
from itertools import groupby, product
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Array, Bool, Float, Float64

from sgntk import _gaussian as gaussian
from sgntk import _spiking_kernels as spiking
from sgntk._architecture import Architecture, HiddenLayer
from sgntk._blocks import block_starts
from sgntk._compat import enable_x64
from sgntk._gaussian import Scalar
from sgntk._pytree import is_traced
from sgntk._spiking import AnyArchitecture, SpikingArchitecture
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

SIDE = 2**9
"""Rows and columns of a block where x2 is x1, and one half of the blocks mirrors the other."""


def nngp(
    arch: AnyArchitecture,
    x1: ArrayLike,
    x2: ArrayLike | None = None,
    *,
    out: np.ndarray | None = None,
) -> Kernel:
    """NNGP kernel `S^L(x1, x2)`: the covariance of the output at initialization (paper, section 2).

    Args:
        arch: the network; its surrogate plays no part.
        x1: inputs, shape (n1, d); (n1, T, d) for a `SpikingArchitecture`.
        x2: inputs, shape (n2, d) or (n2, T, d); None means `x1`.
        out: where to write the kernel, and what is returned then: a float64 array of its shape, for example a
            `numpy.memmap` for a kernel larger than the memory. It is written block by block.

    Raises:
        ValueError: if an input or `out` has another shape, or an input is not finite.
    """
    return _evaluate("nngp", arch, x1, x2, out=out)[0]


def ntk(
    arch: AnyArchitecture,
    x1: ArrayLike,
    x2: ArrayLike | None = None,
    *,
    off_diagonal_limit: bool = False,
    out: np.ndarray | None = None,
) -> Kernel:
    """Neural tangent kernel `T^L(x1, x2)`, which governs gradient descent (paper, section 2).

    Args:
        arch: the network; its surrogate plays no part.
        x1: inputs, shape (n1, d); (n1, T, d) for a `SpikingArchitecture`.
        x2: inputs, shape (n2, d) or (n2, T, d); None means `x1`.
        off_diagonal_limit: for an activation with jumps, return the limit of the NTK of ever steeper smooth
            activations. It is finite between different points and infinite (`inf`) where two points coincide.
        out: where to write the kernel, and what is returned then: a float64 array of its shape, for example a
            `numpy.memmap` for a kernel larger than the memory. It is written block by block.

    Raises:
        ValueError: if an input or `out` has another shape, or an input is not finite; or if the activation
            has jumps, since its NTK is infinite on the diagonal, and `off_diagonal_limit` was not asked for.
    """
    if not off_diagonal_limit or isinstance(arch, SpikingArchitecture):
        arch.check_has_ntk()
    return _evaluate("ntk", arch, x1, x2, out=out)[0]


def sg_ntk(
    arch: AnyArchitecture,
    x1: ArrayLike,
    x2: ArrayLike | None = None,
    *,
    out: np.ndarray | None = None,
) -> Kernel:
    """Surrogate-gradient NTK `I^L(x1, x2)`, which governs surrogate gradient learning (paper, section 3).

    The first argument carries the true derivative, the second, which stands for the training point, the surrogate. The
    kernel is not symmetric in general: where the norms of `x` and `x'` differ, `I(x, x') != I(x', x)`.

    Args:
        arch: the network, with its surrogate.
        x1: inputs, shape (n1, d); (n1, T, d) for a `SpikingArchitecture`.
        x2: inputs, shape (n2, d) or (n2, T, d); None means `x1`.
        out: where to write the kernel, and what is returned then: a float64 array of its shape, for example a
            `numpy.memmap` for a kernel larger than the memory. It is written block by block.

    Raises:
        ValueError: if an input or `out` has another shape, or an input is not finite; or if the activation
            has jumps and there is no surrogate.
    """
    arch.check_learns()
    return _evaluate("sg_ntk", arch, x1, x2, out=out)[0]


def nngp_and(kind: Kind, arch: AnyArchitecture, x1: ArrayLike, x2: ArrayLike | None = None) -> tuple[Kernel, Kernel]:
    """The NNGP and a kernel of learning from one pass through the layers; arguments and errors are those of the kernel.

    A tangent kernel contains the NNGP of the same points, so that both cost as much as one.
    """
    if kind == "sg_ntk":
        arch.check_learns()
    if kind == "ntk":
        arch.check_has_ntk()
    kernels = _evaluate(kind, arch, x1, x2, both=True)
    return kernels[0], kernels[-1]


class Moments(NamedTuple):
    """Second moments of two inputs of an affine layer: those of the network, or the activations of the layer before."""

    a: Float[Array, "*#n"]  # E[h(x1)^2]
    b: Float[Array, "*#n"]  # E[h(x2)^2]
    c: Float[Array, "*#n"]  # E[h(x1) h(x2)]
    distance: Float[Array, "*#n"]  # E[(h(x1) - h(x2))^2]

    def affine(self, layer: "Architecture | HiddenLayer | _Affine") -> "Preactivations":
        """Of the layer's pre-activations; of the output, for an architecture."""
        weight_variance, bias_variance = layer.sigma_w**2, layer.sigma_b**2
        a, b, c = (weight_variance * moment + bias_variance for moment in self[:3])
        return Preactivations.of(a, b, c, weight_variance * self.distance)


class Preactivations(NamedTuple):
    """Second moments of two pre-activations: the third is `sqrt(a b) - c`, which near the diagonal keeps its digits.

    One array with an entry for each pair of points is all that goes from layer to layer, so that XLA computes the
    angle between `u` and `v`, which everything else follows from, once.
    """

    a: Float[Array, "*#n"]  # E[u^2]
    b: Float[Array, "*#n"]  # E[v^2]
    below: Float[Array, "*#n"]  # sqrt(a b) - E[u v]; 0 where one of them never moves

    @classmethod
    def of(
        cls,
        a: Float[Array, "*#n"],
        b: Float[Array, "*#n"],
        c: Float[Array, "*#n"],
        distance: Float[Array, "*#n"] | None = None,
    ) -> "Preactivations":
        """From the covariance `c`, and the mean squared distance where that is known better than by `a + b - 2c`."""
        moving, variances = _moving(a, b)
        return cls(a, b, jnp.where(moving, gaussian.below(*variances, c, distance), 0.0))

    @property
    def c(self) -> Float[Array, "*#n"]:
        """`E[u v]`."""
        return gaussian.safe_sqrt(self.a) * gaussian.safe_sqrt(self.b) - self.below

    @property
    def mirrored(self) -> "Preactivations":
        """Of (x2, x1)."""
        return self._replace(a=self.b, b=self.a)

    @property
    def pair(self) -> gaussian.Pair:
        """A unit that never moves has the variance `STILL` here, and no covariance with the other one."""
        moving, (a, b) = _moving(self.a, self.b)
        return gaussian.pair_below(a, b, jnp.where(moving, self.below, jnp.sqrt(a) * jnp.sqrt(b)))

    def activations(self, activation: Activation) -> Moments:
        """Those of `act(u)` and `act(v)`; a unit that never moves stays at `act(0)`."""
        rest, pair = activation(jnp.zeros((), self.below.dtype)), self.pair
        still = [variance <= 0 for variance in self[:2]]
        (mean_a, mean_b), (a, b) = (
            [jnp.where(at_rest, value, moment(v)) for at_rest, v in zip(still, (pair.a, pair.b), strict=True)]
            for value, moment in ((rest, activation.mean), (rest**2, activation.square_mean))
        )
        any_still = still[0] | still[1]
        product, difference = activation.second_moments(pair)
        c = jnp.where(any_still, mean_a * mean_b, product)
        distance = jnp.where(any_still, a + b - 2 * c, difference)
        same = (self.below <= 0) & (self.a == self.b)
        return Moments(a, b, c, jnp.where(same, 0.0, jnp.maximum(distance, 0.0)))


STILL = 1e-20
"""A variance in place of 0, at which nothing is infinite: what follows is that of a variance of 0, to all digits."""


def _moving(
    a: Float[Array, "*#n"], b: Float[Array, "*#n"]
) -> tuple[Bool[Array, "*#n"], tuple[Float[Array, "*#n"], Float[Array, "*#n"]]]:
    """Whether both units move, and their variances, which then are not 0."""
    return (a > 0) & (b > 0), (jnp.where(a > 0, a, STILL), jnp.where(b > 0, b, STILL))


def tangent_of(
    tangent: Float[Array, "*n"], moments: Preactivations, activation: Activation, surrogate: Surrogate
) -> Float[Array, "*n"]:
    """`I E[act'(u) s(v)]`; 0 where `u` never moves, or I is 0, also if the expectation is infinite."""
    mean = activation.derivative_surrogate_mean(moments.pair, surrogate)
    counts = (moments.a > 0) & ((tangent != 0) | jnp.isfinite(mean))
    return jnp.where(counts, tangent * jnp.where(counts, mean, 0.0), 0.0)


def _evaluate(
    kind: Kind,
    arch: AnyArchitecture,
    x1: ArrayLike,
    x2: ArrayLike | None,
    *,
    both: bool = False,
    out: np.ndarray | None = None,
) -> tuple[Kernel, ...]:
    """The kernel of that kind, or `both` the NNGP and it, in `out` if that is given."""
    wanted = (0, -1) if both and kind != "nngp" else (-1,)  # of the NNGP and the tangent kernel
    if kind == "ntk":
        arch = arch.exact
    if isinstance(arch, SpikingArchitecture) or is_traced(arch, x1, x2):
        kernels = _small(kind, arch, x1, x2)
        if out is not None:
            _check_out(kind, out, kernels[-1].shape)[...] = kernels[-1]
            return (out,)
        return tuple(kernels[index] for index in wanted)
    x1 = check_inputs(kind, "x1", x1).astype(np.float64)
    symmetric = x2 is None
    x2 = x1 if x2 is None else check_inputs(kind, "x2", x2, x1.shape[1]).astype(np.float64)
    shape = len(x1), len(x2)
    kernels = tuple(np.empty(shape) if out is None else _check_out(kind, out, shape) for _ in wanted)
    rows = min(len(x1), SIDE if symmetric else max(1, BLOCK // len(x2)))
    columns = rows if symmetric else len(x2)
    with enable_x64(), np.errstate(over="ignore", invalid="ignore"):  # `_check_values` names the rows
        first = second = _inputs(arch, x1)
        if not symmetric:
            second = _inputs(arch, x2)
        for i, j in product(block_starts(len(x1), rows), block_starts(len(x2), columns)):
            if symmetric and j < i:
                continue
            block = _block(first.part(i, rows), second.part(j, columns))
            for kernel, computed in zip(kernels, _compiled(kind, arch, block, wanted, symmetric), strict=True):
                if symmetric:
                    kernel[j : j + columns, i : i + rows] = computed[-1].T
                kernel[i : i + rows, j : j + columns] = computed[0]
    for kernel in kernels:
        _check_values(kind, arch, kernel, x1, x2)
    return kernels


def _small(kind: Kind, arch: AnyArchitecture, x1: ArrayLike, x2: ArrayLike | None) -> tuple[Any, ...]:
    """The NNGP, and the tangent kernel if that is the kind: of spiking networks, and under a transformation."""
    if isinstance(arch, SpikingArchitecture):
        return spiking.evaluate(kind, arch, x1, x2)
    x1 = jnp.asarray(x1)
    kernels = _through_layers(kind, arch, _first_moments(x1, x1 if x2 is None else jnp.asarray(x2)))
    return tuple(kernel for kernel, *_ in kernels)


def _check_out(kind: Kind, out: Any, shape: tuple[int, ...]) -> np.ndarray:
    if not isinstance(out, np.ndarray) or out.shape != shape or out.dtype != np.float64:
        got = f"{out.dtype} of shape {out.shape}" if isinstance(out, np.ndarray) else repr(type(out))
        raise ValueError(f"{kind}: out must be a NumPy array of float64 of shape {shape}; got {got}")
    return out


def _first_moments(x1: Float[Array, "n1 d"], x2: Float[Array, "n2 d"]) -> Moments:
    """Of the inputs: `|x|^2/d`, `x.x'/d` and `|x - x'|^2/d`."""
    dimension = x1.shape[1]
    squares = [jnp.sum(x**2, axis=1) / dimension for x in (x1, x2)]
    distance = jnp.sum((x1[:, None, :] - x2[None, :, :]) ** 2, axis=2) / dimension
    a, b = squares[0][:, None], squares[1][None, :]
    return Moments(a, b, jnp.where(distance > 0, x1 @ x2.T / dimension, a), distance)


NEAR = 1e-2
"""Points whose cosine is above `1 - NEAR` are near: their squared distance is computed from their difference."""


class _Inputs(NamedTuple):
    """Points, their unit vectors, and `|x|^2/d`."""

    points: Float64[np.ndarray, "n d"]
    directions: Float64[np.ndarray, "n d"]
    square: Float64[np.ndarray, " n"]

    def part(self, start: int, count: int) -> "_Inputs":
        return _Inputs(*(array[start : start + count] for array in self))


class _Block(NamedTuple):
    """What the moments of a block are made of."""

    a: Float[Array, "n1 1"]  # |x1|^2/d
    b: Float[Array, "1 n2"]  # |x2|^2/d
    versine: Float[Array, "n1 n2"]  # 1 - cosine of the angle between x1 and x2

    @property
    def moments(self) -> Moments:
        """Equal points are exactly equal."""
        std_a, std_b = jnp.sqrt(self.a), jnp.sqrt(self.b)
        product = std_a * std_b
        below = product * self.versine
        return Moments(self.a, self.b, product - below, (std_a - std_b) ** 2 + 2 * below)


def _inputs(arch: Architecture, x: Float64[np.ndarray, "n d"]) -> _Inputs:
    x = _within_range(arch, x)
    square = np.einsum("ij,ij->i", x, x)
    directions = x / np.where(square > 0, np.sqrt(square), 1.0)[:, None]
    return _Inputs(x, directions, square / x.shape[1])


def _block(first: _Inputs, second: _Inputs) -> _Block:
    """A product of matrices, and differences of the few points that are near each other."""
    versine = np.array(_versine(first.directions, second.directions))
    rows, columns = np.divmod(np.flatnonzero(versine < NEAR), len(second.points))
    stds = np.sqrt(first.square), np.sqrt(second.square)
    dimension = first.points.shape[1]
    for part in np.array_split(np.arange(len(rows)), len(rows) * dimension // BLOCK + 1):
        i, j = rows[part], columns[part]
        difference = first.points[i] - second.points[j]
        distance = np.einsum("ij,ij->i", difference, difference) / dimension
        a, b = stds[0][i], stds[1][j]
        versine[i, j] = np.maximum(distance - (a - b) ** 2, 0.0) / (2 * a * b)
    return _Block(*map(jnp.asarray, (first.square[:, None], second.square[None, :], versine)))


@jax.jit
def _versine(first: Float[Array, "n1 d"], second: Float[Array, "n2 d"]) -> Float[Array, "n1 n2"]:
    """By XLA, which shares the processors with the rest: NumPy's threads would spin on for a while."""
    return 1 - first @ second.T


class _Affine(NamedTuple):
    """The numbers of an affine layer."""

    sigma_w: Scalar
    sigma_b: Scalar


Block = tuple[Float[Array, "n1 n2"], ...]
"""A kernel of (x1, x2), and unless it is symmetric that of (x2, x1) in the same shape, where that is wanted."""


def _through_layers(kind: Kind, arch: Architecture, inputs: Moments, *, mirrored: bool = False) -> list[Block]:
    """The NNGP, and but for that kind the tangent kernel."""
    sides = {"nngp": 0}.get(kind, 2 if mirrored else 1)
    # I^l E[act'(u) s(v)], which the next layer's weights multiply.
    carry = inputs.affine(arch.layers[0]), (jnp.zeros_like(inputs.c),) * sides
    for layers in _stacked(arch, inputs.c.dtype):
        carry, _ = jax.lax.scan(_through_layer, carry, layers)
    output, gradients = carry
    scale = arch.output_scale**2
    tangents = tuple(scale * (output.c + arch.sigma_w**2 * gradient) for gradient in gradients)
    return [(scale * output.c,), tangents][: 1 if kind == "nngp" else 2]


Carry = tuple[Preactivations, tuple[Float[Array, "n1 n2"], ...]]


def _through_layer(carry: Carry, layers: tuple[HiddenLayer, _Affine]) -> tuple[Carry, None]:
    """Activations of a layer, and the affine layer that follows."""
    (preactivations, gradients), (layer, following) = carry, layers
    gradients = tuple(
        tangent_of(preactivations.c + layer.sigma_w**2 * gradient, side, layer.activation, layer.surrogate)
        for gradient, side in zip(gradients, (preactivations, preactivations.mirrored), strict=False)
    )
    return (preactivations.activations(layer.activation).affine(following), gradients), None


def _stacked(arch: Architecture, dtype: DTypeLike) -> Iterator[tuple[HiddenLayer, _Affine]]:
    """Runs of layers of one kind, the numbers of each run stacked: it is compiled once, however long."""
    others: list[HiddenLayer | Architecture] = [*arch.layers[1:], arch]
    following = [_Affine(layer.sigma_w, layer.sigma_b) for layer in others]
    for _, run in groupby(zip(arch.layers, following, strict=True), jax.tree.structure):
        yield jax.tree.map(lambda *numbers: jnp.stack([jnp.asarray(number, dtype) for number in numbers]), *run)


@partial(jax.jit, static_argnames=("kind", "wanted", "mirrored"))
def _compiled(kind: Kind, arch: Architecture, block: _Block, wanted: tuple[int, ...], mirrored: bool) -> list[Block]:
    kernels = _through_layers(kind, arch, block.moments, mirrored=mirrored)
    return [kernels[index] for index in wanted]


LEAST, LARGEST = 1e-140, 1e140
"""Sizes of inputs whose squares, and products of these, float64 holds."""


def _within_range(arch: Architecture, x: np.ndarray) -> np.ndarray:
    """Rows too small or too large to be squared, scaled into range: a step, or a saturated unit, sees no difference."""
    size = np.abs(x).max(axis=1, keepdims=True)
    largest = LARGEST if arch.layers[0].activation.bounded else np.inf
    return x * np.where(size > 0, np.clip(size, LEAST, largest) / np.where(size > 0, size, 1.0), 1.0)


def _check_values(kind: Kind, arch: Architecture, kernel: np.ndarray, x1: np.ndarray, x2: np.ndarray) -> None:
    """Raises ValueError where a kernel has no value; the limit of an NTK may be infinite."""
    if not np.isfinite(kernel.sum()):
        allowed = np.isposinf(kernel) if kind == "ntk" and arch.has_jumps else False
        bad = np.argwhere(~(np.isfinite(kernel) | allowed))
        if len(bad):
            i, j = bad[0]
            raise ValueError(
                f"{kind}: the kernel of row {i} of x1 and row {j} of x2 is beyond the range of float64; their largest "
                f"entries are {np.abs(x1[i]).max():.3g} and {np.abs(x2[j]).max():.3g}. Scale the inputs"
            )
