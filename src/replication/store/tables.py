"""Tables: tidy data frames in Parquet, one row an observation, whose columns are all described in `columns.toml`.

A table carries a checksum of its values, and what it was made from: the part of the configuration that they depend on.
Both are checked when it is read.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from replication.store.files import replacing

COLUMNS: dict[str, str] = tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))
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
        ValueError: if a column is not in `columns.toml`, or a value is missing that may not be.
    """
    unknown = sorted(set(table.columns) - set(COLUMNS))
    if unknown:
        raise ValueError(f"tables.write: columns {unknown} of {path} are not in columns.toml")
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
