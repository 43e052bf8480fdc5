"""What the paper claims, each claim with statistics and criteria that were fixed before any run."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float

from sgntk import statistics
from sgntk.evidence import Evidence
from sgntk.verdicts import Claim, Criterion, Finding

LIKE_ONE_OVER_N = Criterion(-1.5, -0.5)
"""Exponents against n of an error that falls like 1/n."""

FALLS = Criterion(high=-0.5)
"""Exponents of what vanishes in a limit."""

CLOSE_TO_START = Criterion(high=0.25)
"""Root mean square change of a kernel in training, in parts of the kernel."""

ABOVE_ZERO = Criterion(low=0)
NEARLY_GONE = Criterion(high=0.1)
SAME_MEAN = Criterion(high=0.25)
"""Squared distance between two means, in parts of the one between the SG-NTK mean and the NNGP regression."""

SAME_SPREAD = Criterion(0.8, 1.25)
SAME_SPREAD_AT_AN_ANGLE = Criterion(0.5, 2)
WITHIN_TWO_DEVIATIONS = Criterion(0.93, 0.98)
"""Around the 95.4 % of a normal distribution."""


def _ntk_converges(evidence: Evidence) -> Iterator[Finding]:
    yield from _convergence(evidence, evidence.ntk, {int(evidence.ntk["step"].min())})


def _sg_ntk_converges(evidence: Evidence) -> Iterator[Finding]:
    steps = evidence.sg_ntk["step"]
    yield from _convergence(evidence, evidence.sg_ntk, {int(steps.min()), int(steps.max())})


def _convergence(evidence: Evidence, kernels: pd.DataFrame, steps: set[int]) -> Iterator[Finding]:
    """Exponent of the mean squared error against width."""
    for step in sorted(steps):
        for activation, table in kernels[kernels["step"] == step].groupby("activation", sort=False):
            errors = {width: _mean_square(chosen, "analytic") for width, chosen in table.groupby("width")}
            statistic = f"exponent of the MSE against n, {activation}, step {step:,}"
            yield exponent(evidence, statistic, errors, LIKE_ONE_OVER_N)


def _kernels_stay(evidence: Evidence) -> Iterator[Finding]:
    yield from _constancy(evidence, evidence.ntk, "NTK")
    yield from _constancy(evidence, evidence.sg_ntk, "SG-NTK")


def _constancy(evidence: Evidence, kernels: pd.DataFrame, name: str) -> Iterator[Finding]:
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
        yield exponent(evidence, f"exponent of the {name}'s squared change against n, {activation}", changes, FALLS)
        widest = max(changes)
        yield evidence.sampling.of_networks(
            f"root mean square change of the {name}, {activation}, n = {widest:,}",
            lambda change: np.sqrt(np.mean(change)),
            changes[widest],
            criterion=CLOSE_TO_START,
            least=evidence.sampling.least_kernels,
        )


def _ntk_limit_is_singular(evidence: Evidence) -> Iterator[Finding]:
    for layers, table in evidence.steepening("ntk"):
        diagonal = table[table["point"] == evidence.reference].sort_values("m")
        yield evidence.sampling.of_theory(
            f"exponent of the diagonal against m, L = {layers}",
            diagonal["m"].to_numpy(),
            diagonal["analytic"].to_numpy(),
            Criterion(layers - 1.1, layers - 0.9),
        )
        yield _approach(evidence, table[table["point"] != evidence.reference], f"off the diagonal, L = {layers}")


def _sg_ntk_limit_exists(evidence: Evidence) -> Iterator[Finding]:
    for layers, table in evidence.steepening("sg_ntk"):
        on_diagonal = table["point"] == evidence.reference
        yield _approach(evidence, table[on_diagonal], f"on the diagonal, L = {layers}")
        yield _approach(evidence, table[~on_diagonal], f"off the diagonal, L = {layers}")


def _approach(evidence: Evidence, table: pd.DataFrame, where: str) -> Finding:
    """Exponent against m of a kernel's root mean square distance from its limit."""
    statistic = f"exponent of the distance from the limit against m, {where}"
    return evidence.sampling.of_theory(statistic, *_size_by_m(table, table["analytic"] - table["limit"]), FALLS)


def _ntk_learns_nothing(evidence: Evidence) -> Iterator[Finding]:
    for layers, table in evidence.steepening("ntk"):
        elsewhere = table[~table["point"].isin(evidence.training_points)]
        statistic = f"exponent against m of the regression off the training points, L = {layers}"
        yield evidence.sampling.of_theory(statistic, *_size_by_m(elsewhere, elsewhere["mean"]), FALLS)


