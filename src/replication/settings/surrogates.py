"""Surrogates that a configuration can name: a model for each, called as the class in `sgntk.surrogates` is."""

from typing import Literal

from pydantic import Field

from replication.settings._base import Model, NotNegative, Positive
from replication.settings._kinds import kinds

NAME = Field(description="Which surrogate.")
SLOPE = Field(description="Factor of z.")


class Surrogate(Model):
    """A surrogate s(z)."""

    name: str = NAME


class ErfDerivative(Surrogate):
    """The derivative of erf(k z), the paper's surrogate."""

    name: Literal["erf_derivative"] = NAME
    k: Positive = Field(description="Steepness of erf(k z).")


class LeakyBox(Surrogate):
    """A box on a floor."""

    name: Literal["leaky_box"] = NAME
    half_width: Positive = Field(description="Half of the width.")
    leak: NotNegative = Field(description="Value beyond.")
    height: Positive = Field(1.0, description="Value within.")


class StraightThrough(Surrogate):
    """1 everywhere: the straight-through estimator."""

    name: Literal["straight_through"] = NAME


class Bump(Surrogate):
    """A surrogate that has a peak and an area to choose."""

    height: Positive = Field(1.0, description="Peak, or area, of the surrogate.")
    normalize: Literal["peak", "area"] = Field("peak", description="What height is.")


class Arctangent(Bump):
    """1 / (1 + (slope z)^2), the derivative of the arctangent."""

    name: Literal["arctangent"] = NAME
    slope: Positive = SLOPE


class Box(Bump):
    """1 within half_width of 0."""

    name: Literal["box"] = NAME
    half_width: Positive = Field(description="Half of the width.")


class Gaussian(Bump):
    """A bell."""

    name: Literal["gaussian"] = NAME
    width: Positive = Field(description="Standard deviation of the bell.")


class Laplace(Bump):
    """exp(-slope |z|)."""

    name: Literal["laplace"] = NAME
    slope: Positive = SLOPE


class MultiGaussian(Bump):
    """A bell with two wider, negative ones at its sides."""

    name: Literal["multi_gaussian"] = NAME
    width: Positive = Field(description="Standard deviation of the middle bell.")
    side_height: Positive = Field(0.15, description="Weight of each negative bell.")
    side_width: Positive = Field(6.0, description="Width of the negative bells, in units of width.")


class SechSquared(Bump):
    """1 / cosh(slope z)^2, the derivative of tanh."""

    name: Literal["sech_squared"] = NAME
    slope: Positive = SLOPE


class SigmoidDerivative(Bump):
    """The derivative of the logistic function of slope z."""

    name: Literal["sigmoid_derivative"] = NAME
    slope: Positive = SLOPE


class SuperSpike(Bump):
    """1 / (1 + slope |z|)^2, the derivative of the fast sigmoid."""

    name: Literal["super_spike"] = NAME
    slope: Positive = SLOPE


class Triangle(Bump):
    """A triangle."""

    name: Literal["triangle"] = NAME
    half_width: Positive = Field(description="Half of the base.")


SURROGATES = kinds(Surrogate)
"""The models, by the name of their surrogate."""
