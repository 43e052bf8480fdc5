"""Verdicts: an interval for a statistic against a criterion that was fixed beforehand."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from replication.statistics import Estimate

Verdict = Literal["replicated", "not replicated", "undecided"]


@dataclass(frozen=True)
class Criterion:
    """Values of a statistic that a claim allows: from `low` to `high`."""

    low: float = -math.inf
    high: float = math.inf

    def judge(self, low: float, high: float) -> Verdict:
        """An interval inside replicates, one outside does not, and one across a bound leaves it open."""
        if math.isnan(low) or math.isnan(high):
            return "undecided"
        if self.low <= low and high <= self.high:
            return "replicated"
        if high < self.low or self.high < low:
            return "not replicated"
        return "undecided"

    def __str__(self) -> str:
        if math.isinf(self.low):
            return f"below {self.high:g}"
        if math.isinf(self.high):
            return f"above {self.low:g}"
        return f"from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Finding:
    """One statistic of a run.

    Attributes:
        statistic: what was computed, in words.
        estimate: its value, corrected for bias where it comes from a bootstrap, with its confidence interval.
        criterion: the values that the claim allows.
        note: what the interval rests on.
        enough: whether the run is large enough to decide; if not the finding is undecided, whatever the interval says.
        decides: whether it enters the claim's verdict, or is reported beside it.
    """

    statistic: str
    estimate: Estimate
    criterion: Criterion
    note: str
    enough: bool = True
    decides: bool = True

    @property
    def verdict(self) -> Verdict:
        """What this statistic alone says."""
        return self.criterion.judge(self.estimate.low, self.estimate.high) if self.enough else "undecided"

    def describe(self) -> dict[str, Any]:
        """The finding as plain values, for JSON; what is not finite is null."""
        numbers = {"estimate": self.estimate.value, "low": self.estimate.low, "high": self.estimate.high}
        return {
            "statistic": self.statistic,
            **{name: float(value) if math.isfinite(value) else None for name, value in numbers.items()},
            "criterion": str(self.criterion),
            "verdict": self.verdict,
            "decides": self.decides,
            "note": self.note,
        }


def combine(findings: Iterable[Finding]) -> Verdict:
    """Verdict on a claim: replicated if every deciding finding is, not replicated if one is not, undecided otherwise.

    Raises:
        ValueError: if no finding decides.
    """
    verdicts = {finding.verdict for finding in findings if finding.decides}
    if not verdicts:
        raise ValueError("combine: expected at least one finding that decides; got none")
    if "not replicated" in verdicts:
        return "not replicated"
    return "undecided" if "undecided" in verdicts else "replicated"
