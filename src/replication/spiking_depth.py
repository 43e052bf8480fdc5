"""How surrogate gradients grow from layer to layer in deep spiking networks, and how well such networks learn.

`sgntk.dynamics.depth_map` predicts two numbers for infinitely wide and deep networks, `sigma_w^2 E[s(u)^2]` and
`sigma_w^2 E[act'(u) s(u)]`. Here they are predicted and measured at places: slopes and thresholds of one surrogate, and
the default units of libraries.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Array, Float
from scipy.optimize import brentq

import sgntk
from replication.spiking_reset import Task
from sgntk import libraries
from sgntk.dynamics import depth_map
from sgntk.spiking import Neuron, SpikingLayer, spikes
from sgntk.surrogates import Surrogate

GRID = "grid"
"""Name of the places that are of no library."""

WINDOW = 0.05
"""Half of the interval around the threshold in which membranes are counted, to measure their density."""


@dataclass(frozen=True)
class Place:
    """A slope, a threshold and a leak, and a network there, whose number of layers plays no part.

    Attributes:
        unit: name of a library and its neuron, or `GRID`.
        slope: of the surrogate; where it is another than the grid's, of one that is as wide at half its height.
        arch: the network.
    """

    unit: str
    slope: float
    arch: sgntk.SpikingArchitecture

    def describe(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table with the place in columns of its own."""
        (threshold,), (leak,) = self.arch.per_layer("threshold"), self.arch.per_layer("leak")
        return table.assign(unit=self.unit, slope=self.slope, threshold=float(threshold), leak=float(leak))


def places(
    build: Callable[[Mapping[str, Any]], sgntk.SpikingArchitecture],
    *,
    surrogate: Mapping[str, Any],
    slopes: Sequence[float],
    thresholds: Sequence[float],
    libraries: Sequence[str],
    network: Mapping[str, Any],
) -> list[Place]:
    """Every threshold with every slope, and the default unit of each library.

    Args:
        build: makes the network of a description.
        surrogate: description of the grid's surrogate.
        slopes: in place of its own.
        thresholds: of the grid's units.
        libraries: names of libraries.
        network: `leak`, `sigma_w` and `sigma_b` of all networks. Weights make up for the gain of a library's unit.
    """
    grid = [
        Place(GRID, slope, build({**network, "surrogate": {**surrogate, "slope": slope}, "threshold": threshold}))
        for threshold in thresholds
        for slope in slopes
    ]
    one = half_width(build({"surrogate": {**surrogate, "slope": 1.0}}).surrogate)
    others = []
    for name in libraries:
        unit, neuron = default_unit(name, network["leak"])
        arch = build({**network, "surrogate": dict(surrogate), "threshold": neuron.threshold, "leak": neuron.leak})
        others.append(Place(unit, one / half_width(neuron.surrogate), replace(arch, surrogate=neuron.surrogate)))
    return [replace(place, arch=replace(place.arch, hidden_layers=1)) for place in (*grid, *others)]


def default_unit(library: str, leak: float) -> tuple[str, Neuron]:
    """The leaky integrate-and-fire unit of a library with its defaults; `leak` where it has none by default."""
    units: dict[str, tuple[str, Callable[[], Neuron]]] = {
        "snntorch": ("snntorch.Leaky", partial(libraries.snntorch.Leaky, leak)),
        "spikingjelly": ("spikingjelly.LIFNode", libraries.spikingjelly.LIFNode),
        "norse": ("norse.LIFBox", libraries.norse.LIFBox),
        "spyx": ("spyx.LIF", partial(libraries.spyx.LIF, leak)),
    }
    name, make = units[library]
    return name, make()


def half_width(surrogate: Surrogate) -> float:
    """Where a bump has fallen to half its height."""

    def above(z: float) -> float:
        return float(surrogate(jnp.float32(z)) - surrogate(jnp.float32(0)) / 2)

    return float(brentq(above, 0.0, 1e3, xtol=1e-7))


def predicted(places: Sequence[Place], *, steps: int) -> pd.DataFrame:
    """What `depth_map` says of each place at the last step: `rate`, `gradient_growth` and `kernel_growth`."""
    rows = []
    for place in places:
        found = depth_map(place.arch, steps=steps)
        last = {name: float(getattr(found, name)[-1]) for name in ("rate", "gradient_growth", "kernel_growth")}
        rows.append(place.describe(pd.DataFrame([last])))
    return pd.concat(rows, ignore_index=True)


