"""Tables as the report shows them: numbers selected from the run's tables and written as text."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

EVERY = 10
"""Of the grid points, the tables show every tenth."""

NOTHING = "–"
"""What is shown where a number is missing."""

HEADINGS = {
    "departure": "known departure",
    "kernel": "prediction",
    "mse": "mean squared error",
    "variance_ratio": "variance by the predicted one",
    "width": "width n",
    "within": "within tolerance",
    "y": "target",
}
"""Headings of columns that say more than their names."""


@dataclass(frozen=True)
class Table:
    """A table as it is shown. The first cell of a row is its heading."""

    caption: str
    columns: list[str]
    rows: list[list[str]]


def number(value: Any) -> str:
    """Five significant digits; whole numbers in full; nothing for what is missing."""
    if value is None or pd.isna(value):
        return NOTHING
    if isinstance(value, str):
        return value
    text = f"{int(value):,}" if float(value).is_integer() and abs(value) < 1e9 else f"{value:.5g}"
    return text.replace("-", "−")


def shown(frame: pd.DataFrame, caption: str, *columns: str) -> Table:
    """These columns of a data frame under their headings."""
    return _table(frame[[*columns]], caption, [HEADINGS.get(name, name.replace("_", " ")) for name in columns])


def _table(frame: pd.DataFrame, caption: str, headings: list[str]) -> Table:
    return Table(caption, headings, [[number(cell) for cell in row] for row in frame.itertuples(index=False)])


def pivoted(frame: pd.DataFrame, index: list[str], columns: str, values: str, how: Any = "first") -> pd.DataFrame:
    """A column for each level of `columns`, in order."""
    return frame.pivot_table(index=index, columns=columns, values=values, aggfunc=how, observed=True)


def wide(frame: pd.DataFrame, caption: str, prefix: str = "") -> Table:
    """A pivoted table, with its index as first columns."""
    flat = frame.set_axis([f"{prefix}{name}" for name in frame], axis=1).reset_index()
    return _table(flat, caption, [*flat])
