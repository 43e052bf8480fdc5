"""A job that ends with the process that started it: nobody would note its result."""

import os
import threading
import time

import psutil

SECONDS_BETWEEN_LOOKS = 0.5


def end_with(process_id: int) -> None:
    """Ends this process, from a thread of its own, once the other process is gone.

    Another process that has been given the same number since is not taken for it, and one that was killed is gone even
    if its parent has not asked for its status.
    """
    threading.Thread(target=_end_with, args=(process_id,), daemon=True).start()


def _end_with(process_id: int) -> None:
    try:
        process = psutil.Process(process_id)
        while _lives(process):
            time.sleep(SECONDS_BETWEEN_LOOKS)
    except psutil.NoSuchProcess:
        pass
    os._exit(1)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.AccessDenied, PermissionError):
        return True  # it is there, though another user's
