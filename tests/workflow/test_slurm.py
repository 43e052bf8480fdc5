"""The workflow through a real scheduler: the Slurm of one node that `make test-slurm` starts, and stops afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import studies
import yaml

pytestmark = pytest.mark.slurm

ROOT = Path(__file__).resolve().parents[2]
ONE_NODE = ROOT / "tests/workflow/slurm/one_node.sh"
SNAKEMAKE = Path(sys.executable).with_name("snakemake")

# Beside what profiles/slurm says: no accounting here, and nobody waits 40 s for jobs of 10.
HERE = [
    *("--slurm-status-command", "squeue"),
    *("--slurm-init-seconds-before-status-checks", "2", "--latency-wait", "10"),
]
QUICK = ROOT / "workflow/config/quick.yaml"
STARTED: list[subprocess.Popen] = []  # what a test need not end itself
TABLE = "results/small/tables/ensembles/sign/outputs.parquet"
PATIENCE = 3600  # seconds after which what a test waits for comes no more

# A batch that is held waits in its script: so a test finds it at work, however fast or slow the machine is.
HOLD = """
import time
from pathlib import Path

BATCH = f"{snakemake.wildcards.width}_{snakemake.wildcards.first}"
Path("begun", BATCH).touch()
while Path("held", BATCH).exists():
    time.sleep(0.1)

"""


def small(widths=(4, 5), networks_per_job=2, **changes):
    """One experiment of four networks a width."""
    plans = [{"width": width, "networks_per_job": networks_per_job, "vectorize": 1} for width in widths]
    return {"run": "small", "experiments": {"sign": {"networks": 4, "steps": [3], "widths": plans}}, **changes}


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
        pytest.skip("the Slurm of tests/workflow/slurm is not up: make test-slurm")


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


def hold(study, *batches):
    """Makes the jobs of some batches wait; a batch is its width and its first network."""
    script = study / "scripts/train.py"
    script.write_text(HOLD + script.read_text())
    for folder in ("begun", "held"):
        (study / folder).mkdir()
    for batch in batches:
        (study / "held" / batch).touch()


def release(study, batch):
    """Lets a batch go on."""
    (study / "held" / batch).unlink()


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


def finish(process, study):
    """The log of a run that ended well."""
    status = process.wait(PATIENCE)
    log = (study / "log").read_text()
    assert status == 0, log
    return log


def told(study):
    """All that Snakemake told its own logs; the terminal shows less."""
    return "".join(path.read_text() for path in (study / ".snakemake/log").glob("*.snakemake.log"))


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


def wait_for(found, process):
    """What `found()` gives, as soon as it gives anything."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        result = found()
        if result:
            return result
        assert process.poll() is None, "the run ended too early"
        time.sleep(0.2)
    raise TimeoutError


def in_state(study, state, word="rule_train"):
    return [job for job in jobs(study, word) if job.state == state]


