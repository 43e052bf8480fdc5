"""Activation functions, with the Gaussian expectations that the infinite-width kernels need of them."""

import abc
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import final

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sgntk import _gaussian as gaussian
from sgntk._piecewise import PiecewiseLinear, product_mean
from sgntk._validation import check_positive
from sgntk.surrogates import Box, ErfDerivative, JumpDerivative, Piecewise, SignDerivative, StraightThrough, Surrogate

__all__ = ["Activation", "Erf", "HardTanh", "Heaviside", "Identity", "Quantizer", "ReLU", "Sign"]


class Activation(abc.ABC):
    """An activation function `act`; subclasses are frozen dataclasses, and so can be static arguments of `jax.jit`."""

    @abc.abstractmethod
    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """`act(z)`, element by element."""

    @property
    @abc.abstractmethod
    def derivative(self) -> Surrogate:
        """`act'`, in the form of a surrogate: with it, surrogate gradient learning is plain gradient descent."""

    @property
    @abc.abstractmethod
    def has_jumps(self) -> bool:
        """Whether `act'` contains Dirac deltas, which automatic differentiation drops without a word."""

    @abc.abstractmethod
    def product_mean(
        self, a: Float[Array, "*#n"], b: Float[Array, "*#n"], c: Float[Array, "*#n"]
    ) -> Float[Array, "*n"]:
        """`E[act(u) act(v)]` for `(u, v) ~ N(0, [[a, c], [c, b]])`."""

    @abc.abstractmethod
    def derivative_surrogate_mean(
        self,
        a: Float[Array, "*#n"],
        b: Float[Array, "*#n"],
        c: Float[Array, "*#n"],
        surrogate: Surrogate,
    ) -> Float[Array, "*n"]:
        """`E[act'(u) s(v)]` for `(u, v) ~ N(0, [[a, c], [c, b]])`."""


class _ErrorFunction(Activation):
    """What `Erf(m)` and its limit `Sign()` share: closed forms in `q = 1 / (2 m^2)`."""

    @property
    @abc.abstractmethod
    def softness(self) -> float:
        """`q = 1 / (2 m^2)`."""

    def product_mean(
        self, a: Float[Array, "*#n"], b: Float[Array, "*#n"], c: Float[Array, "*#n"]
    ) -> Float[Array, "*n"]:
        return gaussian.erf_product_mean(a, b, c, self.softness)

    def derivative_surrogate_mean(
        self,
        a: Float[Array, "*#n"],
        b: Float[Array, "*#n"],
        c: Float[Array, "*#n"],
        surrogate: Surrogate,
    ) -> Float[Array, "*n"]:
        return gaussian.erf_derivative_surrogate_mean(a, b, c, self.softness, surrogate.gaussian_mean)


@final
@dataclass(frozen=True)
class Erf(_ErrorFunction):
    """`erf_m(z) = erf(m z)`, a sign function with a soft step.

    Attributes:
        m: steepness of the step, `m > 0`.
    """

    m: float

    def __post_init__(self) -> None:
        check_positive("Erf", m=self.m)

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jax.scipy.special.erf(self.m * z)

    @property
    def derivative(self) -> ErfDerivative:
        return ErfDerivative(self.m)

    @property
    def has_jumps(self) -> bool:
        return False

    @property
    def softness(self) -> float:
        return 1 / (2 * self.m**2)


@final
@dataclass(frozen=True)
class Sign(_ErrorFunction):
    """`sign(z)` in {-1, 0, 1}, the limit of `erf_m` as `m -> infinity`."""

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.sign(z)

    @property
    def derivative(self) -> SignDerivative:
        return SignDerivative()

    @property
    def has_jumps(self) -> bool:
        return True

    @property
    def softness(self) -> float:
        return 0.0


