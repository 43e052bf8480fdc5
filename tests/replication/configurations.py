"""The paper's configuration, and others that differ from it in one entry."""

import functools
import json
import operator
import re
from pathlib import Path

import yaml

from replication import settings

ROOT = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((ROOT / "workflow/config/paper.yaml").read_text())
STUDY = settings.read(CONFIG)
DELETED = object()


def at(path, config=CONFIG):
    """An entry of a configuration; `path` is written as in error messages."""
    parts = [int(part) if part.isdigit() else part for part in re.findall(r"\w+", path)]
    return functools.reduce(operator.getitem, parts, config)


def changed(path, value):
    """The paper's configuration with one entry replaced, added or deleted."""
    result = json.loads(json.dumps(CONFIG))  # nothing shared, not even what the file shares by an anchor
    parent, last = re.fullmatch(r"(.*?)[.\[]?(\w+)\]?", path).groups()
    entry, last = at(parent, result), int(last) if last.isdigit() else last
    if value is DELETED:
        del entry[last]
    else:
        entry[last] = value
    return result


def leaves(entry=CONFIG, path=""):
    """Every number, text and null of the paper's configuration, by its path."""
    if isinstance(entry, dict):
        for key, part in entry.items():
            yield from leaves(part, f"{path}.{key}".lstrip("."))
    elif isinstance(entry, list):
        for index, part in enumerate(entry):
            yield from leaves(part, f"{path}[{index}]")
    else:
        yield path, entry
