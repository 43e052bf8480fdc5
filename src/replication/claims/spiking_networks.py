"""A claim beyond the paper: spiking networks after SGL, feed-forward and recurrent, have the mean of the SG-NTK.

Networks learn for fewer steps than those of Figure 3, and are compared with the mean for the step that they are at.
Of four draws of the currents and two training sets, those were taken for which both predictions are far apart; no
network had been trained on any.
"""

from collections.abc import Iterator, Mapping

from replication.claims.claim import claim
from replication.claims.ensembles import Outputs, approach
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Finding


@claim(
    "The mean of spiking networks after SGL converges to the SG-NTK's mean as n grows, and the widest are closer to it "
    "than to NNGP regression, feed-forward and recurrent.",
    source="beyond the paper; Figure S.5",
)
def spiking_means_converge(sampling: Sampling, spiking: Mapping[str, Outputs]) -> Iterator[Finding]:
    """Whether the distance from the SG-NTK mean falls with the width, and which prediction is closer to the widest."""
    for units, outputs in spiking.items():
        yield from approach(sampling, outputs.last, outputs.last.sg_ntk_then.mean, about=units)
