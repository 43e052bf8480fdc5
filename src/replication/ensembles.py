"""Ensembles of networks: batches joined, and compared with what theory says of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from replication import statistics

ENSEMBLE = ["activation", "width", "step"]
"""Columns that single out an ensemble at one step."""


class Batch(NamedTuple):
    """Networks `first` to `last` of an ensemble, which one job trained."""

    activation: str
    width: int
    first: int
    last: int

    @classmethod
    def trained_from(cls, made_from: Mapping[str, Any]) -> "Batch":
        """The batch of a table, from what the table is made from."""
        settings = made_from["settings"]
        return cls(settings["activation"], settings["width"], made_from["first"], made_from["last"])

    def __str__(self) -> str:
        return f"{self.activation}, width {self.width}, networks {self.first} to {self.last}"


def join_batches(batches: Iterable[tuple[Batch, pd.DataFrame]], networks: int) -> pd.DataFrame:
    """One table of all batches: activation, width, step, network, point, value.

    Args:
        batches: the batches with the recorded table of each; steps and points are the same in all of them.
        networks: of each ensemble.

    Raises:
        ValueError: if a network of an ensemble is in no batch, or in two, or if the table of a batch holds other rows
            than it should, each of its networks once at every step and point. The message names which.
    """
    tables = list(batches)
    counts = Counter(
        (batch.activation, batch.width, network)
        for batch, _ in tables
        for network in range(batch.first, batch.last + 1)
    )
    ensembles = {(batch.activation, batch.width) for batch, _ in tables}
    expected = Counter({(*ensemble, network): 1 for ensemble in ensembles for network in range(networks)})
    if counts != expected:
        activation, width, network = min({*counts.items()} ^ {*expected.items()})[0]
        raise ValueError(
            f"join_batches: {activation}, width {width}: network {network} is in {counts[activation, width, network]} "
            f"batches; expected each of the {networks} networks in one"
        )
    joined = pd.concat([table.assign(activation=batch.activation, width=batch.width) for batch, table in tables])
    rows = joined["step"].nunique() * joined["point"].nunique()
    for batch, table in tables:
        _check_rows(batch, table, rows)
    order = [*ENSEMBLE, "network", "point"]
    return joined.sort_values(order, ignore_index=True)[[*order, "value"]]


def _check_rows(batch: Batch, table: pd.DataFrame, rows: int) -> None:
    """Each network must have as many rows as there are steps and points in all batches, and none of them twice."""
    counts = table.groupby("network").size()
    twice = table.loc[table.duplicated(["network", "step", "point"]), "network"]
    wrong = {*counts.index} ^ {*range(batch.first, batch.last + 1)} | {*counts.index[counts != rows]} | {*twice}
    if wrong:
        raise ValueError(
            f"join_batches: {batch}: networks {sorted(wrong)} are missing, foreign, there twice or incomplete"
        )


def kernel_values(recorded: pd.DataFrame, analytic: pd.DataFrame, grid: pd.DataFrame) -> pd.DataFrame:
    """Empirical beside analytic kernels, from `join_batches` and the analytic kernels of all activations."""
    merged = recorded.rename(columns={"value": "empirical"}).merge(
        analytic, on=["activation", "point"], validate="many_to_one"
    )
    return merged.merge(grid[["point", "alpha"]], on="point", validate="many_to_one")


def kernel_mse(kernels: pd.DataFrame) -> pd.DataFrame:
    """Mean squared error over the grid, for each network, of `kernel_values`."""
    squared = (kernels["empirical"] - kernels["analytic"]) ** 2
    keys = [*ENSEMBLE, "network"]
    return kernels.assign(mse=squared).groupby(keys)["mse"].mean().reset_index()


def mean_kernel_mse(mse: pd.DataFrame) -> pd.DataFrame:
    """Mean of `kernel_mse` over the networks of each ensemble, with its standard error."""
    summary = mse.groupby(ENSEMBLE, as_index=False)["mse"].agg(["mean", "sem"])
    return summary.rename(columns={"sem": "standard_error"})


def ensemble_statistics(outputs: pd.DataFrame) -> pd.DataFrame:
    """Mean, standard deviation and standard error of the mean over the networks, for each grid point."""
    keys = [*ENSEMBLE, "point", "alpha"]
    summary = outputs.groupby(keys, as_index=False)["output"].agg(["mean", "std", "sem"])
    return summary.rename(columns={"sem": "standard_error"})


def distances(outputs: pd.DataFrame, predictions: pd.DataFrame) -> pd.DataFrame:
    """Squared distance of each ensemble's mean from each prediction for convergence, with its standard error."""
    rows = []
    for ensemble, table in outputs.groupby(ENSEMBLE):
        values = table.pivot(index="network", columns="point", values="output").to_numpy()
        converged = predictions[predictions["step"].isna() & (predictions["activation"] == ensemble[0])]
        for kernel, prediction in converged.groupby("kernel"):
            mean = prediction.sort_values("point")["mean"].to_numpy()
            squared, error = statistics.squared_distance(values, mean)
            rows.append((*ensemble, kernel, squared, error))
    return pd.DataFrame(rows, columns=[*ENSEMBLE, "kernel", "squared_distance", "standard_error"])


def learning(outputs: pd.DataFrame, predictions: pd.DataFrame) -> pd.DataFrame:
    """Each ensemble at each step against the SG-NTK's prediction for this step.

    Returns:
        `activation`, `width`, `step`, `squared_distance` of the mean with its `standard_error`, and `variance_ratio`,
        the mean variance over networks by the mean predicted one, with its standard error `variance_ratio_error`.
    """
    rows = []
    sg_ntk = predictions[predictions["kernel"] == "sg_ntk"].sort_values("point")
    for ensemble, table in outputs.groupby(ENSEMBLE):
        activation, _, step = ensemble
        then = sg_ntk[(sg_ntk["activation"] == activation) & (sg_ntk["step"] == step)]
        values = table.pivot(index="network", columns="point", values="output").to_numpy()
        distance = statistics.squared_distance(values, then["mean"].to_numpy())
        predicted = float(np.mean(then["std"] ** 2))
        spread = statistics.mean(np.mean((values - values.mean(axis=0)) ** 2, axis=1))
        unbiased = len(values) / (len(values) - 1) / predicted
        rows.append((*ensemble, *distance, unbiased * spread.value, unbiased * spread.error))
    columns = [*ENSEMBLE, "squared_distance", "standard_error", "variance_ratio", "variance_ratio_error"]
    return pd.DataFrame(rows, columns=columns)
