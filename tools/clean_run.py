"""Removes the results of a run: `make clean-run RUN=quick`. Asks first if any took more than a minute to make."""

import csv
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60


def seconds_by_job(folder: Path) -> dict[str, float]:
    """Seconds that each job of a run took, by the path of its benchmark record."""
    records = folder / "benchmarks"
    seconds = {}
    for path in sorted(records.rglob("*.tsv")):
        with path.open() as file:
            rows = csv.DictReader(file, delimiter="\t")
            seconds[str(path.relative_to(records).with_suffix(""))] = sum(float(row["s"]) for row in rows)
    return seconds


def question(folder: Path) -> str | None:
    """What to ask before a run is removed, if anything."""
    seconds = seconds_by_job(folder)
    if not seconds:
        return f"{folder} has no benchmark records, so nobody knows how long it took to make."
    long = [job for job, taken in seconds.items() if taken > SECONDS]
    if not long:
        return None
    longest = max(long, key=lambda job: seconds[job])
    return (
        f"{folder} took {sum(seconds.values()) / 60:.0f} minutes of computing; {len(long)} of {len(seconds)} jobs took "
        f"more than a minute, the longest {seconds[longest] / 60:.1f}: {longest}."
    )


def main(run: str) -> None:
    """Removes a run, or says why not."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", run):
        sys.exit(f"clean-run: got RUN={run!r}; expected the name of a run, such as quick: make clean-run RUN=quick")
    folder = ROOT / "results" / run
    if not folder.is_dir():
        sys.exit(f"clean-run: there is no {folder}")
    reason = question(folder)
    if reason is not None:
        print(f"{reason} Remove it? [y/N] ", end="", flush=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            sys.exit("clean-run: nothing was removed")
    shutil.rmtree(folder)
    print(f"clean-run: removed {folder}")


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])
