"""Figure 3: sign networks after surrogate gradient learning against the SG-NTK prediction."""

from replication.figures import ensembles
from replication.figures.figure import Figure

CAPTION = """\
**As sign networks widen, their mean after surrogate gradient learning approaches kernel regression with the SG-NTK.**

{% include "ensembles" +%}

*Look at*, in panel a, whether the networks' mean follows the SG-NTK mean rather than the NNGP regression where the two
part, between training points, and whether the networks fill the band; in panel b, whether the means come closer to the
SG-NTK mean as n grows. The table ``distances`` of the experiment gives these distances with their standard errors.
"""

FIGURE = Figure(__name__, CAPTION, ensembles.needs, ensembles.draw, ensembles.numbers, record="outputs")
