"""What jobs need of the environment that they inherit."""

import os


def prepare(sources: str) -> None:
    """Sets what the jobs of this process find when they start.

    That is the packages of the repository, the process that a job ends with, and what JAX and Matplotlib read when they
    are imported: a training job asks for a GPU itself, and the terminal of a notebook has a backend of its own.

    Args:
        sources: folder of the packages.
    """
    paths = [sources, os.environ.get("PYTHONPATH")]
    os.environ |= {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "SNAKEMAKE_PROCESS": str(os.getpid()),
        "JAX_PLATFORMS": "cpu",
        "MPLBACKEND": "agg",
    }
