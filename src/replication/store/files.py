"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

TEMPORARY = ".*.tmp"
"""Names of files that are being written, as a glob pattern."""


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """A temporary file in the folder of `path`, which takes its place when all is written.

    Whatever happens, `path` is the old file or the new one, whole. The temporary file's name is unique, so that two
    processes that write the same file do no harm to each other; a process that is killed leaves it behind.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{uuid4().hex}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def remove_temporary(folder: str | Path) -> None:
    """Removes what killed processes left of files in the folder and below; nothing may write there meanwhile."""
    for leftover in Path(folder).rglob(TEMPORARY):
        leftover.unlink(missing_ok=True)
