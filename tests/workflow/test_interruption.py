"""Runs that are killed, interrupted, out of space or started twice: the same command goes on, with the same tables."""

import base64
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import time

import pyarrow.parquet as pq
import pytest
import studies
import yaml

from replication.store import tables

pytestmark = pytest.mark.slow

WIDTHS = [{"width": width, "networks_per_job": size, "vectorize": 1} for width, size in ((4, 1), (8, 4))]
ENSEMBLE = {"networks": 4, "steps": [3], "widths": WIDTHS}
CONFIG = {**studies.TINY, "experiments": {**studies.TINY["experiments"], "sign": ENSEMBLE}}
OUTPUTS = "results/tiny/tables/ensembles/sign/outputs.parquet"
BATCHES = "results/tiny/ensembles/sign/sign/width_4"
KILLS = 20

# As from a terminal: Ctrl-C reaches the jobs too, and is not ignored, as a test runner may have it.
from_terminal = {"start_new_session": True, "prefix": ("env", "--default-signal=INT")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A study that ran undisturbed, and how long that took."""
    study = studies.create(tmp_path_factory.mktemp("finished"), CONFIG)
    start = time.monotonic()
    studies.run(study, OUTPUTS)
    return study, time.monotonic() - start


@pytest.fixture
def study(tmp_path):
    return studies.create(tmp_path, CONFIG)


@pytest.fixture
def finished_copy(finished, tmp_path):
    shutil.copytree(finished[0], tmp_path, dirs_exist_ok=True)
    return tmp_path


def tables_of(study):
    """The bytes of every table."""
    results = study / "results"
    return {str(path.relative_to(results)): path.read_bytes() for path in results.rglob("*.parquet")}


def noted(study):
    """When each table was written that snakemake has noted as done."""
    marks = study / ".snakemake/incomplete"
    incomplete = {base64.urlsafe_b64decode(mark.name).decode() for mark in marks.rglob("*") if mark.is_file()}
    written = {str(path.relative_to(study)): path.stat().st_mtime_ns for path in study.rglob("results/**/*.parquet")}
    return {path: when for path, when in written.items() if path not in incomplete}


def assert_nothing_is_left_over(study):
    assert not list(study.rglob("results/**/*.tmp"))
    assert not list(study.rglob("results/**/*.rejected"))


# --- killed ---


def test_killed_again_and_again(study, finished):
    undisturbed, duration = finished
    chance = random.Random(4)
    kills, done_before = 0, {}
    while kills < KILLS:
        with (study / "run.log").open("w") as log:
            process = studies.start(study, OUTPUTS, stdout=log, stderr=log, start_new_session=True)
        try:
            process.wait(timeout=chance.uniform(0.05, 0.5) * duration)
        except subprocess.TimeoutExpired:
            # Snakemake alone, so that its jobs are orphans, or all at once.
            if chance.random() < 0.5:
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
            now = noted(study)
            assert {path: now.get(path) for path in done_before} == done_before, "finished, but done again"
            done_before = now
        else:
            assert process.returncode == 0, (study / "run.log").read_text()
            assert tables_of(study) == tables_of(undisturbed)
            shutil.rmtree(study / "results")
            done_before = {}
    studies.run(study, OUTPUTS)
    now = noted(study)
    assert {path: now.get(path) for path in done_before} == done_before, "finished, but done again"
    assert tables_of(study) == tables_of(undisturbed)
    assert_nothing_is_left_over(study)


def test_jobs_end_with_their_run(study):
    experiments = {**CONFIG["experiments"], "sign": {**ENSEMBLE, "steps": [10**8]}}  # for many minutes
    (study / "tiny.yaml").write_text(yaml.safe_dump({**CONFIG, "experiments": experiments}))
    with (study / "run.log").open("w") as log:
        process = studies.start(study, OUTPUTS, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(lambda: jobs_of(process.pid))  # also one that has not yet found out which process to watch
        process.kill()
        process.wait()
        wait_for(lambda: not jobs_of(process.pid))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def jobs_of(session):
    """Training jobs that are alive in a session."""
    listed = subprocess.run(
        ["ps", "-ww", "-s", str(session), "-o", "stat=,args="], capture_output=True, text=True, check=False
    )
    return [line for line in listed.stdout.splitlines() if "train.py" in line and not line.startswith("Z")]


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def test_interrupted_and_resumed(study, finished):
    process = studies.start(study, OUTPUTS, **from_terminal)
    wait_for(lambda: list((study / BATCHES).glob("*.parquet")))
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=120)
    assert process.returncode != 0
    assert not (study / OUTPUTS).exists()
    before = noted(study)
    studies.run(study, OUTPUTS)
    assert {path: noted(study)[path] for path in before} == before
    assert tables_of(study) == tables_of(finished[0])
    assert_nothing_is_left_over(study)


# --- twice at once ---


def test_a_second_run_is_refused_by_name(study, finished):
    both = [studies.start(study, OUTPUTS) for _ in range(2)]
    errors = [process.communicate(timeout=600)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 1]
    refused = [process.returncode for process in both].index(1)
    assert f"Error: results/tiny is in use by process {both[1 - refused].pid} on " in errors[refused]
    assert tables_of(study) == tables_of(finished[0])


# --- no space ---


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a disk of its own, and a function that sets its size in kilobytes."""

    def mount(kilobytes, *options):
        return subprocess.run(
            ["mount", "-t", "tmpfs", "-o", ",".join([f"size={kilobytes}k", *options]), "tmpfs", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )

    if shutil.which("mount") is None or (mounted := mount(64_000)).returncode != 0:
        pytest.skip(f"cannot mount a tmpfs here: {mounted.stderr if shutil.which('mount') else 'no mount command'}")
    yield tmp_path, lambda kilobytes: mount(kilobytes, "remount").check_returncode()
    subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_a_full_disk(small_disk, finished, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # the space is for results
    study, resize = small_disk
    studies.create(study, CONFIG)
    used = sum(path.stat().st_blocks for path in study.rglob("*")) // 2
    failures = 0
    # Ever larger, until everything fits: it runs full at another place each time.
    for space in (40, 120, 200, 280, 64_000):
        resize(used + space)
        done = studies.run(study, OUTPUTS, check=False)
        if done.returncode == 0:
            break
        failures += 1
        assert "No space left on device" in done.stderr + done.stdout
    assert failures > 0
    assert done.returncode == 0, done.stderr
    assert tables_of(study) == tables_of(finished[0])
    assert_nothing_is_left_over(study)


# --- files that are not what they should be ---


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def swap(path):
    other = path.with_name("networks_1-1.parquet")
    mine = path.read_bytes()
    path.write_bytes(other.read_bytes())
    other.write_bytes(mine)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (truncate, "is damaged, or not whole: "),
        (swap, "was made from something else: first is 1, expected 0"),
    ],
)
def test_a_spoilt_batch_is_named_and_made_again(finished_copy, finished, spoil, message):
    study, file = finished_copy, f"{BATCHES}/networks_0-0.parquet"
    spoil(study / file)
    (study / OUTPUTS).unlink()
    failed = studies.run(study, OUTPUTS, check=False)
    assert failed.returncode != 0
    assert f"{file} {message}" in failed.stderr
    assert not (study / OUTPUTS).exists()
    # A swap spoils two files, and the second is found when the first is made again.
    for _ in range(2):
        if (done := studies.run(study, OUTPUTS, check=False)).returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    assert tables_of(study) == tables_of(finished[0])


def test_a_stale_table_is_never_plotted(finished_copy, finished):
    path, figure = finished_copy / OUTPUTS, finished_copy / "results/tiny/figures/figure_3.pdf"
    made_from = json.loads(pq.read_schema(path).metadata[tables.METADATA])["made_from"]
    stale = {**made_from, "settings": {**made_from["settings"], "networks": 5}}
    tables.write(tables.read(path), path, stale)
    failed = studies.run(finished_copy, "figure_3", check=False)
    assert failed.returncode != 0
    assert f"{OUTPUTS} was made from something else: settings.networks is 5, expected 4" in failed.stderr
    assert not figure.exists()
    studies.run(finished_copy, "figure_3")
    assert figure.exists()
    assert (finished_copy / OUTPUTS).read_bytes() == (finished[0] / OUTPUTS).read_bytes()


# --- what does not depend on how a run is cut into jobs, and what stops one of them ---


def test_the_same_bytes_for_any_batch_size(finished_copy, finished):
    widths = [{**plan, "networks_per_job": 3} for plan in WIDTHS]  # 3 networks and 1, not 1 each
    config = {**CONFIG["experiments"], "sign": {**ENSEMBLE, "widths": widths}}
    (finished_copy / "tiny.yaml").write_text(yaml.safe_dump({**CONFIG, "experiments": config}))
    studies.run(finished_copy, OUTPUTS)
    ours, theirs = (
        {path: content for path, content in tables_of(study).items() if path.startswith("tables/")}
        for study in (finished_copy, finished[0])
    )
    assert ours == theirs


def test_a_divergent_training_stops_its_batch_with_its_name(finished_copy):
    training = {"learning_rate": 0.1, "largest_loss": 0.05}
    (finished_copy / "tiny.yaml").write_text(yaml.safe_dump({**CONFIG, "training": training}))
    (finished_copy / BATCHES / "networks_2-2.parquet").unlink()  # a bound alone makes nothing anew
    failed = studies.run(finished_copy, f"{BATCHES}/networks_2-2.parquet", check=False)
    assert failed.returncode != 0
    assert "failed by step 3 at learning rate 0.1; its loss is " in failed.stderr
    assert "It is network 2 of sign, sign, width 4" in failed.stderr
    assert not (finished_copy / BATCHES / "networks_2-2.parquet").exists()
