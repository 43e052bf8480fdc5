"""Piecewise linear functions, whose Gaussian expectations are all closed: activations with steps or corners, boxes."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sgntk import _gaussian as gaussian
from sgntk._gaussian import Pair, Scalar
from sgntk._pytree import Pytree


@dataclass(frozen=True)
class PiecewiseLinear(Pytree):
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

    def __post_init__(self) -> None:
        self._numbers_to_float()

    @property
    def kinks(self) -> tuple[Scalar, ...]:
        """Where `f` has steps or corners."""
        return tuple(at for at, _ in (*self.steps, *self.ramps))

    @property
    def right(self) -> tuple[Scalar, Scalar]:
        """Level and slope far to the right."""
        level = self.level + sum(height for _, height in self.steps) - sum(bend * at for at, bend in self.ramps)
        return level, self.slope + sum(bend for _, bend in self.ramps)

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        value = jnp.full_like(z, self.level) + self.slope * z
        for at, height in self.steps:
            value = value + height * (z > at).astype(z.dtype)
        for at, bend in self.ramps:
            value = value + bend * jnp.maximum(z - at, 0.0)
        return value

    def mean(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        """`E[f(mean + std Z)]`; for `std = 0` a step counts half where `mean` is on it.

        Where `std` exceeds the distance of the kinks, the closed forms of steps and ramps are differences of almost
        equal numbers. There a quadrature serves between the kinks.
        """
        mean, std = jnp.broadcast_arrays(mean, std)
        if len(self.kinks) < 2:
            return self._mean_by_kinks(mean, std)
        kinks = jnp.sort(jnp.stack([jnp.asarray(at, std.dtype) for at in self.kinks]))
        wide = std > (kinks[-1] - kinks[0]) / 2
        between = self._mean_by_segments(kinks, mean, jnp.where(wide, std, 1.0))
        return jnp.where(wide, between, self._mean_by_kinks(mean, jnp.where(wide, 0.0, std)))

    def _mean_by_kinks(self, mean: Float[Array, "*n"], std: Float[Array, "*n"]) -> Float[Array, "*n"]:
        safe = jnp.maximum(std, 1e-30)
        value = self.level + self.slope * mean
        for at, height in self.steps:
            value = value + height * gaussian.upper_tail((at - mean) / safe)
        for at, bend in self.ramps:
            x = (at - mean) / safe
            value = value + bend * (std * gaussian.standard_normal_density(x) - (at - mean) * gaussian.upper_tail(x))
        return value

    def _mean_by_segments(
        self, kinks: Float[Array, " k"], mean: Float[Array, "*n"], std: Float[Array, "*n"]
    ) -> Float[Array, "*n"]:
        """Closed forms beyond the outer kinks, and Gauss-Legendre rules between neighbours, at most 2 std apart."""
        edges = jnp.stack([(at - mean) / std for at in kinks])
        first, last = edges[0], edges[-1]
        phi, upper = gaussian.standard_normal_density, gaussian.upper_tail
        level, slope = self.right
        value = (self.level + self.slope * mean) * upper(-first) - self.slope * std * phi(first)
        value = value + (level + slope * mean) * upper(last) + slope * std * phi(last)
        return value + gaussian.integrate_panels(lambda t: self(mean + std * t) * phi(t), edges)

    def tail_mean(self, threshold: Scalar, pair: Pair) -> Float[Array, "*n"]:
        """`E[1{u > threshold} f(v)]`."""
        return product_mean(PiecewiseLinear(steps=((threshold, 1.0),)), self, pair)


def product_mean(f: PiecewiseLinear, g: PiecewiseLinear, pair: Pair) -> Float[Array, "*n"]:
    """`E[f(u) g(v)]`, in closed form but for Owen's function (`gaussian.orthant_probability`).

    With `h`, `k` the places of two steps or ramps in units of `sqrt(a)`, `sqrt(b)`, `rho` the correlation, `A`, `B` as
    in `gaussian.conditional_thresholds`, and L the orthant probability (Rosenbaum 1961):

        E[1{X > h} 1{Y > k}] = L
        E[1{X > h} (Y - k)+] = phi(k) Q(B) + rho phi(h) Q(A) - k L
        E[(X - h)+ (Y - k)+] = (rho + h k) L + sqrt(1 - rho^2) phi(h) phi(A) - h phi(k) Q(B) - k phi(h) Q(A)
    """
    sa, sb, c = pair.std_u, pair.std_v, pair.covariance
    zero = jnp.zeros_like(c)
    constant = f.level * g.mean(zero, sb) + g.level * (f.mean(zero, sa) - f.level)
    linear = f.slope * c * _mean_slope(g, sb) + g.slope * c * (_mean_slope(f, sa) - f.slope)
    return (
        constant
        + linear
        + _over_pairs(f.steps, g.steps, lambda h, k: _orthant(h, k, pair), c)
        + _over_pairs(f.steps, g.ramps, lambda h, k: sb * _step_ramp(h, k, pair), c)
        + _over_pairs(f.ramps, g.steps, lambda h, k: sa * _step_ramp(k, h, pair.mirrored), c)
        + _over_pairs(f.ramps, g.ramps, lambda h, k: sa * sb * _ramp_ramp(h, k, pair), c)
    )


Kinks = tuple[tuple[Scalar, Scalar], ...]


def _over_pairs(
    first: Kinks,
    second: Kinks,
    term: Callable[[Scalar, Scalar], Float[Array, "*n"]],
    like: Float[Array, "*n"],
) -> Float[Array, "*n"]:
    """Sum of `height other term(at, other_at)` over all pairs; a loop, since each term takes seconds to compile."""
    pairs = list(product(first, second))
    if len(pairs) < 2:
        return sum((height * other * term(h, k) for (h, height), (k, other) in pairs), jnp.zeros_like(like))
    numbers = [
        jnp.stack([jnp.asarray(x, like.dtype) for x in (h, k, height * other)]) for (h, height), (k, other) in pairs
    ]

    def add(total: Float[Array, "*n"], numbers: Float[Array, "3"]) -> tuple[Float[Array, "*n"], None]:
        h, k, weight = numbers
        return total + weight * term(h, k), None

    return jax.lax.scan(add, jnp.zeros_like(like), jnp.stack(numbers))[0]


def square_mean(f: PiecewiseLinear, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`E[f(u)^2]`.

    With `m` the larger of two places `h`, `k`, in units of `sqrt(a)`:

    E[1{X > h} 1{X > k}] = Q(m)
    E[1{X > h} (X - k)+] = phi(m) - k Q(m)
    E[(X - h)+ (X - k)+] = (1 + h k) Q(m) + (m - h - k) phi(m)
    """
    std, zero = jnp.sqrt(a), jnp.zeros_like(a)
    phi, upper = gaussian.standard_normal_density, gaussian.upper_tail
    value = f.level * (2 * f.mean(zero, std) - f.level) + f.slope * a * (2 * _mean_slope(f, std) - f.slope)
    for h_at, height in f.steps:
        for k_at, other in f.steps:
            value = value + height * other * upper(jnp.maximum(h_at, k_at) / std)
        for k_at, bend in f.ramps:
            m, k = jnp.maximum(h_at, k_at) / std, k_at / std
            value = value + 2 * height * bend * std * (phi(m) - k * upper(m))
    for h_at, bend in f.ramps:
        for k_at, other in f.ramps:
            h, k, m = h_at / std, k_at / std, jnp.maximum(h_at, k_at) / std
            value = value + bend * other * a * ((1 + h * k) * upper(m) + (m - h - k) * phi(m))
    return value


