"""Copies a run's figures, tables and verdicts to docs/ and README.md: `python tools/publish.py [RUN]`."""

import json
import re
import shutil
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import in_words
import pandas as pd

from replication import wording
from replication.store.tables import read

TABLES = {
    **{f"{name}_kernel_mse": f"ensembles/{name}/kernel_mse" for name in ("ntk", "sg_ntk")},
    **{f"{name}_distances": f"ensembles/{name}/distances" for name in ("sign", "sign_small_output")},
    "sign_learning": "ensembles/sign/learning",
    "published": "published",
    **{f"divergence_{name}": f"divergence/{name}" for name in ("box_1", "triangle_1")},
    "surrogate_errors": "surrogates/errors",
    **{
        f"{name}_{table}": f"real_data/{name}/{table}"
        for name in ("breast_cancer", "diabetes", "digits")
        for table in ("errors", "network_errors")
    },
}
"""Files of docs/results, and the tables that they are, in the folder of tables."""

KAPPA = {"sign": "1", "sign_small_output": "0.2"}
ROOT = Path(__file__).parent.parent


def publish(run: str) -> None:
    """Replaces docs/figures and docs/results by those of the run, and the results in README.md."""
    results = ROOT / "results" / run
    figures = sorted((results / "figures").glob("*.png"))
    paths = {name: results / "tables" / f"{path}.parquet" for name, path in TABLES.items()}
    claims = [results / "claims" / name for name in ("claims.json", "claims.md")]
    missing = [str(path) for path in (*paths.values(), *claims) if not path.exists()]
    if missing or not figures:
        sys.exit(f"publish: the run {run!r} is not complete: {', '.join(missing) or 'no figures'}; run it first")
    published = {name: read(path).to_csv(index=False, float_format="%.6g") for name, path in paths.items()}
    tables = {name: pd.read_csv(StringIO(text)) for name, text in published.items()}  # rounded as in docs/results
    readme = ROOT / "README.md"
    page = _replace(readme.read_text(), "distances", _distances(tables))
    report = json.loads(claims[0].read_text())
    page = _replace(page, "tally", f"- {wording.tally(report['claims'])} ([each with its interval](#results)).")
    page = _replace(page, "verdicts", _verdicts(report))
    page = _replace(page, "words", in_words.paragraphs(report, tables))

    for name in ("figures", "results"):
        shutil.rmtree(ROOT / "docs" / name, ignore_errors=True)
        (ROOT / "docs" / name).mkdir()
    for figure in figures:
        shutil.copy(figure, ROOT / "docs/figures")
    for path in claims:
        shutil.copy(path, ROOT / "docs/results")
    for name, text in published.items():
        (ROOT / f"docs/results/{name}.csv").write_text(text)
    readme.write_text(page)


def _distances(tables: dict[str, pd.DataFrame]) -> str:
    """How far the ensembles are from both predictions after the last step."""
    rows = []
    for experiment, kappa in KAPPA.items():
        table = tables[f"{experiment}_distances"]
        shown = table["squared_distance"].map("{:.5f}".format) + " ± " + table["standard_error"].map("{:.5f}".format)
        last = table.assign(shown=shown)[table["step"] == table["step"].max()]
        by_width = last.pivot(index="width", columns="kernel", values="shown")
        rows += [(kappa, str(width), row["sg_ntk"], row["nngp"]) for width, row in by_width.iterrows()]
    return wording.table(("kappa", "n", "from the SG-NTK mean", "from the NNGP regression"), rows)


def _verdicts(report: dict[str, Any]) -> str:
    """Each claim with the finding that its verdict rests on, those of the paper apart from those beyond it."""
    claims = report["claims"]
    parts = [f"{wording.tally(claims)}."]
    for heading, beyond in (("of the paper", False), ("beyond the paper", True)):
        rows = [_verdict(claim) for claim in claims if claim["beyond"] is beyond]
        header = (f"claim {heading}", "decisive statistic", "estimate and interval", "criterion", "verdict")
        parts.append(wording.table(header, rows))
    return "\n\n".join(parts)


def _verdict(claim: dict[str, Any]) -> tuple[str, ...]:
    finding = claim["findings"][claim["decisive"]]
    estimate = f"{wording.number(finding['estimate'])} ({wording.sureness(finding)})"
    return claim["statement"], finding["statistic"], estimate, finding["criterion"], wording.words(claim)


def _replace(text: str, name: str, content: str) -> str:
    """A page with other content between the comments `<!-- name -->` and `<!-- end of name -->`."""
    pattern = rf"(<!-- {name} -->\n).*?(\n<!-- end of {name} -->)"
    if not re.search(pattern, text, re.DOTALL):
        sys.exit(f"publish: README.md has no place for {name}: <!-- {name} -->, and <!-- end of {name} -->")
    return re.sub(pattern, lambda found: found[1] + content + found[2], text, flags=re.DOTALL)


if __name__ == "__main__":
    publish(*sys.argv[1:] or ["paper"])
