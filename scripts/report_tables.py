"""The tables of the report: numbers behind a figure, selected from the run's tables and written as text."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

EVERY = 10
"""Of the grid points, the tables show every tenth."""


NOTHING = "–"
"""What is shown where a number is missing."""


@dataclass(frozen=True)
class Table:
    """A table as it is shown. The first cell of a row is its heading."""

    caption: str
    columns: list[str]
    rows: list[list[str]]


def in_order(table: pd.DataFrame, activations: Iterable[str]) -> pd.DataFrame:
    """A table of the run, with its activations in the order of the configuration."""
    if "activation" not in table:
        return table
    ordered = pd.Categorical(table["activation"], categories=list(activations), ordered=True)
    return table.assign(activation=ordered)


def number(value: Any) -> str:
    """Five significant digits; whole numbers in full; nothing for what is missing."""
    if value is None or pd.isna(value):
        return NOTHING
    if isinstance(value, str):
        return value
    text = f"{int(value):,}" if float(value).is_integer() and abs(value) < 1e9 else f"{value:.5g}"
    return text.replace("-", "−")


def shown(frame: pd.DataFrame, caption: str, columns: Mapping[str, str]) -> Table:
    """The columns of a data frame under the headings given."""
    rows = frame[list(columns)].itertuples(index=False)
    return Table(caption, list(columns.values()), [[number(cell) for cell in row] for row in rows])


def kernels(tables: Mapping[str, pd.DataFrame], reference_point: int) -> list[Table]:
    table = tables["kernels"]
    analytic = table.drop_duplicates(["activation", "point"])
    by_angle = _pivoted(analytic[analytic["point"] % EVERY == 0], ["alpha"], "activation", "analytic")
    at_reference = table[table["point"] == reference_point]
    by_width = _pivoted(at_reference, ["activation", "step", "analytic"], "width", "empirical", "mean")
    return [
        _wide(
            by_angle,
            f"Analytic kernel at every {EVERY}th angle",
        ),
        _wide(by_width, "Kernel at x0: analytic, and the mean over networks by width n", "n = "),
        errors(tables)[0],
    ]


def errors(tables: Mapping[str, pd.DataFrame], _: int = 0) -> list[Table]:
    mean = tables["kernel_mse_mean"]
    text = mean.assign(
        shown=[
            f"{number(m)}\u00a0±\u00a0{number(e)}" for m, e in zip(mean["mean"], mean["standard_error"], strict=True)
        ]
    )
    by_width = _pivoted(text, ["activation", "step"], "width", "shown")
    caption = "Mean squared error over the grid, mean over networks ± standard error, by width n"
    return [_wide(by_width, caption, "n = ")]


def ensembles(tables: Mapping[str, pd.DataFrame], _: int = 0) -> list[Table]:
    distances = {
        "width": "width n",
        "step": "step",
        "kernel": "prediction",
        "squared_distance": "squared distance",
        "standard_error": "standard error",
    }
    ensemble, predictions = tables["ensemble"], tables["predictions"]
    last = ensemble[(ensemble["step"] == ensemble["step"].max()) & (ensemble["point"] % EVERY == 0)]
    means = _pivoted(last, ["alpha"], "width", "mean").add_prefix("mean, n = ")
    converged = predictions[predictions["step"].isna()].set_index("alpha")
    sg_ntk, nngp = (converged[converged["kernel"] == kernel] for kernel in ("sg_ntk", "nngp"))
    beside = {"SG-NTK mean": sg_ntk["mean"], "SG-NTK std": sg_ntk["std"], "NNGP regression": nngp["mean"]}
    return [
        shown(
            tables["distances"],
            "Squared distance of the ensemble's mean from each prediction, over the grid",
            distances,
        ),
        _wide(means.assign(**beside), f"Ensemble means and predictions at every {EVERY}th angle"),
    ]


def target(tables: Mapping[str, pd.DataFrame], _: int = 0) -> list[Table]:
    sets = [
        shown(table.sort_values("alpha"), f"Training set {name}", {"alpha": "alpha", "y": "target"})
        for name, table in tables.items()
        if name != "grid"
    ]
    grid = tables["grid"]
    every = shown(
        grid[grid["point"] % EVERY == 0], f"Target at every {EVERY}th angle", {"alpha": "alpha", "target": "target"}
    )
    return [*sets, every]


def published(tables: Mapping[str, pd.DataFrame], _: int = 0) -> list[Table]:
    headings = {
        "figure": "figure",
        "m": "m",
        "width": "width n",
        "step": "step",
        "network": "network",
        "published": "published",
        "ours": "ours",
        "ratio": "ratio",
        "tolerance": "tolerance",
        "agrees": "within",
        "departure": "known departure",
    }
    table = tables["published"]
    table = table.assign(agrees=table["within"].map({True: "yes", False: "no"}))
    return [shown(table, "Every published value beside ours", headings)] if len(table) else []


def divergence(tables: Mapping[str, pd.DataFrame], _: int = 0) -> list[Table]:
    table = pd.concat(tables.values())
    squares = table.assign(amplitude=table["amplitude"] ** 2, predicted=table["predicted"] ** 2)
    keys = ["surrogate", "width", "step"]
    mean = squares.groupby(keys, sort=False, as_index=False)[["amplitude", "predicted", "mse"]].mean()
    mean = mean.assign(amplitude=mean["amplitude"] ** 0.5, predicted=mean["predicted"] ** 0.5)
    headings = {
        "surrogate": "surrogate",
        "width": "width n",
        "step": "step",
        "amplitude": "amplitude",
        "predicted": "predicted",
        "mse": "mean squared error",
    }
    return [shown(mean, "Root mean square over networks of the mode's amplitude, and the mean squared error", headings)]


def learning(tables: Mapping[str, pd.DataFrame], _: int = 0) -> list[Table]:
    headings = {
        "width": "width n",
        "step": "step",
        "squared_distance": "squared distance",
        "standard_error": "standard error",
        "variance_ratio": "variance by the predicted one",
    }
    return [shown(tables["learning"], "Each ensemble at each step against the prediction for this step", headings)]


def surrogates(tables: Mapping[str, pd.DataFrame], _: int = 0) -> list[Table]:
    learned = tables["errors"].fillna({"step": -1})
    learned = learned.assign(when=learned["step"].map(lambda step: "convergence" if step < 0 else f"t = {step:,}"))
    mean = learned.pivot_table(index=["normalize", "surrogate"], columns="when", values="mse", sort=False)
    return [_wide(mean, "Mean squared error over the grid, mean over training sets, by step")]


def real_data(tables: Mapping[str, pd.DataFrame], _: int = 0) -> list[Table]:
    regressions = pd.concat([table for table in tables.values() if "kernel" in table])
    networks = pd.concat([table for table in tables.values() if "network" in table]).assign(kernel="one network, mean")
    mean = pd.concat([regressions, networks]).pivot_table(index="data_set", columns="kernel", values="mse", sort=False)
    asymmetry = regressions.groupby("data_set")["asymmetry"].first()
    return [_wide(mean.assign(asymmetry=asymmetry), "Mean squared error over the test points, and |I − Iᵀ|/|I|")]


BEHIND: dict[str, Callable[[Mapping[str, pd.DataFrame], int], list[Table]]] = {
    "plot_kernels.py": kernels,
    "plot_convergence.py": errors,
    "plot_ensembles.py": ensembles,
    "plot_target.py": target,
    "plot_published.py": published,
    "plot_divergence.py": divergence,
    "plot_learning.py": learning,
    "plot_surrogates.py": surrogates,
    "plot_real_data.py": real_data,
}
"""What stands behind a figure, by the script that draws it."""


def _pivoted(frame: pd.DataFrame, index: list[str], columns: str, values: str, how: Any = "first") -> pd.DataFrame:
    """A column for each level of `columns`, in order."""
    return frame.pivot_table(index=index, columns=columns, values=values, aggfunc=how, observed=True)


def _wide(frame: pd.DataFrame, caption: str, prefix: str = "") -> Table:
    """A pivoted table, with its index as first columns."""
    flat = frame.set_axis([f"{prefix}{name}" for name in frame], axis=1).reset_index()
    return shown(flat, caption, {str(name): str(name) for name in flat})