def _means_converge(evidence: Evidence) -> Iterator[Finding]:
    outputs, widest = evidence.ensembles.outputs, evidence.ensembles.widest
    sg_ntk, nngp = evidence.ensembles.sg_ntk.mean, evidence.ensembles.nngp.mean
    least = evidence.sampling.least_outputs
    for narrow, wide in pairwise(outputs):
        yield evidence.sampling.of_networks(
            f"squared distance from the SG-NTK mean, n = {narrow:,} less n = {wide:,}",
            lambda few, many: distance(few, sg_ntk) - distance(many, sg_ntk),
            outputs[narrow],
            outputs[wide],
            criterion=ABOVE_ZERO,
            least=least,
        )
    narrowest = min(outputs)
    yield evidence.sampling.of_networks(
        f"squared distance from the SG-NTK mean, n = {widest:,} by n = {narrowest:,}",
        lambda many, few: distance(many, sg_ntk) / distance(few, sg_ntk),
        outputs[widest],
        outputs[narrowest],
        criterion=NEARLY_GONE,
        least=least,
    )
    yield evidence.sampling.of_networks(
        f"squared distance from the NNGP regression less that from the SG-NTK mean, n = {widest:,}",
        lambda many: distance(many, nngp) - distance(many, sg_ntk),
        outputs[widest],
        criterion=ABOVE_ZERO,
        least=least,
    )


def _spread_follows(evidence: Evidence) -> Iterator[Finding]:
    ensembles = evidence.ensembles
    shown, widest = ensembles.spread_out, ensembles.widest
    outputs = ensembles.outputs[widest][:, shown]
    mean, std = ensembles.sg_ntk.mean[shown], ensembles.sg_ntk.std[shown]
    least = evidence.sampling.least_outputs

    def ratios(outputs: Float[np.ndarray, "networks points"]) -> Float[np.ndarray, " points"]:
        return outputs.var(axis=0, ddof=1) / std**2

    statistics_of_spread: list[tuple[str, Callable[..., float], Criterion]] = [
        ("mean variance over networks by the predicted one", variance_ratio(std), SAME_SPREAD),
        ("the same angle by angle, smallest", lambda chosen: np.min(ratios(chosen)), SAME_SPREAD_AT_AN_ANGLE),
        ("the same angle by angle, largest", lambda chosen: np.max(ratios(chosen)), SAME_SPREAD_AT_AN_ANGLE),
        (
            "part of the networks within 2 predicted standard deviations",
            lambda chosen: np.mean(np.abs(chosen - mean) <= 2 * std),
            WITHIN_TWO_DEVIATIONS,
        ),
    ]
    for statistic, function, criterion in statistics_of_spread:
        yield evidence.sampling.of_networks(
            f"{statistic}, n = {widest:,}", function, outputs, criterion=criterion, least=least
        )
    yield evidence.sampling.of_networks(
        f"mean variance over networks by the one predicted for this step, n = {widest:,}",
        variance_ratio(ensembles.sg_ntk_then.std[shown]),
        outputs,
        criterion=SAME_SPREAD,
        least=least,
        decides=False,
    )


def _scale_leaves_the_mean(evidence: Evidence) -> Iterator[Finding]:
    small, large = evidence.small, evidence.ensembles
    widest, then = small.widest, small.sg_ntk_then
    apart = np.mean((small.sg_ntk.mean - small.nngp.mean) ** 2)
    at_small, at_large = small.outputs[widest], large.outputs[large.widest]
    least = evidence.sampling.least_outputs
    yield evidence.sampling.of_networks(
        f"squared distance between the means at both scales, by that between the predictions' means, n = {widest:,}",
        lambda chosen, other: distance(chosen, other.mean(axis=0)) / apart,
        at_small,
        at_large,
        criterion=SAME_MEAN,
        least=least,
    )
    yield evidence.sampling.of_networks(
        f"standard deviation by the scale and by that at the other scale, n = {widest:,}",
        lambda chosen, other: np.sqrt(variance(chosen) / variance(other)) / evidence.scale,
        at_small,
        at_large,
        criterion=SAME_SPREAD,
        least=least,
    )
    yield evidence.sampling.of_networks(
        f"squared distance from the mean predicted for this step, in the same parts, n = {widest:,}",
        lambda chosen: distance(chosen, then.mean) / apart,
        at_small,
        criterion=SAME_MEAN,
        least=least,
        decides=False,
    )
    yield evidence.sampling.of_networks(
        f"mean variance over networks by the one predicted for this step, n = {widest:,}",
        variance_ratio(then.std),
        at_small,
        criterion=SAME_SPREAD,
        least=least,
        decides=False,
    )


