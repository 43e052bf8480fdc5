"""What becomes of inputs and of gradients in deep networks, and how fast surrogates learn beside each other."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float, Float64

from sgntk import _gaussian as gaussian
from sgntk import _spiking_kernels as spiking
from sgntk._architecture import Architecture
from sgntk._compat import enable_x64
from sgntk._kernels import Moments, Preactivations, sg_ntk
from sgntk._spiking import AnyArchitecture, SpikingArchitecture
from sgntk._validation import check_count, check_positive
from sgntk.activations import Activation
from sgntk.surrogates import JumpDerivative, Surrogate

DEPTH = 100
"""Layers after which a network counts as deep."""

TOLERANCE = 1e-6
"""Relative change from the last layer but one to the last, above which a fixed point counts as not reached."""


@dataclass(frozen=True)
class DepthMap:
    """Where a deep network takes its inputs, and by how much gradients grow there from layer to layer.

    Numbers for an `Architecture`; for a `SpikingArchitecture` one for each step, shape (T,).

    Attributes:
        variance: fixed point of the variance of pre-activations or membranes, `a`.
        correlation: fixed point of the correlation of two different inputs there: 1 where the network forgets what
            distinguishes them.
        rate: `E[act(u)]` at that variance; with steps, how often a unit is above its threshold.
        gradient_growth: `sigma_w^2 E[s(u)^2]`, by which the mean square of surrogate gradients grows from a layer to
            the one before. Below 1 gradients vanish with depth, above 1 they explode.
        kernel_growth: `sigma_w^2 E[act'(u) s(u)]`, by which the SG-NTK of equal inputs grows from layer to layer.
        gradient_growth_over_time: `leak^2 + recurrence^2 E[s(u)^2]`, by which squared gradients grow from a step to the
            one before within a layer; None without steps.
        kernel_growth_over_time: `leak^2 + recurrence^2 E[act'(u) s(u)]`, likewise.
        converged: whether the variance reached its fixed point; for an `Architecture`, the correlation, too.
    """

    variance: Float64[np.ndarray, "*T"]
    correlation: Float64[np.ndarray, "*T"]
    rate: Float64[np.ndarray, "*T"]
    gradient_growth: Float64[np.ndarray, "*T"]
    kernel_growth: Float64[np.ndarray, "*T"]
    gradient_growth_over_time: Float64[np.ndarray, "*T"] | None
    kernel_growth_over_time: Float64[np.ndarray, "*T"] | None
    converged: bool


def depth_map(arch: AnyArchitecture, *, steps: int = 20, variance: float = 1.0, depth: int = DEPTH) -> DepthMap:
    """Fixed points of variance and correlation in a deep network of such layers, and the growth of gradients there.

    Two inputs of that mean square, and not correlated with each other, go through `depth` layers; a spiking network
    sees the same input at all steps.

    Args:
        arch: the network; how many layers it has plays no part, and all must be alike.
        steps: T, for a spiking network.
        variance: the inputs' mean square `|x|^2/d`, > 0. Where a network has several fixed points, it decides.
        depth: number of layers.

    Raises:
        ValueError: if a number is out of its range, or the layers of the network differ.
    """
    check_count("depth_map", steps=steps, depth=depth, least=1)
    check_positive("depth_map", variance=variance)
    with enable_x64():
        if isinstance(arch, SpikingArchitecture):
            return _of_spiking(arch, steps, variance, depth)
        return _of_perceptron(arch, variance, depth)


def _of_perceptron(arch: Architecture, variance: float, depth: int) -> DepthMap:
    if not isinstance(arch.hidden_layers, int):
        raise ValueError("depth_map: all layers must be alike; give the architecture a number of hidden layers")
    surrogate = arch.effective_surrogate
    inputs = (jnp.asarray(x, jnp.float64) for x in (variance, variance, 0.0, 2 * variance))

    def layer(moments: Preactivations, _: None) -> tuple[Preactivations, tuple[Array, Array]]:
        moments = moments.activations(arch.activation).affine(arch)
        return moments, (moments.a, moments.c / jnp.where(moments.a > 0, moments.a, 1.0))

    _, (variances, correlations) = jax.lax.scan(layer, Moments(*inputs).affine(arch), length=depth)
    a = variances[-1]
    square, slope = _square_mean(surrogate, a), _slope(arch.activation, surrogate, a)
    return DepthMap(
        np.asarray(a),
        np.asarray(correlations[-1]),
        np.asarray(arch.activation.mean(a)),
        np.asarray(arch.sigma_w**2 * square),
        np.asarray(arch.sigma_w**2 * slope),
        None,
        None,
        _reached(variances, correlations),
    )


def _slope(activation: Activation, surrogate: Surrogate, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`E[act'(u) s(u)]`."""
    return activation.derivative_surrogate_mean(gaussian.pair(a, a, a), surrogate)


