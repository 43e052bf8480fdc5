"""Claims beyond the paper, on spiking networks: what a reset does, and how gradients grow with depth.

The figures had trials on other networks, which showed how wide and how many they must be, and that one learning rate
for all networks is what tells them apart.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
from jaxtyping import Float

from replication.claims.claim import claim
from replication.claims.evidence import Growth, Resets
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Criterion, Finding

CLOSER = Criterion(high=1)
FARTHER = Criterion(low=1)
AS_PREDICTED = Criterion(0.9, 1.1)
"""Measured growth, and measured rate, by the predicted ones."""

FIRES = 0.05
"""Predicted rate, above which units count as firing: below, activity dies out, or is near to where it does."""

VANISHING = 0.1
"""Growth of squared gradients a layer, below which they count as vanishing fast; above its root as living."""

LEARNS_LESS = Criterion(low=2)


@claim(
    "Without a reset the mean of trained spiking networks is closer to what the SG-NTK predicts than with one.",
    source="beyond the paper; Figure S.6",
)
def resets_move_networks(sampling: Sampling, resets: Resets) -> Iterator[Finding]:
    """Squared distances from the prediction, over all thresholds, leaks and test points."""
    without = resets.outputs["none"]
    finding = partial(sampling.of_networks, least=sampling.least_kernels)
    for reset, outputs in resets.outputs.items():
        if reset == "none":
            continue
        yield finding(
            f"squared distance of the mean from the SG-NTK's without reset / the same with the reset {reset}",
            lambda none, other: _distance(none, resets.mean) / _distance(other, resets.mean),
            without,
            outputs,
            paired=True,
            criterion=CLOSER,
        )
        yield finding(
            f"squared distance with the reset {reset} at the highest threshold / at the lowest",
            lambda chosen: (
                _distance(chosen[:, :, -1], resets.mean[:, -1]) / _distance(chosen[:, :, 0], resets.mean[:, 0])
            ),
            outputs,
            criterion=FARTHER,
            decides=False,
        )


def _distance(outputs: Float[np.ndarray, "networks ..."], mean: Float[np.ndarray, "..."]) -> float:
    return float(np.mean((outputs.mean(axis=0) - mean) ** 2))


@claim(
    "In deep spiking networks that keep firing, squared surrogate gradients grow from layer to layer as the depth map "
    "predicts, and units fire as often, within 10 %.",
    source="beyond the paper; Figure S.7",
)
def gradients_grow_as_predicted(sampling: Sampling, growth: Growth) -> Iterator[Finding]:
    """The largest and the smallest of the ratios of measured and predicted values, over all places that fire."""
    fires = growth.predicted["rate"].to_numpy() >= FIRES
    if not fires.any():
        return
    words = {"gradient_growth": "growth of squared gradients", "rate": "firing rate"}
    for name, what in words.items():
        predicted, measured = growth.predicted[name].to_numpy(), growth.measured[name]
        for extreme in ("largest", "smallest"):
            yield sampling.of_networks(
                f"{extreme} {what} / predicted, of places that fire",
                lambda chosen, expected=predicted[fires]: chosen.mean(axis=0) / expected,
                measured[:, fires],
                extreme=extreme,
                criterion=AS_PREDICTED,
                least=sampling.least_kernels,
            )


@claim(
    "At one learning rate, deep spiking networks learn less where the depth map says that gradients vanish, and where "
    "it says that activity dies out.",
    source="beyond the paper; Figure S.7",
)
def vanishing_gradients_learn_less(sampling: Sampling, growth: Growth) -> Iterator[Finding]:
    """Final errors, of places where gradients vanish or units are silent, by those of places where gradients live."""
    predicted = growth.predicted
    fires = predicted["rate"].to_numpy() >= FIRES
    slow = fires & (predicted["gradient_growth"].to_numpy() < VANISHING)
    lives = fires & (predicted["gradient_growth"].to_numpy() > VANISHING**0.5)
    for chosen, what in ((slow, f"gradients vanish (growth below {VANISHING:g})"), (~fires, "activity dies out")):
        if not chosen.any() or not lives.any():
            continue
        yield sampling.of_networks(
            f"mean final error where {what} / where they live (above {VANISHING**0.5:.2g})",
            lambda errors, chosen=chosen: errors[:, chosen].mean() / errors[:, lives].mean(),
            growth.errors,
            logarithmic=True,
            criterion=LEARNS_LESS,
            least=sampling.least_kernels,
        )
