"""What a run says to the claims, for people and for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from replication.claims.claim import Claim
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Finding, Verdict, combine


@dataclass(frozen=True)
class Result:
    """A claim with what a run says to it."""

    claim: Claim
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Verdict on the claim as a whole."""
        return combine(self.findings)

    @property
    def decisive(self) -> Finding:
        """The first finding that the verdict rests on."""
        return next(finding for finding in self.findings if finding.decides and finding.verdict == self.verdict)

    def describe(self) -> dict[str, Any]:
        """The result as plain values, for JSON."""
        claim = self.claim
        return {
            "name": claim.name,
            "statement": claim.statement,
            "source": claim.source,
            "verdict": self.verdict,
            "decisive": self.findings.index(self.decisive),
            "findings": [finding.describe() for finding in self.findings],
        }


def evaluate(claims: Iterable[Claim], evidence: Mapping[str, Any], sampling: Sampling) -> tuple[Result, ...]:
    """Tests the claims, but those that need evidence which is not there."""
    return tuple(Result(claim, claim.findings(evidence, sampling)) for claim in claims if claim.testable(evidence))


@dataclass(frozen=True)
class Judgement:
    """The results of a run.

    Attributes:
        run: its name.
        confidence: of the intervals.
        results: of the claims that were tested.
        spread: of the trained networks, angle by angle (`replication.claims.spread`).
    """

    run: str
    confidence: float
    results: tuple[Result, ...]
    spread: pd.DataFrame

    def json(self) -> str:
        """The results for programs."""
        claims = [result.describe() for result in self.results]
        return json.dumps({"run": self.run, "confidence": self.confidence, "claims": claims}, indent=2) + "\n"

    def markdown(self) -> str:
        """A page to read in a terminal: an overview, and then every statistic of every claim."""
        interval = f"{self.confidence:.0%} interval"
        overview = [
            (result.claim.statement, result.decisive.statistic, _interval(result.decisive), result.verdict)
            for result in self.results
        ]
        parts = [
            f"# Claims of the paper, tested on the run `{self.run}`",
            _table(("claim", "statistic", interval, "verdict"), overview),
        ]
        for result in self.results:
            parts += [
                f"## {result.claim.name}: {result.verdict}",
                f"{result.claim.statement} ({result.claim.source})",
                _table(
                    ("statistic", "estimate", interval, "criterion", "verdict", "from"),
                    [_row(finding) for finding in result.findings],
                ),
            ]
        return "\n\n".join(parts) + "\n"


def _row(finding: Finding) -> tuple[str, ...]:
    return (
        finding.statistic if finding.decides else f"{finding.statistic} (beside the verdict)",
        f"{finding.estimate.value:.3g}",
        _interval(finding),
        str(finding.criterion),
        finding.verdict,
        finding.note,
    )


def _interval(finding: Finding) -> str:
    return f"{finding.estimate.low:.3g} to {finding.estimate.high:.3g}"


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
