"""How long jobs take: what they took, what they will take, and what is left of a run."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from statistics import fmean

from replication.layout import Job, Layout

SHORT_JOB = 5.0
"""Seconds of a job that nothing is known of: most of it the start of Python and JAX."""

MARGIN = 4.0
"""How many times longer a step may take by the configuration than it does (docs/scaling.md)."""

TRUST = 0.1
"""Share of a run that must be done until its own pace counts as much as what was expected."""


def spent(benchmark: str) -> float | None:
    """Seconds that a job took, from the file that Snakemake wrote; None if it has not run, or the file is damaged."""
    try:
        return float(Path(benchmark).read_text().splitlines()[1].split("\t")[0])
    except (OSError, IndexError, ValueError):
        return None


def took(benchmarks: Iterable[str]) -> float:
    """Seconds during which at least one of these jobs ran: pauses of a run that was interrupted do not count."""
    ends = {path: Path(path).stat().st_mtime for path in benchmarks if Path(path).exists()}
    total, until = 0.0, 0.0
    for start, end in sorted((end - (spent(path) or 0), end) for path, end in ends.items()):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total


def expected(layout: Layout) -> dict[str, float]:
    """Seconds that each job of a run may take, by the file of its benchmark.

    As long as it took before; else as long as the others of its rule; else, where it trains, the configured time of a
    step times steps and networks, without its margin.
    """
    rules = {layout.benchmark_of(job): job for job in layout.jobs}
    known = {path: seconds for path in rules if (seconds := spent(path)) is not None}
    by_rule: dict[str, list[float]] = {}
    for path, seconds in known.items():
        by_rule.setdefault(rules[path][0], []).append(seconds)

    def guess(job: Job) -> float:
        configured = SHORT_JOB + _training_seconds(layout, job)
        return configured if job[0] == "train" or job[0] not in by_rule else fmean(by_rule[job[0]])

    return {path: known.get(path, guess(job)) for path, job in rules.items()}


def _training_seconds(layout: Layout, job: Job) -> float:
    """The configured time of the steps of all networks that a job trains; 0 if it trains none."""
    study, (rule, pairs) = layout.study, job
    wildcards = dict(pairs)
    if rule == "train":
        widths, steps = [int(wildcards["width"])], study.experiments[wildcards["experiment"]].steps[-1]
        networks = int(wildcards["last"]) - int(wildcards["first"]) + 1
    elif rule == "divergence" and study.divergence is not None:
        widths, steps, networks = list(study.divergence.widths), study.divergence.steps[-1], study.divergence.networks
    elif rule == "real_networks" and study.real_data is not None:
        chosen = study.real_data.networks
        widths, steps, networks = [int(wildcards["width"])], chosen.steps, chosen.networks * len(study.real_data.images)
    else:
        return 0.0
    microseconds = sum(study.training_entry(width).step_microseconds for width in widths)
    return networks * steps * microseconds * 1e-6 / MARGIN


class TimeLeft:
    """Estimates what is left of a run, from what its jobs are expected to take and what they take.

    Attributes:
        expected: seconds that each of its jobs may take, by name.
        at_once: how many run at the same time.
        clock: gives seconds.
    """

    def __init__(
        self, expected: Mapping[str, float], at_once: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.at_once = max(1, min(at_once, len(expected)))
        self.expected, self._clock = dict(expected), clock
        self._running: dict[str, float] = {}
        self._took: dict[str, float] = {}

    def started(self, job: str) -> None:
        """A job starts."""
        self._running[job] = self._clock()

    def finished(self, job: str) -> None:
        """A job ended well."""
        now = self._clock()
        self._took[job] = now - self._running.pop(job, now)

    def seconds(self) -> float:
        """What is left, at the pace of the jobs so far; while little is done, mostly at the pace expected."""
        under_way = {job: self._clock() - start for job, start in self._running.items()}
        left = {
            job: max(0.0, seconds - under_way.get(job, 0.0))
            for job, seconds in self.expected.items()
            if job not in self._took
        }
        total, coming = sum(self.expected.values()), sum(left.values())
        if not coming:
            return 0.0
        worked = sum(self._took.values()) + sum(under_way.values())
        pace = (worked + TRUST * total) / (total - coming + TRUST * total)
        return max(coming / self.at_once, *left.values()) * pace


def in_words(seconds: float) -> str:
    """A duration, such as 40 s, 12 min or 1 h 5 min."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, [f"{hours} h" if hours else "", f"{rest} min" if rest or not hours else ""]))
