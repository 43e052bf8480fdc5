"""Whether the installed XLA knows a flag: one that it does not know ends a process without a word of Python.

The names are looked up in XLA's library, where its parser has them; nothing is imported.
"""

import mmap
from functools import cache
from importlib.util import find_spec
from pathlib import Path

LIBRARIES = ("xla_extension*.so", "libjax_common.so", "_jax*.so")
"""Where jaxlib has XLA, from 0.5 to the newest."""


@cache
def is_known(name: str) -> bool:
    """Whether the installed XLA has a flag of this name; true where there is no XLA to ask."""
    found = find_spec("jaxlib")
    folders = [] if found is None else [Path(folder) for folder in found.submodule_search_locations or ()]
    libraries = [path for folder in folders for pattern in LIBRARIES for path in folder.glob(pattern)]
    return not libraries or any(_contains(path, name.encode() + b"\0") for path in libraries)


def _contains(path: Path, text: bytes) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(text) >= 0
