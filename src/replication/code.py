"""The code behind a result: what a script imports, directly or not, and a digest of it.

All is read from the syntax trees: nothing is imported, and comments, docstrings and layout do not count.
"""

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

LAZY = "sgntk"
"""The package whose names are found on first use: an import is followed to the module that defines the name."""


@dataclass(frozen=True)
class Parsed:
    """What a module imports, as dotted names, and a digest of its syntax tree."""

    imports: frozenset[str]
    digest: str


@dataclass(frozen=True)
class Code:
    """The modules below a folder, as they are when they are first asked for.

    Attributes:
        folder: holds the packages, each a folder.
    """

    folder: Path
    _modules: dict[Path, tuple[Parsed, list[Path]]] = field(default_factory=dict, repr=False)

    def closure(self, roots: Iterable[Path]) -> frozenset[Path]:
        """The roots, and every module of the folder that they import, directly or not."""
        found: set[Path] = set()
        waiting = list(roots)
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                waiting += self._module(path)[1]
        return frozenset(found)

    def packages(self, roots: Iterable[Path]) -> set[str]:
        """Top-level names of everything that is imported on the way, such as `jax`."""
        return {name.partition(".")[0] for path in self.closure(roots) for name in self._module(path)[0].imports}

    def digest(self, roots: Iterable[Path]) -> str:
        """A digest of all code that the roots reach, the same wherever the folder is."""
        digests = sorted((path.stem, self._module(path)[0].digest) for path in self.closure(roots))
        return hashlib.sha256(json.dumps(digests).encode()).hexdigest()[:16]

    def _module(self, path: Path) -> tuple[Parsed, list[Path]]:
        """What is in a module, and the modules that it imports."""
        if path not in self._modules:
            parsed = _parse(path.read_text(encoding="utf-8"))
            self._modules[path] = parsed, [place for name in parsed.imports for place in self._of(name)]
        return self._modules[path]

    def _of(self, name: str) -> Iterator[Path]:
        """The modules that importing a dotted name runs: the packages above it, and itself where it is a module.

        Of the lazy package it is the module that the name leads to: the package's own file is no more than a table.
        """
        parts = name.split(".")
        places = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        if parts[0] == LAZY:
            places = [f"{LAZY}/{self._homes.get(part, part)}" for part in parts[1:2]]
        names = (name for place in places for name in (f"{place}/__init__.py", f"{place}.py"))
        yield from (self._files[name] for name in names if name in self._files)

    @cached_property
    def _files(self) -> dict[str, Path]:
        """Every module of the folder, by its place in it."""
        return {path.relative_to(self.folder).as_posix(): path for path in self.folder.rglob("*.py")}

    @cached_property
    def _homes(self) -> dict[str, str]:
        """Where the lazy package's names are defined, from the imports that it shows to type checkers."""
        tree = ast.parse((self.folder / LAZY / "__init__.py").read_text(encoding="utf-8"))
        found = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
        pairs = ((alias.name, (node.module or "").rpartition(".")[2]) for node in found for alias in node.names)
        return {name: module for name, module in pairs if module != LAZY}


@lru_cache(maxsize=1024)
def _parse(text: str) -> Parsed:
    tree = ast.parse(text)
    skeleton = json.dumps(_skeleton(tree))
    return Parsed(frozenset(_imports(tree)), hashlib.sha256(skeleton.encode()).hexdigest())


def _imports(tree: ast.Module) -> Iterator[str]:
    """Dotted names that a module imports, but those for type checkers; of `import sgntk` the names that it uses."""
    lazy = set()
    for node in _without_typing(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            lazy |= {alias.asname or alias.name for alias in node.names if alias.name == LAZY}
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in {LAZY, *lazy}:
            yield f"{LAZY}.{node.attr}"


def _without_typing(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes but those below `if TYPE_CHECKING`."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING"):
            yield from _without_typing(child)


def _skeleton(node: Any) -> Any:
    """A syntax tree as lists of names and values, without docstrings; the same for every version of Python.

    `ast.dump` is not: versions differ in the empty fields that they have, and show.
    """
    if isinstance(node, list):
        return [_skeleton(item) for item in node]
    if not isinstance(node, ast.AST):
        return repr(node)
    fields = {name: value for name, value in ast.iter_fields(node) if value not in (None, [])}
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        fields["body"] = [item for item in node.body if not _is_text(item)]
    if isinstance(node, ast.JoinedStr):  # Python 3.12.1 has an empty text in `f"{x:>{width}}"`
        fields["values"] = [item for item in node.values if not (isinstance(item, ast.Constant) and item.value == "")]
    return [type(node).__name__, *([name, _skeleton(value)] for name, value in fields.items())]


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a string alone, such as a docstring, or one below a constant: it does nothing."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
