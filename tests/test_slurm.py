"""The workflow through a real scheduler: the Slurm of one node that `make test-slurm` starts, and stops afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
import studies
import yaml

pytestmark = pytest.mark.slurm

ROOT = Path(__file__).resolve().parents[1]
ONE_NODE = ROOT / "tests/slurm/one_node.sh"
SNAKEMAKE = Path(sys.executable).with_name("snakemake")

# Beside what profiles/slurm says: no accounting here, and nobody waits 40 s for jobs of 10.
HERE = [
    *("--slurm-status-command", "squeue"),
    *("--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "10"),
]
QUICK = ROOT / "workflow/config/quick.yaml"
STARTED: list[subprocess.Popen] = []  # what a test need not end itself
TABLE = "results/small/tables/sign_outputs.parquet"
STEPS_OF_SECONDS = 300_000  # for a job that is still at work when the test has found it


def small(widths=(4, 5), networks_per_job=2, steps=3, **changes):
    """One experiment of four networks a width."""
    plans = [{"width": width, "networks_per_job": networks_per_job, "vectorize": 1} for width in widths]
    return {"run": "small", "experiments": {"sign": {"networks": 4, "steps": [steps], "widths": plans}}, **changes}


@dataclass(frozen=True)
class Job:
    """A job as Slurm knows it."""

    number: str
    what: str
    state: str
    memory: str
    limit: str
    folder: str


@pytest.fixture(autouse=True, scope="module")
def slurm():
    if (
        shutil.which("scontrol") is None
        or "sgntk-test"
        not in subprocess.run(["scontrol", "show", "config"], capture_output=True, text=True, check=False).stdout
    ):
        pytest.skip("the Slurm of tests/slurm is not up: make test-slurm")


@pytest.fixture
def study(tmp_path):
    """A copy of what a run needs."""
    yield studies.create(tmp_path)
    for process in STARTED:
        process.kill()
        process.wait()
    left = [job.number for job in jobs(tmp_path) if job.state in ("PENDING", "RUNNING")]
    if left:
        subprocess.run(["scancel", *left], check=True)


def start(study, configuration, *arguments):
    """`tools/slurm.sh` in the background; what it says is in study/log."""
    (study / "small.yaml").write_text(yaml.safe_dump(configuration))
    with (study / "log").open("w") as log:
        process = subprocess.Popen(
            ["tools/slurm.sh", "--configfile", "small.yaml", *HERE, *arguments],
            cwd=study,
            env={**os.environ, "SNAKEMAKE": str(SNAKEMAKE)},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    STARTED.append(process)
    return process


def finish(process, study, seconds=900):
    """The log of a run that ended well."""
    status = process.wait(seconds)
    log = (study / "log").read_text()
    assert status == 0, log
    return log


def jobs(study, word=""):
    """Every job submitted from the study, also those that ended, whose comment has the word."""
    listing = subprocess.run(
        ["squeue", "--noheader", "--states=all", "--format=%A|%k|%T|%m|%l|%Z"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found = [Job(*line.split("|")) for line in listing.splitlines()]
    mine = [job for job in found if job.folder == str(study) and word in job.what]
    return sorted(mine, key=lambda job: int(job.number))


def wait_for(found, process, seconds=600):
    """What `found()` gives, as soon as it gives anything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        result = found()
        if result:
            return result
        assert process.poll() is None, "the run ended too early"
        time.sleep(0.2)
    raise TimeoutError


def in_state(study, state, word="rule_train"):
    return [job for job in jobs(study, word) if job.state == state]


def batch(study, job):
    """What a training job makes."""
    width, first, last = job.what.split("_")[-3:]
    return study / f"results/small/ensembles/sign/sign/width_{width}/networks_{first}-{last}.parquet"


def test_tables_are_those_of_a_local_run_though_the_controller_restarts(study):
    process = start(study, {**yaml.safe_load(QUICK.read_text()), "run": "slurm"})
    wait_for(lambda: in_state(study, "RUNNING"), process)
    subprocess.run([ONE_NODE, "restart-controller"], check=True)
    finish(process, study, seconds=1800)

    # `make quick`, which has nothing to do where that was done before.
    subprocess.run([SNAKEMAKE, "--cores", "2", "--configfile", QUICK], cwd=ROOT, check=True)
    local, scheduled = ROOT / "results/quick/tables", study / "results/slurm/tables"
    names = {path.name for path in scheduled.iterdir()}
    assert names == {path.name for path in local.iterdir()}
    assert "sign_outputs.parquet" in names
    for name in names:
        pd.testing.assert_frame_equal(
            pd.read_parquet(scheduled / name), pd.read_parquet(local / name), check_exact=True
        )

    # Nothing was lost or came twice: a job for each batch, and few for everything else.
    assert {job.state for job in jobs(study)} == {"COMPLETED"}
    batches = list((study / "results/slurm/ensembles").rglob("*.parquet"))
    assert len(jobs(study, "rule_train")) == len(batches) > 0
    assert len(jobs(study)) - len(batches) < 20


