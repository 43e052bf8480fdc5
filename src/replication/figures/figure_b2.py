"""Figure B.2: Figure 3 with a smaller output scale."""

from replication.figures import ensembles
from replication.figures.figure import Figure, Statement

STATEMENT = Statement(
    holds="A smaller output scale κ leaves the mean of the trained sign networks as it is, and scales their spread.",
    asks="Does a smaller output scale κ leave the mean of the trained sign networks as it is, and scale their spread?",
    claims=("scale_leaves_the_mean",),
)

CAPTION = """\
**{{ statement }}**

{% include "ensembles" +%}

*Look at* the same as in Figure 3, in panel a whether the networks' mean follows the SG-NTK mean, in panel c whether
the means come closer to it as n grows; and at the band, which is narrower than that of Figure 3, since κ scales the
random output at initialization. Both predicted means are those of Figure 3, since κ cancels in them. The table
``distances`` of the experiment gives the distances with their standard errors.
"""

FIGURE = Figure(
    __name__, CAPTION, ensembles.needs, ensembles.draw, ensembles.numbers, record="outputs", statement=STATEMENT
)
