"""Surrogate derivatives: what backpropagation uses in place of the activation's derivative.

A surrogate is a function `s(z)` together with its Gaussian mean `M(tau) = E[s(tau Z)]`, `Z ~ N(0, 1)`, which is all
that the infinite-width kernel of erf and sign networks sees of it.

Steepness has three plain names: `slope` multiplies z, `width` and `half_width` divide it. `height` is the value at 0
with `normalize="peak"`, and the area under `s` with `normalize="area"` (that of sign' is 2, that of a unit step 1).
How the surrogates of other libraries are written in these terms: `sgntk.libraries`.
"""

import abc
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import ClassVar, Literal, final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from sgntk import _gaussian as gaussian
from sgntk._compat import enable_x64
from sgntk._gaussian import Pair, Scalar
from sgntk._piecewise import PiecewiseLinear
from sgntk._pytree import Pytree
from sgntk._validation import check_positive

__all__ = [
    "AlgebraicSigmoidDerivative",
    "Arctangent",
    "Box",
    "Cosine",
    "Custom",
    "ErfDerivative",
    "Gaussian",
    "JumpDerivative",
    "Laplace",
    "LeakyBox",
    "LogTailed",
    "MultiGaussian",
    "OneSided",
    "Piecewise",
    "PiecewiseLinear",
    "PowerLaw",
    "SechSquared",
    "Shifted",
    "SigmoidDerivative",
    "SignDerivative",
    "StraightThrough",
    "Sum",
    "SuperSpike",
    "Surrogate",
    "Triangle",
    "mean_by_quadrature",
    "quadrature_error",
]

TOLERANCE = 1e-8
"""Relative error of a quadrature above which `Custom` warns."""


