"""Progress of a job of more than half a minute: a line now and then, with an estimate of the time left."""

import logging
import time
from datetime import timedelta

SECONDS_BETWEEN_LINES = 30
logger = logging.getLogger(__name__)
logger.setLevel(logging.INFO)  # other loggers stay at warnings


class Progress:
    """Logs steps done out of `total`; call it with the number of steps done."""

    def __init__(self, job: str, total: int) -> None:
        self.job, self.total = job, total
        self.start = self.last = time.monotonic()

    def __call__(self, done: int) -> None:
        now = time.monotonic()
        if now - (self.start if done == self.total else self.last) < SECONDS_BETWEEN_LINES:
            return
        self.last = now
        elapsed = timedelta(seconds=round(now - self.start))
        left = timedelta(seconds=round((now - self.start) / done * (self.total - done)))
        logger.info("%s: step %d of %d after %s, %s left", self.job, done, self.total, elapsed, left)
