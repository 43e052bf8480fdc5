"""A small run to report on: made-up tables and claims, and the pictures of docs/figures."""

from pathlib import Path

import numpy as np
import pandas as pd
import report_page
import yaml

from sgntk import published, tables

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = ROOT / "workflow/report/report.html.j2"
CONFIG = yaml.safe_load((ROOT / "workflow/config/paper.yaml").read_text())
PICTURES = ("1", "2", "3", "b1", "b2", "b3")
STEEPNESS = {"erf_2": 2, "erf_5": 5, "erf_20": 20}
GRAPH = {
    "grid": set(),
    "train": {"grid"},
    "tabulate_kernels": {"train", "grid"},
    "figure_1": {"tabulate_kernels"},
    "claims": {"tabulate_kernels"},
    "report": {"claims", "figure_1", "tabulate_kernels"},
}
MEASURED = pd.DataFrame(
    {"rule": ["grid", "train"], "jobs": [1, 12], "seconds": [1.4, 3725.0], "memory": [120.0, 912.5]}
)


def finding(verdict, *, statistic="slope of the error", estimate=-1.02, low=-1.2, high=-0.9, decides=True, note=""):
    return {
        "statistic": statistic,
        "estimate": estimate,
        "low": low,
        "high": high,
        "criterion": "from -1.5 to -0.5",
        "verdict": verdict,
        "decides": decides,
        "note": note,
    }


def claim(name, statement, verdict, *findings, decisive=0):
    return {
        "name": name,
        "statement": statement,
        "source": "Figure B.3",
        "verdict": verdict,
        "decisive": decisive if findings else None,
        "findings": [*findings],
    }


def claims():
    return {
        "run": "paper",
        "confidence": 0.95,
        "claims": [
            claim(
                "ntk_converges",
                "Empirical NTKs converge to the analytic NTK.",
                "replicated",
                finding("replicated"),
                finding("replicated", estimate=-0.98),
                finding("undecided", statistic="the same, trained", low=None, high=None, decides=False),
            ),
            claim(
                "ill_posed",
                "The NTK regression of a singular kernel tends to 0 where m > 100 & x is no training point.",
                "not replicated",
                finding("replicated", statistic="at x0"),
                finding("not replicated", statistic="off the training points", estimate=0.25, low=0.21, high=0.29),
                decisive=1,
            ),
            claim(
                "spread",
                "The ensemble's spread follows the SG-NTK.",
                "undecided",
                finding("undecided", statistic="variance ratio", note="3 networks, too few to decide: at least 10"),
            ),
        ],
    }


def comparison():
    """The paper's run against the published values."""
    ours = []
    for kernel in ("ntk", "sg_ntk"):
        mse = pd.read_csv(ROOT / f"docs/results/{kernel}_kernel_mse.csv")
        ours.append(published.measured(kernel, mse, tables.mean_kernel_mse(mse), STEEPNESS))
    return published.compare(pd.read_csv(ROOT / "workflow/published/kernel_mse.csv"), pd.concat(ours))


def product(**levels):
    return pd.MultiIndex.from_product(levels.values(), names=levels.keys()).to_frame(index=False)


def frames(compared):
    """Tables of a run, by the figure that they stand behind."""
    alpha = np.linspace(-np.pi, np.pi, 100, endpoint=False)
    grid = pd.DataFrame({"point": range(100), "alpha": alpha, "target": np.sin(alpha)})
    kernels = product(
        activation=["erf_2", "erf_20", "erf_5"], width=[10, 100], step=[0, 5], network=[0, 1], point=range(100)
    )
    kernels = kernels.merge(grid, on="point").assign(analytic=lambda t: np.cos(t["alpha"]))
    kernels["empirical"] = kernels["analytic"] + 1 / kernels["width"]
    mean = product(activation=["erf_2", "erf_20", "erf_5"], width=[10, 100], step=[0, 5])
    mean = mean.assign(mean=1 / mean["width"], standard_error=0.001)
    ensemble = product(activation=["sign"], width=[20, 100], step=[5], point=range(100)).merge(grid, on="point")
    predictions = product(activation=["sign"], kernel=["sg_ntk", "nngp"], step=[np.nan, 5], point=range(100))
    distances = product(activation=["sign"], width=[20, 100], step=[5], kernel=["sg_ntk", "nngp"])
    kernel_tables = {"kernels": kernels, "kernel_mse_mean": mean}
    ensemble_tables = {
        "ensemble": ensemble.assign(mean=ensemble["target"]),
        "predictions": predictions.merge(grid, on="point").assign(mean=0.5, std=0.25),
        "distances": distances.assign(squared_distance=0.0123, standard_error=0.001),
    }
    learning = product(activation=["sign"], width=[20, 100], step=[5])
    learning = learning.assign(squared_distance=0.0123, standard_error=0.001, variance_ratio=1.05)
    followed = product(width=[100, 1000], step=[0, 5], network=[0, 1])
    followed = followed.assign(surrogate="box_1", amplitude=1.5, predicted=2.5, mse=0.75)
    errors = product(normalize=["peak", "area"], surrogate=["box_1", "laplace_1"], step=[5, None], draw=[0, 1])
    regressions = product(data_set=["digits"], kernel=["sg_ntk", "nngp", "ensemble"]).assign(
        mse=0.625, asymmetry=0.0625
    )
    training_set = pd.DataFrame({"alpha": alpha[::7], "y": np.sin(alpha[::7])})
    return {
        "figure_1": ("plot_kernels.py", kernel_tables),
        "figure_2": ("plot_kernels.py", kernel_tables),
        "figure_3": ("plot_ensembles.py", ensemble_tables),
        "figure_b1": ("plot_target.py", {"grid": grid, "A": training_set, "B": training_set}),
        "figure_b2": ("plot_ensembles.py", ensemble_tables),
        "figure_b3": ("plot_convergence.py", kernel_tables),
        "figure_b4": ("plot_convergence.py", kernel_tables),
        "figure_published": ("plot_published.py", {"published": compared}),
        "figure_s1": ("plot_divergence.py", {"divergence_box_1": followed}),
        "figure_s2": ("plot_learning.py", {"learning": learning}),
        "figure_s3": ("plot_surrogates.py", {"errors": errors.astype({"step": "Int64"}).assign(mse=0.375)}),
        "figure_s4": (
            "plot_real_data.py",
            {
                "digits_errors": regressions,
                "digits_network_errors": product(data_set=["digits"], network=[0, 1]).assign(mse=0.875),
            },
        ),
    }


def render(folder, *, content=None, compared=None, reasons=None, change=None):
    """The page of the example; `change` edits the tables by figure before they are written to the folder."""
    compared = comparison() if compared is None else compared
    found = frames(compared)
    if change is not None:
        change(found)
    figures, contents = {}, {}
    for figure, (plot, by_name) in found.items():
        written = {name: folder / f"{figure}_{name}.parquet" for name in by_name}
        for name, table in by_name.items():
            table.to_parquet(written[name], index=False)
            contents[str(written[name])] = table
        picture = ROOT / f"docs/figures/{figure if figure[7:] in PICTURES else 'figure_b4'}.png"
        figures[figure] = {"plot": plot, "png": str(picture), "tables": {n: str(p) for n, p in written.items()}}
    page = report_page.render(
        TEMPLATE,
        config=CONFIG,
        claims=content or claims(),
        figures=figures,
        comparison=compared,
        reasons=reasons or {"ntk": [], "sg_ntk": []},
        graph=GRAPH,
        measured=MEASURED,
        tables=contents,
    )
    return page.replace(str(folder), "results/paper")
