"""Verdicts on every claim: those of the paper, and those beyond it.

A claim replicates if the confidence intervals of its statistics lie inside their criteria, and does not if one lies
outside. Intervals come from the bootstrap over networks, or from a regression where no network is drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sgntk import further_claims, paper_claims
from sgntk.evidence import Evidence
from sgntk.verdicts import Claim, Finding, Verdict, combine

CLAIMS = (*paper_claims.CLAIMS, *further_claims.CLAIMS)


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


def evaluate(evidence: Evidence) -> list[Result]:
    """Tests every claim on a run."""
    return [Result(claim, tuple(claim.test(evidence))) for claim in CLAIMS]


def markdown(run: str, confidence: float, results: list[Result]) -> str:
    """The verdicts as a page to read in a terminal: an overview, and then every statistic of every claim."""
    interval = f"{confidence:.0%} interval"
    rows = [
        (result.claim.statement, result.decisive.statistic, _interval(result.decisive), result.verdict)
        for result in results
    ]
    parts = [
        f"# Claims of the paper, tested on the run `{run}`",
        _table(("claim", "statistic", interval, "verdict"), rows),
    ]
    for result in results:
        findings = [
            (
                finding.statistic if finding.decides else f"{finding.statistic} (beside the verdict)",
                f"{finding.estimate:.3g}",
                _interval(finding),
                str(finding.criterion),
                finding.verdict,
                finding.note,
            )
            for finding in result.findings
        ]
        parts += [
            f"## {result.claim.name}: {result.verdict}",
            f"{result.claim.statement} ({result.claim.source})",
            _table(("statistic", "estimate", interval, "criterion", "verdict", "from"), findings),
        ]
    return "\n\n".join(parts) + "\n"


def _interval(finding: Finding) -> str:
    return f"{finding.low:.3g} to {finding.high:.3g}"


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
