"""Claims: a statement, and how it is tested.

A claim is a generator of findings, with its statement as a decorator:

    @claim("Wide networks have small changes.", source="Figure 1")
    def changes_are_small(sampling: Sampling, ntk: pd.DataFrame) -> Iterator[Finding]:
        yield sampling.of_networks(...)

The parameters after `sampling` name the evidence that the claim needs (`replication.claims.evidence.SOURCES`).
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from inspect import signature
from typing import Any

from replication.claims.evidence import SOURCES
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Finding
from replication.statistics import shared

Test = Callable[..., Iterator[Finding]]


@dataclass(frozen=True)
class Claim:
    """A statement, of the paper or beyond it, and how it is tested.

    Attributes:
        name: short name.
        statement: what is claimed, in a sentence.
        source: where the paper says or shows it, or that it does not.
        needs: names of the evidence that it is tested on.
        test: gives the findings, from a `Sampling` and the evidence.
    """

    name: str
    statement: str
    source: str
    needs: tuple[str, ...]
    test: Test

    @property
    def beyond(self) -> bool:
        """Whether it is none of the paper's."""
        return self.source.startswith("beyond the paper")

    def testable(self, evidence: Collection[str]) -> bool:
        """Whether all that the claim needs is among these names."""
        return {*self.needs} <= {*evidence}

    def findings(self, evidence: Mapping[str, Any], sampling: Sampling) -> tuple[Finding, ...]:
        """What a run says to the claim; the intervals that decide hold together with the confidence of the sampling."""
        found = tuple(self.test(sampling, **{name: evidence[name] for name in self.needs}))
        confidence = shared(sampling.confidence, max(1, sum(finding.decides for finding in found)))
        return tuple(replace(finding, confidence=confidence) for finding in found)


def claim(statement: str, *, source: str) -> Callable[[Test], Claim]:
    """Makes a claim of its test, under the name of the function.

    Raises:
        ValueError: if the test asks for evidence that there is none of.
    """

    def make(test: Test) -> Claim:
        name, (_, *needs) = test.__name__, signature(test).parameters
        unknown = [need for need in needs if need not in SOURCES]
        if unknown:
            raise ValueError(f"claim {name}: expected evidence among {', '.join(SOURCES)}; got {', '.join(unknown)}")
        return Claim(name, statement, source, tuple(needs), test)

    return make
