"""Verdicts in words, from claims and findings as claims.json has them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

ACROSS = "an interval across a bound"
"""Why a verdict is open that more networks could decide."""

TOO_SMALL = "too small a run"
"""Why a verdict is open whatever the interval says."""

VERDICTS = ("replicated", "not replicated", "undecided")


def tally(claims: Sequence[Mapping[str, Any]]) -> str:
    """How many claims have each verdict, those of the paper apart from those beyond it.

    Args:
        claims: as claims.json has them.
    """
    parts = []
    for name, beyond in (("of the paper", False), ("beyond it", True)):
        verdicts = [claim["verdict"] for claim in claims if claim["beyond"] is beyond]
        counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in VERDICTS if verdict in verdicts)
        if verdicts:
            parts.append(f"{len(verdicts)} claim{'s' * (len(verdicts) > 1)} {name}: {counts}")
    return "; ".join(parts) or "no claims"


def words(judged: Mapping[str, Any]) -> str:
    """A verdict in words: of a claim, with its parts, or of a finding; undecided with the reason."""
    reason = f" ({judged['open']}{_needed(judged)})" if judged["open"] else ""
    parts = ", ".join(f"{name}: {verdict}" for name, verdict in judged.get("parts", {}).items())
    return judged["verdict"] + reason + (f"; {parts}" if parts else "")


def _needed(judged: Mapping[str, Any]) -> str:
    """How large a sample would decide what an interval across a bound leaves open."""
    if judged["open"] != ACROSS:
        return ""
    if judged["needed"] is None:
        return f", the estimate nearly on it: more {judged['of']} would hardly decide"
    return f"; at this estimate and spread, {judged['needed']:,} {judged['of']} would decide"


def sureness(finding: Mapping[str, Any]) -> str:
    """The interval of a finding; of theory, the residual of the fit."""
    if finding["residual"] is not None:
        return f"residual {finding['residual']:.1%}"
    if finding["low"] is None or finding["high"] is None:
        return "none"
    return f"{finding['low']:.3g} to {finding['high']:.3g}"


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float | None) -> str:
    """Three significant digits."""
    return "none" if value is None else f"{value:.3g}"
