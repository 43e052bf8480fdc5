"""Kernel errors beside those that the paper published (Figures B.3 and B.4), value by value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

KEYS = ["kernel", "m", "width", "step", "network"]
"""Columns that single out a published value."""

# Headings of docs/deviations.md.
ROUNDING = "Figures B.3 and B.4 at t = 0: rounding in the published kernels"
TRAINED_NTK = "Figure B.3: the trained values at n >= 100"


@dataclass(frozen=True)
class Expectation:
    """How close our value should be to a published one, and where it is told why it is not, if that is known."""

    tolerance: float
    departure: str = ""


def expectation(kernel: str, width: int, step: int) -> Expectation:
    """What to expect of a published value: the largest `abs(ours / published - 1)`, and the known departure.

    Before training nothing but rounding separates the two, so the tolerance is the tightest there. Training amplifies
    the rounding of float32: least where networks are narrow.
    """
    rounding = ROUNDING if width >= 500 else ""
    if step == 0:
        return Expectation(0.001, rounding)
    if kernel == "sg_ntk":
        return Expectation(0.02, rounding)
    return Expectation(0.005) if width < 100 else Expectation(0.02, TRAINED_NTK)


def differences(settings: Mapping[str, Any], published: Mapping[str, Any]) -> list[str]:
    """In words, the settings that differ from those behind the published values; none if the two are comparable.

    Args:
        settings: those of an experiment, by name.
        published: those behind the published values, under the same names.
    """
    return [
        f"{name}: {_words(settings.get(name))}; published with {_words(value)}"
        for name, value in published.items()
        if settings.get(name) != value
    ]


def measured(kernel: str, mse: pd.DataFrame, mean: pd.DataFrame, steepness: Mapping[str, float]) -> pd.DataFrame:
    """Our values, in the form of the published ones: kernel, m, width, step, network (or `mean`), ours.

    Args:
        kernel: "ntk" or "sg_ntk".
        mse: table of `tables.kernel_mse`.
        mean: table of `tables.mean_kernel_mse`.
        steepness: m of each activation erf(m z), by its name; other activations were not published.
    """
    networks = mse.rename(columns={"mse": "ours"}).assign(network=mse["network"].astype(str))
    ensembles = mean.rename(columns={"mean": "ours"}).assign(network="mean")
    values = pd.concat([networks, ensembles]).assign(kernel=kernel)
    values["m"] = values["activation"].map(steepness)
    return values.dropna(subset="m")[[*KEYS, "ours"]]


def compare(published: pd.DataFrame, ours: pd.DataFrame) -> pd.DataFrame:
    """A row for each published value that `ours` has too, in the published order.

    Args:
        published: the published values: figure, kernel, m, width, steps, network, mse.
        ours: rows of `measured`, from runs whose settings are those behind the published values.

    Returns:
        figure, kernel, m, width, step, network, published, ours, ratio, deviation, tolerance, within, departure.
    """
    renamed = published.rename(columns={"steps": "step", "mse": "published"})
    table = renamed[["figure", *KEYS, "published"]].astype({"m": float, "network": str})
    table = table.merge(ours.astype({"m": float}), on=KEYS, validate="one_to_one")
    table["ratio"] = table["ours"] / table["published"]
    table["deviation"] = (table["ratio"] - 1).abs()
    expected = [expectation(*key) for key in table[["kernel", "width", "step"]].itertuples(index=False)]
    table["tolerance"] = pd.Series([entry.tolerance for entry in expected], dtype=float)
    table["within"] = table["deviation"] <= table["tolerance"]
    table["departure"] = pd.Series([entry.departure for entry in expected], dtype=str)
    return table


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Of a table of `compare`, the extremes of each kernel, m, width and step, and how many values are within."""
    groups = table.groupby(["figure", "m", "step", "width", "tolerance", "departure"], as_index=False)
    return groups.agg(
        values=("ratio", "size"),
        within=("within", "sum"),
        lowest_ratio=("ratio", "min"),
        highest_ratio=("ratio", "max"),
    )


def _words(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(entry)}" for name, entry in value.items())
    return "none" if value is None else str(value)
