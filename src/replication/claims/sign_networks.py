"""Claims on sign networks: trained, and beyond the paper while they learn, they are the SG-NTK's Gaussian process."""

from collections.abc import Iterator
from functools import partial

import numpy as np
from jaxtyping import Float

from replication.claims.claim import claim
from replication.claims.ensembles import (
    SAME_MEAN,
    SAME_SPREAD,
    Outputs,
    approach,
    distance,
    variance,
    variance_ratio,
)
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Criterion, Finding

SAME_SPREAD_AT_AN_ANGLE = Criterion(0.5, 2)
WITHIN_TWO_DEVIATIONS = Criterion(0.93, 0.98)
"""Around the 95.4 % of a normal distribution."""


@claim(
    "The mean of sign networks after SGL converges to the SG-NTK mean as n grows, and the widest are closer to it "
    "than to the NNGP regression.",
    source="Figure 3",
)
def means_converge(sampling: Sampling, outputs: Outputs) -> Iterator[Finding]:
    """Whether the distance from the SG-NTK mean falls with the width, and which prediction is closer to the widest."""
    yield from approach(sampling, outputs.last, outputs.last.sg_ntk.mean)


@claim(
    "The spread of the trained networks is that of the SG-NTK's Gaussian process.",
    source="Figure 3",
)
def spread_follows(sampling: Sampling, outputs: Outputs) -> Iterator[Finding]:
    """Variance of the widest networks by the predicted one, and how many are within two standard deviations."""
    ensembles = outputs.last
    shown, widest = ensembles.spread_out, ensembles.widest
    trained = ensembles.outputs[widest][:, shown]
    mean, std = ensembles.sg_ntk.mean[shown], ensembles.sg_ntk.std[shown]
    finding = partial(sampling.of_networks, least=sampling.least_outputs)

    def ratios(chosen: Float[np.ndarray, "networks points"]) -> Float[np.ndarray, " points"]:
        return chosen.var(axis=0, ddof=1) / std**2

    yield finding(
        f"variance over networks / predicted variance, n = {widest:,}",
        variance_ratio(std),
        trained,
        logarithmic=True,
        criterion=SAME_SPREAD,
    )
    for extreme in ("smallest", "largest"):
        yield finding(
            f"{extreme} ratio of these variances at an angle, n = {widest:,}",
            ratios,
            trained,
            extreme=extreme,
            logarithmic=True,
            criterion=SAME_SPREAD_AT_AN_ANGLE,
        )
    yield finding(
        f"fraction of the outputs within 2 predicted standard deviations, n = {widest:,}",
        lambda chosen: np.mean(np.abs(chosen - mean) <= 2 * std),
        trained,
        criterion=WITHIN_TWO_DEVIATIONS,
    )
    yield finding(
        f"variance over networks / variance predicted for the last step, n = {widest:,}",
        variance_ratio(ensembles.sg_ntk_then.std[shown]),
        trained,
        logarithmic=True,
        criterion=SAME_SPREAD,
        decides=False,
    )


@claim(
    "With the output scale kappa = 0.2 the mean of the trained networks is the same, and their spread is kappa "
    "times as large.",
    source="Figure B.2",
)
def scale_leaves_the_mean(sampling: Sampling, outputs: Outputs, small_outputs: Outputs) -> Iterator[Finding]:
    """Distance between the means, and ratio of the spreads, of the widest networks at both scales.

    Networks of the same number and width start from the same weights at both scales, and are resampled together.
    """
    small, large = small_outputs.last, outputs.last
    widest, then = small.widest, small.sg_ntk_then
    apart = np.mean((small.sg_ntk.mean - small.nngp.mean) ** 2)
    at_small, at_large = small.outputs[widest], large.outputs[large.widest]
    finding = partial(sampling.of_networks, least=sampling.least_outputs)
    both = partial(finding, paired=widest == large.widest and len(at_small) == len(at_large))
    yield both(
        f"‖mean at small κ − mean at large κ‖² / ‖SG-NTK mean − NNGP mean‖², n = {widest:,}",
        lambda chosen, other: distance(chosen, other.mean(axis=0)) / apart,
        at_small,
        at_large,
        criterion=SAME_MEAN,
    )
    yield both(
        f"(std at small κ / std at large κ) / (small κ / large κ), n = {widest:,}",
        lambda chosen, other: np.sqrt(variance(chosen) / variance(other)) / small_outputs.scale,
        at_small,
        at_large,
        logarithmic=True,
        criterion=SAME_SPREAD,
    )
    yield finding(
        f"‖mean at small κ − mean predicted for the last step‖² / ‖SG-NTK mean − NNGP mean‖², n = {widest:,}",
        lambda chosen: distance(chosen, then.mean) / apart,
        at_small,
        criterion=SAME_MEAN,
        decides=False,
    )
    yield finding(
        f"variance over networks / variance predicted for the last step, n = {widest:,}",
        variance_ratio(then.std),
        at_small,
        logarithmic=True,
        criterion=SAME_SPREAD,
        decides=False,
    )


@claim(
    "At every time during SGL, mean and spread of wide networks are those that the SG-NTK predicts for this step.",
    source="beyond the paper; Figure S.2",
)
def learning_is_predicted(sampling: Sampling, learning: Outputs) -> Iterator[Finding]:
    """Distance from the predicted mean, and variance by the predicted one, of the widest networks step by step."""
    last = learning.last
    apart = float(np.mean((last.sg_ntk.mean - last.nngp.mean) ** 2))
    finding = partial(sampling.of_networks, least=sampling.least_outputs)
    for step, ensembles in learning.by_step.items():
        networks, then = ensembles.outputs[ensembles.widest], ensembles.sg_ntk_then
        where = f"n = {ensembles.widest:,}, step {step:,}"
        yield finding(
            f"‖mean − predicted mean‖² / ‖final SG-NTK mean − NNGP mean‖², {where}",
            lambda chosen, then=then: distance(chosen, then.mean) / apart,
            networks,
            criterion=SAME_MEAN,
        )
        yield finding(
            f"variance over networks / predicted variance, {where}",
            variance_ratio(then.std),
            networks,
            logarithmic=True,
            criterion=SAME_SPREAD,
        )
