"""How a job finds a GPU that no other job has."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"
CLAIM = "import job; print(job.claim_gpu(), flush=True); input()"


@pytest.fixture
def claim(tmp_path):
    """Starts a process that claims one of the GPUs 0 and 1, and says which."""
    environment = {"PYTHONPATH": str(SCRIPTS), "TMPDIR": str(tmp_path), "CUDA_VISIBLE_DEVICES": "0,1"}
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", CLAIM],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process, process.stdout.readline().strip()

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_each_job_has_a_gpu_of_its_own(claim):
    first, gpu = claim()
    assert gpu == "0"
    assert claim()[1] == "1"
    third, gpu = claim()
    assert gpu == ""
    assert "of the GPUs ['0', '1'] none is free" in third.communicate()[1]

    # Free again, however the job ended.
    first.kill()
    first.wait()
    assert claim()[1] == "0"


def test_a_gpu_that_jax_cannot_use_is_an_error(tmp_path):
    code = f"import job; job.start('{tmp_path}/log', device='gpu')"
    environment = {"PYTHONPATH": str(SCRIPTS), "TMPDIR": str(tmp_path), "CUDA_VISIBLE_DEVICES": "99"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "training.device is gpu, but JAX finds none" in (tmp_path / "log").read_text()
