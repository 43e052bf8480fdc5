"""Figure 1: empirical NTKs of single networks against the analytic NTK."""

from replication.figures import kernels
from replication.figures.figure import Drawing, Figure, Settings, Tables

CAPTION = """\
**As the activation erf(m z) steepens, the analytic NTK grows without bound at x0 and converges everywhere else.**

*Panels.* Columns: the steepness m of the activation, {% include "steepness" %}.
Rows: gradient descent step 0, that is, initialization, and step {{ "{:,}".format(experiment.steps | last) }}.

*Axes.* Horizontal: the angle alpha in radians of the input x(alpha) = (sin alpha, cos alpha), at
{{ study.data.grid_points }} grid points. Vertical: the kernel Theta(x0, x(alpha)), a plain number, on an asinh
scale, which is linear near 0 and logarithmic far from it. The fixed argument x0 is grid point
{{ study.data.reference_point }}, counted from 0.

{% set kernel = "NTK" %}
{% include "kernels" +%}

*Look at* the peak of the black line at x0, from column to column; at how far the thin lines are from the black line,
which is less for larger n and more for larger m; and at whether the lines of wide networks keep their place from the
upper to the lower row.
"""


def draw(tables: Tables, settings: Settings) -> Drawing:
    """Theta(x0, x(alpha)) at the first and at the last step."""
    return kernels.draw(tables["kernels"], settings["activations"], "NTK", "Θ(x₀, x(α))")


FIGURE = Figure(__name__, CAPTION, kernels.needs, draw, kernels.numbers, record="empirical_ntk")
