"""Figure B.3: errors of empirical NTKs against width."""

from replication.figures import convergence
from replication.figures.figure import Figure

CAPTION = """\
**The steeper the activation erf(m z), the wider a network has to be for its empirical NTK to be close to the analytic
NTK.**

{% set symbol, figure, learning = "Theta(x0, x(alpha))", "Figure 1", "gradient descent" %}
{% include "convergence" +%}

*Look at* the slope of the thick line at initialization, where an error that falls like 1/n goes down by a factor of ten
from n to 10 n; at how much higher the error lies for larger m; and at whether training changes it. The published values
after training differ from these for n of 100 and more, because of a fault in that training; ``docs/deviations.md``
describes it.
"""

FIGURE = Figure(__name__, CAPTION, convergence.needs, convergence.draw, convergence.numbers, record="empirical_ntk")
