"""How every job starts, on one core or one GPU, and ends with its run; and how it reads and writes tables."""

import fcntl
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sgntk import tables

SECONDS_BETWEEN_LOOKS = 0.5


def start(log: str, xla_flags: str = "", device: str = "cpu") -> None:
    """Keeps JAX to one core, and sends messages, warnings and the traceback of a failure to `log` and to the terminal.

    As many jobs as cores, with one core each, are several times faster than one job on all cores. `xla_flags` are
    further settings of XLA. With the device `gpu` the job has a GPU for itself, too, and fails where there is none. JAX
    reads the variables when it first computes.
    """
    os.environ["NPROC"] = "1"  # the size of XLA's thread pool
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false {xla_flags}"
    os.environ["JAX_PLATFORMS"] = "cuda,cpu" if device == "gpu" else "cpu"
    logging.basicConfig(
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        handlers=[logging.FileHandler(log, mode="w"), logging.StreamHandler()],
    )
    logging.captureWarnings(True)
    sys.excepthook = lambda *error: logging.critical("The job failed", exc_info=error)
    if device == "gpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = claim_gpu()
        import jax

        if jax.default_backend() != "gpu":  # JAX alone would go on without a word, on the CPU
            raise RuntimeError("training.device is gpu, but JAX finds none; is the extra `cuda` installed?")
    threading.Thread(target=_end_with, args=(int(os.environ["SNAKEMAKE_PROCESS"]),), daemon=True).start()


def _end_with(process: int) -> None:
    """Ends this job when the process that started it is gone: nobody would note its result."""
    while True:
        try:
            os.kill(process, 0)  # sends nothing
        except ProcessLookupError:
            os._exit(1)
        time.sleep(SECONDS_BETWEEN_LOOKS)


def claim_gpu() -> str:
    """A GPU that no other job of this machine has; it is free again when this process ends, however it ends.

    A scheduler names the GPUs of a job in CUDA_VISIBLE_DEVICES. Without one all are there, and `--resources gpu=N`
    keeps the number of jobs to that of GPUs.
    """
    named = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    gpus = named.split(",") if named else sorted(path.name[6:] for path in Path("/dev").glob("nvidia[0-9]*"))
    for gpu in gpus:
        lock = os.open(f"{tempfile.gettempdir()}/sgntk-gpu-{gpu}.lock", os.O_CREAT | os.O_RDWR, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            return gpu  # `lock` stays open, and so locked, as long as the process lives
    raise RuntimeError(f"training.device is gpu, but of the GPUs {gpus} none is free; start with --resources gpu=N")


class Tables:
    """The tables that a job reads and writes; `made_from` says of each file what it is made from."""

    def __init__(self, made_from: Mapping[str, Any]) -> None:
        self.made_from = made_from

    def read(self, path: str) -> pd.DataFrame:
        """The table in a file; one that is not what it should be is put aside, so that the next run makes it anew."""
        try:
            return tables.read(path, self.made_from[path])
        except tables.TableError as error:
            aside = Path(path).replace(f"{path}.rejected")
            raise tables.TableError(
                f"{error}. It was put aside as {aside}; the same command, given again, makes it anew"
            ) from error

    def write(self, table: pd.DataFrame, path: str) -> None:
        """Writes a table with what it is made from."""
        tables.write(table, path, self.made_from[path])
