"""The figures, each a module of its own: what it needs, how it is drawn, its caption, and the numbers behind it.

Importing them is cheap: what draws is imported when something is drawn.
"""

import importlib
import pkgutil

from replication.figures.figure import FORMATS as FORMATS
from replication.figures.figure import Figure as Figure


def find() -> dict[str, Figure]:
    """The figures of this package's modules `figure_*`, by name and in the order of their names."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name.startswith("figure_"))
    return {name: importlib.import_module(f"{__name__}.{name}").FIGURE for name in modules}


FIGURES = find()
"""Every figure: those of the paper, the comparison with what it published, and those beyond it."""
