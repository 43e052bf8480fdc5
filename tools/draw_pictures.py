"""Draws docs/pictures anew, by the code of the pages that show them: `python tools/draw_pictures.py`."""

import os
import re
from pathlib import Path

import matplotlib as mpl

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "docs/theory.md")

mpl.use("Agg")


def draw(page: str) -> None:
    """Runs the code of a page where the pictures are."""
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL))
    exec(code, {})


if __name__ == "__main__":
    os.chdir(ROOT / "docs/pictures")
    for page in PAGES:
        draw(page)
