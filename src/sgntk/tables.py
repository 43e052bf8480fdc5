"""Tables: tidy data frames in Parquet, one row an observation, whose columns are all documented here.

A table carries a checksum of its values, and what it was made from: the part of the configuration that they depend on.
Both are checked when it is read.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sgntk import statistics
from sgntk.files import replacing

COLUMNS = {
    "activation": "name of the activation in the configuration",
    "alpha": "angle of the input on the circle, radians in [-pi, pi)",
    "amplitude": "modulus of the coefficient of the errors in the mode with the lowest real part of its eigenvalue",
    "analytic": "infinite-width kernel K(x, x0)",
    "asymmetry": "|I - I^T| / |I| of the SG-NTK of the training points, in the Frobenius norm",
    "coverage": "part of the networks within 2 predicted standard deviations of the predicted mean",
    "data_set": "name of a data set of scikit-learn",
    "departure": "heading of docs/deviations.md under which a known difference is explained; empty where none is known",
    "deviation": "abs(ratio - 1)",
    "draw": "index of the training set, from 0",
    "eigenvalue": "lowest real part of the eigenvalues of the SG-NTK of the training points",
    "empirical": "finite-width kernel K(x, x0) of one network",
    "figure": "figure of the paper",
    "hidden_layers": "number of hidden layers",
    "high": "upper end of the confidence interval of the statistic before it",
    "kernel": "kernel of the prediction: ntk, sg_ntk, or nngp for regression with the NNGP; ensemble: networks' mean",
    "limit": "value of the kernel for sign, the limit of ever steeper activations; inf where it diverges",
    "low": "lower end of the confidence interval of the statistic before it",
    "m": "steepness of the activation erf(m z)",
    "mean": "mean over networks, or of the predicted Gaussian process",
    "mse": "mean squared error: of a kernel over the grid, or of outputs over the points that the table is about",
    "network": "index of the network in its ensemble, from 0; in `published` a text, `mean` for the mean over them",
    "normalize": "what the surrogates have in common: their peak or their area",
    "ours": "our value of what was published",
    "output": "output f(x) of one network",
    "point": "index of the grid point, from 0",
    "predicted": "what the amplitude at the start becomes in an infinitely wide network",
    "published": "value read off the published figure",
    "ratio": "ours / published",
    "sample": "index of the training point, or of the test point of a data set, from 0",
    "squared_distance": "unbiased estimate of the mean over the grid of (E f(x) - predicted mean)^2; may be below 0",
    "standard_error": "standard error, over networks, of the statistic beside it",
    "std": "standard deviation over networks, or of the predicted Gaussian process",
    "step": "gradient descent steps done; missing where a prediction is for convergence",
    "surrogate": "name of the surrogate in the configuration",
    "target": "target function at the input",
    "tolerance": "largest deviation that counts as agreement",
    "value": "what was recorded of the network at the grid point: its output, or its kernel K(x, x0)",
    "variance_ratio": "variance over networks, divided by the predicted one",
    "width": "units in each hidden layer",
    "within": "whether the deviation is within the tolerance",
    "x1": "first coordinate of the input, sin(alpha)",
    "x2": "second coordinate of the input, cos(alpha)",
    "y": "training target",
}
"""What each column of the pipeline's tables means."""

ENSEMBLE = ["activation", "width", "step"]
"""Columns that single out an ensemble at one step."""


METADATA = b"sgntk"
"""Where a Parquet file keeps the checksum, and what the table was made from."""


class TableError(ValueError):
    """A file is not the table that it should be; the message names the file and what is wrong with it."""


class Batch(NamedTuple):
    """Networks `first` to `last` of an ensemble, which one job trained."""

    activation: str
    width: int
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.activation}, width {self.width}, networks {self.first} to {self.last}"


