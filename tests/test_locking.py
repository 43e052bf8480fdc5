"""A lock keeps other processes out for as long as its holder lives, and no longer."""

import os
import subprocess
import sys

import pytest

from sgntk import locking

HOLD = """
import sys
from sgntk import locking
held = locking.lock(sys.argv[1])
{then}
print("held", flush=True)
sys.stdin.read()
"""


def holder(folder, then=""):
    """A process that holds the lock of a folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(then=then), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_refused_by_name(tmp_path):
    with holder(tmp_path) as process:
        message = rf"^{tmp_path} is in use by process {process.pid} on \S+; wait until it ends, or end it$"
        with pytest.raises(locking.LockedError, match=message):
            locking.lock(tmp_path)
        process.kill()


def test_the_lock_ends_with_a_holder_that_is_killed(tmp_path):
    with holder(tmp_path) as process:
        process.kill()
    with locking.lock(tmp_path), pytest.raises(locking.LockedError, match=f"process {os.getpid()} on"):
        locking.lock(tmp_path)


def test_the_children_of_a_holder_do_not_hold_it(tmp_path):
    child = "import subprocess; child = subprocess.Popen(['sleep', '60']); print(child.pid, flush=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(then=child), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        orphan = int(process.stdout.readline())
        assert process.stdout.readline() == "held\n"
        process.kill()
    try:
        locking.lock(tmp_path).close()
    finally:
        os.kill(orphan, 9)


def test_the_folder_is_made_where_it_is_not_there(tmp_path):
    with locking.lock(tmp_path / "results/paper"):
        assert (tmp_path / "results/paper/.lock").exists()
    locking.lock(tmp_path / "results/paper").close()
