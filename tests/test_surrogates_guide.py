"""The examples of docs/surrogates.md run."""

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parents[1] / "docs" / "surrogates.md"


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL))
def test_example(code):
    exec(code, {})
