"""Gaussian expectations that the infinite-width kernels are made of.

Throughout, `(u, v) ~ N(0, [[a, c], [c, b]])` with `a, b > 0`, `erf_m(z) = erf(m z)`, and `q = 1 / (2 m^2)` is the
softness of the activation's step: `q = 0` is the sign function. Near `u = v` the differences `b - c^2/a` and
`1 - c/sqrt(a b)` cancel; `Pair` keeps their digits, where the squared distance `E[(u - v)^2]` is known to all digits.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Scalar = float | Float[Array, ""]
"""A parameter: a number, or a tracer where one differentiates by it."""


class Pair(NamedTuple):
    """Two Gaussians of mean 0, and how far they are from parallel and from opposite.

    Attributes:
        a: variance of `u`.
        b: variance of `v`.
        difference: `sqrt a - sqrt b`.
        covariance: `c`.
        below: `sqrt(a b) - c`, 0 where `v` is a positive multiple of `u`.
        above: `sqrt(a b) + c`, 0 where it is a negative one.
    """

    a: Float[Array, "*n"]
    b: Float[Array, "*n"]
    difference: Float[Array, "*n"]
    covariance: Float[Array, "*n"]
    below: Float[Array, "*n"]
    above: Float[Array, "*n"]

    @property
    def std_u(self) -> Float[Array, "*n"]:
        """`sqrt a`."""
        return jnp.sqrt(self.a)

    @property
    def std_v(self) -> Float[Array, "*n"]:
        """`sqrt b`."""
        return jnp.sqrt(self.b)

    @property
    def mirrored(self) -> "Pair":
        """`(v, u)`."""
        return self._replace(a=self.b, b=self.a, difference=-self.difference)

    @property
    def root(self) -> Float[Array, "*n"]:
        """`sqrt(a b - c^2)`."""
        return safe_sqrt(self.below * self.above)

    @property
    def correlation(self) -> Float[Array, "*n"]:
        """`c / sqrt(a b)`."""
        return self.covariance / (self.std_u * self.std_v)


ROUNDING = 4
"""Units in the last place of a sum that rounding may leave of it where it should be 0."""


def pair(a: Float[Array, "*#n"], b: Float[Array, "*#n"], c: Float[Array, "*#n"]) -> Pair:
    """From the covariance; `below` is a difference."""
    return pair_below(a, b, below(a, b, c))._replace(covariance=c + jnp.zeros_like(a * b))


def pair_below(a: Float[Array, "*#n"], b: Float[Array, "*#n"], below: Float[Array, "*#n"]) -> Pair:
    """From `sqrt(a b) - c`, with all the digits that it has."""
    std_u, std_v = jnp.sqrt(a), jnp.sqrt(b)
    product = std_u * std_v
    covariance = jnp.where((below == 0) & (a == b), a, product - below)  # exactly, for what is infinite at equal ones
    above = _without_rounding(product + covariance, product)
    return Pair(a, b, (a - b) / (std_u + std_v), covariance, below + jnp.zeros_like(product), above)


def below(
    a: Float[Array, "*#n"],
    b: Float[Array, "*#n"],
    c: Float[Array, "*#n"],
    distance: Float[Array, "*#n"] | None = None,
) -> Float[Array, "*n"]:
    """`sqrt(a b) - c`, or `(D - (sqrt a - sqrt b)^2)/2` with `D = E[(u - v)^2]` where that has more digits.

    What rounding leaves of it counts as 0: the arcsine's infinite slope would make of it an error of 1e-8 for parallel
    inputs of different norms. Without `distance` the difference serves.
    """
    std_u, std_v = jnp.sqrt(a), jnp.sqrt(b)
    product = std_u * std_v
    if distance is None:
        return _without_rounding(product - c, product)
    square = ((a - b) / (std_u + std_v)) ** 2
    near = jnp.maximum(distance, square) < product
    return _without_rounding(jnp.where(near, (distance - square) / 2, product - c), jnp.where(near, square, product))


def _without_rounding(value: Float[Array, "*#n"], scale: Float[Array, "*#n"]) -> Float[Array, "*n"]:
    """0 in place of what rounding leaves of numbers of that scale."""
    return jnp.where(value <= ROUNDING * np.finfo(value.dtype).eps * scale, 0.0, value)


@jax.custom_jvp
def safe_sqrt(x: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`sqrt(max(x, 0))`, with derivative 0 in place of infinity at 0."""
    return jnp.sqrt(jnp.maximum(x, 0.0))


