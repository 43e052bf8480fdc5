"""Statistics of ensembles against predictions, with their intervals."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy  # not scipy.stats, which takes seconds: it is imported where it is first used
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


@dataclass(frozen=True)
class Estimate:
    """A statistic with its confidence interval."""

    value: float
    low: float
    high: float


def mean_interval(sample: Float[np.ndarray, " n"], confidence: float) -> Estimate:
    """Mean of a sample with Student's interval.

    Raises:
        ValueError: if there are fewer than two values.
    """
    count = len(sample)
    if count < 2:
        raise ValueError(f"mean_interval: expected at least 2 values; got {count}")
    mean = float(np.mean(sample))
    reach = float(scipy.stats.t.ppf((1 + confidence) / 2, count - 1) * np.std(sample, ddof=1) / np.sqrt(count))
    return Estimate(mean, mean - reach, mean + reach)


def log_log_slope(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]) -> float:
    """Exponent p of the power law `y ~ x^p` that fits best: the least-squares slope of log y against log x."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def log_log_regression(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"], *, confidence: float) -> Estimate:
    """`log_log_slope` with the regression's t interval; the interval is wide where the points are on no line.

    Raises:
        ValueError: if there are fewer than three points, or x or y is not above 0.
    """
    if len(x) < 3 or np.min(x) <= 0 or np.min(y) <= 0:
        raise ValueError(f"log_log_regression: expected at least 3 points, all above 0; got x = {x}, y = {y}")
    fit = scipy.stats.linregress(np.log(x), np.log(y))
    error = 0.0 if np.ptp(y) == 0 else fit.stderr  # linregress gives nan for a constant
    reach = scipy.stats.t.ppf((1 + confidence) / 2, len(x) - 2) * error
    return Estimate(float(fit.slope), float(fit.slope - reach), float(fit.slope + reach))


def bootstrap(
    statistic: Callable[..., float],
    *samples: Float[np.ndarray, "_networks ..."],
    confidence: float,
    resamples: int,
    seed: int,
) -> Estimate:
    """A statistic of independent samples of networks, with its basic bootstrap interval.

    With `T` the statistic and `T*` the statistic of samples drawn again, with replacement, over networks, the estimate
    is `2 T - mean(T*)`, and the interval goes from `2 T - q(1 - a)` to `2 T - q(a)`, q the quantiles of `T*` and
    `a = (1 - confidence) / 2` (Davison and Hinkley 1997, equation 5.6). Both are free of the bias that a squared
    distance has from the sampling error of a mean.

    Args:
        statistic: function of as many arrays as there are samples, each with networks along its first axis.
        samples: one array a sample, at least 2 networks each.
        confidence: of the interval, above 0 and below 1.
        resamples: number of samples that are drawn again.
        seed: of the draws.

    Raises:
        ValueError: if a sample has fewer than 2 networks.
    """
    if min(map(len, samples)) < 2:
        raise ValueError(f"bootstrap: expected at least 2 networks a sample; got {[*map(len, samples)]}")
    drawn = scipy.stats.bootstrap(
        [np.arange(len(sample)) for sample in samples],
        lambda *chosen: statistic(*(sample[networks] for sample, networks in zip(samples, chosen, strict=True))),
        n_resamples=resamples,
        vectorized=False,
        confidence_level=confidence,
        method="basic",
        rng=np.random.default_rng(seed),
    )
    value = 2 * statistic(*samples) - drawn.bootstrap_distribution.mean()
    return Estimate(float(value), float(drawn.confidence_interval.low), float(drawn.confidence_interval.high))


def variance_interval(sample: Float[np.ndarray, " n"], confidence: float) -> Estimate:
    """Variance of a sample, with an interval that heavy and light tails widen and narrow.

    The standard error is that of large samples, `sqrt((m4 - m2^2 (n - 3) / (n - 1)) / n)` with the central moments m2
    and m4, and the interval is normal on a logarithmic scale, which keeps it above 0.

    Raises:
        ValueError: if there are fewer than 4 values.
    """
    count = len(sample)
    if count < 4:
        raise ValueError(f"variance_interval: expected at least 4 values; got {count}")
    second, fourth = scipy.stats.moment(sample, 2), scipy.stats.moment(sample, 4)
    variance = float(np.var(sample, ddof=1))
    error = np.sqrt(max(fourth - second**2 * (count - 3) / (count - 1), 0.0) / count)
    reach = np.exp(scipy.stats.norm.ppf((1 + confidence) / 2) * error / variance)
    return Estimate(variance, float(variance / reach), float(variance * reach))
