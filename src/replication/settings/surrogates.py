"""Surrogates that a configuration can name: a model for each, called as the class in `sgntk.surrogates` is."""

from typing import Literal

from pydantic import Field

from replication.settings._base import Model, NotNegative, Positive
from replication.settings._kinds import by_name, kind


class Surrogate(Model):
    """A surrogate s(z)."""

    name: str = Field(description="Which surrogate.")


class Bump(Surrogate):
    """A surrogate that has a peak and an area to choose."""

    height: Positive = Field(1.0, description="Peak, or area, of the surrogate.")
    normalize: Literal["peak", "area"] = Field("peak", description="What height is.")


STEEPNESS = (Positive, Field(description="Steepness of erf(k z)."))
SLOPE = (Positive, Field(description="Factor of z."))
HALF_WIDTH = (Positive, Field(description="Half of the width."))

SURROGATES = by_name(
    kind(Surrogate, "erf_derivative", "The derivative of erf(k z), the paper's surrogate.", k=STEEPNESS),
    kind(
        Surrogate,
        "cosine",
        "height cos(frequency z), a wave without an area.",
        frequency=(Positive, Field(description="Radians per unit of z.")),
        height=(Positive, Field(1.0, description="Value at 0.")),
    ),
    kind(
        Surrogate,
        "log_tailed",
        "height within half_width of 0, and height half_width/|z| beyond.",
        half_width=HALF_WIDTH,
        height=(Positive, Field(1.0, description="Value within.")),
    ),
    kind(
        Surrogate,
        "leaky_box",
        "A box on a floor.",
        half_width=HALF_WIDTH,
        leak=(NotNegative, Field(description="Value beyond.")),
        height=(Positive, Field(1.0, description="Value within.")),
    ),
    kind(Surrogate, "straight_through", "1 everywhere: the straight-through estimator."),
    kind(
        Bump,
        "algebraic_sigmoid_derivative",
        "1 / (1 + (slope z)^2)^(3/2), the derivative of z/sqrt(1 + z^2).",
        slope=SLOPE,
    ),
    kind(Bump, "arctangent", "1 / (1 + (slope z)^2), the derivative of the arctangent.", slope=SLOPE),
    kind(Bump, "box", "1 within half_width of 0.", half_width=HALF_WIDTH),
    kind(Bump, "gaussian", "A bell.", width=(Positive, Field(description="Standard deviation of the bell."))),
    kind(Bump, "laplace", "exp(-slope |z|).", slope=SLOPE),
    kind(
        Bump,
        "multi_gaussian",
        "A bell with two wider, negative ones at its sides.",
        width=(Positive, Field(description="Standard deviation of the middle bell.")),
        side_height=(Positive, Field(0.15, description="Weight of each negative bell.")),
        side_width=(Positive, Field(6.0, description="Width of the negative bells, in units of width.")),
    ),
    kind(
        Bump,
        "power_law",
        "1 / (1 + slope |z|)^exponent.",
        slope=SLOPE,
        exponent=(Positive, Field(description="How fast the tails fall.")),
    ),
    kind(Bump, "sech_squared", "1 / cosh(slope z)^2, the derivative of tanh.", slope=SLOPE),
    kind(Bump, "sigmoid_derivative", "The derivative of the logistic function of slope z.", slope=SLOPE),
    kind(Bump, "super_spike", "1 / (1 + slope |z|)^2, the derivative of the fast sigmoid.", slope=SLOPE),
    kind(Bump, "triangle", "A triangle.", half_width=(Positive, Field(description="Half of the base."))),
)
"""The models, by the name of their surrogate."""
