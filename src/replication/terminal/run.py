"""The terminal of a run of Snakemake: the one place that asks Snakemake what it does."""

import json
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from replication.layout import Layout
from replication.terminal import failure, summary, times
from replication.terminal.messages import Messages, NothingToDo
from replication.terminal.screen import Screen

WHOLE_RUN = {"all", "report", "claims"}
"""Targets whose run ends with the verdicts."""


class Terminal:
    """What the terminal shows of a run.

    Snakemake's messages are left alone where it was asked for all of them (`--verbose`), on other machines, and where
    the workflow is part of another.

    Args:
        layout: of the run.
        workflow: Snakemake's.
        snakefile: of this workflow.
    """

    def __init__(self, layout: Layout, workflow: Any, snakefile: Path) -> None:
        self._layout, self._workflow = layout, workflow
        self._messages: list[Messages] = []
        self._start = time.time()
        settings = workflow.output_settings
        ours = Path(str(workflow.main_snakefile)).resolve() == snakefile.resolve()
        if not ours or workflow.remote_exec:
            return
        logger = workflow.logger_manager.logger
        for handler in logger.handlers:
            if handler.name == "DefaultStreamHandler" and not settings.verbose:
                self._take(handler, not settings.nocolor)
        if workflow.is_main_process and not settings.dryrun:
            logger.addHandler(NothingToDo(self.ends_well))

    def _take(self, handler: Any, colour: bool) -> None:
        """Has a handler of Snakemake's show what we choose."""
        screen = Screen.of(handler.stream, colour)
        handler.nocolor = not screen.colour
        messages = Messages(
            handler.formatter,
            lambda: self._layout.names,
            self.time_left,
            screen,
            inside=not self._workflow.is_main_process,
        )
        handler.setFormatter(messages)
        handler.addFilter(messages.shows)
        self._messages.append(messages)

    def time_left(self) -> times.TimeLeft:
        """What is left of the run that starts now."""
        workflow, expected = self._workflow, times.expected(self._layout)
        coming = [str(job.benchmark) for job in workflow.dag.needrun_jobs() if job.benchmark]
        at_once = workflow.cores if workflow.local_exec else workflow.nodes
        return times.TimeLeft({job: expected.get(job, times.SHORT_JOB) for job in coming}, at_once)

    def ends_well(self) -> None:
        """All is there that was asked for."""
        targets = self._workflow.dag.targetjobs
        screen = self._screen(sys.stdout)
        judged = Path(self._layout.outputs("claims")["json"])
        if WHOLE_RUN & {job.rule.name for job in targets} and judged.exists():
            claims = json.loads(judged.read_text())["claims"]
            seconds = times.took(map(self._layout.benchmark_of, self._layout.jobs))
            self._show(summary.of_run(claims, self._files(), seconds, screen), sys.stdout)
        else:
            paths = [str(path) for job in targets for path in job.output or job.input]
            self._show(summary.of_paths(sorted(paths)), sys.stdout)

    def fails(self) -> None:
        """The run ends, and not all is there."""
        failed = self._workflow.scheduler.failed
        jobs = [job for one in failed for job in (one.jobs if one.is_group() else [one])]
        failures = sorted((self._failure(str(job.log[0])) for job in jobs if job.log), key=lambda one: one.job)
        self._show(failure.block(failures, self._screen(sys.stderr)), sys.stderr)

    def _files(self) -> dict[str, str]:
        made = {"Report": f"{self._layout.run}/report.html", "Figures": f"{self._layout.run}/figures/"}
        return {name: path for name, path in made.items() if Path(path).exists()}

    def _failure(self, log: str) -> failure.Failure:
        return failure.Failure(str(Path(log).relative_to(f"{self._layout.run}/logs").with_suffix("")), log, self._start)

    def _screen(self, stream: TextIO) -> Screen:
        return Screen.of(stream, not self._workflow.output_settings.nocolor)

    def _show(self, lines: list[str], stream: TextIO) -> None:
        print(*lines, sep="\n", file=stream, flush=True)
        for messages in self._messages:
            messages.ended = True