def test_a_killed_job_is_tried_again_with_more(study):
    # What width 6 gets at first is too little for snakemake alone; at the third attempt it is three times as much.
    requests = [
        {"up_to_width": width, "memory_mb": memory, "minutes": 1, "step_microseconds": 1}
        for width, memory in [(4, 1000), (5, 1000), (6, 300)]
    ]
    rules = {"default": {"memory_mb": 1000, "minutes": 5}}
    configuration = small(
        widths=(4, 5, 6),
        networks_per_job=4,
        steps=STEPS_OF_SECONDS,
        resources={"rules": rules, "training": requests},
    )
    process = start(study, configuration, TABLE)

    cancelled = wait_for(lambda: in_state(study, "RUNNING", "sign_4_"), process)[0]
    subprocess.run(["scancel", cancelled.number], check=True)
    stuck = wait_for(lambda: in_state(study, "RUNNING", "sign_5_"), process)[0]
    # A signal reaches what there is: so wait until the job has come to its script, which begins with its log.
    wait_for((study / "results/small/logs/train/sign/sign/width_5/networks_0-3.log").exists, process)
    subprocess.run(["scancel", "--full", "--signal=STOP", stuck.number], check=True)
    subprocess.run(["scontrol", "update", f"JobId={stuck.number}", "TimeLimit=1"], check=True)
    finish(process, study)

    attempts = {width: jobs(study, f"sign_{width}_") for width in (4, 5, 6)}
    assert [(job.state, job.memory, job.limit) for job in attempts[4]] == [
        ("CANCELLED", "1000M", "2:00"),
        ("COMPLETED", "2000M", "4:00"),
    ]
    assert [(job.state, job.limit) for job in attempts[5]] == [("TIMEOUT", "1:00"), ("COMPLETED", "4:00")]
    first, *_, last = attempts[6]
    log = (study / f".snakemake/slurm_logs/rule_train/sign_sign_6_0_3/{first.number}.log").read_text()
    assert "exceeded memory limit" in log
    assert (first.memory, last.state) == ("300M", "COMPLETED")
    assert last.memory in ("600M", "900M")
    outputs = pd.read_parquet(study / TABLE)
    assert set(outputs["width"]) == {4, 5, 6}


def test_a_job_that_fails_for_good_is_named_and_the_others_stay(study):
    configuration = small()
    configuration["experiments"]["sign"]["widths"][1]["xla_flags"] = "--no_such_flag"
    process = start(study, configuration, "--retries", "1", TABLE)
    assert process.wait(900) != 0

    # Each attempt's message has the rule, and files that the wildcards are parts of; Slurm's log has the reason.
    errors = (study / "log").read_text().split("Error in rule ")[1:]
    for networks in ("0-1", "2-3"):
        batch = f"sign/sign/width_5/networks_{networks}"
        mine = [error for error in errors if f"output: results/small/ensembles/{batch}.parquet" in error]
        assert all(
            error.startswith("train:") and f"log: results/small/logs/train/{batch}.log" in error for error in mine
        )
        assert len(mine) >= 2
    slurm_logs = list(study.glob(".snakemake/slurm_logs/rule_train/sign_sign_5_*/*.log"))
    assert len(slurm_logs) == 4
    assert all("no_such_flag" in path.read_text() for path in slurm_logs)

    ensembles = study / "results/small/ensembles/sign/sign"
    assert {path.name for path in (ensembles / "width_4").iterdir()} == {"networks_0-1.parquet", "networks_2-3.parquet"}
    assert not list((ensembles).glob("width_5/*"))
    assert not (study / TABLE).exists()


def test_a_killed_run_goes_on_where_it_was(study):
    configuration = small(steps=STEPS_OF_SECONDS)
    process = start(study, configuration, TABLE)
    wait_for(lambda: jobs(study), process)
    second = subprocess.run(["tools/slurm.sh", TABLE], cwd=study, capture_output=True, text=True, check=False)
    assert (second.returncode, second.stderr) == (1, f"tools/slurm.sh: another run goes on in {study}\n")

    finished = wait_for(lambda: in_state(study, "COMPLETED"), process)
    wait_for(lambda: in_state(study, "RUNNING"), process)  # those that waited for a core begin
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert in_state(study, "RUNNING"), "killed too late for this test: no job is left behind"
    written = {path: path.stat().st_mtime_ns for path in map(partial(batch, study), finished)}

    log = finish(start(study, configuration, TABLE), study)
    assert "cancelling the jobs of a run that died" in log
    assert {path: path.stat().st_mtime_ns for path in written} == written
    # No batch was trained by two jobs: what the dead run had left in the queue was cancelled before it came again.
    trained = Counter(job.what for job in jobs(study, "rule_train") if job.state != "CANCELLED")
    assert set(trained.values()) == {1}
    assert len(pd.read_parquet(study / TABLE).groupby(["width", "network"])) == 8
