"""A lock keeps other processes out for as long as its holder lives, and no longer."""

import errno
import fcntl
import os
import subprocess
import sys

import pytest

from replication.store import locking

HOLD = """
import fcntl, subprocess, sys, warnings
from replication.store import locking

def without_locks(*arguments):
    raise OSError(int(sys.argv[2]), "no locks")

if sys.argv[2] != "0":
    fcntl.flock = without_locks
    warnings.simplefilter("ignore")
held = locking.lock(sys.argv[1])
child = subprocess.Popen(["sleep", "60"])
print(child.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=[0, errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS], ids=["flock", "ENOLCK", "ENOTSUP", "ENOSYS"])
def error(request, monkeypatch):
    """The number of the error with which the file system refuses every lock, or 0."""

    def without_locks(*_):
        raise OSError(request.param, "no locks")

    if request.param:
        monkeypatch.setattr(fcntl, "flock", without_locks)
    return request.param


@pytest.fixture
def lock(error):
    """`locking.lock`, which warns where the file system has no locks."""

    def expecting_the_warning(folder):
        if not error:
            return locking.lock(folder)
        with pytest.warns(UserWarning, match=f"^{folder} is on a file system without locks"):
            return locking.lock(folder)

    return expecting_the_warning


@pytest.fixture
def holder(tmp_path, error):
    """A process that holds the lock of a folder, and has a child, which outlives it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path), str(error)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        child = int(process.stdout.readline())
        yield process
        process.kill()
    os.kill(child, 9)


def test_a_second_process_is_refused_by_name(lock, holder, tmp_path):
    message = rf"^{tmp_path} is in use by process {holder.pid} on \S+; wait until it ends, or end it$"
    with pytest.raises(locking.LockedError, match=message):
        lock(tmp_path)


def test_the_lock_ends_with_a_holder_that_is_killed_though_its_child_lives(lock, holder, tmp_path):
    holder.kill()
    holder.wait()
    with lock(tmp_path), pytest.raises(locking.LockedError, match=f"process {os.getpid()} on"):
        lock(tmp_path)


def test_the_folder_is_made_and_the_lock_ends_with_the_block(lock, tmp_path):
    for _ in range(2):
        with lock(tmp_path / "results/paper"):
            assert (tmp_path / "results/paper/.lock").exists()


def test_the_lock_ends_when_nobody_keeps_it(lock, tmp_path):
    held = lock(tmp_path)
    with pytest.raises(locking.LockedError):
        lock(tmp_path)
    del held
    with lock(tmp_path):
        pass


def test_another_error_is_not_taken_for_missing_locks(tmp_path, monkeypatch):
    def broken(*_):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(fcntl, "flock", broken)
    with pytest.raises(OSError, match="broken"):
        locking.lock(tmp_path)