@safe_sqrt.defjvp
def _safe_sqrt_jvp(
    primals: tuple[Float[Array, "*n"]], tangents: tuple[Float[Array, "*n"]]
) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
    root = safe_sqrt(primals[0])
    return root, tangents[0] * jnp.where(root > 0, 0.5 / jnp.where(root > 0, root, 1.0), 0.0)


def angles(pair: Pair, q: Scalar = 0.0) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
    """`arcsin r` and `arccos r` of `r = c / sqrt((q + a)(q + b))`, both with all their digits."""
    # (q + a)(q + b) - c^2, without cancellation.
    cosine, sine = pair.covariance, safe_sqrt(pair.below * pair.above + q * (pair.a + pair.b + q))
    size = jnp.abs(cosine)
    flat = size >= sine
    small = _arctangent(jnp.where(flat, sine, size), jnp.where(flat, size, sine))
    arcsine = jnp.where(cosine < 0, -1.0, 1.0) * jnp.where(flat, jnp.pi / 2 - small, small)
    arccosine = jnp.where((cosine > 0) & flat, small, jnp.pi / 2 - arcsine)
    return arcsine, arccosine


@jax.custom_jvp
def _arctangent(opposite: Float[Array, "*n"], adjacent: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`arctan(opposite / adjacent)` for `0 <= opposite <= adjacent`: 2e-16 relative in float64.

    XLA has no vectorized arctangent or arcsine on a CPU.
    """
    ratio = opposite / jnp.maximum(adjacent, np.finfo(adjacent.dtype).tiny)
    place, series = 2 * ratio**2 - 1, jnp.zeros_like(ratio)
    for coefficient in reversed(_ARCTANGENT):
        series = coefficient + place * series
    return ratio * series


@_arctangent.defjvp
def _arctangent_jvp(
    primals: tuple[Float[Array, "*n"], Float[Array, "*n"]], tangents: tuple[Float[Array, "*n"], Float[Array, "*n"]]
) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
    (opposite, adjacent), (by_opposite, by_adjacent) = primals, tangents
    square = jnp.maximum(opposite**2 + adjacent**2, np.finfo(adjacent.dtype).tiny)
    change = (adjacent / square) * by_opposite - (opposite / square) * by_adjacent
    return _arctangent(opposite, adjacent), change


_ARCTANGENT = (
    0.8704197513671031,
    -0.10187654235021819,
    0.02085185120710812,
    -0.005030863660250071,
    0.0013155859496292637,
    -0.0003609820870537958,
    0.00010227656112457649,
    -2.9650040727272736e-05,
    8.74493865928441e-06,
    -2.6140726587443016e-06,
    7.898643101492844e-07,
    -2.4079970758706004e-07,
    7.3946703181214e-08,
    -2.2806127912204115e-08,
    7.084749388337621e-09,
    -2.268247878883474e-09,
    7.111461799834528e-10,
    -1.7840616846746431e-10,
    5.614478327142391e-11,
    -3.787822214408087e-11,
    1.2046030455090929e-11,
)
"""Of `arctan(x)/x`, 0 <= x <= 1, in powers of `2x^2 - 1`: interpolated at 21 Chebyshev nodes, with 40 digits."""


def erf_square_mean(a: Float[Array, "*n"], q: Scalar) -> Float[Array, "*n"]:
    """`E[erf_m(u)^2] = 2/pi arcsin(a / (q + a))`."""
    return 2 / jnp.pi * jnp.arctan2(a, safe_sqrt(q * (2 * a + q)))


def erf_second_moments(pair: Pair, q: Scalar) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
    """`E[erf_m(u) erf_m(v)]`, and `E[(erf_m(u) - erf_m(v))^2]` from the arccosines of the expectations in it.

    The first is `2/pi arcsin(c / sqrt((q + a)(q + b)))` (Williams 1996, eq. 11).
    """
    arcsine, arccosine = angles(pair, q)
    return 2 / jnp.pi * arcsine, 2 / jnp.pi * (2 * arccosine - _own_angle(pair.a, q) - _own_angle(pair.b, q))


def _own_angle(a: Float[Array, "*n"], q: Scalar) -> Float[Array, "*n"]:
    """`arccos(a / (q + a)) = arctan(sqrt(q (2a + q)) / a)`."""
    return jnp.arctan2(safe_sqrt(q * (2 * a + q)), a)


def erf_derivative_surrogate_mean(
    pair: Pair, q: Scalar, gaussian_mean: Callable[[Float[Array, "*n"]], Float[Array, "*n"]]
) -> Float[Array, "*n"]:
    """`E[erf_m'(u) s(v)] = sqrt(2 / (pi A)) M(tau)` with `A = a + q` and `tau^2 = b - c^2/A`.

    `erf_m'` is, up to a factor, a Gaussian density of variance `q`; multiplied with that of `u` it leaves `v` Gaussian
    with mean 0 and variance `tau^2`. The surrogate `s` enters through `M(tau) = E[s(tau Z)]`, `Z ~ N(0, 1)`, alone.
    """
    return jnp.sqrt(2 / (jnp.pi * (pair.a + q))) * gaussian_mean(conditional_std(pair, q))


def conditional_std(pair: Pair, q: Scalar = 0.0) -> Float[Array, "*n"]:
    """Standard deviation of `v` under `erf_m'(u)`: `tau^2 = (a b - c^2 + q b) / (a + q)`."""
    return safe_sqrt((pair.below * pair.above + q * pair.b) / (pair.a + q))


def standard_normal_density(x: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`phi(x) = exp(-x^2/2) / sqrt(2 pi)`."""
    return jnp.exp(-(x**2) / 2) / (2 * jnp.pi) ** 0.5


def upper_tail(x: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`Q(x) = P(Z > x)`, `Z ~ N(0, 1)`, with all its digits where it is small."""
    return jax.scipy.special.erfc(x / 2**0.5) / 2


def density(x: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
    """Density of `N(0, std^2)` at `x`; for `std = 0` infinite at 0 and 0 elsewhere."""
    point_mass = jnp.where(x == 0, jnp.inf, 0.0)
    safe = jnp.where(std == 0, 1.0, std)
    return jnp.where(std == 0, point_mass, standard_normal_density(x / safe) / safe)


def scaled_erfc(x: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`erfcx(x) = exp(x^2) erfc(x)` for `x >= 0`: 1e-14 relative in float64, and no overflow."""
    near, far = jnp.minimum(x, _FAR), jnp.maximum(x, _FAR)
    tail = _erfc_series(1 / far**2) / (jnp.pi**0.5 * far)
    return jnp.where(x < _FAR, jnp.exp(near**2) * jax.scipy.special.erfc(near), tail)


def inverse_scaled_erfc(y: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`sqrt(pi) x erfcx(x)` at `x = 1/y`, for `y >= 0`; 1 at `y = 0`."""
    x = 1 / jnp.maximum(y, 1 / _FAR)
    return jnp.where(
        y > 1 / _FAR,
        jnp.pi**0.5 * x * jnp.exp(x**2) * jax.scipy.special.erfc(x),
        _erfc_series(jnp.minimum(y, 1.0) ** 2),
    )


_FAR = 10.0
"""Where the asymptotic series of erfc takes over: 13 terms give 16 digits from there on."""


def _erfc_series(square: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`sqrt(pi) x erfcx(x) ~ sum_k (-1)^k (2k - 1)!! / (2 x^2)^k` with `square = 1/x^2` (DLMF 7.12.1)."""
    total = jnp.ones_like(square)
    for k in reversed(range(1, 14)):
        total = 1 - (2 * k - 1) / 2 * square * total
    return total


def orthant_probability(h_at: Scalar, k_at: Scalar, pair: Pair) -> Float[Array, "*n"]:
    """`P(u > h_at, v > k_at)`; 1e-15 absolute in float64.

    By Owen's function T (Owen 1956, eq. 2.1), with `h`, `k` the thresholds in standard deviations: `Q(h)/2 + Q(k)/2 -
    T(h, A/h) - T(k, B/k)`, less 1/2 where just one of `h`, `k` is negative, with `A`, `B` of `conditional_thresholds`.
    """
    own = upper_tail(h_at / pair.std_u) + upper_tail(k_at / pair.std_v)
    return own / 2 - crossing_probability(h_at, k_at, pair) / 2


def crossing_probability(h_at: Scalar, k_at: Scalar, pair: Pair) -> Float[Array, "*n"]:
    """`P(u > h_at) + P(v > k_at) - 2 P(both)`, that just one is above; to many digits where it is small."""
    h, k = h_at / pair.std_u, k_at / pair.std_v
    at_h, at_k = conditional_thresholds(h_at, k_at, pair)
    one_negative = jnp.where((h >= 0) != (k >= 0), 1.0, 0.0)
    return (
        one_negative
        + 2 * _owen(jnp.abs(h), at_h, _conditional_slope(h_at, k_at, pair))
        + 2 * _owen(jnp.abs(k), at_k, _conditional_slope(k_at, h_at, pair.mirrored))
    )


def conditional_thresholds(h_at: Scalar, k_at: Scalar, pair: Pair) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
    """`A = (k - rho h)/sqrt(1 - rho^2)` and `B = (h - rho k)/sqrt(1 - rho^2)`: `P(Y > k | X = h) = Q(A)`.

    Where `|rho| = 1` they are 0 or, in effect, infinite, which is the limit.
    """
    return _conditional_threshold(h_at, k_at, pair), _conditional_threshold(k_at, h_at, pair.mirrored)


def _conditional_threshold(h_at: Scalar, k_at: Scalar, pair: Pair) -> Float[Array, "*n"]:
    """`A`: its numerator is `(k - h) + (1 - rho) h` where rho is near 1, and the like near -1, times both std."""
    parallel = (k_at - h_at) * pair.std_u + h_at * pair.difference + pair.below * h_at / pair.std_u
    opposite = k_at * pair.std_u + h_at * pair.std_v - pair.above * h_at / pair.std_u
    return _over_root(jnp.where(pair.covariance < 0, opposite, parallel), pair)


def _conditional_slope(h_at: Scalar, k_at: Scalar, pair: Pair) -> Float[Array, "*n"]:
    """`A/h`, which has a limit where both thresholds are 0."""
    h_at, k_at = jnp.asarray(h_at, pair.below.dtype), jnp.asarray(k_at, pair.below.dtype)
    gap = jnp.where(h_at == k_at, 0.0, (k_at - h_at) / jnp.where(h_at == 0, _LEAST, h_at))
    parallel = gap * pair.std_u + pair.difference + pair.below / pair.std_u
    opposite = (gap + 1) * pair.std_u + pair.std_v - pair.above / pair.std_u
    return _over_root(pair.std_u * jnp.where(pair.covariance < 0, opposite, parallel), pair)


_LEAST = 1e-30
"""In place of 0 in a denominator: what it divides is then, in effect, infinite."""


def _over_root(x: Float[Array, "*n"], pair: Pair) -> Float[Array, "*n"]:
    """`x / sqrt(a b - c^2)`; where that is 0, its limit: 0, or in effect infinite."""
    root = pair.root
    limit = jnp.sign(jax.lax.stop_gradient(x)) / _LEAST
    return jnp.where(root > 0, x / jnp.where(root > 0, root, 1.0), limit)


def _owen(x: Float[Array, "*#n"], q: Float[Array, "*#n"], slope: Float[Array, "*#n"]) -> Float[Array, "*n"]:
    """Owen's `T(x, slope)` for `x >= 0` and `|q| = |slope| x`; an integral over [0, 1] after reflection (eq. 2.3)."""
    size, steepness = jnp.abs(q), jnp.abs(slope)
    direct_one = steepness <= 1
    ratio = jnp.where(direct_one, steepness, 1 / jnp.where(direct_one, 1.0, steepness))
    outer = jnp.where(direct_one, x, size)

    def integrand(node: Float[Array, ""]) -> Float[Array, "*n"]:
        factor = 1 + (ratio * (node + 1) / 2) ** 2
        return jnp.exp(-(outer**2) * factor / 2) / factor / 2

    integral = _legendre_sum(integrand, 24, jnp.zeros_like(ratio * outer))
    direct = ratio * integral / (2 * jnp.pi)
    reflected = 0.25 - (0.5 - upper_tail(x)) * (0.5 - upper_tail(size)) - direct
    return jnp.sign(slope) * jnp.where(direct_one, direct, reflected)


def mean_by_quadrature(
    function: Callable[[Float[Array, "*n"]], Float[Array, "*n"]], tau: Float[Array, "*n"], refinement: int = 1
) -> Float[Array, "*n"]:
    """`M(tau) = E[s(tau Z)]` for an even `s` that is smooth away from 0.

    Substituting `t = exp(y - exp(-y - 4))` for `|Z|` makes the integrand decay double-exponentially at both ends, where
    the trapezoid rule converges geometrically, and leaves the nodes evenly spread in `log t` between. With 97 nodes:
    1e-14 relative in float64 for a steepness times tau in [1e-3, 100] (measured for Gaussians, sech^2, arctangent,
    Laplace and SuperSpike). Gauss-Hermite nodes would straddle the kink at 0 and miss by several percent.

    Args:
        function: `s`, element by element.
        tau: any shape.
        refinement: how many times finer the rule is than usual; 2 tells the error of 1.
    """
    return _sum_over_nodes(lambda node: function(node * tau), *_half_line_rule(refinement), tau)


def shifted_mean_by_quadrature(
    function: Callable[[Float[Array, "*n"]], Float[Array, "*n"]],
    kinks: tuple[Scalar, ...],
    mean: Float[Array, "*#n"],
    std: Float[Array, "*#n"],
    refinement: int = 1,
) -> Float[Array, "*n"]:
    """`E[s(mean + std Z)]` for an `s` that is smooth away from its `kinks` (corners or jumps).

    Around a single kink serves `_mean_around`. With more of them, Gauss-Legendre rules on panels of `[-9, 9]` that end
    at the kinks and shrink towards them by factors of 4, down to 2e-4, so that narrow peaks are resolved wherever they
    are.
    """
    mean, std = jnp.broadcast_arrays(mean, std)
    if len(kinks) == 1:
        return _mean_around(lambda z: function(kinks[0] + z), mean - kinks[0], std, refinement)
    edges = _panel_edges(kinks, mean, std, [])
    return integrate_panels(lambda t: function(mean + std * t) * standard_normal_density(t), edges, refinement)


def _mean_around(
    function: Callable[[Float[Array, "*n"]], Float[Array, "*n"]],
    mean: Float[Array, "*n"],
    std: Float[Array, "*n"],
    refinement: int,
) -> Float[Array, "*n"]:
    """`E[s(mean + std Z)]` for an `s` that is smooth away from 0, from both sides of it, mirrored on each other.

    The nodes are those of `_graded_rule`, in standard deviations from 0, or from where a window of 9 of them around the
    mean begins. With 184 of them: 1e-12 relative in float64 for a steepness times std in [1e-2, 1000] (measured for
    sech^2, arctangent, Laplace and SuperSpike).
    """
    centre = jnp.clip(mean / jnp.where(std > 0, std, _LEAST), -9.0, 9.0)
    nearest = jnp.maximum(jnp.abs(mean) - 9 * std, 0.0)

    def both_sides(node: Float[Array, ""]) -> Float[Array, "*n"]:
        z = nearest + std * node
        right, left = standard_normal_density(node - centre), standard_normal_density(node + centre)
        return function(z) * right + function(-z) * left

    return _sum_over_nodes(both_sides, *_graded_rule(refinement), std)


def tail_mean_by_quadrature(
    function: Callable[[Float[Array, "*n"]], Float[Array, "*n"]],
    kinks: tuple[Scalar, ...],
    threshold: Scalar,
    pair: Pair,
) -> Float[Array, "*n"]:
    """`E[1{u > theta} s(v)]` for an `s` that is smooth away from its `kinks`.

    Given `v = sqrt(b) t`, `u` exceeds theta with probability `Q((theta - c t/sqrt(b))/sqrt(a - c^2/b))`: one integral
    over `t`, whose panels also end around the place where this probability changes.
    """
    std = pair.std_v + jnp.zeros_like(pair.below)
    spread = jnp.maximum(pair.root / std, _LEAST)
    slope = pair.covariance / std
    steep = jnp.where(jnp.abs(slope) < 1e-30, 1e-30, slope)
    changes = [(threshold + width * spread) / steep for width in (-9.0, -3.0, -1.0, 0.0, 1.0, 3.0, 9.0)]
    return integrate_panels(
        lambda t: function(std * t) * standard_normal_density(t) * upper_tail((threshold - slope * t) / spread),
        _panel_edges(kinks, jnp.zeros_like(std), std, changes),
    )


def smooth_pair_mean(
    function: Callable[[Float[Array, "*n"], Float[Array, "*n"]], Float[Array, "*n"]], pair: Pair, nodes: int
) -> Float[Array, "*n"]:
    """`E[f(u, v)]` for a smooth f by the trapezoid rule in two independent variables; it converges geometrically."""
    slope, spread = pair.covariance / pair.std_u, pair.root / pair.std_u

    def given(z: Float[Array, ""]) -> Float[Array, "*n"]:
        u = pair.std_u * z + jnp.zeros_like(spread)
        return smooth_mean(lambda other: function(u, slope * z + spread * other), spread, nodes)

    return smooth_mean(given, spread, nodes)


def smooth_mean(
    function: Callable[[Float[Array, ""]], Float[Array, "*n"]], like: Float[Array, "*n"], nodes: int
) -> Float[Array, "*n"]:
    """`E[f(Z)]` for a smooth f by the trapezoid rule on [-9, 9]; values have the shape of `like`."""
    rule, step = np.linspace(-9, 9, nodes, retstep=True)
    weights = step * np.exp(-(rule**2) / 2) / np.sqrt(2 * np.pi)

    def add(
        total: Float[Array, "*n"], rule: tuple[Float[Array, ""], Float[Array, ""]]
    ) -> tuple[Float[Array, "*n"], None]:
        return total + rule[1] * function(rule[0]), None

    start = jnp.zeros_like(like)
    return jax.lax.scan(add, start, (jnp.asarray(rule, like.dtype), jnp.asarray(weights, like.dtype)))[0]


def smooth_surrogate_mean(
    function: Callable[[Float[Array, "*n"]], Float[Array, "*n"]],
    surrogate: Callable[[Float[Array, "*n"]], Float[Array, "*n"]],
    kinks: tuple[Scalar, ...],
    pair: Pair,
    nodes: int,
) -> Float[Array, "*n"]:
    """`E[f(u) s(v)]` for a smooth f, and an s that is smooth away from its kinks."""
    std = pair.std_v + jnp.zeros_like(pair.below)
    slope, spread = pair.covariance / std, pair.root / std

    def integrand(t: Float[Array, "nodes *n"]) -> Float[Array, "nodes *n"]:
        given = smooth_mean(lambda z: function(slope * t + spread * z), t, nodes)
        return surrogate(std * t) * standard_normal_density(t) * given

    return integrate_panels(integrand, _panel_edges(kinks, jnp.zeros_like(std), std, []))


def _panel_edges(
    kinks: tuple[Scalar, ...], mean: Float[Array, "*n"], std: Float[Array, "*n"], others: list[Float[Array, "*n"]]
) -> Float[Array, "edges *n"]:
    """Ends of panels for `t` in [-9, 9] with `mean + std t` as the function's argument, ascending."""
    distances = 4.0 ** np.arange(-6, 5)
    sides = np.concatenate([-distances[::-1], [0.0], distances])
    safe = jnp.where(std > 0, std, 1.0)
    graded = [jnp.where(std > 0, (kink + float(side) - mean) / safe, 0.0) for kink in kinks for side in sides]
    even = [jnp.full_like(std, float(t)) for t in np.linspace(-9, 9, 10)]
    return jnp.sort(jnp.clip(jnp.stack([*graded, *even, *others]), -9.0, 9.0), axis=0)


def integrate_panels(
    integrand: Callable[[Float[Array, "*n"]], Float[Array, "*n"]],
    edges: Float[Array, "edges *n"],
    refinement: int = 1,
) -> Float[Array, "*n"]:
    """Sum over the panels between neighbouring edges, 16 Gauss-Legendre nodes each."""

    def add_panel(
        total: Float[Array, "*n"], ends: tuple[Float[Array, "*n"], Float[Array, "*n"]]
    ) -> tuple[Float[Array, "*n"], None]:
        middle, half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
        return total + half * _legendre_sum(lambda node: integrand(middle + node * half), 16 * refinement, total), None

    return jax.lax.scan(add_panel, jnp.zeros_like(edges[0]), (edges[:-1], edges[1:]))[0]


def _legendre_sum(
    term: Callable[[Float[Array, ""]], Float[Array, "*n"]], nodes: int, like: Float[Array, "*n"]
) -> Float[Array, "*n"]:
    """The integral of `term` over [-1, 1] by a Gauss-Legendre rule."""
    return _sum_over_nodes(term, *np.polynomial.legendre.leggauss(nodes), like)


def _sum_over_nodes(
    term: Callable[[Float[Array, ""]], Float[Array, "*n"]],
    nodes: np.ndarray,
    weights: np.ndarray,
    like: Float[Array, "*n"],
) -> Float[Array, "*n"]:
    """`sum_i weight_i term(node_i)`: a loop, vectorized over the entries; a sum over an axis is ten times as slow."""

    def add_node(
        total: Float[Array, "*n"], rule: tuple[Float[Array, ""], Float[Array, ""]]
    ) -> tuple[Float[Array, "*n"], None]:
        node, weight = rule
        return total + weight * term(node), None

    rule = jnp.asarray(nodes, like.dtype), jnp.asarray(weights, like.dtype)
    return jax.lax.scan(add_node, jnp.zeros_like(like), rule)[0]


def _half_line_rule(refinement: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights with `E[g(|Z|)] = sum_i weight_i g(node_i)`."""
    y, step = np.linspace(-7.4, 2.4, 96 * refinement + 1, retstep=True)
    slowing = np.exp(-y - 4)
    node = np.exp(y - slowing)
    density = np.sqrt(2 / np.pi) * np.exp(-(node**2) / 2)
    return node, step * node * (1 + slowing) * density


def _graded_rule(refinement: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights with `integral over [0, 18] of g = sum_i weight_i g(node_i)`; g may have a kink at 0.

    The trapezoid rule in y with `t = log(1 + exp(y - exp(-y - 6)))`: even steps above 1, below it even ones in `log t`,
    and a double-exponential decay at 0.
    """
    y, step = np.linspace(-9.4, 18, 183 * refinement + 1, retstep=True)
    slowing = np.exp(-y - 6)
    place = y - slowing
    return np.log1p(np.exp(place)), step * (1 + slowing) / (1 + np.exp(-place))
