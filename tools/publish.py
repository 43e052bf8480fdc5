"""Copies figures, tables and verdicts of runs to docs/ and README.md: `python tools/publish.py [RUN ...]`."""

import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import in_words
import side_by_side
from published_run import TABLES, PublishedRun, of_docs, of_results

from replication import wording

SHOWN = "paper"
"""The run whose figures and distances are shown; the others decide what it leaves undecided."""

PRECEDENCE = (
    " Where the run `paper` leaves a claim undecided, the run `decisive` counts, with more and wider networks and more "
    "training sets ([all its statistics](docs/results/decisive/claims.md))."
)
KAPPA = {"sign": "1", "sign_small_output": "0.2"}
ROOT = Path(__file__).parent.parent


def publish(runs: Iterable[str]) -> None:
    """Replaces what docs/ has of these runs, and in README.md the results, which are those of all published runs."""
    new = {run: of_results(run, ROOT / "results" / run) for run in runs}
    figures = sorted((ROOT / "results" / SHOWN / "figures").glob("*.png"))
    if SHOWN in new and not figures:
        sys.exit(f"publish: the run {SHOWN!r} is not complete: no figures; run it first")
    found = {run: new.get(run) or of_docs(ROOT / "docs/results" / run) for run in TABLES}
    readme = ROOT / "README.md"
    page = _page(readme.read_text(), {run: published for run, published in found.items() if published})

    for run, published in new.items():
        folder = _emptied(ROOT / "docs/results" / run)
        for name, text in published.files.items():
            (folder / name).write_text(text)
    if SHOWN in new:
        folder = _emptied(ROOT / "docs/figures")
        for figure in figures:
            shutil.copy(figure, folder)
    readme.write_text(page)


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _page(page: str, published: Mapping[str, PublishedRun]) -> str:
    """README.md with the results of the published runs."""
    if SHOWN not in published:
        sys.exit(f"publish: nothing of the run {SHOWN!r} is published; publish it first")
    reports = {run: found.report for run, found in published.items()}
    tally = side_by_side.tally(reports)
    page = _replace(page, "distances", _distances(published[SHOWN]))
    page = _replace(page, "tally", f"- {tally} ([each with its interval](#results)).")
    page = _replace(page, "verdicts", f"{tally}.{PRECEDENCE * (len(reports) > 1)}\n\n{side_by_side.tables(reports)}")
    return _replace(page, "words", in_words.paragraphs(published[SHOWN], published.get("decisive")))


def _distances(published: PublishedRun) -> str:
    """How far the ensembles are from both predictions after the last step."""
    rows = []
    for experiment, kappa in KAPPA.items():
        table = published.table(f"{experiment}_distances")
        shown = table["squared_distance"].map("{:.5f}".format) + " ± " + table["standard_error"].map("{:.5f}".format)
        last = table.assign(shown=shown)[table["step"] == table["step"].max()]
        by_width = last.pivot(index="width", columns="kernel", values="shown")
        rows += [(kappa, str(width), row["sg_ntk"], row["nngp"]) for width, row in by_width.iterrows()]
    return wording.table(("kappa", "n", "from the SG-NTK mean", "from the NNGP regression"), rows)


def _replace(text: str, name: str, content: str) -> str:
    """A page with other content between the comments `<!-- name -->` and `<!-- end of name -->`."""
    pattern = rf"(<!-- {name} -->\n).*?(\n<!-- end of {name} -->)"
    if not re.search(pattern, text, re.DOTALL):
        sys.exit(f"publish: README.md has no place for {name}: <!-- {name} -->, and <!-- end of {name} -->")
    return re.sub(pattern, lambda found: found[1] + content + found[2], text, flags=re.DOTALL)


if __name__ == "__main__":
    publish(sys.argv[1:] or TABLES)
