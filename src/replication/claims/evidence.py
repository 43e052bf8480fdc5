"""What claims are tested on: the tables of a run, brought into the shape of the question."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from jaxtyping import Float

from replication.claims import ensembles
from replication.claims.ensembles import Outputs


@dataclass(frozen=True)
class Steepness:
    """Kernels as the activation steepens.

    Attributes:
        table: kernels against m (`replication.steepness.sweep`).
        reference: grid index of x0, the fixed argument of the kernels.
        training_points: grid indices of the points that regression learns from.
    """

    table: pd.DataFrame
    reference: int
    training_points: tuple[int, ...]

    def by_depth(self, kernel: str) -> Iterator[tuple[int, pd.DataFrame]]:
        """The table of one kernel, depth by depth, with the number of weight layers."""
        table = self.table[self.table["kernel"] == kernel]
        for depth in sorted(table["hidden_layers"].unique()):
            yield int(depth) + 1, table[table["hidden_layers"] == depth]


@dataclass(frozen=True)
class Divergence:
    """Networks that learn with a kernel that is not symmetric, and those that learn with one that is tamer.

    Attributes:
        diverging: table of `replication.divergence.follow` for every `width`, with a surrogate whose kernel has a
            growing mode.
        learning: the same with another surrogate.
        compare_at: step at which the growth is compared with the predicted one.
    """

    diverging: pd.DataFrame
    learning: pd.DataFrame
    compare_at: int


@dataclass(frozen=True)
class RealData:
    """Trained networks and both regressions at the test images.

    Attributes:
        name: how many images they learned, and how wide the networks are.
        outputs: shape (networks, points), all outputs at all test images.
        sg_ntk: mean of regression with the SG-NTK, after the networks' steps, shape (points,).
        nngp: mean of regression with the NNGP after as many: of learning in the last layer alone.
    """

    name: str
    outputs: Float[np.ndarray, "networks points"]
    sg_ntk: Float[np.ndarray, " points"]
    nngp: Float[np.ndarray, " points"]


@dataclass(frozen=True)
class Resets:
    """Trained spiking networks with each reset, at several thresholds and leaks.

    Attributes:
        outputs: by the reset, shape (networks, leaks, thresholds, points).
        mean: what the SG-NTK without reset predicts, shape (leaks, thresholds, points).
    """

    outputs: Mapping[str, Float[np.ndarray, "networks leaks thresholds points"]]
    mean: Float[np.ndarray, "leaks thresholds points"]


@dataclass(frozen=True)
class Growth:
    """Growth of surrogate gradients in deep spiking networks, at places: slopes, thresholds and libraries.

    Attributes:
        predicted: table with a row for each place.
        measured: of each statistic of the prediction, mean over layers near the fixed point, shape (networks, places).
        errors: final errors of networks that learn there, shape (networks, places).
    """

    predicted: pd.DataFrame
    measured: Mapping[str, Float[np.ndarray, "networks places"]]
    errors: Float[np.ndarray, "networks places"]


Settings = Mapping[str, Any]


def _table(_: Settings, table: pd.DataFrame) -> pd.DataFrame:
    return table


def _outputs(settings: Settings, outputs: pd.DataFrame, predictions: pd.DataFrame) -> Outputs:
    return ensembles.from_tables(outputs, predictions, settings["claims"]["activation"])


def _small_outputs(settings: Settings, outputs: pd.DataFrame, predictions: pd.DataFrame) -> Outputs:
    return ensembles.from_tables(outputs, predictions, settings["claims"]["activation"], settings["scale"])


def _spiking(_: Settings, outputs: pd.DataFrame, predictions: pd.DataFrame) -> dict[str, Outputs]:
    names = outputs["activation"].unique()
    return {str(name): ensembles.from_tables(outputs, predictions, name) for name in names}


def _steepness(settings: Settings, kernels: pd.DataFrame, grid: pd.DataFrame, training_set: pd.DataFrame) -> Steepness:
    training_points = grid.merge(training_set, on="alpha")["point"]
    return Steepness(kernels, settings["reference_point"], tuple(training_points))


def _divergence(settings: Settings, followed: Sequence[pd.DataFrame]) -> Divergence:
    by_surrogate = {table["surrogate"].iloc[0]: table for table in followed}
    roles = settings["divergence"]["surrogates"]
    return Divergence(
        diverging=by_surrogate[roles["diverges"]],
        learning=by_surrogate[roles["learns"]],
        compare_at=settings["divergence"]["compare_at"],
    )


def _real_data(_: Settings, outputs: pd.DataFrame, predictions: Sequence[pd.DataFrame]) -> tuple[RealData, ...]:
    by_images = dict(iter(outputs.groupby("images")))
    return tuple(_images(by_images[int(table["images"].iloc[0])], table) for table in predictions)


def _images(outputs: pd.DataFrame, predictions: pd.DataFrame) -> RealData:
    points = ["sample", "label"]
    then = predictions[predictions["step"].notna()].set_index(points).sort_index()
    return RealData(
        f"{outputs['images'].iloc[0]:,} images, n = {outputs['width'].iloc[0]:,}",
        outputs.pivot(index="network", columns=points, values="output").sort_index(axis=1).to_numpy(),
        *(then.loc[then["kernel"] == kernel, "mean"].to_numpy() for kernel in ("sg_ntk", "nngp")),
    )


def _resets(_: Settings, outputs: Sequence[pd.DataFrame]) -> Resets:
    arrays = {str(table["reset"].iloc[0]): _array(table, "output") for table in outputs}
    return Resets(arrays, _array(outputs[0], "mean")[0])


def _array(table: pd.DataFrame, column: str) -> Float[np.ndarray, "networks leaks thresholds points"]:
    keys = ["network", "leak", "threshold", "sample"]
    shape = tuple(table[key].nunique() for key in keys)
    return table.sort_values(keys)[column].to_numpy().reshape(shape)


PLACE = ["unit", "slope", "threshold", "leak"]


def _growth(settings: Settings, predicted: pd.DataFrame, measured: pd.DataFrame, errors: pd.DataFrame) -> Growth:
    deep = measured[measured["layer"] >= settings["from_layer"]]
    places = pd.MultiIndex.from_frame(predicted[PLACE])

    def by_place(table: pd.DataFrame, column: str) -> Float[np.ndarray, "networks places"]:
        return table.pivot_table(index="network", columns=PLACE, values=column)[places].to_numpy()

    names = ("rate", "gradient_growth", "kernel_growth")
    return Growth(predicted, {name: by_place(deep, name) for name in names}, by_place(errors, "mse"))


class Source(NamedTuple):
    """The tables of a run that evidence is made of, and how: from the settings and these tables."""

    tables: tuple[str, ...]
    make: Callable[..., Any]


SOURCES = {
    "ntk_at_start": Source(("ntk_at_start",), _table),
    "ntk": Source(("ntk",), _table),
    "sg_ntk": Source(("sg_ntk",), _table),
    "learning": Source(("learning", "learning_predictions"), _outputs),
    "outputs": Source(("outputs", "outputs_predictions"), _outputs),
    "small_outputs": Source(("small_outputs", "small_outputs_predictions"), _small_outputs),
    "spiking": Source(("spiking_outputs", "spiking_outputs_predictions"), _spiking),
    "steepness": Source(("steepness", "grid", "training_set"), _steepness),
    "divergence": Source(("divergence",), _divergence),
    "surrogate_errors": Source(("surrogate_errors",), _table),
    "real_data": Source(("real_outputs", "real_predictions"), _real_data),
    "resets": Source(("resets",), _resets),
    "growth": Source(("growth_predicted", "growth_measured", "deep_errors"), _growth),
}
"""Evidence by name:

- `ntk`, `sg_ntk`: table of empirical and analytic kernels, of the NTK under gradient descent and the SG-NTK under SGL;
  `ntk_at_start`: of the NTK at initialization, its first step.
- `outputs`: sign networks after SGL; `small_outputs`: the same with a smaller output scale; `learning`: sign networks
  step by step.
- `spiking`: spiking networks under SGL, by the name of their units.
- `steepness`, `divergence`, `real_data`, `resets`, `growth`: what the classes of these names hold.
- `surrogate_errors`: tables of `replication.comparison.generalization_errors`, with `normalize`.
"""


def gather(tables: Collection[str], read: Callable[[str], Any], settings: Settings) -> dict[str, Any]:
    """The evidence that a run has; `read` gives the table of a name, or the tables."""
    return {
        name: source.make(settings, *map(read, source.tables))
        for name, source in SOURCES.items()
        if {*source.tables} <= {*tables}
    }
