"""What a run says to the claims, for people and for programs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from replication.claims.claim import Claim
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Finding, Verdict, combine
from replication.wording import ACROSS, number, sureness, table, tally, words


@dataclass(frozen=True)
class Result:
    """A claim with what a run says to it."""

    claim: Claim
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Verdict on the claim as a whole."""
        return combine(self.findings)[0]

    @property
    def open(self) -> str:
        """Why it is undecided; empty if it is not."""
        return combine(self.findings)[1]

    @property
    def needed(self) -> int | None:
        """Size of a sample that would decide what an interval across a bound leaves open; None where there is none."""
        sizes = [finding.needed for finding in self.findings if finding.decides and finding.open == ACROSS]
        known = [size for size in sizes if size is not None]
        return max(known, default=None) if self.open == ACROSS and len(known) == len(sizes) else None

    @property
    def parts(self) -> dict[str, Verdict]:
        """Verdict on each part of the claim that is told apart, whether it enters the verdict on the whole or not."""
        names = dict.fromkeys(finding.part for finding in self.findings if finding.part)
        return {
            name: combine(replace(finding, decides=True) for finding in self.findings if finding.part == name)[0]
            for name in names
        }

    @property
    def decisive(self) -> Finding:
        """The first finding that the verdict rests on."""
        return next(
            finding
            for finding in self.findings
            if finding.decides and (finding.verdict, finding.open) == (self.verdict, self.open)
        )

    def describe(self) -> dict[str, Any]:
        """The result as plain values, for JSON."""
        claim = self.claim
        return {
            "name": claim.name,
            "statement": claim.statement,
            "source": claim.source,
            "beyond": claim.beyond,
            "verdict": self.verdict,
            "open": self.open,
            "needed": self.needed,
            "of": self.decisive.of,
            "parts": self.parts,
            "confidence": self.decisive.confidence,
            "decisive": self.findings.index(self.decisive),
            "findings": [finding.describe() for finding in self.findings],
        }


def evaluate(claims: Iterable[Claim], evidence: Mapping[str, Any], sampling: Sampling) -> tuple[Result, ...]:
    """Tests the claims, but those whose evidence is not there, or has nothing that decides them."""
    tested = (Result(claim, claim.findings(evidence, sampling)) for claim in claims if claim.testable(evidence))
    return tuple(result for result in tested if any(finding.decides for finding in result.findings))


@dataclass(frozen=True)
class Judgement:
    """The results of a run.

    Attributes:
        run: its name.
        confidence: of the intervals of a claim together.
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
        claims = json.loads(self.json())["claims"]
        parts = [
            f"# Claims, tested on the run `{self.run}`",
            tally(claims),
            f"The intervals of a claim that decide hold jointly with {self.confidence:.0%} confidence. "
            "‖·‖² is the mean square over the grid.",
        ]
        for heading, beyond in (("Claims of the paper", False), ("Claims beyond the paper", True)):
            shown = [claim for claim in claims if claim["beyond"] is beyond]
            if shown:
                parts += [
                    f"## {heading}",
                    table(("claim", "statistic", "estimate and interval", "verdict"), map(_overview, shown)),
                ]
        for claim in claims:
            parts += [
                f"## {claim['name']}: {words(claim)}",
                f"{claim['statement']} ({claim['source']})",
                f"Each interval at {claim['confidence']:.2%}.",
                table(
                    ("statistic", "estimate", "interval", "criterion", "verdict", "from"), map(_row, claim["findings"])
                ),
            ]
        return "\n\n".join(parts) + "\n"


def _overview(claim: Mapping[str, Any]) -> tuple[str, ...]:
    decisive = claim["findings"][claim["decisive"]]
    return claim["statement"], decisive["statistic"], _estimate(decisive), words(claim)


def _row(finding: Mapping[str, Any]) -> tuple[str, ...]:
    about = [finding["part"]] if finding["part"] else []
    about += [] if finding["decides"] else ["reported only"]
    statistic = finding["statistic"] + (f" ({', '.join(about)})" if about else "")
    return (
        statistic,
        number(finding["estimate"]),
        sureness(finding),
        finding["criterion"],
        words(finding),
        finding["note"],
    )


def _estimate(finding: Mapping[str, Any]) -> str:
    return f"{number(finding['estimate'])} ({sureness(finding)})"
