"""Claims on the limit of ever steeper activations: the NTK becomes singular, the SG-NTK does not."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from jaxtyping import Float

from replication.claims.claim import claim
from replication.claims.evidence import Steepness
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Criterion, Finding

FALLS = Criterion(high=-0.5)
"""Exponents against m of what vanishes in the limit."""


@claim(
    "As m grows, the diagonal of the NTK of L weight layers grows like m^(L-1), while it converges elsewhere.",
    source="Figure 1, and the theory of the NTK for activations with jumps",
)
def ntk_limit_is_singular(sampling: Sampling, steepness: Steepness) -> Iterator[Finding]:
    """How the diagonal grows with m, and the distance from the limit falls elsewhere."""
    for layers, table in steepness.by_depth("ntk"):
        diagonal = table[table["point"] == steepness.reference].sort_values("m")
        yield sampling.of_theory(
            f"exponent of the diagonal against m, L = {layers}",
            diagonal["m"].to_numpy(),
            diagonal["analytic"].to_numpy(),
            Criterion(layers - 1.1, layers - 0.9),
        )
        yield _approach(sampling, table[table["point"] != steepness.reference], f"off the diagonal, L = {layers}")


@claim(
    "As m grows, the SG-NTK converges, on the diagonal too.",
    source="Figure 2, and the theory of the SG-NTK",
)
def sg_ntk_limit_exists(sampling: Sampling, steepness: Steepness) -> Iterator[Finding]:
    """How the distance from the limit falls with m."""
    for layers, table in steepness.by_depth("sg_ntk"):
        on_diagonal = table["point"] == steepness.reference
        yield _approach(sampling, table[on_diagonal], f"on the diagonal, L = {layers}")
        yield _approach(sampling, table[~on_diagonal], f"off the diagonal, L = {layers}")


@claim(
    "Gradient descent with the singular kernel is ill-posed: off the training points, regression with the NTK of "
    "erf_m tends to 0 as m grows.",
    source="The theory of the NTK for activations with jumps",
)
def ntk_learns_nothing(sampling: Sampling, steepness: Steepness) -> Iterator[Finding]:
    """How the regression falls with m, off the training points."""
    for layers, table in steepness.by_depth("ntk"):
        elsewhere = table[~table["point"].isin(steepness.training_points)]
        statistic = f"exponent of the regression off the training points against m, L = {layers}"
        yield sampling.of_theory(statistic, *_size_by_m(elsewhere, elsewhere["mean"]), FALLS)


def _approach(sampling: Sampling, table: pd.DataFrame, where: str) -> Finding:
    """Exponent against m of a kernel's root mean square distance from its limit."""
    statistic = f"exponent of the distance from the limit against m, {where}"
    return sampling.of_theory(statistic, *_size_by_m(table, table["analytic"] - table["limit"]), FALLS)


def _size_by_m(table: pd.DataFrame, values: pd.Series) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, " m"]]:
    """m, and the root mean square of the values at each m."""
    squares = (values**2).groupby(table["m"]).mean()
    return squares.index.to_numpy(), squares.to_numpy() ** 0.5
