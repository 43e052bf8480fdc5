"""Figure B.4: errors of empirical SG-NTKs against width."""

from replication.figures import convergence
from replication.figures.figure import Figure, Statement

STATEMENT = Statement(
    holds="The SG-NTK of finite networks converges to the analytic SG-NTK as they widen, before and after surrogate "
    "gradient learning, for a steep activation too.",
    asks="Does the SG-NTK of finite networks converge to the analytic SG-NTK as they widen, before and after "
    "surrogate gradient learning, for a steep activation too?",
    claims=("sg_ntk_converges",),
)

CAPTION = """\
**{{ statement }}**

{% set symbol, figure, learning = ":math:`I(x(α), x_0)`", "Figure 2", "surrogate gradient learning" %}
{% include "convergence" +%}

*Look at* how the thick lines fall beside the dotted one; and at how the error after training compares with that at
initialization. The published values that are labelled t = 10,000 are those of step 1,000; ``docs/deviations.md``
tells more.
"""

FIGURE = Figure(
    __name__,
    CAPTION,
    convergence.needs,
    convergence.draw,
    convergence.numbers,
    record="empirical_sg_ntk",
    statement=STATEMENT,
)
