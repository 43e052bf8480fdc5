"""Claims beyond the paper, on what this replication adds to it; their criteria, too, were fixed before the run.

Figure S.1 had a trial on other networks, which showed how wide they must be for the growth to be seen at all.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from jaxtyping import Float

from sgntk.evidence import Evidence
from sgntk.paper_claims import NEARLY_GONE, SAME_MEAN, SAME_SPREAD, distance, exponent, variance_ratio
from sgntk.verdicts import Claim, Criterion, Finding

BEYOND = "beyond the paper"
"""Source of a claim that the paper does not make."""

GROWS = Criterion(low=1)
BELOW_ZERO = Criterion(high=0)
NEARER_TO_SG_NTK = Criterion(high=0.5)
LEARNED = Criterion(high=0.1)
"""Mean squared error at the end of training, in parts of that at the start."""

COMPARABLE = Criterion(0.5, 2)
"""Test errors that depend little on the surrogate, in parts of their median."""


def _learning_is_predicted(evidence: Evidence) -> Iterator[Finding]:
    last = evidence.ensembles
    apart = float(np.mean((last.sg_ntk.mean - last.nngp.mean) ** 2))
    for step, ensembles in evidence.learning.items():
        outputs, then = ensembles.outputs[ensembles.widest], ensembles.sg_ntk_then
        where = f"n = {ensembles.widest:,}, step {step:,}"
        yield evidence.sampling.of_networks(
            f"squared distance from the predicted mean, by that between the final predictions' means, {where}",
            lambda chosen, then=then: distance(chosen, then.mean) / apart,
            outputs,
            criterion=SAME_MEAN,
            least=evidence.sampling.least_outputs,
        )
        yield evidence.sampling.of_networks(
            f"mean variance over networks by the predicted one, {where}",
            variance_ratio(then.std),
            outputs,
            criterion=SAME_SPREAD,
            least=evidence.sampling.least_outputs,
        )


def _sgl_diverges(evidence: Evidence) -> Iterator[Finding]:
    diverging, learning, step = (
        evidence.divergence.diverging,
        evidence.divergence.learning,
        evidence.divergence.compare_at,
    )
    widest, least = int(diverging["width"].max()), evidence.sampling.least_kernels
    start, then = _mode(diverging, widest, 0), _mode(diverging, widest, step)
    yield evidence.sampling.of_networks(
        f"amplitude of the mode with the negative eigenvalue at step {step:,} by that at the start, n = {widest:,}",
        _growth,
        np.stack([then[:, 0], start[:, 0]], axis=1),
        criterion=GROWS,
        least=least,
    )
    statistic = f"exponent against n of the squared departure from the predicted growth at step {step:,}"
    departures = {width: _departure(_mode(diverging, width, step)) for width in np.unique(diverging["width"]).tolist()}
    yield exponent(evidence, statistic, departures, BELOW_ZERO)
    final = int(learning["step"].max())
    at_widest = learning[learning["width"] == widest].pivot(index="network", columns="step", values="mse").to_numpy()
    yield evidence.sampling.of_networks(
        f"with the other surrogate, mean squared error at step {final:,} by that at the start, n = {widest:,}",
        lambda chosen: chosen[:, 1].mean() / chosen[:, 0].mean(),
        at_widest[:, [0, -1]],
        criterion=LEARNED,
        least=least,
    )
    last = int(diverging["step"].max())
    yield evidence.sampling.of_networks(
        f"amplitude by the predicted one at step {last:,}, n = {widest:,}: the growth saturates",
        _growth,
        _mode(diverging, widest, last),
        criterion=NEARLY_GONE,
        least=least,
        decides=False,
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


def _surrogates_agree(evidence: Evidence) -> Iterator[Finding]:
    errors = evidence.surrogate_errors
    converged = errors[errors["step"].isna()]
    for normalize in ("area", "peak"):
        table = converged[converged["normalize"] == normalize]
        draws = table.pivot(index="draw", columns="surrogate", values="mse").to_numpy()
        for name, extreme in (("largest", np.max), ("smallest", np.min)):
            yield evidence.sampling.of_networks(
                f"{name} mean test error of a surrogate by the median of all, at equal {normalize}",
                lambda chosen, extreme=extreme: extreme(chosen.mean(axis=0)) / np.median(chosen.mean(axis=0)),
                draws,
                criterion=COMPARABLE,
                least=evidence.sampling.least_kernels,
                of="training sets",
                decides=normalize == "area",
            )


def _real_data_follows(evidence: Evidence) -> Iterator[Finding]:
    for data in evidence.real_data:
        apart = data.nngp - data.sg_ntk
        yield evidence.sampling.of_networks(
            f"the networks' mean on the line from SG-NTK regression (0) to NNGP regression (1), {data.name}",
            lambda chosen, data=data, apart=apart: (chosen.mean(axis=0) - data.sg_ntk) @ apart / (apart @ apart),
            data.outputs,
            criterion=NEARER_TO_SG_NTK,
            least=evidence.sampling.least_kernels,
        )


CLAIMS = (
    Claim(
        "learning_is_predicted",
        "At every time during SGL, mean and spread of wide networks are those that the SG-NTK predicts for this step.",
        f"{BEYOND}; Figure S.2",
        _learning_is_predicted,
    ),
    Claim(
        "sgl_diverges",
        "Where the SG-NTK has an eigenvalue with a negative real part, SGL diverges along its mode, wider networks "
        "closer to the prediction; with a surrogate without such an eigenvalue the same inputs are learned.",
        f"{BEYOND}; Figure S.1",
        _sgl_diverges,
    ),
    Claim(
        "surrogates_agree",
        "Surrogates of equal area differ little: with none is the test error of SG-NTK regression more than twice, or "
        "less than half, the median.",
        f"{BEYOND}; Figure S.3",
        _surrogates_agree,
    ),
    Claim(
        "real_data_follows",
        "On real data the mean of trained sign networks is closer to SG-NTK regression than to NNGP regression.",
        f"{BEYOND}; Figure S.4",
        _real_data_follows,
    ),
)
