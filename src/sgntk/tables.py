"""Tables: tidy data frames in Parquet, one row an observation, whose columns are all documented here."""

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from sgntk import statistics

COLUMNS = {
    "activation": "name of the activation in the configuration",
    "alpha": "angle of the input on the circle, radians in [-pi, pi)",
    "analytic": "infinite-width kernel K(x, x0)",
    "empirical": "finite-width kernel K(x, x0) of one network",
    "figure": "figure of the paper",
    "kernel": "kernel of the prediction: ntk, sg_ntk, or nngp for regression with the NNGP",
    "mean": "mean over networks, or of the predicted Gaussian process",
    "mse": "mean over the grid of (empirical - analytic)^2",
    "network": "index of the network in its ensemble, from 0",
    "output": "output f(x) of one network",
    "point": "index of the grid point, from 0",
    "sample": "index of the training point, from 0",
    "squared_distance": "unbiased estimate of the mean over the grid of (E f(x) - predicted mean)^2; may be below 0",
    "standard_error": "standard error, over networks, of the statistic beside it",
    "std": "standard deviation over networks, or of the predicted Gaussian process",
    "step": "gradient descent steps done; missing where a prediction is for convergence",
    "target": "target function at the input",
    "training_set": "name of the training set in the configuration",
    "value": "what was recorded of the network at the grid point: its output, or its kernel K(x, x0)",
    "width": "units in each hidden layer",
    "x1": "first coordinate of the input, sin(alpha)",
    "x2": "second coordinate of the input, cos(alpha)",
    "y": "training target",
}
"""What each column of the pipeline's tables means."""

ENSEMBLE = ["activation", "width", "step"]
"""Columns that single out an ensemble at one step."""


def write(table: pd.DataFrame, path: str | Path) -> None:
    """Writes a table to a Parquet file, which appears whole or not at all.

    Raises:
        ValueError: if a column is not in `COLUMNS`, or a value is missing that may not be.
    """
    unknown = sorted(set(table.columns) - set(COLUMNS))
    if unknown:
        raise ValueError(f"tables.write: columns {unknown} of {path} are not in tables.COLUMNS")
    required = table.columns.difference(["step"])
    incomplete = list(required[table[required].isna().any()])
    if incomplete:
        raise ValueError(f"tables.write: columns {incomplete} of {path} have missing values")
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            table.to_parquet(file, index=False)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def join_batches(batches: Iterable[tuple[str, int, pd.DataFrame]], networks: int) -> pd.DataFrame:
    """One table of all batches: activation, width, step, network, point, value.

    Args:
        batches: activation, width and recorded table of each batch.
        networks: networks that each activation and width must have.

    Raises:
        ValueError: if a network of an ensemble is missing or there twice.
    """
    joined = pd.concat([table.assign(activation=activation, width=width) for activation, width, table in batches])
    for ensemble, table in joined.groupby(ENSEMBLE):
        counts = table.groupby("network").size()
        points = table["point"].nunique()
        wrong = sorted({*range(networks)} ^ {*counts.index} | {*counts.index[counts != points]})
        if wrong:
            raise ValueError(f"tables.join_batches: networks {wrong} of {ensemble} are missing, foreign or there twice")
    order = [*ENSEMBLE, "network", "point"]
    return joined.sort_values(order, ignore_index=True)[[*order, "value"]]


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
