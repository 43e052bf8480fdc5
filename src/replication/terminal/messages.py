"""Snakemake's messages as a terminal shows them: a line for what matters, nothing for the rest.

The whole of them is in Snakemake's own log, below `.snakemake/log`, and with `--verbose` in the terminal too.
"""

import difflib
import logging
import re
from collections.abc import Callable, Collection
from typing import Any

from replication.terminal.screen import Screen
from replication.terminal.times import TimeLeft, in_words

NOTHING_TO_DO = "Nothing to be done"
UNSEEN_EVENTS = {
    "workflow_started",
    "job_started",
    "job_finished",
    "group_info",
    "group_error",
    "resources_info",
    "job_info",
}
UNSEEN_STARTS = (
    "Using shell",
    "host: ",
    "Building DAG",
    "Assuming unrestricted",
    "Conda environments: ignored",
    "Group jobs: inactive",
    "Select jobs to execute",
    "Execute ",
    "Shutting down",
    "Exiting because a job execution failed",
    "Complete log",
    "Workflow runtime",
    "Reasons:",
    "This was a dry-run",
)
NO_JOB = "all"
"""The rule that makes nothing itself."""

FAILED_SCRIPT = re.compile(r"CalledProcessError.*non-zero exit status 1\.", re.DOTALL)
UNKNOWN_TARGET = re.compile(r"No rule to produce (.+?) \(if you use")


class Messages(logging.Formatter):
    """Formats Snakemake's messages; an empty line is not shown.

    Args:
        other: formats what is shown as it is.
        targets: what may be asked for: rules and files.
        screen: where the messages are shown.
    """

    def __init__(self, other: logging.Formatter, targets: Callable[[], Collection[str]], screen: Screen) -> None:
        super().__init__()
        self._other, self._targets, self._screen = other, targets, screen
        self._benchmarks: dict[int, str] = {}
        self._planned, self._beside = False, 0
        self.time_left: TimeLeft | None = None
        self.ended = False
        """Whether the run has said how it ended: nothing that follows is news."""

    def format(self, record: logging.LogRecord) -> str:
        """The message as it is shown."""
        event, text = str(getattr(record, "event", None)), str(record.msg)
        self._follow(event, record)
        match event:
            case "progress":
                return self._progress(record.__dict__)
            case "run_info":
                return self._plan(record.__dict__)
            case "job_error":
                return f"Failed: {record.__dict__['rule_name']}, {', '.join(record.__dict__['log'])}"
            case "error" if unknown := UNKNOWN_TARGET.search(text):
                return self._unknown(unknown[1])
            case "error" if FAILED_SCRIPT.search(text) or self.ended:
                return ""
            case _ if event in UNSEEN_EVENTS or text.startswith(UNSEEN_STARTS):
                return ""
        return self._other.format(record)

    def _follow(self, event: str, record: logging.LogRecord) -> None:
        """Notes which jobs start and end."""
        said = record.__dict__
        if event == "job_info":
            self._benchmarks[said["jobid"]] = str(said["benchmark"])
        if self.time_left is None:
            return
        if event == "job_info":
            self.time_left.started(self._benchmarks[said["jobid"]])
        elif event == "job_finished" and said["job_id"] in self._benchmarks:
            self.time_left.finished(self._benchmarks[said["job_id"]])

    def _progress(self, said: dict[str, Any]) -> str:
        done, total, left = said["done"], said["total"] - self._beside, ""
        if done > total:
            return ""
        if self.time_left is not None and done < total:
            left = f", about {in_words(self.time_left.seconds())} left"
        return f"{done} of {total} job{'s' * (total != 1)} done{left}"

    def _plan(self, said: dict[str, Any]) -> str:
        """How many jobs of each rule will run; a dry run says it twice, and is told once."""
        if self._planned:
            return ""
        self._planned = True
        counts = {rule: count for rule, count in said["stats"].items() if rule not in (NO_JOB, "total")}
        self._beside = said["stats"].get(NO_JOB, 0)
        listed = ", ".join(rule if count == 1 else f"{count} {rule}" for rule, count in counts.items())
        total = sum(counts.values())
        return "\n".join(self._screen.wrap(listed, f"{total} job{'s' * (total != 1)}: ", 4))

    def _unknown(self, name: str) -> str:
        nearest = difflib.get_close_matches(name, self._targets(), n=1)
        hint = f" Did you mean {nearest[0]}?" if nearest else ""
        text = f"this workflow makes nothing called {name}.{hint} snakemake --list shows what it makes."
        return "\n".join(self._screen.wrap(text, "Error: ", len("Error: ")))


class NothingToDo(logging.Handler):
    """Calls a function when Snakemake finds that all is there: it calls no hook then."""

    def __init__(self, function: Callable[[], None]) -> None:
        super().__init__()
        self._function = function

    def emit(self, record: logging.LogRecord) -> None:
        """Looks at a message."""
        if str(record.msg).startswith(NOTHING_TO_DO):
            self._function()
