"""Figure B.2: Figure 3 with a smaller output scale."""

from replication.figures import ensembles
from replication.figures.figure import Figure

CAPTION = """\
**A smaller output scale kappa narrows the spread of the trained sign networks, and their mean still approaches kernel
regression with the SG-NTK as they widen.**

{% include "ensembles" +%}

*Look at* the same as in Figure 3, in panel a whether the networks' mean follows the SG-NTK mean, in panel b whether the
means come closer to it as n grows; and at the band, which is narrower than that of Figure 3, since kappa scales the
random output at initialization. Both predicted means are those of Figure 3, since kappa cancels in them. The table
``distances`` of the experiment gives the distances with their standard errors.
"""

FIGURE = Figure(__name__, CAPTION, ensembles.needs, ensembles.draw, ensembles.numbers, record="outputs")
