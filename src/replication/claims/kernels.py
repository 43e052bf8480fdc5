"""Claims on kernels of finite networks: they converge to the analytic ones, and stay."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from jaxtyping import Float

from replication.claims.claim import claim
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Criterion, Finding

CONVERGES = Criterion(high=0)
"""Exponents against n of an error that falls."""

LIKE_ONE_OVER_N = Criterion(-1.5, -0.5)
"""Exponents against n of an error that falls like 1/n, a rate of which the paper says nothing."""

FALLS = Criterion(high=-0.5)
"""Exponents against n of a change that vanishes."""

CLOSE_TO_START = Criterion(high=0.25)
"""Root mean square change of a kernel in training, in parts of the kernel."""


@claim(
    "The empirical NTK of erf_m networks at initialization converges to the analytic NTK as the width n grows.",
    source="Figures 1 and B.3",
)
def ntk_converges(sampling: Sampling, ntk_at_start: pd.DataFrame) -> Iterator[Finding]:
    """How the mean squared error falls with the width."""
    yield from _convergence(sampling, ntk_at_start, {int(ntk_at_start["step"].min())})


@claim(
    "The empirical SG-NTK converges to the analytic SG-NTK as n grows, before and after SGL.",
    source="Figures 2 and B.4",
)
def sg_ntk_converges(sampling: Sampling, sg_ntk: pd.DataFrame) -> Iterator[Finding]:
    """How the mean squared error falls with the width, at the first and at the last step."""
    yield from _convergence(sampling, sg_ntk, {int(sg_ntk["step"].min()), int(sg_ntk["step"].max())})


def _convergence(sampling: Sampling, kernels: pd.DataFrame, steps: set[int]) -> Iterator[Finding]:
    """Exponent of the mean squared error against width: whether it falls, and, as a report only, whether like 1/n."""
    for step in sorted(steps):
        for activation, table in kernels[kernels["step"] == step].groupby("activation", sort=False):
            errors = {width: _mean_square(chosen, "analytic") for width, chosen in table.groupby("width")}
            statistic = f"exponent of the MSE against n, {activation}, step {step:,}"
            yield sampling.of_widths(statistic, errors, CONVERGES, part="convergence")
            yield sampling.of_widths(statistic, errors, LIKE_ONE_OVER_N, part="rate 1/n", decides=False)


@claim(
    "NTK and SG-NTK stay close to their initial values during training, and closer in wider networks.",
    source="Figures 1, 2, B.3 and B.4",
)
def kernels_stay(sampling: Sampling, ntk: pd.DataFrame, sg_ntk: pd.DataFrame) -> Iterator[Finding]:
    """How the change in training falls with the width, and how large it is at the widest."""
    yield from _constancy(sampling, ntk, "NTK")
    yield from _constancy(sampling, sg_ntk, "SG-NTK")


def _constancy(sampling: Sampling, kernels: pd.DataFrame, name: str) -> Iterator[Finding]:
    """Squared change of kernels from the first to the last recorded step, in parts of the squared analytic kernel."""
    step = kernels["step"]
    keys = ["activation", "width", "network", "point"]
    start = kernels[step == step.min()].set_index(keys)["empirical"].rename("start")
    trained = kernels[step == step.max()].join(start, on=keys)
    for activation, table in trained.groupby("activation", sort=False):
        changes = {
            width: _mean_square(chosen, "start") / np.mean(chosen["analytic"] ** 2)
            for width, chosen in table.groupby("width")
        }
        statistic = f"exponent of the {name}'s squared change against n, {activation}"
        yield sampling.of_widths(statistic, changes, FALLS)
        widest = max(changes)
        yield sampling.of_networks(
            f"relative root mean square change of the {name}, {activation}, n = {widest:,}",
            lambda change: np.exp(np.mean(np.log(change)) / 2),  # the geometric mean: of a typical network
            changes[widest],
            logarithmic=True,
            of="networks, geometric mean",
            criterion=CLOSE_TO_START,
            least=sampling.least_kernels,
        )


def _mean_square(kernels: pd.DataFrame, target: str) -> Float[np.ndarray, " networks"]:
    """Mean over the grid of the squared difference between the empirical kernel and another one, for each network."""
    squared = (kernels["empirical"] - kernels[target]) ** 2
    return squared.groupby(kernels["network"]).mean().to_numpy()
