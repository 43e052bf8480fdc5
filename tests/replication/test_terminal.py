"""What a run says in a terminal: its end, a failure, how far it is, and what it calls unknown."""

import json
import logging
import os
import re
import termios
from pathlib import Path

import pytest
from configurations import STUDY

from replication.layout import Layout
from replication.terminal import failure, summary, times
from replication.terminal.messages import Messages, NothingToDo
from replication.terminal.screen import Screen

PUBLISHED = Path(__file__).resolve().parents[2] / "docs/results/paper/claims.json"
FILES = {"Report": "results/paper/report.html", "Figures": "results/paper/figures/"}
VERDICTS = ("replicated", "not replicated", "undecided")
TERMINAL = Screen(80, wraps=True)


def claim(verdict="replicated", statement="A statement.", beyond=False, **other):
    return {"name": "a_claim", "verdict": verdict, "statement": statement, "beyond": beyond, "open": "", **other}


def plain(lines):
    return [re.sub(r"\033\[\d+m", "", line) for line in lines]


# --- the end of a run ---


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("colour", [False, True])
def test_the_published_claims_end_a_run_in_few_lines_that_fit(columns, colour):
    claims = [
        {"open": "", "beyond": one["source"].startswith("beyond the paper"), **one}
        for one in json.loads(PUBLISHED.read_text())["claims"]
    ]
    lines = plain(summary.of_run(claims, FILES, 4000, Screen(columns, colour)))
    assert len(lines) <= len(claims) + 6
    assert max(map(len, lines)) <= columns
    shown = [line for line in lines if line.startswith("  ")]
    assert len(shown) == len(claims)
    for line, one in zip(shown, sorted(claims, key=lambda one: one["beyond"]), strict=True):
        name, _, rest = line[18:].partition(" ")
        assert (line[2:16].strip(), name) == (one["verdict"], one["name"])
        assert f"{one['statement']} ".startswith(rest.strip().removesuffix("...").rstrip() + " ")  # no word is cut


def test_the_claims_of_the_paper_are_apart_from_ours():
    lines = summary.of_run([claim(beyond=True, statement="Ours."), claim(statement="Theirs.")], {}, 1, Screen())
    assert [line.split()[-1] for line in lines[:4]] == ["replicated", "Theirs.", "replicated", "Ours."]
    assert lines[0].startswith("1 claim of the paper")
    assert lines[2].startswith("1 claim beyond it")


def test_files_and_duration_come_last_and_reasons_are_counted():
    claims = [claim("undecided", open="too small a run"), claim("undecided", open="too small a run")]
    *_, reasons, report, figures, took = summary.of_run(claims, FILES, 3900, Screen())
    assert reasons == "Undecided for: too small a run (2)."
    assert [report.split(), figures.split()] == [list(item) for item in FILES.items()]
    assert took.split(maxsplit=1) == ["Took", "1 h 5 min"]


def test_each_verdict_has_its_colour_where_there_is_colour():
    claims = [claim(verdict) for verdict in VERDICTS]
    coloured = summary.of_run(claims, {}, 1, Screen(colour=True))
    assert len({re.findall(r"\033\[\d+m", line)[0] for line in coloured if "statement" in line}) == len(VERDICTS)
    assert "\033" not in "".join(summary.of_run(claims, {}, 1, Screen()))


# --- the terminal ---


@pytest.fixture
def terminal():
    """A terminal of 80 columns."""
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    with os.fdopen(slave, "w") as stream:
        yield stream
    os.close(master)