class Surrogate(Pytree):
    """Base class. A subclass defines `__call__`; a closed form may take the place of any expectation by quadrature.

    Subclasses are frozen dataclasses, and pytrees whose leaves are the parameters: one compilation serves every slope.
    """

    even: ClassVar[bool] = False
    """Whether `s(-z) = s(z)`, which spares half the work."""

    @property
    def pieces(self) -> PiecewiseLinear | None:
        """`s` as a sum of steps and ramps, if it is piecewise linear: every expectation is closed then."""
        return None

    def __post_init__(self) -> None:
        """Numbers of any type become `float`; a subclass that checks its parameters calls this first."""
        self._numbers_to_float()

    @property
    def kinks(self) -> tuple[Scalar, ...]:
        """Where `s` has corners or jumps; the quadratures need them."""
        pieces = self.pieces
        return (0.0,) if pieces is None else pieces.kinks

    @abc.abstractmethod
    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """`s(z)`, element by element."""

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """`M(tau) = E[s(tau Z)]`."""
        return mean_by_quadrature(self, tau)

    def shifted_mean(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        """`E[s(mean + std Z)]`, which steps of the activation away from 0 need."""
        pieces = self.pieces
        if pieces is not None:
            return pieces.mean(mean, std)
        return gaussian.shifted_mean_by_quadrature(self, self.kinks, mean, std)

    @final
    def tail_mean(self, threshold: Scalar, pair: Pair) -> Float[Array, "*n"]:
        """`E[1{u > threshold} s(v)]`, which corners of the activation need; `pair` holds the moments of `u` and `v`."""
        if self.even and isinstance(threshold, float) and threshold == 0:  # (u, v) and (-u, -v) are equally likely
            return self.gaussian_mean(pair.std_v) / 2 + jnp.zeros_like(pair.covariance)
        pieces = self.pieces
        if pieces is not None:
            return pieces.tail_mean(threshold, pair)
        return gaussian.tail_mean_by_quadrature(self, self.kinks, threshold, pair)


def mean_by_quadrature(surrogate: Surrogate, tau: Float[Array, "*n"], refinement: int = 1) -> Float[Array, "*n"]:
    """`M(tau) = E[s(tau Z)]` by the quadrature that suits the surrogate, whether or not it has a closed form."""
    kinks = surrogate.kinks
    if len(kinks) != 1 or not isinstance(kinks[0], float) or kinks[0] != 0:
        return gaussian.shifted_mean_by_quadrature(surrogate, kinks, jnp.zeros_like(tau), tau, refinement)
    if surrogate.even:
        return gaussian.mean_by_quadrature(surrogate, tau, refinement)
    return gaussian.mean_by_quadrature(lambda z: (surrogate(z) + surrogate(-z)) / 2, tau, refinement)


@final
@dataclass(frozen=True)
class Custom(Surrogate):
    """A surrogate of one's own: a function, and its Gaussian mean where that is known.

        s = surrogates.Custom(lambda z: 1 / (1 + z**4))

    Without a mean the quadrature serves. Its error is estimated at once, against a rule twice as fine, and a warning
    says where it exceeds 1e-8.

    Attributes:
        function: `s`, element by element, made of `jax.numpy` functions.
        mean: `M(tau) = E[s(tau Z)]`, element by element; None for the quadrature.
        corners: where `s` has corners or jumps: the quadrature is right for these, and no others.
    """

    function: Callable[[Float[Array, "*n"]], Float[Array, "*n"]]
    mean: Callable[[Float[Array, "*n"]], Float[Array, "*n"]] | None = None
    corners: tuple[float, ...] = (0.0,)

    structure = ("corners",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "corners", tuple(float(corner) for corner in self.corners))
        if self.mean is None:
            _warn_of_quadrature(self)

    @property
    def kinks(self) -> tuple[float, ...]:
        return self.corners

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.function(z)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return mean_by_quadrature(self, tau) if self.mean is None else self.mean(tau)


def quadrature_error(
    surrogate: Surrogate, tau: Float[np.ndarray, " n"] | None = None
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Standard deviations `tau`, and at each the relative error of the quadrature for M, against a rule twice as fine.

    Args:
        surrogate: any surrogate; a closed form that it may have plays no part.
        tau: where to look, shape (n,); None means 26 values from 1e-3 to 100.
    """
    places = np.geomspace(1e-3, 1e2, 26) if tau is None else tau
    with enable_x64():
        usual, fine = (mean_by_quadrature(surrogate, jnp.asarray(places, jnp.float64), rule) for rule in (1, 2))
        error = jnp.abs(usual - fine) / jnp.maximum(jnp.abs(fine), 1e-300)
    return places, np.asarray(error)


def _warn_of_quadrature(surrogate: Surrogate) -> None:
    try:
        tau, error = quadrature_error(surrogate)
    except jax.errors.TracerArrayConversionError:
        return  # within a transformation by the function's own parameters: no numbers to look at
    bad = tau[~(error <= TOLERANCE)]
    if len(bad):
        warnings.warn(
            f"{type(surrogate).__name__}: the quadrature for M(tau) = E[s(tau Z)] is off by an estimated "
            f"{np.max(error):.1e}, relative, and by more than {TOLERANCE:.0e} for tau between {bad[0]:.3g} and "
            f"{bad[-1]:.3g} (looked at: {tau[0]:.3g} to {tau[-1]:.3g}). Give M as `mean`, or name the corners and "
            "jumps of s in `corners`",
            stacklevel=4,
        )


# --- surrogates that are piecewise linear: every expectation is closed ---


@final
@dataclass(frozen=True)
class StraightThrough(Surrogate):
    """The straight-through estimator, `s(z) = 1` (Bengio et al. 2013): `M(tau) = 1`."""

    even = True

    @property
    def pieces(self) -> PiecewiseLinear:
        return PiecewiseLinear(level=1.0)

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.pieces(z)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.pieces.mean(jnp.zeros_like(tau), tau)


@final
@dataclass(frozen=True)
class Piecewise(Surrogate):
    """Any piecewise linear surrogate, or derivative of a piecewise linear activation without jumps.

    Attributes:
        function: `s`.
    """

    function: PiecewiseLinear

    @property
    def pieces(self) -> PiecewiseLinear:
        return self.function

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.function(z)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.function.mean(jnp.zeros_like(tau), tau)


@final
@dataclass(frozen=True)
class LeakyBox(Surrogate):
    """`height` within `half_width` w of 0 and `leak` beyond: `M(tau) = leak + (height - leak) erf(w/(sqrt2 tau))`.

    Attributes:
        half_width: w > 0.
        leak: value beyond, at least 0.
        height: value within, > 0.
    """

    half_width: Scalar
    leak: Scalar
    height: Scalar = 1.0

    even = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("LeakyBox", half_width=self.half_width, height=self.height)
        check_positive("LeakyBox", zero_allowed=True, leak=self.leak)

    @property
    def pieces(self) -> PiecewiseLinear:
        rise = self.height - self.leak
        return PiecewiseLinear(level=self.leak, steps=((-self.half_width, rise), (self.half_width, -rise)))

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.where(jnp.abs(z) <= self.half_width, self.height, self.leak).astype(z.dtype)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.leak + (self.height - self.leak) * jax.scipy.special.erf(_in_std(self.half_width, tau))


# --- made of others ---


@final
@dataclass(frozen=True)
class Shifted(Surrogate):
    """`s(z - by)` for another surrogate `s`: `E = s.shifted_mean(mean - by, std)`.

    An `Architecture` centres its surrogate at the activation's threshold by itself; `by` counts from there.

    Attributes:
        surrogate: `s`.
        by: how far its centre moves to the right.
    """

    surrogate: Surrogate
    by: Scalar

    @property
    def kinks(self) -> tuple[Scalar, ...]:
        return tuple(kink + self.by for kink in self.surrogate.kinks)

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.surrogate(z - self.by)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.shifted_mean(jnp.zeros_like(tau), tau)

    def shifted_mean(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        return self.surrogate.shifted_mean(mean - self.by, std)


@final
@dataclass(frozen=True)
class Sum(Surrogate):
    """`sum_i weight_i s_i(z)`: what a staircase learns with, a surrogate at each of its steps.

    Attributes:
        terms: pairs `(weight_i, s_i)`.
    """

    terms: tuple[tuple[Scalar, Surrogate], ...]

    @property
    def kinks(self) -> tuple[Scalar, ...]:
        return tuple(kink for _, surrogate in self.terms for kink in surrogate.kinks)

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return sum((weight * surrogate(z) for weight, surrogate in self.terms), jnp.zeros_like(z))

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return sum((weight * surrogate.gaussian_mean(tau) for weight, surrogate in self.terms), jnp.zeros_like(tau))

    def shifted_mean(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        mean, std = jnp.broadcast_arrays(mean, std)
        return sum((weight * s.shifted_mean(mean, std) for weight, s in self.terms), jnp.zeros_like(std))


@final
@dataclass(frozen=True)
class OneSided(Surrogate):
    """`s(z)` on one side of a place, and 0 on the other: `M(tau) = M_s(tau)/2` for an even `s` cut at 0.

    Two of them in a `Sum` make a surrogate with a side of its own for each sign.

    Attributes:
        surrogate: `s`.
        side: "right" keeps `z > at`, "left" keeps `z <= at`.
        at: where it is cut.
    """

    surrogate: Surrogate
    side: Literal["left", "right"] = "right"
    at: Scalar = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.side not in ("left", "right"):
            raise ValueError(f"OneSided: side must be 'left' or 'right'; got {self.side!r}")

    @property
    def kinks(self) -> tuple[Scalar, ...]:
        return (self.at, *(kink for kink in self.surrogate.kinks if not self._is_cut_off(kink)))

    def _is_cut_off(self, kink: Scalar) -> bool:
        """Whether this corner of `s` is where nothing is left of it, or is the cut itself."""
        if not isinstance(kink, float) or not isinstance(self.at, float):
            return False
        return kink <= self.at if self.side == "right" else kink >= self.at

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        kept = z > self.at if self.side == "right" else z <= self.at
        return jnp.where(kept, self.surrogate(z), 0.0).astype(z.dtype)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        if self.surrogate.even and isinstance(self.at, float) and self.at == 0:
            return self.surrogate.gaussian_mean(tau) / 2
        return mean_by_quadrature(self, tau)


# --- without an area: heavy tails, and a wave ---


@final
@dataclass(frozen=True)
class LogTailed(Surrogate):
    """`height` within `half_width` w of 0 and `height w/|z|` beyond, the slope of a log-tailed ReLU (Cai et al. 2017).

    `M(tau) = erf(x) + x/sqrt(pi) E1(x^2)`, `x = w/(sqrt2 tau)`, times the height. That of JAX takes minutes to compile,
    so that a quadrature serves for the exponential integral E1.

    Attributes:
        half_width: w > 0.
        height: value within, > 0; the area is infinite.
    """

    half_width: Scalar
    height: Scalar = 1.0

    even = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("LogTailed", half_width=self.half_width, height=self.height)

    @property
    def kinks(self) -> tuple[Scalar, ...]:
        return -self.half_width, self.half_width

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.height / jnp.maximum(jnp.abs(z) / self.half_width, 1.0)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        x = _in_std(self.half_width, tau)
        edge = 2**0.5 * x  # the tail is that of 1/t for t = edge + |Z|, and phi(edge + v) = phi(v) exp(-edge v - x^2)
        tail = gaussian.mean_by_quadrature(lambda v: jnp.exp(-edge * v) / (edge + v), jnp.ones_like(tau))
        return self.height * (jax.scipy.special.erf(x) + edge * jnp.exp(-(x**2)) * tail)


@final
@dataclass(frozen=True)
class Cosine(Surrogate):
    """`height cos(frequency z)`, a term of a Fourier series: `M(tau) = height exp(-(frequency tau)^2/2)`.

    Tail means, which corners of the activation need, are good where `frequency` times the standard deviation is at
    most 5: beyond, the nodes of the quadrature do not follow the wave.

    Attributes:
        frequency: radians per unit of z, > 0.
        height: value at 0, > 0; there is no area.
    """

    frequency: Scalar
    height: Scalar = 1.0

    even = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("Cosine", frequency=self.frequency, height=self.height)

    @property
    def kinks(self) -> tuple[Scalar, ...]:
        return ()

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.height * jnp.cos(self.frequency * z)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.height * jnp.exp(-((self.frequency * tau) ** 2) / 2)

    def shifted_mean(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        return jnp.cos(self.frequency * mean) * self.gaussian_mean(std)


# --- bumps: a shape of one's own, times a factor ---


@dataclass(frozen=True, kw_only=True)
class _Bump(Surrogate):
    """`s(z) = factor shape(z)`, where `height` and `normalize` make the factor."""

    height: Scalar = 1.0
    normalize: Literal["peak", "area"] = "peak"

    even = True

    def __post_init__(self) -> None:
        super().__post_init__()
        name = type(self).__name__
        if self.normalize not in ("peak", "area"):
            raise ValueError(f"{name}: normalize must be 'peak' or 'area'; got {self.normalize!r}")
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "normalize"}
        check_positive(name, **values)
        peak, area = self._peak_and_area
        scale = peak if self.normalize == "peak" else area
        if not isinstance(scale, jax.core.Tracer) and not 0 < scale < math.inf:
            other = "area" if self.normalize == "peak" else "peak"
            raise ValueError(
                f"{name}: its {self.normalize} would be {scale:g} before scaling, and no positive factor makes it "
                f"{self.height:g}; change the shape, or normalize by its {other}"
            )

    @property
    @abc.abstractmethod
    def _peak_and_area(self) -> tuple[Scalar, Scalar]:
        """`shape(0)`, and the integral of the shape."""

    @abc.abstractmethod
    def _shape(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """`s` but for the factor."""

    @final
    @property
    def _factor(self) -> Scalar:
        peak, area = self._peak_and_area
        return self.height / (peak if self.normalize == "peak" else area)

    @final
    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._factor * self._shape(z)


@final
@dataclass(frozen=True)
class ErfDerivative(Surrogate):
    """`s(z) = erf_k'(z) = 2k/sqrt(pi) exp(-k^2 z^2)`, the paper's surrogate: `M(tau) = s(0) / sqrt(1 + 2 k^2 tau^2)`.

    Attributes:
        k: steepness of the error function, `k > 0`.
    """

    k: Scalar

    even = True

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("ErfDerivative", k=self.k)

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._peak * jnp.exp(-((self.k * z) ** 2))

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._peak / jnp.sqrt(1 + 2 * (self.k * tau) ** 2)

    def shifted_mean(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        return 2 * gaussian.density(mean, jnp.sqrt(1 / (2 * self.k**2) + std**2))

    @property
    def _peak(self) -> Scalar:
        return 2 * self.k / jnp.pi**0.5


@final
@dataclass(frozen=True)
class Gaussian(_Bump):
    """`exp(-z^2 / (2 width^2))`, times a factor: `M(tau) = width / sqrt(width^2 + tau^2)`, times the same.

    Attributes:
        width: standard deviation of the bell, > 0.
        height: peak or area, > 0.
        normalize: which of them.
    """

    width: Scalar

    @property
    def _peak_and_area(self) -> tuple[Scalar, Scalar]:
        return 1.0, math.sqrt(2 * math.pi) * self.width

    def _shape(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.exp(-((z / self.width) ** 2) / 2)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._factor * (self.width / jnp.sqrt(self.width**2 + tau**2))

    def shifted_mean(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        _, area = self._peak_and_area
        return self._factor * area * gaussian.density(mean, jnp.sqrt(self.width**2 + std**2))


@final
@dataclass(frozen=True)
class MultiGaussian(_Bump):
    """A bell with two wider, negative ones at its sides (Yin, Corradi & Bohte 2021), times a factor.

        shape(z) = (1 + h) N(z; 0, w^2) - h N(z; w, (r w)^2) - h N(z; -w, (r w)^2)
        M(tau)   = (1 + h) N(0; 0, w^2 + tau^2) - 2 h N(w; 0, (r w)^2 + tau^2)

    Attributes:
        width: w > 0.
        side_height: h > 0; 0.15 there.
        side_width: r > 0, in units of `width`; 6 there.
        height: peak or area, > 0; the shape above has area `1 - h`, so that `height=0.85 g, normalize="area"` is it,
            times g.
        normalize: which of them.
    """

    width: Scalar
    side_height: Scalar = 0.15
    side_width: Scalar = 6.0

    @property
    def _peak_and_area(self) -> tuple[Scalar, Scalar]:
        exp = jnp.exp if isinstance(self.side_width, jax.core.Tracer) else math.exp
        side = exp(-1 / (2 * self.side_width**2)) / self.side_width
        peak = (1 + self.side_height - 2 * self.side_height * side) / (math.sqrt(2 * math.pi) * self.width)
        return peak, 1 - self.side_height

    def _shape(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._bells(z, jnp.zeros_like(z))

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.shifted_mean(jnp.zeros_like(tau), tau)

    def shifted_mean(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        return self._factor * self._bells(mean, std)

    def _bells(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        narrow = jnp.sqrt(self.width**2 + std**2)
        wide = jnp.sqrt((self.side_width * self.width) ** 2 + std**2)
        sides = gaussian.density(mean - self.width, wide) + gaussian.density(mean + self.width, wide)
        return (1 + self.side_height) * gaussian.density(mean, narrow) - self.side_height * sides


@final
@dataclass(frozen=True)
class Box(_Bump):
    """1 within `half_width` w of 0, times a factor; hard-tanh's straight-through: `M(tau) = erf(w/(sqrt2 tau))`.

    Attributes:
        half_width: w > 0.
        height: peak or area, > 0.
        normalize: which of them.
    """

    half_width: Scalar

    @property
    def _peak_and_area(self) -> tuple[Scalar, Scalar]:
        return 1.0, 2 * self.half_width

    @property
    def pieces(self) -> PiecewiseLinear:
        return PiecewiseLinear(steps=((-self.half_width, self._factor), (self.half_width, -self._factor)))

    def _shape(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return (jnp.abs(z) <= self.half_width).astype(z.dtype)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._factor * jax.scipy.special.erf(_in_std(self.half_width, tau))


@final
@dataclass(frozen=True)
class Triangle(_Bump):
    """`max(0, 1 - |z|/w)`, times a factor; `M(tau) = erf(x) - (1 - exp(-x^2)) / (sqrt(pi) x)`, `x = w/(sqrt2 tau)`.

    Attributes:
        half_width: w > 0, half the base.
        height: peak or area, > 0.
        normalize: which of them.
    """

    half_width: Scalar

    @property
    def _peak_and_area(self) -> tuple[Scalar, Scalar]:
        return 1.0, self.half_width

    @property
    def pieces(self) -> PiecewiseLinear:
        bend = self._factor / self.half_width
        return PiecewiseLinear(ramps=((-self.half_width, bend), (0.0, -2 * bend), (self.half_width, bend)))

    def _shape(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.maximum(1 - jnp.abs(z) / self.half_width, 0.0)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        x = _in_std(self.half_width, tau)
        mean = jax.scipy.special.erf(x) + (2 / math.pi) ** 0.5 * tau / self.half_width * jnp.expm1(-(x**2))
        return self._factor * mean


@final
@dataclass(frozen=True)
class PowerLaw(_Bump):
    """`1/(1 + slope |z|)^exponent`, times a factor; M by quadrature. `SuperSpike` has exponent 2.

    Attributes:
        slope: > 0.
        exponent: how fast the tails fall, > 0. The area is `2/(slope (exponent - 1))`, infinite for one of at most 1.
        height: peak or area, > 0.
        normalize: which of them.
    """

    slope: Scalar
    exponent: Scalar

    @property
    def _peak_and_area(self) -> tuple[Scalar, Scalar]:
        if not isinstance(self.exponent, jax.core.Tracer) and self.exponent <= 1:
            return 1.0, math.inf
        return 1.0, 2 / (self.slope * (self.exponent - 1))

    def _shape(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.exp(-self.exponent * jnp.log1p(self.slope * jnp.abs(z)))


@dataclass(frozen=True)
class _SlopedBump(_Bump):
    """`shape(z) = profile(slope z)`."""

    slope: Scalar

    _profile_area: ClassVar[float]
    """Integral of the profile."""

    @abc.abstractmethod
    def _profile(self, x: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """The shape of slope 1."""

    @final
    @property
    def _peak_and_area(self) -> tuple[Scalar, Scalar]:
        return 1.0, self._profile_area / self.slope

    @final
    def _shape(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._profile(self.slope * z)


@final
@dataclass(frozen=True)
class Arctangent(_SlopedBump):
    """`1/(1 + (slope z)^2)`, times a factor: `M(tau) = sqrt(pi) x erfcx(x)`, `x = 1/(sqrt2 slope tau)`.

    Attributes:
        slope: > 0.
        height: peak or area, > 0.
        normalize: which of them.
    """

    _profile_area = math.pi

    def _profile(self, x: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return 1 / (1 + x**2)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._factor * gaussian.inverse_scaled_erfc(2**0.5 * self.slope * tau)


@final
@dataclass(frozen=True)
class Laplace(_SlopedBump):
    """`exp(-slope |z|)`, times a factor: `M(tau) = erfcx(slope tau/sqrt2)`.

    Attributes:
        slope: > 0.
        height: peak or area, > 0.
        normalize: which of them.
    """

    _profile_area = 2.0

    def _profile(self, x: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.exp(-jnp.abs(x))

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._factor * gaussian.scaled_erfc(self.slope * tau / 2**0.5)


@final
@dataclass(frozen=True)
class SuperSpike(_SlopedBump):
    """`1/(1 + slope |z|)^2`, the fast sigmoid's derivative (Zenke & Ganguli 2018), times a factor; M by quadrature.

    M has a closed form in Dawson's function and an exponential integral, which loses its digits where `slope tau` is
    small; the quadrature is exact to rounding for all `slope tau` that matter, and faster.

    Attributes:
        slope: > 0.
        height: peak or area, > 0.
        normalize: which of them.
    """

    _profile_area = 2.0

    def _profile(self, x: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return 1 / (1 + jnp.abs(x)) ** 2


@final
@dataclass(frozen=True)
class SigmoidDerivative(_SlopedBump):
    """`4 sigmoid(slope z) (1 - sigmoid(slope z))`, times a factor; M by quadrature.

    Attributes:
        slope: > 0.
        height: peak or area, > 0; sigmoid's own derivative has area 1.
        normalize: which of them.
    """

    _profile_area = 4.0

    def _profile(self, x: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return _sech_squared(x / 2)


@final
@dataclass(frozen=True)
class SechSquared(_SlopedBump):
    """`1/cosh(slope z)^2`, the derivative of tanh, times a factor; M by quadrature.

    Attributes:
        slope: > 0.
        height: peak or area, > 0.
        normalize: which of them.
    """

    _profile_area = 2.0

    def _profile(self, x: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return _sech_squared(x)


@final
@dataclass(frozen=True)
class AlgebraicSigmoidDerivative(_SlopedBump):
    """`1/(1 + (slope z)^2)^(3/2)`, the derivative of `z/sqrt(1 + z^2)`, times a factor; M by quadrature.

    `M(tau) = sqrt(8/pi) x^(3/2) exp(x) (K1(x) - K0(x))`, `x = 1/(2 slope tau)^2`, has Bessel functions K, which JAX has
    not.

    Attributes:
        slope: > 0.
        height: peak or area, > 0.
        normalize: which of them.
    """

    _profile_area = 2.0

    def _profile(self, x: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return 1 / (1 + x**2) / jnp.sqrt(1 + x**2)


def _sech_squared(x: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`1/cosh(x)^2` in a form that never overflows."""
    decay = jnp.exp(-2 * jnp.abs(x))
    return 4 * decay / (1 + decay) ** 2


def _in_std(width: Scalar, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
    """`width / (sqrt2 tau)`, at most 70: beyond 27, erf is 1 and its derivative 0 in every digit."""
    return width / (2**0.5 * jnp.maximum(tau, width / 99))


# --- derivatives of functions with jumps ---


@dataclass(frozen=True)
class JumpDerivative(Surrogate):
    """`sum_i height_i delta(z - at_i)`: no function, but it has Gaussian means, infinite at `tau = 0`.

    It gives the off-diagonal limit of the NTK of activations with jumps.

    Attributes:
        jumps: pairs `(at, height)`.
    """

    jumps: tuple[tuple[Scalar, Scalar], ...]

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        raise ValueError(
            f"{type(self).__name__}: the derivative of an activation with jumps is a Dirac delta at each of them, and "
            "cannot be learned with; give the Architecture a surrogate, such as surrogates.ErfDerivative(1.0)"
        )

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.shifted_mean(jnp.zeros_like(tau), tau)

    def shifted_mean(self, mean: Float[Array, "*#n"], std: Float[Array, "*#n"]) -> Float[Array, "*n"]:
        mean, std = jnp.broadcast_arrays(mean, std)
        return sum((height * gaussian.density(at - mean, std) for at, height in self.jumps), jnp.zeros_like(std))


@final
@dataclass(frozen=True)
class SignDerivative(JumpDerivative):
    """`sign' = 2 delta`: `M(tau) = sqrt(2/pi) / tau`, infinite at `tau = 0`.

    It is what `ErfDerivative(k)` becomes as `k -> infinity`, and so gives the off-diagonal limit of the NTK.
    """

    jumps: tuple[tuple[Scalar, Scalar], ...] = ((0.0, 2.0),)
