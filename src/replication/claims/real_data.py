"""A claim beyond the paper: the SG-NTK says what networks learn of real data."""

from collections.abc import Iterator

from replication.claims.claim import claim
from replication.claims.evidence import RealData
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Criterion, Finding

NEARER_TO_SG_NTK = Criterion(high=0.5)


@claim(
    "On real data the mean of trained sign networks is closer to SG-NTK regression than to NNGP regression.",
    source="beyond the paper; Figure S.4",
)
def real_data_follows(sampling: Sampling, real_data: tuple[RealData, ...]) -> Iterator[Finding]:
    """Where the networks' mean is between both regressions after as many steps, for each number of images."""
    for data in real_data:
        apart = data.nngp - data.sg_ntk
        yield sampling.of_networks(
            "position of the networks' mean between SG-NTK regression (0) and NNGP regression (1) after as many steps, "
            f"{data.name}",
            lambda chosen, data=data, apart=apart: (chosen.mean(axis=0) - data.sg_ntk) @ apart / (apart @ apart),
            data.outputs,
            criterion=NEARER_TO_SG_NTK,
            least=sampling.least_kernels,
        )
