"""Kernel regression and trained networks side by side, on data sets that come with scikit-learn."""

from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from jax.typing import ArrayLike
from jaxtyping import Float64

import sgntk
from replication import recording
from replication.real_data_sets import DATA_SETS
from sgntk.dynamics import spectrum_of


class Split(NamedTuple):
    """Training and test points; features, and targets, of mean 0 and variance 1 over the training points."""

    x_train: Float64[np.ndarray, "n d"]
    y_train: Float64[np.ndarray, " n"]
    x_test: Float64[np.ndarray, "k d"]
    y_test: Float64[np.ndarray, " k"]


def load(name: str, *, training_points: int, test_points: int, seed: int) -> Split:
    """Training and test points of a data set, drawn without replacement.

    A feature that is constant over the training points is left out.
    """
    x, y = DATA_SETS[name].load()
    order = np.random.default_rng(seed).permutation(len(x))[: training_points + test_points]
    x, y = x[order].astype(np.float64), y[order].astype(np.float64)
    x = _standardized(x[:, np.std(x[:training_points], axis=0) > 0], training_points)
    y = _standardized(y, training_points)
    return Split(x[:training_points], y[:training_points], x[training_points:], y[training_points:])


def _standardized(values: Float64[np.ndarray, "n *d"], training_points: int) -> Float64[np.ndarray, "n *d"]:
    training = values[:training_points]
    return (values - training.mean(axis=0)) / training.std(axis=0)


def predictions(arch: sgntk.Architecture, data: Split, *, steps: int, learning_rate: float) -> pd.DataFrame:
    """What infinitely wide networks do at the test points.

    Returns:
        One row for each kernel and test point: `kernel` (`sg_ntk` after the steps, `nngp` for regression with the NNGP,
        that is, at convergence), `step` (missing for convergence), `sample`, `target`, `mean`, `std`, and `asymmetry`,
        `|I - I^T| / |I|` of the SG-NTK of the training points.
    """
    asymmetry = spectrum_of(sgntk.sg_ntk(arch, data.x_train)).asymmetry
    regression = partial(sgntk.predict, arch, data.x_train, data.y_train, data.x_test)
    then = regression(kernel="sg_ntk", steps=steps, learning_rate=learning_rate)
    converged = regression(kernel="nngp")
    tables = [
        pd.DataFrame(
            {
                "kernel": kernel,
                "step": pd.array([step] * len(data.x_test), dtype="Int64"),
                "sample": np.arange(len(data.x_test)),
                "target": data.y_test,
                "mean": posterior.mean,
                "std": posterior.std,
                "asymmetry": asymmetry,
            }
        )
        for kernel, step, posterior in (("sg_ntk", steps, then), ("nngp", None, converged))
    ]
    return pd.concat(tables, ignore_index=True)


def trained_outputs(
    arch: sgntk.Architecture, keys: ArrayLike, data: Split, *, width: int, steps: int, learning_rate: float
) -> pd.DataFrame:
    """Outputs of trained networks at the test points: `network`, `sample`, `output`."""
    run = sgntk.train_ensemble(
        arch,
        keys,
        data.x_train,
        data.y_train,
        width=width,
        learning_rate=learning_rate,
        steps=steps,
        record=recording.outputs(arch, data.x_test),
    )
    recorded = run.records[0].astype(np.float64)
    index = pd.MultiIndex.from_product([range(len(recorded)), range(len(data.x_test))], names=["network", "sample"])
    return pd.DataFrame({"output": recorded.ravel()}, index=index).reset_index()


def errors(outputs: pd.DataFrame, predictions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Mean squared errors over the test points, where targets have variance 1.

    Args:
        outputs: table of `trained_outputs`.
        predictions: table of `predictions`.

    Returns:
        A table of both regressions and of the ensemble's mean output: `kernel` (`sg_ntk`, `nngp` or `ensemble`), `mse`
        with its `standard_error` over the test points, `single_mse` (what one network is expected to have: with the
        predicted variance, or the mean over the ensemble's networks), and the `asymmetry` of the predictions; and
        one of every network: `network` and `mse`.
    """
    by_network = outputs.pivot(index="network", columns="sample", values="output").to_numpy()
    rows = []
    for kernel, table in predictions.groupby("kernel", sort=False):
        table = table.sort_values("sample")
        target = table["target"].to_numpy()
        rows.append((kernel, (table["mean"].to_numpy() - target) ** 2, float(np.mean(table["std"] ** 2))))
    squares = (by_network - target) ** 2
    ensemble = (by_network.mean(axis=0) - target) ** 2
    rows.append(("ensemble", ensemble, float(np.mean(squares) - np.mean(ensemble))))
    summary = [
        (
            kernel,
            float(np.mean(error)),
            float(np.std(error, ddof=1) / np.sqrt(len(error))),
            float(np.mean(error)) + spread,
        )
        for kernel, error, spread in rows
    ]
    table = pd.DataFrame(summary, columns=["kernel", "mse", "standard_error", "single_mse"])
    networks = pd.DataFrame({"network": np.arange(len(squares)), "mse": squares.mean(axis=1)})
    return table.assign(asymmetry=predictions["asymmetry"].iloc[0]), networks