def write(table: pd.DataFrame, path: str | Path, made_from: Mapping[str, Any] | None = None) -> None:
    """Writes a table to a Parquet file, which appears whole or not at all.

    Args:
        table: the table; no value may be missing but in `step`.
        path: the file; one that is there is replaced.
        made_from: what the values depend on, as JSON has it: numbers, strings, lists and mappings.

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
    content = pa.Table.from_pandas(table, preserve_index=False)
    metadata = json.dumps({"checksum": checksum(table), "made_from": made_from}, sort_keys=True)
    content = content.replace_schema_metadata({**content.schema.metadata, METADATA: metadata.encode()})
    with replacing(path) as temporary:
        pq.write_table(content, temporary, write_page_checksum=True)


def read(path: str | Path, made_from: Mapping[str, Any] | None = None) -> pd.DataFrame:
    """Reads a table that `write` wrote, and checks it.

    Args:
        path: the file.
        made_from: what the table must be made from; None accepts every table that is whole.

    Raises:
        TableError: if the file is not whole, if its values are not those that were written, or if it was made from
            something else.
        OSError: if the file cannot be opened.
    """
    content = Path(path).read_bytes()
    try:
        file = pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True)
        table = file.read().to_pandas()
        metadata = (file.schema_arrow.metadata or {}).get(METADATA)
        written = None if metadata is None else json.loads(metadata)
        whole = written is None or written["checksum"] == checksum(table)
    except Exception as error:  # damage shows as an error of any kind, wherever it happens to be
        raise TableError(f"{path} is damaged, or not whole: {' '.join(str(error).split())}") from error
    if written is None:
        raise TableError(f"{path} carries no checksum: it is not from this version of sgntk")
    if not whole:
        raise TableError(f"{path} is damaged: its values do not have its checksum")
    if made_from is not None:
        expected = json.loads(json.dumps(made_from))
        difference = next(_differences(written.get("made_from"), expected), None)
        if difference is not None:
            raise TableError(f"{path} was made from something else: {difference}")
    return table


def checksum(table: pd.DataFrame) -> str:
    """A checksum of the names and kinds of the columns and of all values, row by row; the index does not count."""
    columns = [[name, dtype.kind] for name, dtype in table.dtypes.items()]
    digest = hashlib.sha256(json.dumps(columns).encode())
    digest.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    return digest.hexdigest()


def _differences(found: Any, expected: Any, key: str = "") -> Iterator[str]:
    """Where two nested mappings differ, in words."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for name in sorted({*found, *expected}):
            yield from _differences(found.get(name), expected.get(name), f"{key}.{name}" if key else name)
    elif isinstance(found, list) and isinstance(expected, list) and any(isinstance(item, dict) for item in found):
        for index, pair in enumerate(zip_longest(found, expected)):
            yield from _differences(*pair, f"{key}[{index}]")
    elif found != expected:
        yield f"{key + ' is ' if key else ''}{json.dumps(found)}, expected {json.dumps(expected)}"


def join_batches(batches: Iterable[tuple[Batch, pd.DataFrame]], expected: Iterable[Batch]) -> pd.DataFrame:
    """One table of all batches: activation, width, step, network, point, value.

    Args:
        batches: the batches with the recorded table of each; steps and points are the same in all of them.
        expected: the batches that there must be.

    Raises:
        ValueError: if a batch is missing, there twice or foreign, or if its table holds other rows than it should, each
            of its networks once at every step and point. The message names the batch.
    """
    tables = list(batches)
    names, wanted = Counter(batch for batch, _ in tables), set(expected)
    for what, wrong in (
        ("there twice", {batch for batch, count in names.items() if count > 1}),
        ("foreign", {*names} - wanted),
        ("missing", wanted - {*names}),
    ):
        if wrong:
            raise ValueError(f"tables.join_batches: {what}: {'; '.join(map(str, sorted(wrong)))}")
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
            f"tables.join_batches: {batch}: networks {sorted(wrong)} are missing, foreign, there twice or incomplete"
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
        the mean variance over networks by the mean predicted one.
    """
    rows = []
    sg_ntk = predictions[predictions["kernel"] == "sg_ntk"].sort_values("point")
    for ensemble, table in outputs.groupby(ENSEMBLE):
        activation, _, step = ensemble
        then = sg_ntk[(sg_ntk["activation"] == activation) & (sg_ntk["step"] == step)]
        values = table.pivot(index="network", columns="point", values="output").to_numpy()
        distance = statistics.squared_distance(values, then["mean"].to_numpy())
        ratio = values.var(axis=0, ddof=1).mean() / (then["std"] ** 2).mean()
        rows.append((*ensemble, *distance, ratio))
    return pd.DataFrame(rows, columns=[*ENSEMBLE, "squared_distance", "standard_error", "variance_ratio"])
