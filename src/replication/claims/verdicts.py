"""Verdicts: an interval for a statistic against a criterion that was fixed beforehand."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from replication.statistics import Estimate, Extreme, PowerLaw

Verdict = Literal["replicated", "not replicated", "undecided"]

TOO_SMALL = "too small a run"
ACROSS = "an interval across a bound"
NO_POWER_LAW = "no power law"

LARGEST_RESIDUAL = 0.25
"""Of a fit, beyond which its exponent says nothing."""


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
        estimate: its value, with what its interval follows from; or, of theory, the fit.
        criterion: the values that the claim allows.
        note: what the estimate rests on.
        enough: whether the run is large enough to decide; if not the finding is undecided, whatever the interval says.
        decides: whether it enters the claim's verdict, or is reported beside it.
        part: what it is about, if the claim has parts that are told apart.
        confidence: of the interval.
    """

    statistic: str
    estimate: Estimate | Extreme | PowerLaw
    criterion: Criterion
    note: str
    enough: bool = True
    decides: bool = True
    part: str = ""
    confidence: float = 0.95

    @property
    def interval(self) -> tuple[float, float]:
        """Confidence interval; of theory, the value itself twice."""
        if isinstance(self.estimate, PowerLaw):
            return self.estimate.value, self.estimate.value
        return self.estimate.interval(self.confidence)

    @property
    def residual(self) -> float | None:
        """Largest relative distance of a value from the fit, where there is a fit in place of an interval."""
        return self.estimate.residual if isinstance(self.estimate, PowerLaw) else None

    @property
    def verdict(self) -> Verdict:
        """What this statistic alone says."""
        fits = self.residual is None or self.residual <= LARGEST_RESIDUAL
        return self.criterion.judge(*self.interval) if self.enough and fits else "undecided"

    @property
    def open(self) -> str:
        """Why it is undecided; empty if it is not."""
        if self.verdict != "undecided":
            return ""
        if self.residual is not None:
            return NO_POWER_LAW
        return ACROSS if self.enough else TOO_SMALL

    def describe(self) -> dict[str, Any]:
        """The finding as plain values, for JSON; what is not finite, or not there, is null."""
        low, high = (None, None) if self.residual is not None else self.interval
        numbers = {"estimate": self.estimate.value, "low": low, "high": high, "residual": self.residual}
        return {
            "statistic": self.statistic,
            **{name: _finite(value) for name, value in numbers.items()},
            "criterion": str(self.criterion),
            "verdict": self.verdict,
            "open": self.open,
            "decides": self.decides,
            "part": self.part,
            "note": self.note,
        }


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def combine(findings: Iterable[Finding]) -> tuple[Verdict, str]:
    """Verdict on a claim: replicated if every deciding finding is, not replicated if one is not, undecided otherwise.

    Returns:
        The verdict, and why it is undecided. A run that is too small for one statistic is too small for the claim.

    Raises:
        ValueError: if no finding decides.
    """
    deciding = [finding for finding in findings if finding.decides]
    if not deciding:
        raise ValueError("combine: expected at least one finding that decides; got none")
    verdicts, reasons = {finding.verdict for finding in deciding}, {finding.open for finding in deciding}
    if "not replicated" in verdicts:
        return "not replicated", ""
    if "undecided" in verdicts:
        return "undecided", next(reason for reason in (TOO_SMALL, ACROSS, NO_POWER_LAW) if reason in reasons)
    return "replicated", ""
