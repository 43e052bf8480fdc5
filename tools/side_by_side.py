"""Verdicts of several runs on the same claims: the first run tests all, the others what that leaves undecided."""

from collections.abc import Mapping, Sequence
from typing import Any

from replication import wording

Reports = Mapping[str, Mapping[str, Any]]
"""Of each run, by its name, the verdicts as claims.json has them."""


def tally(reports: Reports) -> str:
    """How many claims have each verdict: of the first run, or where this is undecided of the last that tests it."""
    judged = [list(one.values()) for one in _by_claim(reports)]
    return wording.tally([one[-1] if one[0]["verdict"] == "undecided" else one[0] for one in judged])


def tables(reports: Reports) -> str:
    """A line for each claim: the verdict of each run, and the finding that the last of them rests on."""
    parts = []
    for heading, beyond in (("of the paper", False), ("beyond the paper", True)):
        rows = [_row(one, list(reports)) for one in _by_claim(reports) if next(iter(one.values()))["beyond"] is beyond]
        runs = [f"run `{run}`" for run in reports]
        header = (f"claim {heading}", *runs, "decisive statistic", "estimate and interval", "criterion")
        parts.append(wording.table(header, rows))
    return "\n\n".join(parts)


def _by_claim(reports: Reports) -> list[dict[str, Mapping[str, Any]]]:
    """Of each claim of the first run, what the runs that test it say to it."""
    first = next(iter(reports.values()))
    return [
        {run: one for run, report in reports.items() for one in report["claims"] if one["name"] == claim["name"]}
        for claim in first["claims"]
    ]


def _row(judged: Mapping[str, Mapping[str, Any]], runs: Sequence[str]) -> tuple[str, ...]:
    last = [*judged.values()][-1]
    finding = last["findings"][last["decisive"]]
    estimate = f"{wording.number(finding['estimate'])} ({wording.sureness(finding)})"
    verdicts = [wording.words(judged[run]) if run in judged else "not tested" for run in runs]
    return last["statement"], *verdicts, finding["statistic"], estimate, finding["criterion"]
