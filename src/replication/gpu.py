"""One GPU for each job, over all users of a machine."""

import errno
import os
import socket
from pathlib import Path

import jax


def use() -> None:
    """Gives this job a GPU for itself; call it before JAX computes anything.

    Raises:
        RuntimeError: if there is no GPU, none is free, or JAX finds none.
    """
    os.environ["CUDA_VISIBLE_DEVICES"] = claim()
    jax.config.update("jax_platforms", "cuda,cpu")  # type: ignore[no-untyped-call]
    if jax.default_backend() != "gpu":  # JAX alone would go on without a word, on the CPU
        raise RuntimeError("training.device is gpu, but JAX finds none; is the extra `cuda` installed?")


def claim() -> str:
    """A GPU that no other job of this machine has; it is free again when this process ends, however it ends.

    A scheduler names the GPUs of a job in CUDA_VISIBLE_DEVICES. Without one all are there, and `--resources gpu=N`
    keeps the number of jobs to that of GPUs.

    Raises:
        RuntimeError: if there is no GPU, or none is free.
    """
    named = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    gpus = named.split(",") if named else sorted(path.name[6:] for path in Path("/dev").glob("nvidia[0-9]*"))
    for gpu in gpus:
        if _is_mine(gpu):
            return gpu
    raise RuntimeError(f"training.device is gpu, but of the GPUs {gpus} none is free; start with --resources gpu=N")


def _is_mine(gpu: str) -> bool:
    """Takes the abstract socket of a GPU: a name that the kernel gives once, to any user, and no file that one owns."""
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0sgntk-gpu-{gpu}")
    except OSError as error:
        name.close()
        if error.errno == errno.EADDRINUSE:
            return False
        raise
    name.detach()  # open, and so taken, as long as the process lives; its children do not inherit it
    return True
