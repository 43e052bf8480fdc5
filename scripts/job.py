"""How every job starts: on one core, and with a log."""

import logging
import os
import sys


def start(log: str) -> None:
    """Keeps JAX to one core, and sends messages, warnings and the traceback of a failure to `log` and to the terminal.

    As many jobs as cores, with one core each, are several times faster than one job on all cores. JAX reads the two
    variables when it first computes.
    """
    os.environ["NPROC"] = "1"  # the size of XLA's thread pool
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false"
    logging.basicConfig(
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        handlers=[logging.FileHandler(log, mode="w"), logging.StreamHandler()],
    )
    logging.captureWarnings(True)
    sys.excepthook = lambda *error: logging.critical("The job failed", exc_info=error)
