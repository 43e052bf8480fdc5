"""Outputs of trained networks beside the predictions for them, and the statistics that claims make of both."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from replication.claims.sampling import Sampling
from replication.claims.verdicts import Criterion, Finding

ABOVE_ZERO = Criterion(low=0)
NEARLY_GONE = Criterion(high=0.1)

SAME_MEAN = Criterion(high=0.25)
"""Squared distance between two means, in parts of the one between the SG-NTK mean and the NNGP regression."""

SAME_SPREAD = Criterion(0.8, 1.25)
"""Variance over networks, or standard deviation, in parts of the expected one."""


@dataclass(frozen=True)
class Process:
    """Mean and standard deviation of a Gaussian process at every grid point."""

    mean: Float[np.ndarray, " points"]
    std: Float[np.ndarray, " points"]


@dataclass(frozen=True)
class Ensembles:
    """Outputs of networks at every grid point after some step, with the predictions for them.

    Attributes:
        outputs: for each width, ascending, shape (networks, points).
        sg_ntk: the SG-NTK's prediction for convergence.
        sg_ntk_then: the SG-NTK's prediction for the step that the networks are at.
        nngp: regression with the NNGP.
    """

    outputs: dict[int, Float[np.ndarray, "networks points"]]
    sg_ntk: Process
    sg_ntk_then: Process
    nngp: Process

    @property
    def widest(self) -> int:
        """The largest width."""
        return max(self.outputs)

    @property
    def spread_out(self) -> Bool[np.ndarray, " points"]:
        """Points where the predicted variance is at least 1 % of its largest: away from the training points."""
        variance = self.sg_ntk.std**2
        return variance >= 0.01 * variance.max()


@dataclass(frozen=True)
class Outputs:
    """What networks of one activation do while they learn.

    Attributes:
        by_step: the ensembles at every recorded step, ascending.
        scale: the networks' output scale, as a part of that of the networks that they are compared with.
    """

    by_step: dict[int, Ensembles]
    scale: float = 1.0

    @property
    def last(self) -> Ensembles:
        """The ensembles at the end of training."""
        return self.by_step[max(self.by_step)]


def from_tables(outputs: pd.DataFrame, predictions: pd.DataFrame, activation: str, scale: float = 1.0) -> Outputs:
    """The networks of one activation, from the tables of outputs and predictions."""
    outputs = outputs[outputs["activation"] == activation]
    predictions = predictions[predictions["activation"] == activation].sort_values("point")
    return Outputs({step: _ensembles(table, predictions, step) for step, table in _split(outputs, "step")}, scale)


def _split(table: pd.DataFrame, column: str) -> Iterator[tuple[int, pd.DataFrame]]:
    """The rows of each value of a column, ascending."""
    for value in np.unique(table[column]).tolist():
        yield value, table[table[column] == value]


def _ensembles(outputs: pd.DataFrame, predictions: pd.DataFrame, step: int) -> Ensembles:
    def process(kernel: str, at: pd.Series) -> Process:
        table = predictions[at & (predictions["kernel"] == kernel)]
        return Process(table["mean"].to_numpy(), table["std"].to_numpy())

    converged, then = predictions["step"].isna(), (predictions["step"] == step).fillna(False)
    return Ensembles(
        {
            width: table.pivot(index="network", columns="point", values="output").to_numpy()
            for width, table in _split(outputs, "width")
        },
        process("sg_ntk", converged),
        process("sg_ntk", then),
        process("nngp", converged),
    )


def distance(outputs: Float[np.ndarray, "networks points"], target: Float[np.ndarray, " points"]) -> float:
    """Mean over the grid of the squared distance between the networks' mean and a target."""
    return float(np.mean((outputs.mean(axis=0) - target) ** 2))


def variance(outputs: Float[np.ndarray, "networks points"]) -> float:
    """Variance over networks, averaged over the grid."""
    return float(outputs.var(axis=0, ddof=1).mean())


def variance_ratio(std: Float[np.ndarray, " points"]) -> Callable[[Float[np.ndarray, "networks points"]], float]:
    """A function that divides the variance over networks by a predicted one."""
    return lambda outputs: variance(outputs) / float(np.mean(std**2))


def approach(
    sampling: Sampling, ensembles: Ensembles, sg_ntk: Float[np.ndarray, " points"], about: str = ""
) -> Iterator[Finding]:
    """Whether the distance from a mean of the SG-NTK falls with the width, and which prediction the widest are near.

    Args:
        sampling: how sure the findings are.
        ensembles: the networks, and the regression with the NNGP.
        sg_ntk: the mean, for convergence or for the step that the networks are at.
        about: which networks these are, if there are several kinds.
    """
    trained, widest, nngp = ensembles.outputs, ensembles.widest, ensembles.nngp.mean
    which = f", {about}" if about else ""

    def finding(statistic: str, *given: Any, criterion: Criterion) -> Finding:
        return sampling.of_networks(f"{statistic}{which}", *given, criterion=criterion, least=sampling.least_outputs)

    for narrow, wide in pairwise(trained):
        yield finding(
            f"decrease of the squared distance from the SG-NTK mean, from n = {narrow:,} to n = {wide:,}",
            lambda few, many: distance(few, sg_ntk) - distance(many, sg_ntk),
            trained[narrow],
            trained[wide],
            criterion=ABOVE_ZERO,
        )
    narrowest = min(trained)
    yield finding(
        f"squared distance from the SG-NTK mean, n = {widest:,} / n = {narrowest:,}",
        lambda many, few: distance(many, sg_ntk) / distance(few, sg_ntk),
        trained[widest],
        trained[narrowest],
        criterion=NEARLY_GONE,
    )
    yield finding(
        f"squared distance from the NNGP regression minus that from the SG-NTK mean, n = {widest:,}",
        lambda many: distance(many, nngp) - distance(many, sg_ntk),
        trained[widest],
        criterion=ABOVE_ZERO,
    )
