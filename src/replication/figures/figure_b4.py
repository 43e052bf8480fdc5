"""Figure B.4: errors of empirical SG-NTKs against width."""

from replication.figures import convergence
from replication.figures.captions import STEEPNESS, STEPS
from replication.figures.figure import Figure

CAPTION = (
    """\
**The empirical SG-NTK comes closer to the analytic SG-NTK as networks widen, before and after surrogate gradient
learning, for a steep activation too.**

*Panels.* The steepness m of the activation, """
    + STEEPNESS
    + """.

*Axes*, both logarithmic. Horizontal: the width n of the hidden layers
({{ experiment.widths | map(attribute="width") | join(", ") }}). Vertical: the mean squared error, over
{{ study.data.grid_points }} grid points, between the empirical and the analytic kernel I(x(alpha), x0) of
Figure 2; a plain number.

*Lines.* A thin line follows the networks of one index, of which there are {{ experiment.networks }}, from width to
width. A thick line is their mean. The colour gives the step of surrogate gradient learning, where 0 is initialization:
"""
    + STEPS
    + """

*Look at* the slope of the thick lines, where an error that falls like 1/n goes down by a factor of ten from n to 10 n;
and at how the error after training compares with that at initialization. The published values that are labelled t =
10,000 are those of step 1,000; ``docs/deviations.md`` tells more.
"""
)

FIGURE = Figure(__name__, CAPTION, convergence.needs, convergence.draw, convergence.numbers, record="empirical_sg_ntk")
