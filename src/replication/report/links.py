"""What belongs together on the page: claims and the figures that show them."""

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

LABEL = re.compile(r"\b(?:[A-Z]\.)?\d\b")
"""The number of a figure where a claim names its source, as in: Figures 1 and B.3."""


def sources(source: str, figures: Mapping[str, str]) -> Markup:
    """Where the paper says something, with links to the figures that the page has.

    Args:
        source: of a claim.
        figures: names of the page's figures by their labels, such as `Figure B.3`.
    """

    def link(found: re.Match[str]) -> str:
        name = figures.get(f"Figure {found[0]}")
        return f'<a href="#{name}">{found[0]}</a>' if name else found[0]

    return Markup(LABEL.sub(link, str(escape(source))))


def about(label: str, claims: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The claims that name a figure as their source."""
    return [claim for claim in claims if label in {f"Figure {number}" for number in LABEL.findall(claim["source"])}]
