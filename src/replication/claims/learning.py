"""A claim beyond the paper: the SG-NTK says what networks do while they learn."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from replication.claims.claim import claim
from replication.claims.ensembles import SAME_MEAN, SAME_SPREAD, Outputs, distance, variance_ratio
from replication.claims.sampling import Sampling
from replication.claims.verdicts import Finding


@claim(
    "At every time during SGL, mean and spread of wide networks are those that the SG-NTK predicts for this step.",
    source="beyond the paper; Figure S.2",
)
def learning_is_predicted(sampling: Sampling, outputs: Outputs) -> Iterator[Finding]:
    """Distance from the predicted mean, and variance by the predicted one, of the widest networks step by step."""
    last = outputs.last
    apart = float(np.mean((last.sg_ntk.mean - last.nngp.mean) ** 2))
    finding = partial(sampling.of_networks, least=sampling.least_outputs)
    for step, ensembles in outputs.by_step.items():
        networks, then = ensembles.outputs[ensembles.widest], ensembles.sg_ntk_then
        where = f"n = {ensembles.widest:,}, step {step:,}"
        yield finding(
            f"squared distance from the predicted mean, by that between the final predictions' means, {where}",
            lambda chosen, then=then: distance(chosen, then.mean) / apart,
            networks,
            criterion=SAME_MEAN,
        )
        yield finding(
            f"mean variance over networks by the predicted one, {where}",
            variance_ratio(then.std),
            networks,
            criterion=SAME_SPREAD,
        )
