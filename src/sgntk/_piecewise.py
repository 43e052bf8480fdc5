"""Piecewise linear functions, whose Gaussian expectations are all closed: activations with steps or corners, boxes.

Throughout, `(u, v) ~ N(0, [[a, c], [c, b]])`.
"""

from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float

from sgntk import _gaussian as gaussian

Scalar = float | Float[Array, ""]
"""A parameter: a number, or a tracer where one differentiates by it."""


@dataclass(frozen=True)
class PiecewiseLinear:
    """`f(z) = level + slope z + sum_i height_i 1{z > at_i} + sum_j bend_j max(0, z - at_j)`.

    Attributes:
        level: the constant.
        slope: the slope far to the left.
        steps: pairs `(at, height)`.
        ramps: pairs `(at, bend)`, the bend being the change of the slope.
    """

    level: Scalar = 0.0
    slope: Scalar = 0.0
    steps: tuple[tuple[Scalar, Scalar], ...] = ()
    ramps: tuple[tuple[Scalar, Scalar], ...] = ()

    @property
    def kinks(self) -> tuple[float, ...]:
        """Where `f` has steps or corners."""
        return tuple(float(at) for at, _ in (*self.steps, *self.ramps))

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        value = jnp.full_like(z, self.level) + self.slope * z
        for at, height in self.steps:
            value = value + height * (z > at).astype(z.dtype)
        for at, bend in self.ramps:
            value = value + bend * jnp.maximum(z - at, 0.0)
        return value

    def mean(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        """`E[f(mean + std Z)]`; for `std = 0` a step counts half where `mean` is on it."""
        mean, std = jnp.broadcast_arrays(mean, std)
        safe = jnp.maximum(std, 1e-30)
        value = self.level + self.slope * mean
        for at, height in self.steps:
            value = value + height * gaussian.upper_tail((at - mean) / safe)
        for at, bend in self.ramps:
            x = (at - mean) / safe
            value = value + bend * (std * gaussian.standard_normal_density(x) - (at - mean) * gaussian.upper_tail(x))
        return value

    def tail_mean(
        self, threshold: Scalar, a: Float[Array, "*#n"], b: Float[Array, "*#n"], c: Float[Array, "*#n"]
    ) -> Float[Array, "*n"]:
        """`E[1{u > threshold} f(v)]`."""
        return product_mean(PiecewiseLinear(steps=((threshold, 1.0),)), self, a, b, c)


def product_mean(
    f: PiecewiseLinear,
    g: PiecewiseLinear,
    a: Float[Array, "*#n"],
    b: Float[Array, "*#n"],
    c: Float[Array, "*#n"],
) -> Float[Array, "*n"]:
    """`E[f(u) g(v)]`, in closed form but for Owen's function (`gaussian.orthant_probability`).

    With `h`, `k` the places of two steps or ramps in units of `sqrt(a)`, `sqrt(b)`, `rho` the correlation, `A`, `B` as
    in `gaussian.conditional_thresholds`, and L the orthant probability (Rosenbaum 1961):

        E[1{X > h} 1{Y > k}] = L
        E[1{X > h} (Y - k)+] = phi(k) Q(B) + rho phi(h) Q(A) - k L
        E[(X - h)+ (Y - k)+] = (rho + h k) L + sqrt(1 - rho^2) phi(h) phi(A) - h phi(k) Q(B) - k phi(h) Q(A)
    """
    a, b, c = jnp.broadcast_arrays(a, b, c)
    rho = gaussian.correlation(a, b, c)
    sa, sb = jnp.sqrt(a), jnp.sqrt(b)
    zero = jnp.zeros_like(c)
    constant = f.level * g.mean(zero, sb) + g.level * (f.mean(zero, sa) - f.level)
    linear = f.slope * c * _mean_slope(g, sb) + g.slope * c * (_mean_slope(f, sa) - f.slope)
    value = constant + linear
    for f_at, f_height in f.steps:
        for g_at, g_height in g.steps:
            value = value + f_height * g_height * _orthant(f_at, g_at, sa, sb, rho)
        for g_at, bend in g.ramps:
            value = value + f_height * bend * sb * _step_ramp(f_at, g_at, sa, sb, rho)
    for f_at, bend in f.ramps:
        for g_at, g_height in g.steps:
            value = value + bend * g_height * sa * _step_ramp(g_at, f_at, sb, sa, rho)
        for g_at, g_bend in g.ramps:
            value = value + bend * g_bend * sa * sb * _ramp_ramp(f_at, g_at, sa, sb, rho)
    return value


def _mean_slope(f: PiecewiseLinear, std: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`E[f'(std Z)]`, deltas included: `E[u f(v)] = c E[f'(v)]` (Stein)."""
    value = jnp.full_like(std, f.slope)
    for at, height in f.steps:
        value = value + height * gaussian.density(jnp.asarray(at, std.dtype), std)
    for at, bend in f.ramps:
        value = value + bend * gaussian.upper_tail(at / std)
    return value


def _orthant(
    h_at: Scalar, k_at: Scalar, sa: Float[Array, "*n"], sb: Float[Array, "*n"], rho: Float[Array, "*n"]
) -> Float[Array, "*n"]:
    """`E[1{u > h_at} 1{v > k_at}]`."""
    if isinstance(h_at, float | int) and isinstance(k_at, float | int) and h_at == k_at == 0:
        return 0.25 + jnp.arcsin(rho) / (2 * jnp.pi)
    return gaussian.orthant_probability(h_at / sa, k_at / sb, rho)


def _step_ramp(
    h_at: Scalar, k_at: Scalar, sa: Float[Array, "*n"], sb: Float[Array, "*n"], rho: Float[Array, "*n"]
) -> Float[Array, "*n"]:
    h, k = h_at / sa, k_at / sb
    upper_a, upper_b = (gaussian.upper_tail(x) for x in gaussian.conditional_thresholds(h, k, rho))
    phi = gaussian.standard_normal_density
    return phi(k) * upper_b + rho * phi(h) * upper_a - k * _orthant(h_at, k_at, sa, sb, rho)


def _ramp_ramp(
    h_at: Scalar, k_at: Scalar, sa: Float[Array, "*n"], sb: Float[Array, "*n"], rho: Float[Array, "*n"]
) -> Float[Array, "*n"]:
    h, k = h_at / sa, k_at / sb
    at_a, at_b = gaussian.conditional_thresholds(h, k, rho)
    phi, upper = gaussian.standard_normal_density, gaussian.upper_tail
    return (
        (rho + h * k) * _orthant(h_at, k_at, sa, sb, rho)
        + jnp.sqrt((1 - rho) * (1 + rho)) * phi(h) * phi(at_a)
        - h * phi(k) * upper(at_b)
        - k * phi(h) * upper(at_a)
    )
