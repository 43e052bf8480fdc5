"""How a job finds a GPU that no other job has."""

import os
import subprocess
import sys
from uuid import uuid4

import pytest

CLAIM = """
import os, sys
from replication import gpu
os.setuid(int(sys.argv[1]))
print(gpu.claim(int(sys.argv[2])), flush=True)
input()
"""
THIS_USER, ANOTHER_USER = os.getuid(), 65534
# Claims hold over the whole machine: so the GPUs of a test have names that nothing else has.
GPUS = [f"{uuid4()}-{number}" for number in range(2)]


@pytest.fixture
def claim():
    """Starts a process that claims one of the GPUs, and says which."""
    started = []

    def start(user=THIS_USER, jobs_per_gpu=1):
        process = subprocess.Popen(
            [sys.executable, "-c", CLAIM, str(user), str(jobs_per_gpu)],
            env={**os.environ, "CUDA_VISIBLE_DEVICES": ",".join(GPUS)},
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


def check_each_has_one(claim, second_user):
    first, gpu = claim()
    assert gpu == GPUS[0]
    assert claim(second_user)[1] == GPUS[1]
    third, gpu = claim(second_user)
    assert gpu == ""
    assert f"of the GPUs {GPUS} none is free" in third.communicate()[1]

    # Free again, however the job ended.
    first.kill()
    first.wait()
    assert claim(second_user)[1] == GPUS[0]


def test_each_job_has_a_gpu_of_its_own(claim):
    check_each_has_one(claim, THIS_USER)


@pytest.mark.skipif(THIS_USER != 0, reason="only root can become another user")
def test_each_job_has_a_gpu_of_its_own_also_beside_another_user(claim):
    check_each_has_one(claim, ANOTHER_USER)


def test_jobs_share_gpus_once_each_has_one(claim):
    jobs = [claim(jobs_per_gpu=2) for _ in range(5)]
    assert [gpu for _, gpu in jobs] == [*GPUS, *GPUS, ""]
    jobs[1][0].kill()
    jobs[1][0].wait()
    assert claim(jobs_per_gpu=2)[1] == GPUS[1]


def test_a_gpu_that_jax_cannot_use_is_an_error():
    done = subprocess.run(
        [sys.executable, "-c", "from replication import gpu; gpu.use()"],
        env={**os.environ, "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": GPUS[0]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "training.device is gpu, but JAX finds none" in done.stderr
