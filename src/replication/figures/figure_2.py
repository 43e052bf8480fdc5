"""Figure 2: empirical SG-NTKs of single networks against the analytic SG-NTK."""

from replication.figures import kernels
from replication.figures.figure import Drawing, Figure, Settings, Tables

CAPTION = """\
**The SG-NTK stays finite as the activation erf(m z) steepens, and the SG-NTKs of finite networks approach it as they
widen, before and after surrogate gradient learning.**

*Panels.* Columns: the steepness m of the activation, {% include "steepness" %}.
Rows: step 0, that is, initialization, and step {{ "{:,}".format(experiment.steps | last) }} of surrogate gradient
learning with the surrogate derivative
{% include "surrogate" %}.

*Axes.* Horizontal: the angle alpha in radians of the input x(alpha) = (sin alpha, cos alpha), at
{{ study.data.grid_points }} grid points. Vertical: the kernel I(x(alpha), x0), a plain number, on an asinh scale, which
is linear near 0 and logarithmic far from it. The first argument, x(alpha), carries the true derivative; the second, x0,
which is grid point {{ study.data.reference_point }} counted from 0, carries the surrogate.

{% set kernel = "SG-NTK" %}
{% include "kernels" +%}

*Look at* the height of the black line at x0, which settles from column to column where that of Figure 1 grows; and at
how the thin lines close in on it with n, in both rows.
"""


def draw(tables: Tables, settings: Settings) -> Drawing:
    """I(x(alpha), x0) at the first and at the last step."""
    return kernels.draw(tables["kernels"], settings["activations"], "SG-NTK", "I(x(α), x₀)")


FIGURE = Figure(__name__, CAPTION, kernels.needs, draw, kernels.numbers, record="empirical_sg_ntk")
