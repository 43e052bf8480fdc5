"""Copies a run's figures, and its main tables as CSV, to docs/: `python tools/publish.py [RUN]`, by default `paper`."""

import shutil
import sys
from pathlib import Path

from sgntk.tables import read

TABLES = ["ntk_kernel_mse", "sg_ntk_kernel_mse", "sign_distances", "sign_small_output_distances"]
ROOT = Path(__file__).parent.parent


def publish(run: str) -> None:
    """Replaces docs/figures and docs/results by those of the run."""
    results = ROOT / "results" / run
    figures = sorted((results / "figures").glob("*.png"))
    tables = [results / "tables" / f"{name}.parquet" for name in TABLES]
    missing = [str(path) for path in tables if not path.exists()]
    if missing or not figures:
        sys.exit(f"publish: the run {run!r} is not complete: {', '.join(missing) or 'no figures'}; run it first")
    for name in ("figures", "results"):
        (ROOT / "docs" / name).mkdir(exist_ok=True)
    for figure in figures:
        shutil.copy(figure, ROOT / "docs/figures")
    for path in tables:
        read(path).to_csv(ROOT / f"docs/results/{path.stem}.csv", index=False, float_format="%.6g")


if __name__ == "__main__":
    publish(*sys.argv[1:] or ["paper"])
