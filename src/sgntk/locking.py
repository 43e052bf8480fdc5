"""Folders that one process at a time may write to."""

import fcntl
import os
import socket
from pathlib import Path
from typing import TextIO


class LockedError(RuntimeError):
    """Another process writes to the folder; the message names it."""


def lock(folder: str | Path) -> TextIO:
    """Locks a folder against other processes for as long as the returned file is open.

    The lock is the operating system's, on the file `.lock`: it ends with the process that holds it, also with one that
    is killed, and the jobs that this process starts do not inherit it. The file itself stays.

    Raises:
        LockedError: if another process holds the lock.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    file = (Path(folder) / ".lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        file.close()
        raise LockedError(f"{folder} is in use by {holder}; wait until it ends, or end it") from None
    file.truncate(0)
    print(f"process {os.getpid()} on {socket.gethostname()}", file=file, flush=True)
    return file
