"""Figure B.3: errors of empirical NTKs against width."""

from replication.figures import convergence
from replication.figures.figure import Figure, Statement

STATEMENT = Statement(
    holds="The NTK of finite networks converges to the analytic NTK as they widen.",
    asks="Does the NTK of finite networks converge to the analytic NTK as they widen?",
    claims=("ntk_converges",),
)

CAPTION = """\
**{{ statement }}**

{% set symbol, figure, learning = ":math:`Θ(x_0, x(α))`", "Figure 1", "gradient descent" %}
{% include "convergence" +%}

*Look at* how the thick line at initialization falls beside the dotted one; at how much higher the error lies for
larger m; and at whether training changes it. The published values after training differ from these for n of 100 and
more, because of a fault in that training; ``docs/deviations.md`` describes it.
"""

FIGURE = Figure(
    __name__,
    CAPTION,
    convergence.needs,
    convergence.draw,
    convergence.numbers,
    record="empirical_ntk",
    statement=STATEMENT,
)
