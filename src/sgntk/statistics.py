"""Statistics of ensembles against predictions."""

import numpy as np
from jaxtyping import Float


def squared_distance(
    outputs: Float[np.ndarray, "networks points"], prediction: Float[np.ndarray, " points"]
) -> tuple[float, float]:
    """How far the expected output of a network is from a prediction, with the standard error of the estimate.

    The mean over the points of `(m - prediction)^2`, m the mean over networks, counts the sampling error of m on top of
    the distance; subtracting `variance / networks` makes the estimate unbiased, so that it is below 0 now and then
    where the true distance is small. The standard error is the jackknife's.

    Raises:
        ValueError: if there are fewer than three networks, too few for a leave-one-out variance.
    """
    networks = len(outputs)
    if networks < 3:
        raise ValueError(f"squared_distance: expected at least 3 networks; got {networks}")
    deviation = outputs - prediction
    total, total_squares = deviation.sum(axis=0), (deviation**2).sum(axis=0)
    estimate = _unbiased_square(total, total_squares, networks)
    left_out = _unbiased_square(total - deviation, total_squares - deviation**2, networks - 1)
    spread = np.sum((left_out - left_out.mean()) ** 2) * (networks - 1) / networks
    return float(estimate), float(np.sqrt(spread))


def _unbiased_square(
    total: Float[np.ndarray, "*n points"], total_squares: Float[np.ndarray, "*n points"], count: int
) -> Float[np.ndarray, "*n"] | np.float64:
    """Unbiased estimate of the squared expectation, averaged over points: the mean product of two different draws."""
    return np.mean((total**2 - total_squares) / (count * (count - 1)), axis=-1)
