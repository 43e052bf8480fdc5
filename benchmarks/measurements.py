"""Runs `measure_gpu.py`: each measurement in a process of its own, so that its peak of memory is its own, too."""

import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

SCRIPT = Path(__file__).with_name("measure_gpu.py")


class Measurements:
    """Measurements that share a folder, and the time that there is.

    Attributes:
        folder: where each leaves `<name>.json`, what it measured, and `<name>.log`.
        minutes: for all, from now on.
        small: small sizes, on a CPU.
        cache: folder of compiled programs.
    """

    def __init__(self, folder, minutes, small, cache):
        self.folder, self.small, self.cache = folder, small, cache
        self._end = time.monotonic() + 60 * minutes
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def left(self):
        """Seconds."""
        return self._end - time.monotonic()

    def run(self, name, *arguments, at_most=math.inf, products="float32"):
        """What was measured until the process ended or its seconds were over, and a word if it did not end well."""
        result, log = self.folder / f"{name}.json", self.folder / f"{name}.log"
        result.unlink(missing_ok=True)
        timeout = min(at_most, self.left)
        if timeout <= 0:
            return {}, "no time left"
        command = [sys.executable, SCRIPT, "--result", result, *["--small"] * self.small, *arguments]
        start = time.monotonic()
        with log.open("w") as file:
            try:
                run = subprocess.run(
                    [*map(str, command)],
                    env=self._environment(products),
                    stdout=file,
                    stderr=file,
                    timeout=timeout,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                ending = f"stopped after {timeout:.0f} s"
            else:
                ending = f"failed with exit code {run.returncode}, see {log.name}" if run.returncode else ""
        print(f"{name}: {time.monotonic() - start:.0f} s, {self.left:.0f} s left {ending}".rstrip(), flush=True)
        return json.loads(result.read_text()) if result.exists() else {}, ending

    def _environment(self, products):
        inherited = {key: value for key, value in os.environ.items() if key != "JAX_PLATFORMS"}
        return {
            **inherited,
            **({"JAX_PLATFORMS": "cpu"} if self.small else {}),
            "JAX_DEFAULT_MATMUL_PRECISION": products,
            "JAX_COMPILATION_CACHE_DIR": self.cache,
            "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        }
