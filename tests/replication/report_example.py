"""A small run to report on: made-up tables and claims, the pictures of docs/figures, and Figure 3 as a drawing."""

import tempfile
from functools import cache
from pathlib import Path

import figure_tables
import pandas as pd
from configurations import CONFIG, ROOT, STUDY

from replication.figures import FIGURES, style
from replication.report import page

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


def finding(verdict, **others):
    return {
        "statistic": "slope of the error",
        "estimate": -1.02,
        "low": -1.2,
        "high": -0.9,
        "residual": None,
        "criterion": "from -1.5 to -0.5",
        "verdict": verdict,
        "open": "",
        "decides": True,
        "part": "",
        "note": "",
        **others,
    }


def claim(name, statement, verdict, *findings, **others):
    return {
        "name": name,
        "statement": statement,
        "source": "Figure B.3",
        "beyond": False,
        "verdict": verdict,
        "open": "",
        "parts": {},
        "confidence": 0.975,
        "decisive": 0,
        "findings": [*findings],
        **others,
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
                parts={"convergence": "replicated", "rate 1/n": "undecided"},
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
                finding(
                    "undecided",
                    statistic="variance ratio",
                    note="3 networks, too few to decide: at least 10",
                    open="too small a run",
                ),
                open="too small a run",
            ),
            claim(
                "sgl_diverges",
                "Something that the paper does not say.",
                "replicated",
                finding("replicated", statistic="exponent", estimate=-1.0, low=None, high=None, residual=0.0123),
                source="beyond the paper; Figure S.1",
                beyond=True,
            ),
        ],
    }


@cache
def drawing(name):
    """The SVG of a figure."""
    figure = FIGURES[name]
    style.set_theme()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figure.svg"
        style.save(figure.draw(figure_tables.tables()[name], figure.sources(STUDY).settings), {"svg": path})
        return path.read_text()


def render(folder, *, study=STUDY, content=None, tables=None, reasons=None):
    """The page of the example, or with other tables by figure; they are written to the folder for their digests."""
    figures, contents = {}, {}
    drawn = folder / "figure_3.svg"
    drawn.write_text(drawing("figure_3"))

    def written(figure, name, table):
        path = str(folder / f"{figure}_{name}.parquet")
        table.to_parquet(path, index=False)
        contents[path] = table
        return path

    for figure, found in (figure_tables.tables() if tables is None else tables).items():
        paths = {
            name: [written(figure, f"{name}_{index}", table) for index, table in enumerate(tables)]
            if isinstance(tables, list)
            else written(figure, name, tables)
            for name, tables in found.items()
        }
        figures[figure] = {
            "png": str(ROOT / f"docs/figures/{figure}.png"),
            "svg": str(drawn) if figure == "figure_3" else None,
            "tables": paths,
        }
    html = page.render(
        study,
        config=CONFIG,
        claims=claims() if content is None else content,
        figures=figures,
        tables=contents,
        reasons=reasons or {"ntk": [], "sg_ntk": []},
        graph=GRAPH,
        measured=MEASURED,
    )
    return html.replace(str(folder), "results/paper")
