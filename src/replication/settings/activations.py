"""Activations that a configuration can name: a model for each, called as the class in `sgntk.activations` is."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from replication.settings._base import Array, Ascending, Bounds, Model, NotNegative, Positive, Real, refused
from replication.settings._kinds import by_name, kind

NAME = Field(description="Which activation function.")


class Activation(Model):
    """An activation function."""

    has_jumps: ClassVar[bool] = False
    """Whether its derivative is nothing to learn with, and its Jacobian says nothing."""

    name: str = NAME


class Erf(Activation):
    """The error function, erf(m z)."""

    name: Literal["erf"] = NAME
    m: Positive = Field(description="Steepness of erf(m z).")


class Stepped(Activation):
    """An activation function with jumps."""

    has_jumps = True


class Quantizer(Stepped):
    """A staircase."""

    name: Literal["quantizer"] = NAME
    thresholds: Ascending[Real] = Field(description="Where the steps are, ascending.")
    heights: Array[Real] = Field(description="How high each step is, not 0.")
    offset: Real = Field(0.0, description="Value far to the left.")

    @model_validator(mode="after")
    def _check_heights(self) -> "Quantizer":
        steps = len(self.thresholds)
        if len(self.heights) != steps:
            raise refused(self.heights, f"as many as thresholds, {steps}", "heights")
        for index, height in enumerate(self.heights):
            if height == 0:
                raise refused(height, "a number other than 0", f"heights[{index}]")
        return self


class Spiking(Stepped):
    """Leaky integrate-and-fire units without reset, of `sgntk.SpikingArchitecture`: an input is currents over time."""

    name: Literal["spiking"] = NAME
    threshold: Real = Field(description="Membrane potential above which a unit spikes.")
    leak: Annotated[float, Bounds(least=0, most=1)] = Field(
        description="Share of the membrane potential that is left after a step."
    )
    recurrence: NotNegative = Field(0.0, description="Standard deviation of the recurrent weights; 0 for none.")
    readout: Literal["mean", "last", "leaky"] = Field("mean", description="How the output weighs the steps.")


ACTIVATIONS = by_name(
    Erf,
    kind(Activation, "hard_tanh", "The hard tanh, max(-1, min(1, z))."),
    kind(Stepped, "heaviside", "A unit step.", threshold=(Real, Field(0.0, description="Where the step is."))),
    kind(Activation, "identity", "z itself: the network is linear in its input."),
    Quantizer,
    kind(Activation, "relu", "The rectifier, max(0, z)."),
    kind(Stepped, "sign", "The sign of z."),
)
"""The models, by the name of their activation."""
