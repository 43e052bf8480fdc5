"""Infinite-width kernels of spiking networks in discrete time: NNGP and surrogate-gradient NTK.

For a pair of inputs x, x' each is a T x T block; t belongs to x, t' to x'. With `C` the covariance of a layer's
currents, `S = B C B^T` that of its membranes (B: leaky integration), `Theta` and `Phi = B Theta B^T` the tangent
kernels, `a = S(x, x)[t, t]`, `b = S(x', x')[t', t']`, `c = S(x, x')[t, t']` and `(u, v) ~ N(0, [[a, c], [c, b]])`:

    spikes(t, t')   = P(u > theta, v > theta)
    slopes(t, t')   = phi(theta; 0, a) E[s(c theta/a - theta + tau Z)]                  tau^2 = b - c^2/a

    C^1[t, t']      = sigma_w^2/d x_t . x'_t' + sigma_b^2 + R^1[t, t']                  Theta^1 = C^1 + Q^1
    C^{l+1}[t, t']  = sigma_w^2 spikes^l(t, t') + sigma_b^2 + R^{l+1}[t, t']
    Theta^{l+1}     = C^{l+1} + sigma_w^2 Phi^l slopes^l + Q^{l+1}
    R[t, t']        = recurrence^2 spikes(t-1, t'-1)
    Q[t, t']        = recurrence^2 (Phi slopes)(t-1, t'-1)
    NNGP            = kappa^2 r^T C^L r                                                 SG-NTK = kappa^2 r^T Theta^L r

entry by entry; R and Q are 0 at the first step, and at the readout. The first argument carries the true derivative, the
second the surrogate. One pass over the steps t serves all layers, holding the rows [t, :] of each; before it goes one
for the variances `a` and `b` of each input by itself.

A smooth spike is a step at a threshold with noise of variance q: for it `a + q` and `b + q` take the place of a and b
in `spikes`, and `a + q` that of a in `slopes`. Where a variance is 0 (no input, and no bias) a unit stays at rest.

Near `u = v` a probability has half the digits that the covariances have: 1e-8 after a layer, 1e-4 after two. Where two
inputs are equal, and at the same step, it has all; membranes that are equal but for rounding count as equal.
"""

from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Array, Bool, Float

from sgntk import _gaussian as gaussian
from sgntk._blocks import block_starts
from sgntk._compat import enable_x64
from sgntk._gaussian import Scalar
from sgntk._pytree import is_traced
from sgntk._spiking import SpikingArchitecture, check_sequences, leaky_integration
from sgntk.surrogates import Surrogate

Kind = Literal["nngp", "ntk", "sg_ntk"]

BLOCK = 2**18
"""Entries (points x points x steps) of a row that are computed at once; a layer holds some ten times as much."""


ROUNDING = 64 * float(np.finfo(np.float64).eps)
"""Membranes whose correlation is nearer to 1 are one: what rounding leaves would be magnified layer by layer."""


