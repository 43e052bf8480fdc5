"""A job's log: its messages and warnings, and the traceback if it fails, in a file and on the terminal."""

import logging
import sys


def start(path: str) -> None:
    """From here on the job logs to the file at `path`, and to standard error."""
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        handlers=[logging.FileHandler(path, mode="w"), logging.StreamHandler()],
    )
    logging.captureWarnings(True)
    sys.excepthook = lambda *error: logging.critical("The job failed", exc_info=error)
