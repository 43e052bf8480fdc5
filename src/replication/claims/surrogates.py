"""A claim beyond the paper: which surrogate is taken matters little."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from replication.claims.claim import claim
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Criterion, Finding

COMPARABLE = Criterion(0.5, 2)
"""Test errors that depend little on the surrogate, in parts of their median."""


@claim(
    "Surrogates of equal area differ little: no test error of SG-NTK regression is more than twice, or less than "
    "half, the median.",
    source="beyond the paper; Figure S.3",
)
def surrogates_agree(sampling: Sampling, surrogate_errors: pd.DataFrame) -> Iterator[Finding]:
    """The largest and the smallest error of a surrogate, over the training sets, by the median of all surrogates."""
    converged = surrogate_errors[surrogate_errors["step"].isna()]
    for normalize in ("area", "peak"):
        table = converged[converged["normalize"] == normalize]
        draws = table.pivot(index="draw", columns="surrogate", values="mse").to_numpy()
        for extreme in ("largest", "smallest"):
            yield sampling.of_networks(
                f"{extreme} mean test error of a surrogate / median over surrogates, at equal {normalize}",
                lambda chosen: chosen.mean(axis=0) / np.median(chosen.mean(axis=0)),
                draws,
                extreme=extreme,
                logarithmic=True,
                criterion=COMPARABLE,
                least=sampling.least_kernels,
                of="training sets",
                decides=normalize == "area",
            )
