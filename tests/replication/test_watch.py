"""A job ends with the process that started it."""

import subprocess
import sys
import threading

import psutil
import pytest

from replication import watch

JOB = """
import sys, time
from replication import watch
watch.end_with(int(sys.argv[1]))
print(flush=True)
time.sleep(60)
"""


@pytest.fixture
def parent():
    """A process that does nothing."""
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


@pytest.fixture
def job(parent):
    """A job that ends with the parent, at work."""
    with subprocess.Popen([sys.executable, "-c", JOB, str(parent.pid)], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield process
        process.kill()


def test_a_job_ends_when_its_parent_is_killed_though_nobody_asked_for_its_status(job, parent):
    with pytest.raises(subprocess.TimeoutExpired):
        job.wait(3 * watch.SECONDS_BETWEEN_LOOKS)
    parent.kill()
    assert job.wait(30) == 1


def test_a_job_whose_parent_was_gone_before_it_looked_ends(parent):
    parent.kill()
    parent.wait()
    assert subprocess.run([sys.executable, "-c", JOB, str(parent.pid)], timeout=30, check=False).returncode == 1


@pytest.fixture
def ends(monkeypatch):
    """Follows a process, in a thread, and says whether this one would have ended with it by now."""
    ended = threading.Event()
    monkeypatch.setattr(watch.os, "_exit", lambda status: ended.set() if status == 1 else None)
    monkeypatch.setattr(watch, "SECONDS_BETWEEN_LOOKS", 0.01)
    return ended.wait


def test_another_process_with_the_same_number_is_not_the_parent(parent, ends, monkeypatch):
    watch.end_with(parent.pid)
    assert not ends(0.2)
    begun = psutil._pslinux.Process.create_time
    monkeypatch.setattr(psutil._pslinux.Process, "create_time", lambda *args, **kwargs: begun(*args, **kwargs) + 60)
    assert ends(30)


def test_a_parent_that_may_not_be_looked_at_lives(parent, ends, monkeypatch):
    def denied(*_):
        raise psutil.AccessDenied(parent.pid)

    monkeypatch.setattr(psutil.Process, "status", denied)
    watch.end_with(parent.pid)
    assert not ends(0.2)
    parent.kill()
    parent.wait()
    assert ends(30)
