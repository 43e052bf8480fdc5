"""What is wrong with a configuration before it is one: in the files, and on the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from replication.settings._base import ConfigurationError
from replication.settings._messages import join


def check_file(path: str | Path) -> None:
    """Checks what Snakemake does not: UTF-8, YAML, one mapping, and each key once, since of two the last would win.

    Raises:
        ConfigurationError: in one line that names the file, the line and the key.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    try:
        root = yaml.compose(content.decode())
    except UnicodeDecodeError as error:
        line, byte = content[: error.start].count(b"\n") + 1, content[error.start]
        raise ConfigurationError(f"{path}, line {line}: got the byte {byte:#x}; expected a file in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        raise ConfigurationError(f"{path}, {_line(error.problem_mark)}: {error.problem}; expected YAML") from None
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{path}: {' '.join(str(error).split())}; expected YAML") from None
    if not isinstance(root, yaml.MappingNode):
        got = "nothing" if root is None else f"a {root.id}"
        raise ConfigurationError(f"{path}, line 1: got {got}; expected keys with their values, such as run: my_study")
    _check_once(path, root, (), set())


def _check_once(path: str | Path, node: yaml.Node, place: tuple[Any, ...], seen: set[int]) -> None:
    if id(node) in seen:  # an alias
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, entry in enumerate(node.value):
            _check_once(path, entry, (*place, index), seen)
    elif isinstance(node, yaml.MappingNode):
        first: dict[tuple[str, str], yaml.Node] = {}
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                other = first.setdefault((key.tag, key.value), key)
                if other is not key:
                    name = join((*place, key.value))
                    raise ConfigurationError(
                        f"{path}, {_line(key.start_mark)}: {name}: given before in {_line(other.start_mark)}; expected "
                        "each key once"
                    )
            _check_once(path, value, (*place, str(key.value)), seen)


def _line(mark: yaml.Mark | None) -> str:
    return f"line {1 if mark is None else mark.line + 1}"


def read_again(config: Any, overrides: Any) -> Any:
    """The configuration with text at the overridden places read as YAML: Snakemake makes text of nested numbers."""
    if isinstance(overrides, Mapping) and isinstance(config, Mapping):
        return {key: read_again(value, overrides[key]) if key in overrides else value for key, value in config.items()}
    if isinstance(config, list):
        return [read_again(entry, entry) for entry in config]
    if isinstance(config, str):
        try:
            return yaml.safe_load(config)
        except yaml.YAMLError:
            return config
    return config