def test_tables_are_those_of_a_local_run_though_the_controller_restarts(study):
    process = start(study, {**yaml.safe_load(QUICK.read_text()), "run": "slurm"})
    wait_for(lambda: in_state(study, "RUNNING"), process)
    subprocess.run([ONE_NODE, "restart-controller"], check=True)
    finish(process, study)

    # `make quick`, which has nothing to do where that was done before.
    subprocess.run([SNAKEMAKE, "--cores", "2", "--configfile", QUICK], cwd=ROOT, check=True)
    local, scheduled = ROOT / "results/quick/tables", study / "results/slurm/tables"
    names = {path.relative_to(scheduled) for path in scheduled.rglob("*.parquet")}
    assert names == {path.relative_to(local) for path in local.rglob("*.parquet")}
    assert Path("ensembles/sign/outputs.parquet") in names
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
        {"up_to_width": width, "memory_mb": memory, "minutes": 9, "step_microseconds": 1}
        for width, memory in [(4, 1000), (5, 1000), (6, 300)]
    ]
    configuration = small(
        widths=(4, 5, 6),
        networks_per_job=4,
        resources={"rules": {"default": {"memory_mb": 1000, "minutes": 9}}, "training": requests},
    )
    hold(study, "4_0", "5_0")
    process = start(study, configuration, TABLE)

    wait_for((study / "begun/4_0").exists, process)
    subprocess.run(["scancel", jobs(study, "sign_4_")[0].number], check=True)
    wait_for(lambda: in_state(study, "CANCELLED", "sign_4_"), process)
    release(study, "4_0")

    wait_for((study / "begun/5_0").exists, process)
    subprocess.run(["scontrol", "update", f"JobId={jobs(study, 'sign_5_')[0].number}", "TimeLimit=1"], check=True)
    wait_for(lambda: in_state(study, "TIMEOUT", "sign_5_"), process)
    release(study, "5_0")
    finish(process, study)

    attempts = {width: jobs(study, f"sign_{width}_") for width in (4, 5, 6)}
    assert [(job.state, job.memory, job.limit) for job in attempts[4]] == [
        ("CANCELLED", "1000M", "10:00"),
        ("COMPLETED", "2000M", "20:00"),
    ]
    assert [(job.state, job.limit) for job in attempts[5]] == [("TIMEOUT", "1:00"), ("COMPLETED", "20:00")]
    first, *_, last = attempts[6]
    log = (study / f".snakemake/slurm_logs/rule_train/sign_sign_6_0_3/{first.number}.log").read_text()
    assert "exceeded memory limit" in log
    assert (first.memory, last.state) == ("300M", "COMPLETED")
    assert last.memory in ("600M", "900M")
    outputs = pd.read_parquet(study / TABLE)
    assert set(outputs["width"]) == {4, 5, 6}


def test_a_job_that_fails_for_good_is_named_and_the_others_stay(study):
    configuration = small()
    configuration["experiments"]["sign"]["widths"][1]["xla_flags"] = "--xla_force_host_platform_device_count=nonsense"
    process = start(study, configuration, "--retries", "1", TABLE)
    assert process.wait(PATIENCE) != 0

    # Each attempt's message has the rule, and files that the wildcards are parts of; Slurm's log has the reason.
    errors = told(study).split("Error in rule ")[1:]
    for networks in ("0-1", "2-3"):
        batch = f"sign/sign/width_5/networks_{networks}"
        mine = [error for error in errors if f"output: results/small/ensembles/{batch}.parquet" in error]
        assert all(
            error.startswith("train:") and f"log: results/small/logs/train/{batch}.log" in error for error in mine
        )
        assert len(mine) >= 2
    slurm_logs = list(study.glob(".snakemake/slurm_logs/rule_train/sign_sign_5_*/*.log"))
    assert len(slurm_logs) == 4
    assert all("nonsense" in path.read_text() for path in slurm_logs)

    ensembles = study / "results/small/ensembles/sign/sign"
    assert {path.name for path in (ensembles / "width_4").iterdir()} == {"networks_0-1.parquet", "networks_2-3.parquet"}
    assert not list((ensembles).glob("width_5/*"))
    assert not (study / TABLE).exists()


def test_a_killed_run_goes_on_where_it_was(study):
    configuration = small()
    hold(study, "5_0")
    process = start(study, configuration, TABLE)
    wait_for(lambda: jobs(study), process)
    second = subprocess.run(["tools/slurm.sh", TABLE], cwd=study, capture_output=True, text=True, check=False)
    assert (second.returncode, second.stderr) == (1, f"tools/slurm.sh: another run goes on in {study}\n")

    # All but one of the four batches are there, and snakemake knows it; that one is at work.
    wait_for(lambda: told(study).count("(Rule: train)") == 3, process)
    wait_for((study / "begun/5_0").exists, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert len(in_state(study, "RUNNING")) == 1
    written = {path: path.stat().st_mtime_ns for path in (study / "results/small/ensembles").rglob("*.parquet")}
    assert len(written) == 3

    process = start(study, configuration, TABLE)
    wait_for(lambda: in_state(study, "CANCELLED"), process)
    release(study, "5_0")
    assert "cancelling the jobs of a run that died" in finish(process, study)
    assert {path: path.stat().st_mtime_ns for path in written} == written
    # No batch was trained by two jobs: what the dead run had left in the queue was cancelled before it came again.
    trained = Counter(job.what for job in jobs(study, "rule_train") if job.state != "CANCELLED")
    assert len(trained) == 4
    assert set(trained.values()) == {1}
    assert len(pd.read_parquet(study / TABLE).groupby(["width", "network"])) == 8
