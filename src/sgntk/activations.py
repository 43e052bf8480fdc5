"""Activation functions, with the Gaussian expectations that the infinite-width kernels need of them."""

import abc
import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from numbers import Real
from typing import ClassVar, final

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from sgntk import _gaussian as gaussian
from sgntk._compat import enable_x64
from sgntk._gaussian import Pair, Scalar
from sgntk._piecewise import PiecewiseLinear, is_zero, product_mean, square_mean, squared_difference
from sgntk._pytree import Pytree, is_traced
from sgntk._validation import check_count, check_positive
from sgntk.surrogates import (
    TOLERANCE,
    Box,
    ErfDerivative,
    JumpDerivative,
    Piecewise,
    Shifted,
    SignDerivative,
    StraightThrough,
    Sum,
    Surrogate,
)

__all__ = ["Activation", "Custom", "Erf", "HardTanh", "Heaviside", "Identity", "Quantizer", "ReLU", "Sign"]


class Activation(Pytree):
    """An activation function `act`. Subclasses are frozen dataclasses, and pytrees whose leaves are their parameters.

    The expectations are over `(u, v) ~ N(0, [[a, c], [c, b]])` with `a, b > 0`; `pair` holds these moments.
    """

    bounded: ClassVar[bool] = False
    """Whether `act` is bounded, so that its network has a value at the largest inputs."""

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

    def centred(self, surrogate: Surrogate) -> Surrogate:
        """The surrogate where the threshold is: `s(z - threshold)` for a step, and `s` itself for all else."""
        return surrogate

    @abc.abstractmethod
    def mean(self, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """`E[act(u)]`."""

    @abc.abstractmethod
    def square_mean(self, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """`E[act(u)^2]`."""

    @abc.abstractmethod
    def product_mean(self, pair: Pair) -> Float[Array, "*n"]:
        """`E[act(u) act(v)]`."""

    def second_moments(self, pair: Pair) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
        """`E[act(u) act(v)]` and `E[(act(u) - act(v))^2]`.

        The second is the difference of the first from the squares, unless a closed form keeps more digits near `u = v`.
        """
        product = self.product_mean(pair)
        return product, self.square_mean(pair.a) + self.square_mean(pair.b) - 2 * product

    @abc.abstractmethod
    def derivative_surrogate_mean(self, pair: Pair, surrogate: Surrogate) -> Float[Array, "*n"]:
        """`E[act'(u) s(v)]`."""


class _ErrorFunction(Activation):
    """What `Erf(m)` and its limit `Sign()` share: closed forms in `q = 1 / (2 m^2)`."""

    bounded = True

    @property
    @abc.abstractmethod
    def softness(self) -> Scalar:
        """`q = 1 / (2 m^2)`."""

    def mean(self, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.zeros_like(a)

    def square_mean(self, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return gaussian.erf_square_mean(a, self.softness)

    def product_mean(self, pair: Pair) -> Float[Array, "*n"]:
        return self.second_moments(pair)[0]

    def second_moments(self, pair: Pair) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
        return gaussian.erf_second_moments(pair, self.softness)

    def derivative_surrogate_mean(self, pair: Pair, surrogate: Surrogate) -> Float[Array, "*n"]:
        return gaussian.erf_derivative_surrogate_mean(pair, self.softness, surrogate.gaussian_mean)


@final
@dataclass(frozen=True)
class Erf(_ErrorFunction):
    """`erf_m(z) = erf(m z)`, a sign function with a soft step.

    Attributes:
        m: steepness of the step, `m > 0`.
    """

    m: Scalar

    def __post_init__(self) -> None:
        self._numbers_to_float()
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
    def softness(self) -> Scalar:
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

    def mean(self, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.pieces.mean(jnp.zeros_like(a), jnp.sqrt(a))

    def square_mean(self, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return square_mean(self.pieces, a)

    def product_mean(self, pair: Pair) -> Float[Array, "*n"]:
        return product_mean(self.pieces, self.pieces, pair)

    def derivative_surrogate_mean(self, pair: Pair, surrogate: Surrogate) -> Float[Array, "*n"]:
        """`E[act'(u) s(v)]`, piece by piece.

            E[s(v)]                = M(sqrt b)                                 the constant part of act'
            E[delta(u - at) s(v)]  = phi(at; 0, a) E[s(v) | u = at]            a step of act at `at`
            E[1{u > at} s(v)]      = surrogate.tail_mean(at, pair)             a corner of act at `at`

        Given `u = at`, `v` is `N(c at/a, b - c^2/a)`: a threshold shifts the conditional mean.
        """
        pieces = self.pieces
        total = jnp.zeros_like(pair.covariance)
        if not is_zero(pieces.slope):
            total = total + pieces.slope * surrogate.gaussian_mean(pair.std_v)
        for at, height in pieces.steps:
            std = gaussian.conditional_std(pair)
            given = pair.covariance / pair.a * at
            mean = surrogate.gaussian_mean(std) if is_zero(at) else surrogate.shifted_mean(given, std)
            total = total + height * gaussian.density(jnp.asarray(at, total.dtype), pair.std_u) * mean
        for at, bend in pieces.ramps:
            total = total + bend * surrogate.tail_mean(at, pair)
        return total


class _Staircase(_PiecewiseLinearActivation):
    """Steps and nothing else: a surrogate sits at each of them."""

    bounded = True

    @property
    def derivative(self) -> JumpDerivative:
        return JumpDerivative(self.pieces.steps)

    def product_mean(self, pair: Pair) -> Float[Array, "*n"]:
        return self.second_moments(pair)[0]

    def second_moments(self, pair: Pair) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
        difference = squared_difference(self.pieces, pair)
        return (self.square_mean(pair.a) + self.square_mean(pair.b) - difference) / 2, difference


@final
@dataclass(frozen=True)
class Heaviside(_Staircase):
    """A unit step, `1{z > threshold}`: a neuron that spikes or does not. It learns with `s(z - threshold)`.

    Attributes:
        threshold: where the step is.
    """

    threshold: Scalar = 0.0

    def __post_init__(self) -> None:
        self._numbers_to_float()
        _check_numbers("Heaviside", threshold=(self.threshold,))

    @property
    def pieces(self) -> PiecewiseLinear:
        return PiecewiseLinear(steps=((self.threshold, 1.0),))

    def centred(self, surrogate: Surrogate) -> Surrogate:
        return surrogate if is_zero(self.threshold) else Shifted(surrogate, self.threshold)


@final
@dataclass(frozen=True)
class Quantizer(_Staircase):
    """A staircase, `offset + sum_i heights_i 1{z > thresholds_i}`.

    It learns with `sum_i heights_i s(z - thresholds_i)`.

    Attributes:
        thresholds: where the steps are, ascending.
        heights: how high each is, not 0.
        offset: the value far to the left.
    """

    thresholds: Sequence[Scalar]
    heights: Sequence[Scalar]
    offset: Scalar = 0.0

    def __post_init__(self) -> None:
        for name in ("thresholds", "heights"):  # tuples, so that equal quantizers hash alike
            object.__setattr__(self, name, tuple(getattr(self, name)))
        self._numbers_to_float()
        _check_numbers("Quantizer", thresholds=self.thresholds, heights=self.heights, offset=(self.offset,))
        if not len(self.thresholds) == len(self.heights) > 0:
            raise ValueError(
                "Quantizer: thresholds and heights must be as many, and at least one; got "
                f"{len(self.thresholds)} and {len(self.heights)}"
            )
        if is_traced(self.thresholds, self.heights):
            return
        if any(first >= second for first, second in pairwise(self.thresholds)) or 0 in self.heights:
            raise ValueError(
                f"Quantizer: thresholds must ascend and heights not be 0; got {self.thresholds!r} and {self.heights!r}"
            )

    @property
    def pieces(self) -> PiecewiseLinear:
        return PiecewiseLinear(level=self.offset, steps=tuple(zip(self.thresholds, self.heights, strict=True)))

    def centred(self, surrogate: Surrogate) -> Surrogate:
        return Sum(tuple((height, Shifted(surrogate, at)) for at, height in self.pieces.steps))


@final
@dataclass(frozen=True)
class ReLU(_PiecewiseLinearActivation):
    """`max(0, z)`."""

    def square_mean(self, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return a / 2

    def product_mean(self, pair: Pair) -> Float[Array, "*n"]:
        return self.second_moments(pair)[0]

    def second_moments(self, pair: Pair) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
        """In the angle theta between u and v (Cho & Saul 2009).

        With `r = sqrt(a b) sin theta` and `D = E[(u - v)^2]`:

        E[act(u) act(v)]       = (r + (pi - theta) c) / (2 pi)
        E[(act(u) - act(v))^2] = D/2 - (r - theta c) / pi
        """
        theta, distance = gaussian.angles(pair)[1], pair.difference**2 + 2 * pair.below
        product = (pair.root + (jnp.pi - theta) * pair.covariance) / (2 * jnp.pi)
        return product, distance / 2 - (pair.root - theta * pair.covariance) / jnp.pi

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

    bounded = True

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

    def second_moments(self, pair: Pair) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
        return pair.covariance, pair.difference**2 + 2 * pair.below

    @property
    def pieces(self) -> PiecewiseLinear:
        return PiecewiseLinear(slope=1.0)

    @property
    def derivative(self) -> StraightThrough:
        return StraightThrough()


@final
@dataclass(frozen=True)
class Custom(Activation):
    """A smooth activation of one's own, by quadrature in two dimensions.

        act = activations.Custom(jnp.tanh)

    The trapezoid rule converges geometrically for analytic functions, and takes `nodes^2` values a pair of inputs and a
    layer: a second for the kernel of 100 points. Its error is estimated at once, against a rule twice as fine, and a
    warning says where it exceeds 1e-8. For corners and jumps there are closed forms: ReLU, HardTanh, Heaviside,
    Quantizer.

    Attributes:
        function: `act`, element by element, made of `jax.numpy` functions.
        slope: `act'`; None for automatic differentiation.
        nodes: of the rule in each dimension, on [-9, 9] standard deviations. The steeper the function, or the larger
            the variances, the more it takes.
        bounded: whether `act` is bounded, so that its network has a value at the largest inputs.
    """

    function: Callable[[Float[Array, "*n"]], Float[Array, "*n"]]
    slope: Callable[[Float[Array, "*n"]], Float[Array, "*n"]] | None = None
    nodes: int = 128
    bounded: bool = False  # type: ignore[misc]

    structure = ("nodes", "bounded")

    def __post_init__(self) -> None:
        check_count("Custom", least=2, nodes=self.nodes)
        stds = np.geomspace(0.1, 3, 12)
        with enable_x64():
            usual, fine = (self._square_mean(jnp.asarray(stds), nodes) for nodes in (self.nodes, 2 * self.nodes))
        error = np.abs(np.asarray(usual) / np.asarray(fine) - 1)
        bad = stds[~(error <= TOLERANCE)]
        if len(bad):
            warnings.warn(
                f"Custom: the quadrature for E[act(u)^2] is off by an estimated {np.max(error):.1e}, relative, and by "
                f"more than {TOLERANCE:.0e} for standard deviations of u between {bad[0]:.2g} and {bad[-1]:.2g} "
                "(looked at: 0.1 to 3). Take more nodes",
                stacklevel=3,
            )

    def _square_mean(self, std: Float[Array, "*n"], nodes: int) -> Float[Array, "*n"]:
        return gaussian.smooth_mean(lambda z: self.function(std * z) ** 2, std, nodes)

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self.function(z)

    @property
    def derivative(self) -> "SmoothDerivative":
        return SmoothDerivative(self.function, self.slope, self.nodes)

    @property
    def has_jumps(self) -> bool:
        return False

    def mean(self, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
        std = jnp.sqrt(a)
        return gaussian.smooth_mean(lambda z: self.function(std * z), std, self.nodes)

    def square_mean(self, a: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._square_mean(jnp.sqrt(a), self.nodes)

    def product_mean(self, pair: Pair) -> Float[Array, "*n"]:
        return gaussian.smooth_pair_mean(lambda u, v: self.function(u) * self.function(v), pair, self.nodes)

    def second_moments(self, pair: Pair) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
        difference = gaussian.smooth_pair_mean(
            lambda u, v: (self.function(u) - self.function(v)) ** 2, pair, self.nodes
        )
        return (self.square_mean(pair.a) + self.square_mean(pair.b) - difference) / 2, difference

    def derivative_surrogate_mean(self, pair: Pair, surrogate: Surrogate) -> Float[Array, "*n"]:
        slope = self.derivative
        if isinstance(surrogate, SmoothDerivative):
            return gaussian.smooth_pair_mean(lambda u, v: slope(u) * surrogate(v), pair, self.nodes)
        return gaussian.smooth_surrogate_mean(slope, surrogate, surrogate.kinks, pair, self.nodes)


@final
@dataclass(frozen=True)
class SmoothDerivative(Surrogate):
    """`act'` of a smooth activation of one's own, by automatic differentiation if `slope` is None."""

    function: Callable[[Float[Array, "*n"]], Float[Array, "*n"]]
    slope: Callable[[Float[Array, "*n"]], Float[Array, "*n"]] | None
    nodes: int

    structure = ("nodes",)

    @property
    def kinks(self) -> tuple[float, ...]:
        return ()

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.vectorize(jax.grad(self.function))(z) if self.slope is None else self.slope(z)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return gaussian.smooth_mean(lambda z: self(tau * z), tau, self.nodes)


def _check_numbers(owner: str, **values: Sequence[Scalar]) -> None:
    for name, numbers in values.items():
        for value in numbers:
            if isinstance(value, jax.core.Tracer):
                continue
            if not isinstance(value, Real) or isinstance(value, bool) or not math.isfinite(value):
                raise ValueError(f"{owner}: {name} must be finite numbers; got {value!r}")
