"""How a run ends that failed: what failed, why, where to read more, and what to do."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from replication.terminal.screen import Screen

MOST_SHOWN = 3
"""Failures told in full."""

LABEL_COLUMNS = 8
TRACEBACK = "Traceback (most recent call last):"
NO_LOG = "it ended before it wrote a log: what it said, if anything, is above"
NO_MESSAGE = "it ended without a message, as a job does that is killed, often for want of memory"
NEXT = "Mend the cause, and give the same command again: what is done stays done."


@dataclass(frozen=True)
class Failure:
    """A job that failed.

    Attributes:
        job: its name.
        log: its log.
        start: of the run, in seconds since the epoch: an older log says nothing of it.
    """

    job: str
    log: str
    start: float = 0.0

    @property
    def why(self) -> list[str]:
        """The message of what ended it, and its notes; or that there is none."""
        path = Path(self.log)
        if not path.exists() or path.stat().st_mtime < self.start:
            return [NO_LOG]
        return reason(path.read_text(errors="replace")) or [NO_MESSAGE]


def reason(log: str) -> list[str]:
    """The message that ends a log: of its last traceback, without the module of the exception's class."""
    _, found, after = log.rpartition(TRACEBACK)
    if not found:
        return []
    lines = after.strip("\n").splitlines()
    start = next((number for number, line in enumerate(lines) if line and not line.startswith(" ")), len(lines))
    message = [line.strip() for line in lines[start:] if line.strip()]
    return [re.sub(r"^(?:\w+\.)+(?=\w+(?:Error|Exception|Warning|Interrupt)\b)", "", line) for line in message]


def block(failures: Sequence[Failure], screen: Screen) -> list[str]:
    """The lines that a failed run ends with; without failures it was stopped from outside."""
    if not failures:
        return screen.wrap(
            "The run was stopped before its end. The same command, given again, goes on from here.", "", 0
        )
    lines: list[str] = []
    for failure in failures[:MOST_SHOWN]:
        first = [_wrapped(screen, failure.job, "Failed")]
        said = [_wrapped(screen, line, "" if number else "Why") for number, line in enumerate(failure.why)]
        lines += [line for part in (*first, *said, _wrapped(screen, failure.log, "Log")) for line in part]
    if len(failures) > MOST_SHOWN:
        others = failures[MOST_SHOWN:]
        lines += _wrapped(screen, f"{len(others)} more, such as {others[0].log}", "Failed")
    lines += _wrapped(screen, NEXT, "Next")
    return [re.sub("^Failed", lambda label: screen.paint(label[0], "red"), line) for line in lines]


def _wrapped(screen: Screen, text: str, label: str) -> list[str]:
    return screen.wrap(text, label, LABEL_COLUMNS)
