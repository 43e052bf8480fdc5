"""The sections on spiking networks, as a configuration has them."""

from typing import Annotated, Literal

from pydantic import Field

from replication.settings._base import (
    ARRAY,
    EACH_ONCE,
    Ascending,
    Bounds,
    Count,
    Model,
    Name,
    NotNegative,
    Positive,
    Real,
    Seed,
    Several,
    Share,
)

Library = Literal["snntorch", "spikingjelly", "norse", "spyx"]
Leak = Annotated[float, Bounds(least=0, most=1)]
Layers = Annotated[int, Bounds(least=1, most=1000)]


class SpikingNetwork(Model):
    """What the spiking networks of a section have in common."""

    hidden_layers: Layers = Field(description="Number of spiking layers.")
    sigma_w: Positive = Field(description="Standard deviation of the weights.")
    sigma_b: NotNegative = Field(description="Standard deviation of the biases.")


class Currents(Model):
    """Inputs over time, one for each angle: waves whose phases follow the angle."""

    steps: Count = Field(description="Steps in time.")
    dimension: Count = Field(description="Input currents at a step.")
    seed: Seed = Field(description="Seed of the frequencies and phases of the waves.")
    training_points: Several = Field(description="Number of angles to learn from, evenly spaced.")
    test_points: Count = Field(description="Number of angles to test at, evenly spaced.")


class MonteCarlo(Model):
    """Networks whose units are drawn to estimate a kernel."""

    width: Count = Field(description="Units in each hidden layer.")
    networks: Several = Field(description="Number of networks.")


class SpikingReset(Model):
    """Networks with and without a reset against the SG-NTK of units without."""

    surrogate: Name = Field(description="Name of a surrogate.")
    thresholds: Ascending[Real] = Field(description="Thresholds of the units, ascending.")
    leaks: Ascending[Leak] = Field(description="Shares of the membrane potential that are left after a step.")
    network: SpikingNetwork = Field(description="The networks.")
    currents: Currents = Field(description="Inputs to learn from, and to test at.")
    width: Count = Field(description="Units in each hidden layer.")
    networks: Annotated[int, Bounds(least=3)] = Field(description="Number of networks.")
    seed: Seed = Field(description="Seed of the networks' initial weights.")
    steps: Count = Field(description="Gradient descent steps.")
    relative_learning_rate: Share = Field(
        description="Learning rate, in parts of the largest at which learning with the SG-NTK is stable."
    )
    monte_carlo: MonteCarlo = Field(description="Networks that estimate the NNGP with a reset.")


class Measured(Model):
    """Deep networks in which growth is measured."""

    depth: Annotated[int, Bounds(least=2, most=1000)] = Field(description="Number of spiking layers.")
    from_layer: Count = Field(description="Layer from which on the growth is averaged: near the fixed point.")
    width: Count = Field(description="Units in each layer.")
    networks: Several = Field(description="Number of networks.")
    points: Count = Field(description="Inputs to each network.")


class Learning(Model):
    """Networks that learn, and how long."""

    hidden_layers: Layers = Field(description="Number of spiking layers.")
    width: Count = Field(description="Units in each hidden layer.")
    networks: Several = Field(description="Number of networks.")
    steps: Count = Field(description="Gradient descent steps.")
    learning_rate: Positive = Field(description="Step size of gradient descent, the same at all places.")


class SpikingDepth(Model):
    """How surrogate gradients grow from layer to layer in spiking networks, and what is learned there."""

    surrogate: Name = Field(description="Name of a surrogate that has a slope.")
    slopes: Ascending[Positive] = Field(description="Slopes of the surrogate, in place of its own, ascending.")
    thresholds: Ascending[Real] = Field(description="Thresholds of the units, ascending.")
    leak: Leak = Field(description="Share of the membrane potential that is left after a step; also of library units.")
    libraries: Annotated[tuple[Library, ...], ARRAY, EACH_ONCE] = Field(
        description="Libraries whose default units are compared."
    )
    sigma_w: Positive = Field(description="Standard deviation of the weights.")
    sigma_b: NotNegative = Field(description="Standard deviation of the biases.")
    currents: Currents = Field(description="Inputs to learn from; the depth map sees one current at all steps.")
    seed: Seed = Field(description="Seed of the networks' initial weights.")
    measured: Measured = Field(description="Deep networks in which growth is measured.")
    learning: Learning = Field(description="Networks that learn.")
