"""A hook of MkDocs: the formulas of a page become MathML, which browsers show without a script or a network.

`$...$` and `$$...$$` are formulas for GitHub too, and `pymdownx.arithmatex` marks them. The font comes with ziamath,
for systems without one for mathematics.
"""

import re
from html import unescape
from importlib.metadata import distribution
from pathlib import Path

from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

# What docutils leaves to the browser's dictionary of operators, which takes the second bar for one between two numbers.
SPACING = {
    r'<mo class="mathopen">([|‖])</mo>': r'<mo form="prefix" stretchy="false">\1</mo>',
    r"<mo>([|‖])</mo>": r'<mo form="postfix" stretchy="false">\1</mo>',
    r"<mo>(max|min)</mo>": r"<mi>\1</mi>",
    r'<mo stretchy="false">/</mo>': r'<mo stretchy="false" lspace="0" rspace="0">/</mo>',
}
FONT = "STIXTwoMath-Regular.ttf"

# With the punctuation after it, which a browser would put at the start of the next line.
FORMULA = re.compile(r'<(span|div) class="arithmatex">\\[(\[](.*?)\\[)\]]</\1>([,.;:)]*)', re.DOTALL)


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """The site with the font."""
    font = Path(str(distribution("ziamath").locate_file(f"ziamath/fonts/{FONT}")))
    files.append(File.generated(config, f"stylesheets/{FONT}", content=font.read_bytes()))
    return files


def on_page_content(html: str, **_: object) -> str:
    """The page with MathML for each formula in LaTeX; those of a line of their own scroll where they are too wide."""
    return FORMULA.sub(_converted, html)


def _converted(found: re.Match[str]) -> str:
    kind, formula, punctuation = found.groups()
    alone = kind == "div"
    converted = mathml(unescape(formula), alone=alone)
    return converted if alone or not punctuation else f'<span class="unbroken">{converted}{punctuation}</span>'


def mathml(formula: str, *, alone: bool) -> str:
    """A formula in MathML.

    Raises:
        ValueError: if it is not the LaTeX that docutils knows.
    """
    try:
        converted = tex2mathml(formula.strip().replace("'", r"^{\prime}"), as_block=alone)
    except MathError as error:
        raise ValueError(f"{formula.strip()}: {error}") from error
    converted = re.sub(r"\n *", "", converted)
    for found, spaced in SPACING.items():
        converted = re.sub(found, spaced, converted)
    return f'<div class="formula">{converted}</div>' if alone else converted
