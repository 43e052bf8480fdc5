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
    "Elapsed time",
    "Trying to restart",
    "Reasons:",
    "This was a dry-run",
)
NO_BREAK = "\N{NO-BREAK SPACE}"

NO_JOB = "all"
"""The rule that makes nothing itself."""

FAILED_SCRIPT = re.compile(r"CalledProcessError.*non-zero exit status 1\.", re.DOTALL)
NO_TARGET = "Target rules may not contain wildcards"
UNKNOWN_TARGET = re.compile(r"No rule to produce (.+?) \(if you use")


class Messages(logging.Formatter):
    """Chooses and formats Snakemake's messages.

    Args:
        other: formats what is shown as it is.
        targets: gives what may be asked for: rules and files.
        time_left: gives the time left of the run that starts.
        screen: where the messages are shown.
        inside: whether this is the process of a job: what failed is told by the one that started it.
    """

    def __init__(
        self,
        other: logging.Formatter,
        targets: Callable[[], Collection[str]],
        time_left: Callable[[], TimeLeft],
        screen: Screen,
        inside: bool = False,
    ) -> None:
        super().__init__()
        self._other, self._targets, self._screen, self._inside = other, targets, screen, inside
        self._new_time_left, self._time_left = time_left, TimeLeft({}, at_once=1)
        self._benchmarks: dict[int, str] = {}
        self._planned, self._beside = False, 0
        self.ended = False
        """Whether the run has said how it ended: nothing that follows is news."""

    def shows(self, record: logging.LogRecord) -> bool:
        """Whether a message is shown; a filter of a handler. What it says of jobs is noted."""
        event, text, said = str(getattr(record, "event", None)), str(record.msg), record.__dict__
        match event:
            case "job_info":
                self._benchmarks[said["jobid"]] = str(said["benchmark"])
                self._time_left.started(self._benchmarks[said["jobid"]])
            case "job_finished" if said["job_id"] in self._benchmarks:
                self._time_left.finished(self._benchmarks[said["job_id"]])
            case "error":
                return not self.ended and not FAILED_SCRIPT.search(text)
            case "run_info":  # a dry run says twice what will run
                self._planned, before = True, self._planned
                return not before
            case "progress":
                return bool(said["done"] <= said["total"] - self._beside)
            case "job_error":
                return not self._inside
        return event not in UNSEEN_EVENTS and not text.startswith(UNSEEN_STARTS)

    def format(self, record: logging.LogRecord) -> str:
        """A message as it is shown."""
        match str(getattr(record, "event", None)):
            case "progress":
                return self._progress(record.__dict__)
            case "run_info":
                return self._plan(record.__dict__)
            case "job_error":
                return f"A job failed: {', '.join(record.__dict__['log']) or record.__dict__['rule_name']}"
            case "error" if unknown := UNKNOWN_TARGET.search(str(record.msg)):
                return self._unknown(unknown[1])
            case "error" if NO_TARGET in str(record.msg):
                return self._error(
                    "this rule makes several files: ask for one of them. snakemake --list-target-rules shows what can "
                    "be asked for by its name."
                )
        return self._other.format(record)

    def _progress(self, said: dict[str, Any]) -> str:
        done, total, left = said["done"], said["total"] - self._beside, ""
        if done < total:
            left = f", about {in_words(self._time_left.seconds())} left"
        return f"{done} of {total} job{'s' * (total != 1)} done{left}"

    def _plan(self, said: dict[str, Any]) -> str:
        """How many jobs of each rule will run, and how long that may take."""
        counts = {rule: count for rule, count in said["stats"].items() if rule not in (NO_JOB, "total")}
        self._beside = said["stats"].get(NO_JOB, 0)
        self._time_left = self._new_time_left()
        listed = ", ".join(rule if count == 1 else f"{count}{NO_BREAK}{rule}" for rule, count in counts.items())
        estimate = f"about {in_words(self._time_left.seconds())}, {self._time_left.at_once} at once"
        total = sum(counts.values())
        lines = self._screen.wrap(f"{listed}; {estimate}", f"{total} job{'s' * (total != 1)}: ", 4)
        return "\n".join(lines).replace(NO_BREAK, " ")

    def _unknown(self, name: str) -> str:
        nearest = difflib.get_close_matches(name, self._targets(), n=1)
        hint = f" Did you mean {nearest[0]}?" if nearest else ""
        return self._error(f"this workflow makes nothing called {name}.{hint} snakemake --list shows what it makes.")

    def _error(self, text: str) -> str:
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
