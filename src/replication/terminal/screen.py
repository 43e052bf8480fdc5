"""How wide a terminal is and whether it has colour, and text that fits."""

import os
import textwrap
from dataclasses import dataclass
from typing import TextIO

MOST_COLUMNS = 100
"""Longer lines are hard to read."""

USUAL_COLUMNS = 80
"""Of a terminal that does not say."""

COLOURS = {"red": 31, "green": 32, "yellow": 33}


@dataclass(frozen=True)
class Screen:
    """Where text is shown.

    Attributes:
        columns: longest line.
        colour: whether it has colour.
        wraps: whether sentences are broken into lines; in a file or a pipe each stays whole, for programs that search.
    """

    columns: int = MOST_COLUMNS
    colour: bool = False
    wraps: bool = False

    @classmethod
    def of(cls, stream: TextIO, colour: bool = True) -> "Screen":
        """The terminal that a stream goes to, without colour if the user wants none (https://no-color.org)."""
        if not stream.isatty():
            return cls()
        columns = min(os.get_terminal_size(stream.fileno()).columns or USUAL_COLUMNS, MOST_COLUMNS)
        wanted = colour and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return cls(columns, wanted, wraps=True)

    def paint(self, text: str, colour: str) -> str:
        """The text in a colour, where there is colour."""
        return f"\033[{COLOURS[colour]}m{text}\033[0m" if self.colour else text

    def wrap(self, text: str, label: str, indent: int) -> list[str]:
        """A label, and a text beside it that stays right of `indent`; neither paths nor words are broken."""
        start = label.ljust(indent)
        if not self.wraps:
            return [start + text]
        return textwrap.wrap(
            text,
            self.columns,
            initial_indent=start,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [start.rstrip()]
