"""Figure 3: sign networks after surrogate gradient learning against the SG-NTK prediction."""

from replication.figures import ensembles
from replication.figures.figure import Figure, Statement

STATEMENT = Statement(
    holds="As sign networks widen, their mean after surrogate gradient learning approaches kernel regression with "
    "the SG-NTK.",
    asks="As sign networks widen, does their mean after surrogate gradient learning approach kernel regression with "
    "the SG-NTK?",
    claims=("means_converge",),
)

CAPTION = """\
**{{ statement }}**

{% include "ensembles" +%}

*Look at*, in panel a, whether the networks' mean follows the SG-NTK mean rather than the NNGP regression where the
two part, between training points, and whether the networks fill the band; in panel c, whether the means come closer
to 0 as n grows. The table ``distances`` of the experiment gives these distances with their standard errors.
"""

FIGURE = Figure(
    __name__, CAPTION, ensembles.needs, ensembles.draw, ensembles.numbers, record="outputs", statement=STATEMENT
)