class _PiecewiseLinearActivation(Activation):
    """What follows from being piecewise linear: all but smooth surrogates at corners is closed."""

    @property
    @abc.abstractmethod
    def pieces(self) -> PiecewiseLinear:
        """`act` as a sum of steps and ramps."""

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.pieces(z)

    @property
    def has_jumps(self) -> bool:
        return bool(self.pieces.steps)

    def product_mean(
        self, a: Float[Array, "*#n"], b: Float[Array, "*#n"], c: Float[Array, "*#n"]
    ) -> Float[Array, "*n"]:
        return product_mean(self.pieces, self.pieces, a, b, c)

    def derivative_surrogate_mean(
        self,
        a: Float[Array, "*#n"],
        b: Float[Array, "*#n"],
        c: Float[Array, "*#n"],
        surrogate: Surrogate,
    ) -> Float[Array, "*n"]:
        """`E[act'(u) s(v)]`, piece by piece.

            E[s(v)]                = M(sqrt b)                                 the constant part of act'
            E[delta(u - at) s(v)]  = phi(at; 0, a) E[s(v) | u = at]            a step of act at `at`
            E[1{u > at} s(v)]      = surrogate.tail_mean(at, a, b, c)          a corner of act at `at`

        Given `u = at`, `v` is `N(c at/a, b - c^2/a)`: a threshold shifts the conditional mean.
        """
        pieces = self.pieces
        total = jnp.zeros(jnp.broadcast_shapes(a.shape, b.shape, c.shape), c.dtype)
        if pieces.slope != 0:
            total = total + pieces.slope * surrogate.gaussian_mean(jnp.sqrt(b))
        std = gaussian.conditional_std(a, b, c, 0.0)
        for at, height in pieces.steps:
            mean = surrogate.gaussian_mean(std) if at == 0 else surrogate.shifted_mean(c / a * at, std)
            total = total + height * gaussian.density(jnp.asarray(at, c.dtype), jnp.sqrt(a)) * mean
        for at, bend in pieces.ramps:
            total = total + bend * surrogate.tail_mean(at, a, b, c)
        return total


@final
@dataclass(frozen=True)
class Heaviside(_PiecewiseLinearActivation):
    """A unit step, `1{z > threshold}`: a neuron that spikes or does not.

    Attributes:
        threshold: where the step is.
    """

    threshold: float = 0.0

    def __post_init__(self) -> None:
        _check_numbers("Heaviside", threshold=(self.threshold,))

    @property
    def pieces(self) -> PiecewiseLinear:
        return PiecewiseLinear(steps=((self.threshold, 1.0),))

    @property
    def derivative(self) -> JumpDerivative:
        return JumpDerivative(self.pieces.steps)


@final
@dataclass(frozen=True)
class Quantizer(_PiecewiseLinearActivation):
    """A staircase, `offset + sum_i heights_i 1{z > thresholds_i}`.

    Attributes:
        thresholds: where the steps are, ascending.
        heights: how high each is, not 0.
        offset: the value far to the left.
    """

    thresholds: Sequence[float]
    heights: Sequence[float]
    offset: float = 0.0

    def __post_init__(self) -> None:
        _check_numbers("Quantizer", thresholds=self.thresholds, heights=self.heights, offset=(self.offset,))
        if not len(self.thresholds) == len(self.heights) > 0:
            raise ValueError(
                "Quantizer: thresholds and heights must be as many, and at least one; got "
                f"{len(self.thresholds)} and {len(self.heights)}"
            )
        if any(first >= second for first, second in pairwise(self.thresholds)) or 0 in self.heights:
            raise ValueError(
                f"Quantizer: thresholds must ascend and heights not be 0; got {self.thresholds!r} and {self.heights!r}"
            )
        for name in ("thresholds", "heights"):  # tuples, so that equal quantizers hash alike
            object.__setattr__(self, name, tuple(float(value) for value in getattr(self, name)))

    @property
    def pieces(self) -> PiecewiseLinear:
        return PiecewiseLinear(level=self.offset, steps=tuple(zip(self.thresholds, self.heights, strict=True)))

    @property
    def derivative(self) -> JumpDerivative:
        return JumpDerivative(self.pieces.steps)


@final
@dataclass(frozen=True)
class ReLU(_PiecewiseLinearActivation):
    """`max(0, z)`."""

    @property
    def pieces(self) -> PiecewiseLinear:
        return PiecewiseLinear(ramps=((0.0, 1.0),))

    @property
    def derivative(self) -> Piecewise:
        return Piecewise(PiecewiseLinear(steps=((0.0, 1.0),)))


@final
@dataclass(frozen=True)
class HardTanh(_PiecewiseLinearActivation):
    """`max(-1, min(1, z))`, whose derivative is `surrogates.Box(1.0)`."""

    @property
    def pieces(self) -> PiecewiseLinear:
        return PiecewiseLinear(level=-1.0, ramps=((-1.0, 1.0), (1.0, -1.0)))

    @property
    def derivative(self) -> Box:
        return Box(1.0)


@final
@dataclass(frozen=True)
class Identity(_PiecewiseLinearActivation):
    """`z`: the network is linear in its input."""

    @property
    def pieces(self) -> PiecewiseLinear:
        return PiecewiseLinear(slope=1.0)

    @property
    def derivative(self) -> StraightThrough:
        return StraightThrough()


def _check_numbers(owner: str, **values: Sequence[float]) -> None:
    for name, numbers in values.items():
        for value in numbers:
            if not isinstance(value, Real) or isinstance(value, bool) or not math.isfinite(value):
                raise ValueError(f"{owner}: {name} must be finite numbers; got {value!r}")
