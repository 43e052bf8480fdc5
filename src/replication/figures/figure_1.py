"""Figure 1: empirical NTKs of single networks against the analytic NTK."""

from replication.figures import kernels
from replication.figures.figure import Drawing, Figure, Settings, Statement, Tables

STATEMENT = Statement(
    holds="As the activation erf(m z) steepens, the analytic NTK grows without bound at x₀ and converges everywhere "
    "else.",
    asks="As the activation erf(m z) steepens, does the analytic NTK grow without bound at x₀, and converge "
    "everywhere else?",
    claims=("ntk_limit_is_singular",),
)

CAPTION = """\
**{{ statement }}**

*Panels.* Columns: the steepness m of the activation :math:`\\mathrm{erf}(m z)`, {% include "steepness" +%}, each at
gradient descent step 0, that is, initialization, and at step {{ "{:,}".format(experiment.steps | last) }}. Rows: the
width n of the hidden layers.

*Axes.* Horizontal: the angle α in radians of the input :math:`x(α) = (\\sin α, \\cos α)`, at
{{ study.data.grid_points }} grid points. Vertical: the kernel :math:`Θ(x_0, x(α))`, a plain number, on an asinh
scale, which is linear near 0 and logarithmic far from it, the same in all panels. The fixed argument :math:`x_0` is
grid point {{ study.data.reference_point }}, counted from 0.

{% set kernel = "NTK" %}
{% include "kernels" +%}

*Look at* the peak of the dashed line at :math:`x_0`, from column to column; at how far the solid lines are from it,
which is less for larger n and more for larger m; and at whether those of wide networks keep their place from one
column to the next, that is, in training.
"""


def draw(tables: Tables, settings: Settings) -> Drawing:
    """Theta(x0, x(alpha)) at the first and at the last step."""
    return kernels.draw(tables["kernels"], settings["activations"], "NTK", "Θ(x₀, x(α))")


FIGURE = Figure(__name__, CAPTION, kernels.needs, draw, kernels.numbers, record="empirical_ntk", statement=STATEMENT)
