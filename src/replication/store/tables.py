"""Tables: tidy data frames in Parquet, one row an observation, whose columns are all documented here.

A table carries a checksum of its values, and what it was made from: the part of the configuration that they depend on.
Both are checked when it is read.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from replication.store.files import replacing

COLUMNS = {
    "activation": "name of the activation in the configuration",
    "alpha": "angle of the input on the circle, radians in [-pi, pi)",
    "amplitude": "modulus of the coefficient of the errors in the mode with the lowest real part of its eigenvalue",
    "analytic": "infinite-width kernel K(x, x0)",
    "asymmetry": "|I - I^T| / |I| of the SG-NTK of the training points, in the Frobenius norm",
    "coverage": "part of the networks within 2 predicted standard deviations of the predicted mean",
    "data_set": "name of a data set of scikit-learn",
    "departure": "heading of docs/deviations.md under which a known difference is explained; empty where none is known",
    "derivative": "surrogate s(z)",
    "deviation": "abs(ratio - 1)",
    "difference": "mean over training sets of the mse less that of the first surrogate on the same training set",
    "difference_high": "upper end of the confidence interval of the difference",
    "difference_low": "lower end of the confidence interval of the difference",
    "draw": "index of the training set, from 0",
    "eigenvalue": "lowest real part of the eigenvalues of the SG-NTK of the training points",
    "empirical": "finite-width kernel K(x, x0) of one network",
    "figure": "figure of the paper",
    "gradient_growth": "sigma_w^2 E[s(u)^2] at the last step, by which squared surrogate gradients grow a layer",
    "hidden_layers": "number of hidden layers",
    "high": "upper end of the confidence interval of the statistic before it",
    "kernel": "kernel of the prediction: ntk, sg_ntk, or nngp for regression with the NNGP; ensemble: networks' mean",
    "kernel_growth": "sigma_w^2 E[act'(u) s(u)] at the last step, by which the SG-NTK of equal inputs grows a layer",
    "layer": "spiking layer, counted from the input, from 1",
    "leak": "share of the membrane potential that is left after a step",
    "limit": "value of the kernel for sign, the limit of ever steeper activations; inf where it diverges",
    "low": "lower end of the confidence interval of the statistic before it",
    "m": "steepness of the activation erf(m z)",
    "mean": "mean over networks or training sets, or of the predicted Gaussian process",
    "mse": "mean squared error: of a kernel over the grid, or of outputs over the points that the table is about",
    "network": "index of the network in its ensemble, from 0; in `published` a text, `mean` for the mean over them",
    "nngp_distance": "mean over the test points of the squared difference of NNGP regression from the SG-NTK's mean",
    "nngp_ratio": "variance of the NNGP with the reset, by Monte Carlo, by that without; mean over the test points",
    "nngp_ratio_error": "standard error, over the Monte Carlo's networks, of nngp_ratio",
    "normalize": "what the surrogates have in common: their peak or their area",
    "ours": "our value of what was published",
    "output": "output f(x) of one network",
    "point": "index of the grid point, from 0",
    "predicted": "what the amplitude at the start becomes in an infinitely wide network",
    "published": "value read off the published figure",
    "rate": "firing rate: spikes of a unit in a step",
    "ratio": "ours / published",
    "reset": "what a spike does to the membrane: none, subtract or zero",
    "sample": "index of the training point, or of the test point of a data set, from 0",
    "single_mse": "mean squared error that one network is expected to have, or the mean over networks",
    "slope": "slope of the surrogate; of another than the grid's, of one that is as wide at half its height",
    "squared_distance": "unbiased estimate of the mean over the grid of (E f(x) - predicted mean)^2; may be below 0",
    "standard_error": "standard error, over networks or test points, of the statistic beside it",
    "std": "standard deviation over networks, or of the predicted Gaussian process",
    "step": "gradient descent steps done; missing where a prediction is for convergence",
    "surrogate": "name of the surrogate in the configuration",
    "target": "target function at the input",
    "threshold": "membrane potential above which a unit spikes",
    "tolerance": "largest deviation that counts as agreement",
    "unit": "library and name of the unit; grid for those of the configuration",
    "value": "what was recorded of the network at the grid point: its output, or its kernel K(x, x0)",
    "variance_ratio": "variance over networks, divided by the predicted one",
    "variance_ratio_error": "standard error, over networks, of the ratio",
    "width": "units in each hidden layer",
    "within": "whether the deviation is within the tolerance",
    "x1": "first coordinate of the input, sin(alpha)",
    "x2": "second coordinate of the input, cos(alpha)",
    "y": "training target",
    "z": "argument of the surrogate",
}
"""What each column of the pipeline's tables means."""

METADATA = b"sgntk"
"""Where a Parquet file keeps the checksum, and what the table was made from."""


class TableError(ValueError):
    """A file is not the table that it should be; the message names the file and what is wrong with it."""


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