def test_a_terminal_has_its_width_and_colour_unless_the_user_wants_none(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert Screen.of(terminal) == Screen(80, colour=True, wraps=True)
    assert not Screen.of(terminal, colour=False).colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Screen.of(terminal).colour


def test_a_file_has_no_colour_and_its_sentences_stay_whole(tmp_path):
    with (tmp_path / "file").open("w") as stream:
        screen = Screen.of(stream)
    assert screen == Screen(100, colour=False, wraps=False)
    assert screen.wrap(100 * "word ", "Why", 8) == [f"Why     {100 * 'word '}"]


def test_a_long_path_stays_whole_and_sentences_fit():
    path = "results/" + 90 * "x"
    lines = TERMINAL.wrap(f"{20 * 'word '}{path}", "Log", 8)
    assert f"        {path}" in lines
    assert all(len(line) <= 80 for line in lines if path not in line)


# --- a failure ---

LOG = """07:27:25 The job failed
Traceback (most recent call last):
  File "a.py", line 3, in read
    raise OSError("first")
OSError: first

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "b.py", line 35, in <module>
    run()
    ^^^^^
sgntk._training.TrainingError: train_ensemble: network 3 failed. Use a smaller learning rate
It is network 3 of sign, sign, width 8
"""


def test_the_message_of_a_log_is_that_of_its_last_traceback_with_its_notes():
    assert failure.reason(LOG) == [
        "TrainingError: train_ensemble: network 3 failed. Use a smaller learning rate",
        "It is network 3 of sign, sign, width 8",
    ]
    assert failure.reason("07:27:25 a warning\n") == []


def test_a_failure_is_told_in_one_block(tmp_path):
    log = tmp_path / "networks_0-1.log"
    log.write_text(LOG)
    lines = failure.block([failure.Failure("train/networks_0-1", str(log))], TERMINAL)
    text = " ".join(" ".join(lines).split())
    labels = [line[:8].strip() for line in lines if line[:8].strip()]
    assert labels == ["Failed", "Why", "Log", "Next"]
    assert "train/networks_0-1" in lines[0]
    assert "TrainingError: train_ensemble: network 3 failed. Use a smaller learning rate" in text
    assert "Traceback" not in text
    assert str(log) in text
    assert "same command again" in text


def test_a_log_that_is_missing_old_or_silent_is_not_taken_for_a_reason(tmp_path):
    log = tmp_path / "job.log"
    assert failure.Failure("job", str(log)).why == [failure.NO_LOG]
    log.write_text(LOG)
    os.utime(log, (100, 100))
    assert failure.Failure("job", str(log), start=200).why == [failure.NO_LOG]
    log.write_text("")
    assert failure.Failure("job", str(log)).why == [failure.NO_MESSAGE]


def test_of_many_failures_a_few_are_told_and_the_others_counted():
    failures = [failure.Failure(f"job_{number}", "none.log") for number in range(9)]
    lines = failure.block(failures, Screen())
    assert len(lines) < 20
    assert sum(line.startswith("Failed") for line in lines) == failure.MOST_SHOWN + 1
    assert f"{9 - failure.MOST_SHOWN} more" in "".join(lines)


def test_a_run_that_was_stopped_says_how_it_goes_on():
    [line] = failure.block([], Screen())
    assert "goes on" in line


# --- times ---


def benchmark(folder, name, seconds, end):
    path = folder / f"{name}.tsv"
    path.write_text(f"s\th:m:s\n{seconds}\t0:00:01\n")
    os.utime(path, (end, end))
    return str(path)


def test_a_run_took_the_time_in_which_any_job_ran(tmp_path):
    paths = [
        benchmark(tmp_path, "a", 10, end=1010),
        benchmark(tmp_path, "b", 15, end=1020),  # overlaps the first by 5
        benchmark(tmp_path, "c", 5, end=9000),  # after a long pause
        str(tmp_path / "never_run.tsv"),
    ]
    assert times.took(paths) == pytest.approx(25)


def test_a_damaged_benchmark_says_nothing(tmp_path):
    (tmp_path / "a.tsv").write_text("s\n")
    assert times.spent(str(tmp_path / "a.tsv")) is None


def jobs_of(layout, rule):
    return sorted(layout.benchmark_of(job) for job in layout.jobs if job[0] == rule)


def test_a_job_takes_as_long_as_before_or_as_others_of_its_rule_or_as_configured(tmp_path):
    layout = Layout(STUDY, folder=str(tmp_path))
    first, second, *_ = jobs_of(layout, "predict")
    Path(first).parent.mkdir(parents=True)
    benchmark(Path(first).parent, Path(first).stem, 33, end=1000)
    expected = times.expected(layout)
    assert expected.keys() == {layout.benchmark_of(job) for job in layout.jobs}
    assert (expected[first], expected[second]) == (33, 33)
    assert expected[layout.benchmark("grid")] == times.SHORT_JOB
    narrow, wide = (
        sum(seconds for path, seconds in expected.items() if f"/train/sign/sign/width_{width}/" in path)
        for width in (20, 500)
    )
    sign = STUDY.experiments["sign"]
    microseconds = STUDY.training_entry(500).step_microseconds / times.MARGIN
    jobs = len(list(sign.batches(500)))
    assert wide == pytest.approx(sign.networks * sign.steps[-1] * microseconds * 1e-6 + jobs * times.SHORT_JOB)
    assert narrow < wide


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_at_the_pace_expected_the_time_left_is_right():
    clock = Clock()
    left = times.TimeLeft({str(number): 10.0 for number in range(20)}, 2, clock)
    assert left.seconds() == pytest.approx(100)
    for pair in range(10):
        jobs = [str(2 * pair), str(2 * pair + 1)]
        for job in jobs:
            left.started(job)
        clock.now += 5
        assert left.seconds() == pytest.approx(100 - clock.now)
        clock.now += 5
        for job in jobs:
            left.finished(job)
        assert left.seconds() == pytest.approx(100 - clock.now)


def test_a_slow_machine_is_noticed():
    clock = Clock()
    left = times.TimeLeft({str(number): 10.0 for number in range(20)}, 1, clock)
    for number in range(10):
        left.started(str(number))
        clock.now += 30
        left.finished(str(number))
    assert 250 < left.seconds() <= 300


def test_the_longest_job_bounds_what_is_left_on_many_cores():
    assert times.TimeLeft({"long": 100.0, "short": 1.0}, 64, Clock()).seconds() == pytest.approx(100)


@pytest.mark.parametrize(
    ("seconds", "words"), [(4.4, "4 s"), (59.7, "1 min"), (61, "1 min"), (3600, "1 h"), (3900, "1 h 5 min")]
)
def test_durations_in_words(seconds, words):
    assert times.in_words(seconds) == words


# --- Snakemake's messages ---


@pytest.fixture
def show():
    """Gives what the terminal shows of a message."""
    messages = Messages(
        logging.Formatter(),
        lambda: ["figure_3", "figure_b1", "results/tiny/tables/sign.parquet"],
        lambda: times.TimeLeft({"a.tsv": 60.0, "b.tsv": 60.0}, 1, Clock()),
        TERMINAL,
    )

    def show(text=None, **said):
        record = logging.makeLogRecord({"msg": text, **said})
        return messages.format(record) if messages.shows(record) else None

    show.messages = messages
    return show


PLAN = {"event": "run_info", "stats": {"grid": 1, "train": 12, "all": 1, "total": 14}}


def test_what_will_run_is_told_once(show):
    assert show(**PLAN) == "13 jobs: grid, 12 train; about 2 min, 1 at once"
    assert show(**PLAN) is None


def test_progress_counts_what_a_user_counts(show):
    show(**PLAN)
    assert show(event="job_info", jobid=1, benchmark="a.tsv") is None
    assert show(event="job_finished", job_id=1) is None
    assert show(event="progress", done=1, total=14).startswith("1 of 13 jobs done, about ")
    assert show(event="progress", done=13, total=14) == "13 of 13 jobs done"
    assert show(event="progress", done=14, total=14) is None


@pytest.mark.parametrize("name", ["figure_33", "results/tiny/tables/sgn.parquet"])
def test_a_misspelt_target_names_the_nearest(show, name):
    said = f"MissingRuleException:\nNo rule to produce {name} (if you use input functions make sure ...)."
    shown = " ".join(show(said, event="error").split())
    assert f"nothing called {name}" in shown
    assert f"Did you mean {'figure_3' if name == 'figure_33' else 'results/tiny/tables/sign.parquet'}?" in shown


def test_a_rule_of_several_jobs_is_no_target(show):
    said = "WorkflowError:\nTarget rules may not contain wildcards. Please specify ..."
    assert show(said, event="error").startswith("Error: this rule makes several files: ask for one of them.")


def test_of_a_failed_script_the_end_of_the_run_tells(show):
    assert show("CalledProcessError in rule x:\nreturned non-zero exit status 1.", event="error") is None
    assert show("CalledProcessError in rule x:\ndied with <Signals.SIGKILL: 9>.", event="error") is not None


def test_warnings_and_what_is_not_known_are_shown(show):
    assert show("Something new") == "Something new"
    assert show("Building DAG of jobs...") is None


def test_that_nothing_is_left_to_do_is_noticed():
    seen = []
    handler = NothingToDo(lambda: seen.append(1))
    handler.emit(logging.makeLogRecord({"msg": "Building DAG"}))
    assert seen == []
    handler.emit(logging.makeLogRecord({"msg": "Nothing to be done (all requested files are present and up to date)."}))
    assert seen == [1]
