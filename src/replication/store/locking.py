"""Folders that one process at a time may write to."""

import errno
import os
import socket
import warnings
from contextlib import AbstractContextManager
from pathlib import Path

from filelock import FileLock, SoftFileLock, Timeout

WITHOUT_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
"""What a file system answers that has no locks of the operating system, as some of clusters have none."""


class LockedError(RuntimeError):
    """Another process writes to the folder; the message names it."""


def lock(folder: str | Path) -> AbstractContextManager[object]:
    """Locks a folder against other processes, for as long as what is returned is kept, or until a `with` on it ends.

    The lock is the operating system's, on the file `.lock`, which stays: it ends with the process that holds it, also
    with one that is killed, and the jobs that this process starts do not inherit it. Where the file system has no such
    locks, a file `.held` stands for one; that of a process which is gone counts no more, but on its own machine alone.

    Raises:
        LockedError: if another process holds the lock.
    """
    path, held = Path(folder, ".lock"), Path(folder, ".held")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return FileLock(path, fallback_to_soft=False, on_acquired=_sign).acquire(timeout=0)
    except Timeout:
        raise _refusal(path) from None
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
    warnings.warn(f"{folder} is on a file system without locks; the file {held} stands for one", stacklevel=2)
    try:
        return SoftFileLock(held).acquire(timeout=0)
    except Timeout:
        raise _refusal(held) from None


def _sign(descriptor: int) -> None:
    """Writes who holds the lock, as SoftFileLock does: its number, then its machine."""
    os.truncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n{socket.gethostname()}\n".encode())


def _refusal(path: Path) -> LockedError:
    try:
        number, host, *_ = path.read_text().split()
        holder = f"process {number} on {host}"
    except (OSError, ValueError):  # it has just begun, or just ended
        holder = "another process"
    return LockedError(f"{path.parent} is in use by {holder}; wait until it ends, or end it")