def exponent(
    evidence: Evidence, statistic: str, samples: dict[Any, Float[np.ndarray, " networks"]], criterion: Criterion
) -> Finding:
    """Exponent against width of a mean over networks."""
    widths = np.array([*samples], float)

    def exponent(*chosen: Float[np.ndarray, " networks"]) -> float:
        return statistics.log_log_slope(widths, np.array([sample.mean() for sample in chosen]))

    least = evidence.sampling.least_kernels
    return evidence.sampling.of_networks(statistic, exponent, *samples.values(), criterion=criterion, least=least)


def _size_by_m(table: pd.DataFrame, values: pd.Series) -> tuple[Float[np.ndarray, " m"], Float[np.ndarray, " m"]]:
    """m, and the root mean square of the values at each m."""
    squares = (values**2).groupby(table["m"]).mean()
    return squares.index.to_numpy(), squares.to_numpy() ** 0.5


def _mean_square(kernels: pd.DataFrame, target: str) -> Float[np.ndarray, " networks"]:
    """Mean over the grid of the squared difference between the empirical kernel and another one, for each network."""
    squared = (kernels["empirical"] - kernels[target]) ** 2
    return squared.groupby(kernels["network"]).mean().to_numpy()


def distance(outputs: Float[np.ndarray, "networks points"], target: Float[np.ndarray, " points"]) -> float:
    """Mean over the grid of the squared distance between the networks' mean and a target."""
    return float(np.mean((outputs.mean(axis=0) - target) ** 2))


def variance(outputs: Float[np.ndarray, "networks points"]) -> float:
    """Variance over networks, averaged over the grid."""
    return float(outputs.var(axis=0, ddof=1).mean())


def variance_ratio(std: Float[np.ndarray, " points"]) -> Callable[[Float[np.ndarray, "networks points"]], float]:
    """A function that divides the variance over networks by a predicted one."""
    return lambda outputs: variance(outputs) / float(np.mean(std**2))


CLAIMS = (
    Claim(
        "ntk_converges",
        "The empirical NTK of erf_m networks at initialization converges to the analytic NTK as the width n grows.",
        "Figures 1 and B.3",
        _ntk_converges,
    ),
    Claim(
        "sg_ntk_converges",
        "The empirical SG-NTK converges to the analytic SG-NTK as n grows, before and after SGL.",
        "Figures 2 and B.4",
        _sg_ntk_converges,
    ),
    Claim(
        "kernels_stay",
        "NTK and SG-NTK stay close to their initial values during training, the closer the wider the network.",
        "Figures 1, 2, B.3 and B.4",
        _kernels_stay,
    ),
    Claim(
        "ntk_limit_is_singular",
        "As m grows, the diagonal of the NTK of L weight layers grows like m^(L-1), while it converges elsewhere.",
        "Figure 1, and the theory of the NTK for activations with jumps",
        _ntk_limit_is_singular,
    ),
    Claim(
        "sg_ntk_limit_exists",
        "As m grows, the SG-NTK converges, on the diagonal too.",
        "Figure 2, and the theory of the SG-NTK",
        _sg_ntk_limit_exists,
    ),
    Claim(
        "ntk_learns_nothing",
        "Gradient descent with the singular kernel is ill-posed: off the training points, regression with the NTK of "
        "erf_m tends to 0 as m grows.",
        "The theory of the NTK for activations with jumps",
        _ntk_learns_nothing,
    ),
    Claim(
        "means_converge",
        "The mean of sign networks after SGL converges to the SG-NTK mean as n grows, and the widest are closer to it "
        "than to the NNGP regression.",
        "Figure 3",
        _means_converge,
    ),
    Claim(
        "spread_follows",
        "The spread of the trained networks is that of the SG-NTK's Gaussian process.",
        "Figure 3",
        _spread_follows,
    ),
    Claim(
        "scale_leaves_the_mean",
        "With the output scale kappa = 0.2 the mean of the trained networks is the same, and their spread is kappa "
        "times as large.",
        "Figure B.2",
        _scale_leaves_the_mean,
    ),
)
