"""How a run ends: a line for each claim, where everything is, and how long it took."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from replication.terminal.screen import Screen
from replication.terminal.times import in_words
from replication.wording import tally

VERDICT_COLOURS = {"replicated": "green", "not replicated": "red", "undecided": "yellow"}
VERDICT_COLUMNS = max(map(len, VERDICT_COLOURS))
LABEL_COLUMNS = 9
CUT = " ..."


def of_run(claims: Sequence[Mapping[str, Any]], files: Mapping[str, str], seconds: float, screen: Screen) -> list[str]:
    """The lines that a whole run ends with.

    Args:
        claims: as claims.json has them.
        files: what to look at, by what it is called.
        seconds: how long the run took.
        screen: where the lines are shown.
    """
    lines: list[str] = []
    names = max((len(claim["name"]) for claim in claims), default=0)
    for beyond in (False, True):
        group = [claim for claim in claims if claim["beyond"] is beyond]
        if group:
            lines += [tally(group), *(_line(claim, names, screen) for claim in group)]
    reasons = Counter(claim["open"] for claim in claims if claim["open"])
    if reasons:
        counted = ", ".join(f"{reason} ({count})" for reason, count in reasons.most_common())
        lines += screen.wrap(f"{counted}.", "Undecided for: ", len("Undecided for: "))
    where = {**files, "Took": in_words(seconds)}  # a path stays whole, so that it can be copied
    return [*lines, *(f"{name:{LABEL_COLUMNS}}{path}" for name, path in where.items())]


def of_paths(paths: Sequence[str]) -> list[str]:
    """Where what was asked for is."""
    return [f"{'Made' if not number else '':{LABEL_COLUMNS}}{path}" for number, path in enumerate(paths)]


def _line(claim: Mapping[str, Any], names: int, screen: Screen) -> str:
    """The verdict, the name by which claims.md and the report have the claim, and as much of the statement as fits."""
    verdict, name = claim["verdict"], claim["name"].ljust(names)
    room = max(screen.columns - VERDICT_COLUMNS - names - 6, len(CUT) + 1)
    statement = textwrap.shorten(claim["statement"], room, placeholder=CUT, break_on_hyphens=False)
    painted = screen.paint(verdict.ljust(VERDICT_COLUMNS), VERDICT_COLOURS[verdict])
    return f"  {painted}  {name}  {statement}".rstrip()