def squared_difference(f: PiecewiseLinear, pair: Pair) -> Float[Array, "*n"]:
    """`E[(f(u) - f(v))^2]` of a staircase `f`, from the probabilities that one of `u`, `v` is above a step.

    For two steps at `h` and `k` it takes `P(u > h, u > k) + P(v > h, v > k) - P(u > h, v > k) - P(v > h, u > k)`.
    """
    upper = gaussian.upper_tail

    def term(h_at: Scalar, k_at: Scalar) -> Float[Array, "*n"]:
        h, k, m = (upper(at / pair.std_u) + upper(at / pair.std_v) for at in (h_at, k_at, jnp.maximum(h_at, k_at)))
        # For one step with itself the first three cancel exactly, and leave all digits of what may be small.
        return m - (h + k) / 2 + (_crossing(h_at, k_at, pair) + _crossing(k_at, h_at, pair)) / 2

    return _over_pairs(f.steps, f.steps, term, pair.covariance)


def _crossing(h_at: Scalar, k_at: Scalar, pair: Pair) -> Float[Array, "*n"]:
    """Probability that just one of `u > h_at` and `v > k_at` is so."""
    if is_zero(h_at) and is_zero(k_at):
        return gaussian.angles(pair)[1] / jnp.pi
    return gaussian.crossing_probability(h_at, k_at, pair)


def _mean_slope(f: PiecewiseLinear, std: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`E[f'(std Z)]`, deltas included: `E[u f(v)] = c E[f'(v)]` (Stein)."""
    value = jnp.full_like(std, f.slope)
    for at, height in f.steps:
        value = value + height * gaussian.density(jnp.asarray(at, std.dtype), std)
    for at, bend in f.ramps:
        value = value + bend * gaussian.upper_tail(at / std)
    return value


def is_zero(at: Scalar) -> bool:
    """Whether a place is 0 whatever the numbers are: a constant of the function, no tracer."""
    return isinstance(at, float | int) and at == 0


def _orthant(h_at: Scalar, k_at: Scalar, pair: Pair) -> Float[Array, "*n"]:
    """`E[1{u > h_at} 1{v > k_at}]`."""
    if is_zero(h_at) and is_zero(k_at):
        return 0.25 + gaussian.angles(pair)[0] / (2 * jnp.pi)
    return gaussian.orthant_probability(h_at, k_at, pair)


def _step_ramp(h_at: Scalar, k_at: Scalar, pair: Pair) -> Float[Array, "*n"]:
    h, k = h_at / pair.std_u, k_at / pair.std_v
    upper_a, upper_b = (gaussian.upper_tail(x) for x in gaussian.conditional_thresholds(h_at, k_at, pair))
    phi = gaussian.standard_normal_density
    return phi(k) * upper_b + pair.correlation * phi(h) * upper_a - k * _orthant(h_at, k_at, pair)


def _ramp_ramp(h_at: Scalar, k_at: Scalar, pair: Pair) -> Float[Array, "*n"]:
    h, k = h_at / pair.std_u, k_at / pair.std_v
    at_a, at_b = gaussian.conditional_thresholds(h_at, k_at, pair)
    phi, upper = gaussian.standard_normal_density, gaussian.upper_tail
    return (
        (pair.correlation + h * k) * _orthant(h_at, k_at, pair)
        + pair.root / (pair.std_u * pair.std_v) * phi(h) * phi(at_a)
        - h * phi(k) * upper(at_b)
        - k * phi(h) * upper(at_a)
    )