def evaluate(
    kind: Kind, arch: SpikingArchitecture, x1: ArrayLike, x2: ArrayLike | None, *, over_time: bool = False
) -> tuple[Any, ...]:
    """The NNGP, and but for that kind the tangent kernel that learning with the architecture's surrogate has.

    Their shape is (n1, n2); over time, that of the readout's currents, (n1, n2, T, T).

    Raises:
        ValueError: if an input has another shape than (points, T, d), or is not finite.
    """
    if arch.reset != "none":
        raise ValueError(
            f"{kind}: with reset {arch.reset!r} membranes are not Gaussian, and no closed form is known. Use "
            'dataclasses.replace(arch, reset="none") for the kernel of the same units without reset, or '
            "sgntk.spiking.nngp_with_reset for an estimate of the NNGP"
        )
    if is_traced(arch, x1, x2):
        x1 = jnp.asarray(x1)
        x2 = x1 if x2 is None else jnp.asarray(x2)
        return _kernels(kind, over_time, arch, x1, x2, _variances(arch, x1), _variances(arch, x2))
    x1 = check_sequences(kind, "x1", x1).astype(np.float64)
    x2 = x1 if x2 is None else check_sequences(kind, "x2", x2, x1.shape[1:]).astype(np.float64)
    steps = x1.shape[1]
    shape = (len(x1), len(x2), *((steps, steps) if over_time else ()))
    kernels = tuple(np.empty(shape) for _ in range(1 if kind == "nngp" else 2))
    columns = min(len(x2), max(1, BLOCK // steps))
    rows = min(len(x1), max(1, BLOCK // (steps * columns)))
    with enable_x64():
        a = np.asarray(_variances(arch, x1))
        b = a if x2 is x1 else np.asarray(_variances(arch, x2))
        for i in block_starts(len(x1), rows):
            for j in block_starts(len(x2), columns):
                first, second = slice(i, i + rows), slice(j, j + columns)
                blocks = _compiled(kind, over_time, arch, x1[first], x2[second], a[:, first], b[:, second])
                for kernel, block in zip(kernels, blocks, strict=True):
                    kernel[first, second] = block
    if not all(np.isfinite(kernel.sum()) for kernel in kernels):
        raise ValueError(f"{kind}: the kernel of these inputs is beyond the range of float64. Scale the inputs")
    return kernels


class Numbers(NamedTuple):
    """What a layer has of its own; or all layers, stacked."""

    threshold: Float[Array, "*layers"]
    leak: Float[Array, "*layers"]
    recurrence: Float[Array, "*layers"]


class Row(NamedTuple):
    """A layer at step t of x and all steps t' of x', or what it sends to the next."""

    membranes: Float[Array, "*n T"]
    tangents: Float[Array, "*n T"]
    spikes: Float[Array, "*n T"]
    moved: Float[Array, "*n T"]  # tangents times slopes


def _kernels(
    kind: Kind,
    over_time: bool,
    arch: SpikingArchitecture,
    x1: Float[Array, "n1 T d"],
    x2: Float[Array, "n2 T d"],
    a: Float[Array, "layers n1 T"],
    b: Float[Array, "layers n2 T"],
) -> tuple[Any, ...]:
    """`a` and `b` are the membranes' variances."""
    steps, dtype = x1.shape[1], x1.dtype
    surrogate = None if kind == "nngp" else arch.surrogate
    same = jnp.all(x1[:, None] == x2[None], axis=(2, 3))

    def step(rows: Row, now: tuple[Any, ...]) -> tuple[Row, Any]:
        t, x, a = now
        at_equal = same[..., None] & (jnp.arange(steps) == t)

        def layer(sent: tuple[Array, Array], of_layer: tuple[Any, ...]) -> tuple[tuple[Array, Array], Row]:
            own, before, a, b = of_layer
            row = _through_layer(arch, surrogate, own, before, sent, a[:, None, None], b[None], at_equal)
            return (_affine(arch, row.spikes), arch.sigma_w**2 * row.moved), row

        currents = _affine(arch, jnp.einsum("id,jtd->ijt", x, x2, precision="highest") / x2.shape[2])
        sent, rows = jax.lax.scan(layer, (currents, jnp.zeros_like(currents)), (_numbers(arch, dtype), rows, a, b))
        kernels = sent[:1] if surrogate is None else (sent[0], sent[0] + sent[1])
        return rows, kernels if over_time else tuple(_product(kernel, weights[:, None])[..., 0] for kernel in kernels)

    weights = arch.readout_weights(steps, dtype)
    start = jnp.zeros((arch.hidden_layers, len(x1), len(x2), steps), dtype)
    now = jnp.arange(steps), jnp.swapaxes(x1, 0, 1), jnp.moveaxis(a, 2, 0)
    _, kernels = jax.lax.scan(step, Row(start, start, start, start), now)
    if over_time:
        return tuple(arch.output_scale**2 * jnp.moveaxis(kernel, 0, 2) for kernel in kernels)
    return tuple(arch.output_scale**2 * jnp.einsum("t,tij->ij", weights, kernel) for kernel in kernels)


_compiled = jax.jit(_kernels, static_argnums=(0, 1))


def _affine(arch: SpikingArchitecture, moments: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """Covariance of the currents, but for recurrence, from that of what goes in."""
    return arch.sigma_w**2 * moments + arch.sigma_b**2


def _membranes(own: Numbers, before: Row, sent: Float[Array, "*n T"]) -> tuple[Array, Array, Array]:
    """`C` and `S` at step t, from the row of step t - 1 and from `C - R`, which comes from below; and B^T."""
    integrate = leaky_integration(own.leak, sent.shape[-1], sent.dtype).T
    currents = sent + own.recurrence**2 * _later(before.spikes)
    return currents, own.leak * before.membranes + _product(currents, integrate), integrate


def _through_layer(
    arch: SpikingArchitecture,
    surrogate: Surrogate | None,
    own: Numbers,
    before: Row,
    sent: tuple[Float[Array, "*n T"], Float[Array, "*n T"]],
    a: Float[Array, "*#n 1"],
    b: Float[Array, "*#n T"],
    same: Bool[Array, "*#n T"],
) -> Row:
    """The row of step t, from that of step t - 1 and from what the layer below sends: `C - R` and the rest of `Theta`.

    `same` says where `u` and `v` are the same membrane, whose covariance is then its variance.
    """
    q, threshold = arch.softness, own.threshold
    currents, membranes, integrate = _membranes(own, before, sent[0])
    pair = _blurred(a, b, jnp.where(same, a, membranes), q)
    spikes = _both_spike(pair, threshold, a + q > 0, b + q > 0)
    if surrogate is None:
        return Row(membranes, before.tangents, spikes, before.moved)
    change = currents + sent[1] + own.recurrence**2 * _later(before.moved)
    tangents = own.leak * before.tangents + _product(change, integrate)
    moved = jnp.where(a + q > 0, tangents * _slopes(pair, q, threshold, surrogate), 0.0)
    return Row(membranes, tangents, spikes, moved)


def _product(x: Float[Array, "*n T"], y: Float[Array, "T k"]) -> Float[Array, "*n k"]:
    return jnp.matmul(x, y, precision="highest")


def _blurred(a: Float[Array, "*#n"], b: Float[Array, "*#n"], c: Float[Array, "*#n"], q: Scalar) -> gaussian.Pair:
    """Of `u` and `v`, each with noise of variance q; with 1 for a variance of 0, whose values nobody takes."""
    a, b = (jnp.where(variance + q > 0, variance + q, 1.0) for variance in (a, b))
    pair = gaussian.pair(a, b, c)
    return pair._replace(below=jnp.where(pair.below <= ROUNDING * pair.std_u * pair.std_v, 0.0, pair.below))


def _both_spike(
    pair: gaussian.Pair, threshold: Scalar, moves_u: Bool[Array, "*#n"], moves_v: Bool[Array, "*#n"]
) -> Float[Array, "*n"]:
    at_rest = jnp.where(jnp.asarray(threshold) < 0, 1.0, 0.0).astype(pair.a.dtype)
    rate_u = jnp.where(moves_u, gaussian.upper_tail(threshold / pair.std_u), at_rest)
    rate_v = jnp.where(moves_v, gaussian.upper_tail(threshold / pair.std_v), at_rest)
    both = (rate_u + rate_v - gaussian.crossing_probability(threshold, threshold, pair)) / 2
    return jnp.where(moves_u & moves_v, both, rate_u * rate_v)


def _slopes(pair: gaussian.Pair, q: Scalar, threshold: Scalar, surrogate: Surrogate) -> Float[Array, "*n"]:
    """Given `u` with noise at the threshold, `v` without is `N(c theta/(a + q), b - c^2/(a + q))`."""
    mean = threshold * (pair.covariance / pair.a - 1)
    std = gaussian.safe_sqrt(pair.below * pair.above / pair.a - q)
    return gaussian.density(jnp.asarray(threshold, mean.dtype), pair.std_u) * surrogate.shifted_mean(mean, std)


def _later(row: Float[Array, "*n T"]) -> Float[Array, "*n T"]:
    """The row one step later in t', too."""
    return jnp.concatenate([jnp.zeros_like(row[..., :1]), row[..., :-1]], axis=-1)


def _numbers(arch: SpikingArchitecture, dtype: DTypeLike) -> Numbers:
    def stacked(name: Literal["threshold", "leak", "recurrence"]) -> Float[Array, " layers"]:
        return jnp.stack([jnp.asarray(number, dtype) for number in arch.per_layer(name)])

    return Numbers(stacked("threshold"), stacked("leak"), stacked("recurrence"))


@jax.jit
def _variances(arch: SpikingArchitecture, x: Float[Array, "n T d"]) -> Float[Array, "layers n T"]:
    """`S(x, x)[t, t]` of the membranes of each layer: the same pass over the steps, with x for x'.

    Row t is right in `t' <= t`, for which no later variance is needed; the rest of it is not looked at.
    """
    steps, dtype = x.shape[1], x.dtype

    def step(carry: tuple[Row, Array], now: tuple[Array, Array]) -> tuple[tuple[Row, Array], None]:
        (rows, known), (t, here) = carry, now
        is_now = jnp.arange(steps) == t

        def layer(sent: Array, of_layer: tuple[Any, Row, Array]) -> tuple[Array, tuple[Row, Array]]:
            own, before, known = of_layer
            past = jnp.take(_membranes(own, before, sent)[1], jnp.maximum(t - 1, 0), axis=-1)[:, None]
            mirrored = jnp.where(is_now & (t > 0), past, before.membranes)  # S[t-1, t] is S[t, t-1]
            before = before._replace(membranes=mirrored)
            variance = jnp.take(_membranes(own, before, sent)[1], t, axis=-1)[:, None]
            known = jnp.where(is_now, variance, known)
            row = _through_layer(arch, None, own, before, (sent, sent), variance, known, is_now[None])
            return _affine(arch, row.spikes), (row, known)

        currents = _affine(arch, jnp.einsum("nd,ntd->nt", here, x, precision="highest") / x.shape[2])
        return jax.lax.scan(layer, currents, (_numbers(arch, dtype), rows, known))[1], None

    start = jnp.zeros((arch.hidden_layers, len(x), steps), dtype)
    now = jnp.arange(steps), jnp.swapaxes(x, 0, 1)
    return jax.lax.scan(step, (Row(start, start, start, start), start), now)[0][1]
