"""A figure as part of the page: an SVG whose lines can be hidden and whose values can be read, by `report.js`."""

import re
from html import unescape

from markupsafe import Markup

DESCRIPTION = re.compile(r"<dc:description>(.*?)</dc:description>", re.DOTALL)
REFERENCE = re.compile(r"""(\bid="|href="#|url\(#)""")
STYLE = "stroke-linejoin: round; stroke-linecap: butt"  # as Matplotlib sets it for the whole document


def inline(svg: str, name: str, title: str) -> Markup:
    """An SVG by Matplotlib for a page that has several: its identifiers are its own, and its style stays inside.

    Args:
        svg: the file, with the values along the axes of its panels as a description (`replication.figures.style.save`).
        name: of the figure.
        title: what it shows, in a sentence.
    """
    described = DESCRIPTION.search(svg)
    values = unescape(described[1]) if described else "{}"
    size = re.search(r'viewBox="(.*?)"', svg)
    content = svg[svg.index("</metadata>") + len("</metadata>") :]
    content = re.sub(r"<style.*?</style>", "", content, count=1, flags=re.DOTALL)
    content = REFERENCE.sub(rf"\1{name}-", content)
    head = Markup('<svg viewBox="{}" role="img" aria-label="{}" style="{}" data-values="{}">').format(
        size[1] if size else "", title, STYLE, values
    )
    return head + Markup(content)
