"""The reference in docs/api has every public name of the library, and no other."""

import re
from pathlib import Path
from types import ModuleType

import pytest

import sgntk

API = Path(__file__).resolve().parents[2] / "docs/api"
SHOWN = [
    name for page in API.glob("*.md") for name in re.findall(r"^::: sgntk\.(\S+)$", page.read_text(), re.MULTILINE)
]


def test_nothing_is_shown_twice():
    assert len(SHOWN) == len({*SHOWN})


def test_every_public_name_is_shown_and_no_other():
    """A name by itself or with its public module, of which the reference shows what `__all__` names."""
    with_their_module = {name for name, module in sgntk._MODULE_OF.items() if module in sgntk.__all__}
    assert {*SHOWN} == {*sgntk.__all__} - with_their_module


@pytest.mark.parametrize("name", [name for name in SHOWN if name != "stax"])
def test_what_is_shown_is_documented(name):
    value = getattr(sgntk, name)
    names = value.__all__ if isinstance(value, ModuleType) else []
    assert value.__doc__
    assert all(getattr(value, one).__doc__ for one in names)
