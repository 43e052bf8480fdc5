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
    """Trained networks and both regressions at the test points of a data set.

    Attributes:
        name: of the data set.
        outputs: shape (networks, test points).
        sg_ntk: mean of the SG-NTK regression for the networks' step, shape (test points,).
        nngp: mean of regression with the NNGP.
    """

    name: str
    outputs: Float[np.ndarray, "networks points"]
    sg_ntk: Float[np.ndarray, " points"]
    nngp: Float[np.ndarray, " points"]


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


def _real_data(
    _: Settings, outputs: Sequence[pd.DataFrame], predictions: Sequence[pd.DataFrame]
) -> tuple[RealData, ...]:
    return tuple(_data_set(*tables) for tables in zip(outputs, predictions, strict=True))


def _data_set(outputs: pd.DataFrame, predictions: pd.DataFrame) -> RealData:
    by_kernel = {kernel: table.sort_values("sample") for kernel, table in predictions.groupby("kernel")}
    return RealData(
        str(outputs["data_set"].iloc[0]),
        outputs.pivot(index="network", columns="sample", values="output").to_numpy(),
        by_kernel["sg_ntk"]["mean"].to_numpy(),
        by_kernel["nngp"]["mean"].to_numpy(),
    )


class Source(NamedTuple):
    """The tables of a run that evidence is made of, and how: from the settings and these tables."""

    tables: tuple[str, ...]
    make: Callable[..., Any]


SOURCES = {
    "ntk": Source(("ntk",), _table),
    "sg_ntk": Source(("sg_ntk",), _table),
    "outputs": Source(("outputs", "predictions"), _outputs),
    "small_outputs": Source(("small_outputs", "small_predictions"), _small_outputs),
    "spiking": Source(("spiking_outputs", "spiking_predictions"), _spiking),
    "steepness": Source(("steepness", "grid", "training_set"), _steepness),
    "divergence": Source(("divergence",), _divergence),
    "surrogate_errors": Source(("surrogate_errors",), _table),
    "real_data": Source(("real_outputs", "real_predictions"), _real_data),
}
"""Evidence by name:

- `ntk`, `sg_ntk`: table of empirical and analytic kernels, of the NTK under gradient descent and the SG-NTK under SGL.
- `outputs`: sign networks under SGL; `small_outputs`: the same with a smaller output scale.
- `spiking`: spiking networks under SGL, by the name of their units.
- `steepness`, `divergence`, `real_data`: what the classes of these names hold.
- `surrogate_errors`: tables of `replication.comparison.generalization_errors`, with `normalize`.
"""


def gather(tables: Collection[str], read: Callable[[str], Any], settings: Settings) -> dict[str, Any]:
    """The evidence that a run has; `read` gives the table of a name, or the tables."""
    return {
        name: source.make(settings, *map(read, source.tables))
        for name, source in SOURCES.items()
        if {*source.tables} <= {*tables}
    }
