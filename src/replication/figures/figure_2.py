"""Figure 2: empirical SG-NTKs of single networks against the analytic SG-NTK."""

from replication.figures import kernels
from replication.figures.figure import Drawing, Figure, Settings, Statement, Tables

STATEMENT = Statement(
    holds="The SG-NTK stays finite as the activation erf(m z) steepens, and the SG-NTKs of finite networks approach "
    "it as they widen, before and after surrogate gradient learning.",
    asks="Does the SG-NTK stay finite as the activation erf(m z) steepens, and do the SG-NTKs of finite networks "
    "approach it as they widen, before and after surrogate gradient learning?",
    claims=("sg_ntk_limit_exists", "sg_ntk_converges"),
)

CAPTION = """\
**{{ statement }}**

*Panels.* Columns: the steepness m of the activation :math:`\\mathrm{erf}(m z)`, {% include "steepness" +%}, each at
step 0, that is, initialization, and at step {{ "{:,}".format(experiment.steps | last) }} of surrogate gradient
learning with the surrogate derivative {% include "surrogate" %}. Rows: the width n of the hidden layers.

*Axes.* Horizontal: the angle α in radians of the input :math:`x(α) = (\\sin α, \\cos α)`, at
{{ study.data.grid_points }} grid points. Vertical: the kernel :math:`I(x(α), x_0)`, a plain number, on an asinh
scale, which is linear near 0 and logarithmic far from it, the same in all panels. The first argument, :math:`x(α)`,
carries the true derivative; the second, :math:`x_0`, which is grid point {{ study.data.reference_point }} counted
from 0, carries the surrogate.

{% set kernel = "SG-NTK" %}
{% include "kernels" +%}

*Look at* the height of the dashed line at :math:`x_0`, which settles from column to column where that of Figure 1
grows; and at how the solid lines close in on it from row to row.
"""


def draw(tables: Tables, settings: Settings) -> Drawing:
    """I(x(alpha), x0) at the first and at the last step."""
    return kernels.draw(tables["kernels"], settings["activations"], "SG-NTK", "I(x(α), x₀)")


FIGURE = Figure(__name__, CAPTION, kernels.needs, draw, kernels.numbers, record="empirical_sg_ntk", statement=STATEMENT)
