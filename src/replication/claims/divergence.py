"""A claim beyond the paper: SGL begins to diverge where the SG-NTK says so.

Its figure had a trial on other networks, which showed how wide they must be for the growth to be seen at all.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
import pandas as pd
from jaxtyping import Float

from replication.claims.claim import claim
from replication.claims.evidence import Divergence
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Criterion, Finding

GROWS = Criterion(low=1)
BELOW_ZERO = Criterion(high=0)
ENDS = Criterion(high=0.1)
LEARNED = Criterion(high=0.1)
"""Mean squared error at the end of training, in parts of that at the start."""


@claim(
    "Where the SG-NTK has an eigenvalue with a negative real part, the error of SGL along its mode first grows, "
    "closer to the prediction in wider networks; with a surrogate without such an eigenvalue the same inputs are "
    "learned.",
    source="beyond the paper; Figure S.1",
)
def sgl_diverges(sampling: Sampling, divergence: Divergence) -> Iterator[Finding]:
    """Growth of the mode, its departure from the prediction against width, and the error with the other surrogate."""
    diverging, learning, step = divergence.diverging, divergence.learning, divergence.compare_at
    widest = int(diverging["width"].max())
    finding = partial(sampling.of_networks, least=sampling.least_kernels)
    start, then = _mode(diverging, widest, 0), _mode(diverging, widest, step)
    yield finding(
        f"amplitude of the mode with the negative eigenvalue, step {step:,} / start, n = {widest:,}",
        _growth,
        np.stack([then[:, 0], start[:, 0]], axis=1),
        logarithmic=True,
        criterion=GROWS,
    )
    statistic = f"exponent of the squared deviation from the predicted growth at step {step:,} against n"
    departures = {width: _departure(_mode(diverging, width, step)) for width in np.unique(diverging["width"]).tolist()}
    yield sampling.of_widths(statistic, departures, BELOW_ZERO)
    final = int(learning["step"].max())
    at_widest = learning[learning["width"] == widest].pivot(index="network", columns="step", values="mse").to_numpy()
    yield finding(
        f"mean squared error with the other surrogate, step {final:,} / start, n = {widest:,}",
        lambda chosen: chosen[:, 1].mean() / chosen[:, 0].mean(),
        at_widest[:, [0, -1]],
        logarithmic=True,
        criterion=LEARNED,
    )
    last = int(diverging["step"].max())
    beside = partial(finding, logarithmic=True, decides=False)
    yield beside(
        f"amplitude / predicted amplitude, step {last:,}, n = {widest:,} (the growth has ended)",
        _growth,
        _mode(diverging, widest, last),
        criterion=ENDS,
    )
    yield beside(
        f"amplitude, step {last:,} / start, n = {widest:,}",
        _growth,
        np.stack([_mode(diverging, widest, last)[:, 0], start[:, 0]], axis=1),
        criterion=GROWS,
    )
    steps = np.unique(diverging["step"]).tolist()
    yield beside(
        f"largest amplitude of all steps / amplitude at the start, n = {widest:,}",
        lambda chosen: np.sqrt(np.mean(chosen**2, axis=0) / np.mean(chosen[:, 0] ** 2)),
        np.stack([_mode(diverging, widest, one)[:, 0] for one in steps], axis=1),
        extreme="largest",
        criterion=GROWS,
    )


def _mode(table: pd.DataFrame, width: int, step: int) -> Float[np.ndarray, "networks 2"]:
    """Amplitude of the followed mode, and the predicted one, for each network."""
    chosen = table[(table["width"] == width) & (table["step"] == step)].sort_values("network")
    return chosen[["amplitude", "predicted"]].to_numpy()


def _growth(pairs: Float[np.ndarray, "networks 2"]) -> float:
    """Root mean square of the first by that of the second."""
    first, second = np.mean(pairs**2, axis=0)
    return float(np.sqrt(first / second))


def _departure(mode: Float[np.ndarray, "networks 2"]) -> Float[np.ndarray, " networks"]:
    """Squared difference from the predicted amplitude, in parts of its mean square."""
    amplitude, predicted = mode.T
    return (amplitude - predicted) ** 2 / np.mean(predicted**2)
