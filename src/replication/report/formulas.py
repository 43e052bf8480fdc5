"""Formulas in what claims say, as MathML, which browsers show without a script or a network.

Captions need none of this: docutils makes MathML of the role `math`.
"""

import re

from docutils.utils.math.latex2mathml import tex2mathml
from markupsafe import Markup, escape

WRITTEN = {
    r"\berf_(m|\d+)\b": r"\\mathrm{erf}_{\1}",
    r"\b(\w)\^\((.+?)\)": r"\1^{\2}",
    r"\bkappa\b": r"\\kappa",
}
"""How claims write a formula in plain text, and the same in LaTeX."""

FORMULA = re.compile("|".join(WRITTEN))
PUNCTUATED = re.compile(r"(<math(?:(?!</math>).)*</math>[,.;:)]+)", re.DOTALL)


def typeset(text: str) -> Markup:
    """A text with its formulas as MathML, and with minus signs for the hyphens before numbers."""
    signed = re.sub(r"(?<!\w)-(?=\d)", "−", text)
    return unbroken(FORMULA.sub(_mathml, str(escape(signed))))


def unbroken(html: str) -> Markup:
    """HTML whose formulas keep the punctuation after them, which a browser would put at the start of the next line."""
    return Markup(PUNCTUATED.sub(r'<span class="unbroken">\1</span>', html))


def _mathml(found: re.Match[str]) -> str:
    latex = found[0]
    for plain, written in WRITTEN.items():
        latex = re.sub(plain, written, latex)
    return re.sub(r"\n *", "", tex2mathml(latex))
