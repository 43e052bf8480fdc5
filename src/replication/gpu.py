"""A GPU for each job, over all users of a machine."""

import errno
import os
import socket
from itertools import product
from pathlib import Path

import jax


def use(jobs_per_gpu: int = 1) -> None:
    """Gives this job a GPU, which it shares with at most so many others less one; call it before JAX computes anything.

    Raises:
        RuntimeError: if there is no GPU, none is free, or JAX finds none.
    """
    os.environ["CUDA_VISIBLE_DEVICES"] = claim(jobs_per_gpu)
    if jobs_per_gpu > 1:  # by itself the first job takes three quarters of the memory
        os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"
    jax.config.update("jax_platforms", "cuda,cpu")  # type: ignore[no-untyped-call]
    if jax.default_backend() != "gpu":  # JAX alone would go on without a word, on the CPU
        raise RuntimeError("training.device is gpu, but JAX finds none; is the extra `cuda` installed?")


def claim(jobs_per_gpu: int = 1) -> str:
    """A GPU that has room for this job, whoever started the others; the room is free again when this process ends.

    A scheduler names the GPUs of a job in CUDA_VISIBLE_DEVICES. Without one all are there, and `--resources gpu=N`
    keeps the number of jobs to that of GPUs, times `jobs_per_gpu`.

    Raises:
        RuntimeError: if there is no GPU, or none is free.
    """
    named = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    gpus = named.split(",") if named else sorted(path.name[6:] for path in Path("/dev").glob("nvidia[0-9]*"))
    for place, gpu in product(range(jobs_per_gpu), gpus):  # first where nobody is
        if _is_mine(gpu, place):
            return gpu
    raise RuntimeError(f"training.device is gpu, but of the GPUs {gpus} none is free; start with --resources gpu=N")


def _is_mine(gpu: str, place: int) -> bool:
    """Takes an abstract socket: a name that the kernel gives once, to any user, and no file that one of them owns."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0sgntk-gpu-{gpu}-{place}")
    except OSError as error:
        name.close()
        if error.errno == errno.EADDRINUSE:
            return False
        raise
    name.detach()  # open, and so taken, as long as the process lives; its children do not inherit it
    return True