def measured(
    place: Place, *, steps: int, depth: int, width: int, networks: int, points: int, seed: int
) -> pd.DataFrame:
    """The same in finite networks, from layer to layer, by their spikes and by backpropagation through time.

    Inputs are normal numbers, as many as units, and the same at all steps. What is differentiated is the readout of the
    last step, by the spikes of that step.

    Returns:
        One row a network and layer, counted from 1: `network`, `layer`, `rate`, `gradient_growth`, by which the mean
        square of these gradients grows from the layer's spikes to its inputs, and `kernel_growth`, from the density of
        membranes at the threshold.
    """
    deep = replace(place.arch, hidden_layers=depth)
    columns = []
    for key in sgntk.split_keys(seed, networks):
        *hidden, readout = sgntk.init(deep, key, width=width, input_dim=width)
        layers = jax.tree.map(lambda *leaves: jnp.stack(leaves), *hidden)
        x = jax.random.normal(jax.random.fold_in(key, 1), (points, 1, width))
        inputs = jnp.broadcast_to(x, (points, steps, width))
        columns.append(np.asarray(_growth(place.arch, layers, readout.weight[:, 0], inputs), np.float64))
    index = pd.MultiIndex.from_product([range(networks), range(1, depth + 1)], names=["network", "layer"])
    names = ["rate", "gradient_growth", "kernel_growth"]
    table = pd.DataFrame(np.moveaxis(np.array(columns), 1, 2).reshape(-1, 3), index=index, columns=names)
    return place.describe(table.reset_index())


@jax.jit
def _growth(
    arch: sgntk.SpikingArchitecture,
    layers: SpikingLayer,
    readout: Float[Array, " width"],
    x: Float[Array, "n T width"],
) -> Float[Array, "3 depth"]:
    """Firing rate, growth of squared gradients, and growth of the kernel, of each layer at the last step."""

    def run(layer: SpikingLayer, z: Float[Array, "n T width"], shift: float = 0.0) -> Float[Array, "n T width"]:
        shifted = replace(arch, threshold=arch.per_layer("threshold")[0] + shift)
        return spikes(shifted, (layer, layer), z)[0]

    def upwards(z: Float[Array, "n T width"], layer: SpikingLayer) -> tuple[Any, Any]:
        low, high = (run(layer, z, shift)[:, -1].mean() for shift in (-WINDOW, WINDOW))
        after = run(layer, z)
        return after, (z, after[:, -1].mean(), (low - high) / (2 * WINDOW))

    def downwards(gradient: Float[Array, "n T width"], stage: tuple[Any, Any]) -> tuple[Any, Any]:
        layer, z = stage
        _, pull = jax.vjp(partial(run, layer), z)
        (before,) = pull(gradient)
        powers = [jnp.mean(g[:, -1] ** 2, axis=-1) for g in (before, gradient)]
        scale = jnp.sqrt(powers[0])[:, None, None]  # the next layer's gradient has mean square 1: none underflows
        return before / jnp.where(scale > 0, scale, 1), jnp.mean(powers[0] / jnp.where(powers[1] > 0, powers[1], 1))

    last, (inputs, rates, densities) = jax.lax.scan(upwards, x, layers)
    gradient = jnp.zeros_like(last).at[:, -1].set(readout)
    _, gradients = jax.lax.scan(downwards, gradient, (layers, inputs), reverse=True)
    slope = arch.surrogate(jnp.zeros((), x.dtype))
    return jnp.stack([rates, gradients, arch.sigma_w**2 * slope * densities])


def final_errors(
    place: Place,
    data: Task,
    *,
    hidden_layers: int,
    width: int,
    networks: int,
    steps: int,
    learning_rate: float,
    seed: int,
) -> pd.DataFrame:
    """Mean squared error over the training points after SGL, in parts of the targets' mean square.

    Returns:
        One row a network: `network` and `mse`.
    """
    arch = replace(place.arch, hidden_layers=hidden_layers)
    run = sgntk.train_ensemble(
        arch,
        sgntk.split_keys(seed, networks),
        data.x_train,
        data.y_train,
        width=width,
        learning_rate=learning_rate,
        steps=steps,
    )
    outputs = np.asarray(run.records[0], np.float64)
    errors = np.mean((outputs - data.y_train) ** 2, axis=1) / np.mean(data.y_train**2)
    return place.describe(pd.DataFrame({"network": np.arange(networks), "mse": errors}))
