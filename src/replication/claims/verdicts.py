"""Verdicts: an interval for a statistic against a criterion that was fixed beforehand."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from replication.statistics import Estimate, Extreme, PowerLaw
from replication.wording import ACROSS, TOO_SMALL

Verdict = Literal["replicated", "not replicated", "undecided"]

NO_POWER_LAW = "no power law"

LARGEST_RESIDUAL = 0.25
"""Of a fit, beyond which its exponent says nothing."""

MOST_TIMES = 100
"""A run so many times as large is none that decides: the estimate lies on a bound, as far as one can tell."""


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

    def times_to_decide(self, value: float, interval: tuple[float, float], logarithmic: bool) -> float:
        """How many times as large a sample decides, if the estimate and the spread of a network stay as they are.

        An interval narrows like `1/sqrt(n)` around its estimate, on a logarithmic scale if it has that. One that
        reaches as far as `r` towards a bound at distance `d` ends there with `r^2/d^2` times as many networks: a
        little fewer are enough, since Student's distribution narrows, too. Infinite where the estimate is on the bound.
        """
        low, high = interval
        if not (math.isfinite(low) and math.isfinite(high)):
            return math.inf
        scale = math.log if logarithmic else float
        times = 1.0
        for bound in (self.low, self.high):
            if low < bound < high:
                reach, distance = (abs(scale(end) - scale(value)) for end in (high if value < bound else low, bound))
                times = max(times, (reach / distance) ** 2 if distance else math.inf)
        return times

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
        count: size of the sample, the smallest if there are several; 0 if there is none.
        of: what it is a sample of.
    """

    statistic: str
    estimate: Estimate | Extreme | PowerLaw
    criterion: Criterion
    note: str
    enough: bool = True
    decides: bool = True
    part: str = ""
    confidence: float = 0.95
    count: int = 0
    of: str = "networks"

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

    @property
    def needed(self) -> int | None:
        """Size of a sample that would decide what an interval across a bound leaves open; None where there is none."""
        if self.open != ACROSS or isinstance(self.estimate, PowerLaw):
            return None
        times = self.criterion.times_to_decide(self.estimate.value, self.interval, self.estimate.logarithmic)
        return math.ceil(self.count * times) if self.count and times <= MOST_TIMES else None

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
            "needed": self.needed,
            "of": self.of,
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
