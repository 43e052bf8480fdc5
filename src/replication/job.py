"""How every job of the workflow starts, on one core, and ends with its run; and how it reads and writes its files."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from replication import watch
from replication.store import tables


class Job:
    """What a script is given: settings, and tables by the names that `replication.rules` gives them.

    Attributes:
        settings: what the outputs depend on, as the rule's `Sources` say; pieces of a whole have theirs in `made_from`.
        made_from: what the outputs are made from.
        options: settings on which no value depends, and paths of files of the repository.
        inputs: paths, or lists of paths, by name.
    """

    def __init__(self, snakemake: Any) -> None:
        params = snakemake.params
        self.made_from: dict[str, Any] = params.made_from
        self.settings: dict[str, Any] = params.made_from["settings"]
        self.options: dict[str, Any] = params.options
        self.inputs: dict[str, Any] = dict(snakemake.input.items())
        self._read_from: dict[str, dict[str, Any]] = params.read_from
        self._outputs: dict[str, str] = dict(snakemake.output.items())

    def path(self, name: str) -> str:
        """The file of an output."""
        return self._outputs[name]

    def read(self, name: str) -> pd.DataFrame:
        """The table of an input; raises TableError if it is not what it should be."""
        return self._read(self.inputs[name])

    def read_all(self, name: str) -> list[pd.DataFrame]:
        """The tables of an input that has several."""
        return [self._read(path) for path in self.inputs[name]]

    def sources(self, name: str) -> list[dict[str, Any]]:
        """What each table of an input that has several is made from."""
        return [self._read_from[path] for path in self.inputs[name]]

    def write(self, table: pd.DataFrame, name: str = "table") -> None:
        """Writes the table of an output, with what it is made from."""
        tables.write(table, self.path(name), self.made_from | {"output": name})

    def _read(self, path: str) -> pd.DataFrame:
        """A table; one that is not what it should be is put aside, so that the next run makes it anew."""
        try:
            return tables.read(path, self._read_from[path])
        except tables.TableError as error:
            aside = Path(path).replace(f"{path}.rejected")
            raise tables.TableError(
                f"{error}. It was put aside as {aside}; the same command, given again, makes it anew"
            ) from error


def start(snakemake: Any) -> Job:
    """Keeps JAX to one core of the CPU, and sends messages and warnings to the log and the terminal.

    The traceback of a failure goes to the log alone: the end of the run tells its message.

    As many jobs as cores, with one core each, are several times faster than one job on all cores. A job on a GPU
    compiles on all cores, and leaves them to others after that. JAX reads the variables when it first computes.
    """
    settings = snakemake.params.made_from["settings"]
    flags = settings.get("xla_flags", "")
    if settings.get("device") != "gpu":
        os.environ["NPROC"] = "1"  # the size of XLA's thread pool
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false {flags}"
    terminal = logging.StreamHandler()
    terminal.addFilter(lambda record: not record.exc_info)
    logging.basicConfig(
        format="%(asctime)s %(message)s",
        datefmt="%H:%M:%S",
        handlers=[logging.FileHandler(snakemake.log[0], mode="w"), terminal],
    )
    logging.captureWarnings(True)
    sys.excepthook = lambda *error: logging.critical("The job failed", exc_info=error)
    watch.end_with(int(os.environ["SNAKEMAKE_PROCESS"]))
    return Job(snakemake)
