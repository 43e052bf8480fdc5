"""Figure B.4: errors of empirical SG-NTKs against width."""

from replication.figures import convergence
from replication.figures.figure import Figure

CAPTION = """\
**The empirical SG-NTK comes closer to the analytic SG-NTK as networks widen, before and after surrogate gradient
learning, for a steep activation too.**

{% set symbol, figure, learning = "I(x(alpha), x0)", "Figure 2", "surrogate gradient learning" %}
{% include "convergence" +%}

*Look at* the slope of the thick lines, where an error that falls like 1/n goes down by a factor of ten from n to 10 n;
and at how the error after training compares with that at initialization. The published values that are labelled t =
10,000 are those of step 1,000; ``docs/deviations.md`` tells more.
"""

FIGURE = Figure(__name__, CAPTION, convergence.needs, convergence.draw, convergence.numbers, record="empirical_sg_ntk")