def _of_spiking(arch: SpikingArchitecture, steps: int, variance: float, depth: int) -> DepthMap:
    numbers = {name: arch.per_layer(name) for name in ("threshold", "leak", "recurrence")}
    if any(len(set(values)) > 1 for values in numbers.values()):
        raise ValueError("depth_map: all layers must be alike; give one threshold, one leak and one recurrence")
    threshold, leak, recurrence = (values[0] for values in numbers.values())
    deep = replace(arch, hidden_layers=depth, reset="none", threshold=threshold, leak=leak, recurrence=recurrence)
    x = np.broadcast_to(np.sqrt(2 * variance) * np.eye(2)[:, None], (2, steps, 2))
    variances = spiking._variances(deep, jnp.asarray(x))[:, 0]
    a = variances[-1]
    moving = a + arch.softness > 0
    total = jnp.where(moving, a + arch.softness, 1.0)
    pair = gaussian.pair(total, total, jnp.where(moving, a, 0.0))
    rate = jnp.where(moving, gaussian.upper_tail(threshold / pair.std_u), float(threshold < 0))
    slope = jnp.where(moving, spiking._slopes(pair, arch.softness, threshold, arch.surrogate), 0.0)
    square = _square_mean(arch.surrogate, a, -threshold)
    return DepthMap(
        np.asarray(a),
        np.asarray(_correlation(deep, x)),
        np.asarray(rate),
        np.asarray(arch.sigma_w**2 * square),
        np.asarray(arch.sigma_w**2 * slope),
        np.asarray(leak**2 + recurrence**2 * square),
        np.asarray(leak**2 + recurrence**2 * slope),
        _reached(variances),
    )


def _correlation(arch: SpikingArchitecture, x: Float[np.ndarray, "2 T d"]) -> Float[Array, " T"]:
    """Of the currents of two inputs at each step, after that many layers."""
    kernel = jnp.asarray(spiking.evaluate("nngp", arch, x, None, over_time=True)[0])
    together = jnp.diagonal(kernel, axis1=2, axis2=3)
    scale = jnp.sqrt(together[0, 0] * together[1, 1])
    return together[0, 1] / jnp.where(scale > 0, scale, 1.0)


def _square_mean(surrogate: Surrogate, a: Float[Array, "*n"], mean: Any = 0.0) -> Float[Array, "*n"]:
    """`E[s(u + mean)^2]`, `u ~ N(0, a)`; infinite for the derivative of a step."""
    if isinstance(surrogate, JumpDerivative):
        return jnp.full_like(a, jnp.inf)
    return gaussian.shifted_mean_by_quadrature(
        lambda z: surrogate(z) ** 2, surrogate.kinks, jnp.full_like(a, mean), jnp.sqrt(a)
    )


def _reached(*courses: Float[Array, "..."]) -> bool:
    """Whether the last two layers agree in what is given by layer; says so if they do not."""
    changes = [
        np.max(np.abs(np.asarray(c[-1] - c[-2])) / np.maximum(np.abs(np.asarray(c[-1])), 1e-30)) if len(c) > 1 else 1.0
        for c in courses
    ]
    reached = bool(max(changes) < TOLERANCE)
    if not reached:
        warnings.warn(
            f"depth_map: no fixed point yet: from the last layer but one to the last the change is {max(changes):.1e}, "
            "relative. Ask for more layers (depth)",
            stacklevel=4,
        )
    return reached


def learning_rate_equivalents(
    networks: Mapping[str, AnyArchitecture], x_train: ArrayLike, *, learning_rate: float = 1.0
) -> dict[str, float]:
    """Learning rates at which networks learn as fast as the first of them: `eta_i = eta_1 lambda_1 / lambda_i`.

    With lambda the largest modulus of an eigenvalue of `I(X, X)`, the fastest mode of each shrinks by the same factor a
    step. How fast the others follow depends on the spectrum.

    Args:
        networks: the networks by name, such as one for each surrogate.
        x_train: training inputs X, shape (N, d), or (N, T, d) for spiking networks.
        learning_rate: that of the first network, > 0.

    Raises:
        ValueError: if there is no network, a number is out of its range, or a kernel is 0.
    """
    check_positive("learning_rate_equivalents", learning_rate=learning_rate)
    if not networks:
        raise ValueError("learning_rate_equivalents: give at least one network")
    largest = {name: float(np.abs(np.linalg.eigvals(sg_ntk(arch, x_train))).max()) for name, arch in networks.items()}
    for name, value in largest.items():
        if value == 0:
            raise ValueError(f"learning_rate_equivalents: the SG-NTK of {name!r} is 0 at these inputs: it never learns")
    first = next(iter(largest.values()))
    return {name: learning_rate * first / value for name, value in largest.items()}
