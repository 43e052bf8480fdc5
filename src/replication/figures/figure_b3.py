"""Figure B.3: errors of empirical NTKs against width."""

from replication.figures import convergence
from replication.figures.captions import STEEPNESS, STEPS
from replication.figures.figure import Figure

CAPTION = (
    """\
**The steeper the activation erf(m z), the wider a network has to be for its empirical NTK to be close to the analytic
NTK.**

*Panels.* The steepness m of the activation, """
    + STEEPNESS
    + """.

*Axes*, both logarithmic. Horizontal: the width n of the hidden layers
({{ experiment.widths | map(attribute="width") | join(", ") }}). Vertical: the mean squared error, over
{{ study.data.grid_points }} grid points, between the empirical and the analytic kernel Theta(x0, x(alpha)) of
Figure 1; a plain number.

*Lines.* A thin line follows the networks of one index, of which there are {{ experiment.networks }}, from width to
width. A thick line is their mean. The colour gives the step of gradient descent, where 0 is initialization:
"""
    + STEPS
    + """

*Look at* the slope of the thick line at initialization, where an error that falls like 1/n goes down by a factor of ten
from n to 10 n; at how much higher the error lies for larger m; and at whether training changes it. The published values
after training differ from these for n of 100 and more, because of a fault in that training; ``docs/deviations.md``
describes it.
"""
)

FIGURE = Figure(__name__, CAPTION, convergence.needs, convergence.draw, convergence.numbers, record="empirical_ntk")
