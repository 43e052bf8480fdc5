"""Statistics of ensembles against predictions, with their intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

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
    """A statistic of networks with its standard error, and with that an interval of any confidence.

    Attributes:
        value: of the statistic.
        error: its standard error; of its logarithm if it is `logarithmic`.
        freedom: degrees of freedom of Student's distribution, from which the interval is taken.
        logarithmic: whether the interval is symmetric on a logarithmic scale, as for a ratio.
    """

    value: float
    error: float
    freedom: float | int
    logarithmic: bool = False

    def interval(self, confidence: float) -> tuple[float, float]:
        """Where the statistic of ever more networks is."""
        reach = float(scipy.stats.t.ppf((1 + confidence) / 2, self.freedom)) * self.error
        if self.logarithmic:
            return self.value * float(np.exp(-reach)), self.value * float(np.exp(reach))
        return self.value - reach, self.value + reach


@dataclass(frozen=True)
class Extreme:
    """The largest, or the smallest, of several statistics of the same networks.

    Its interval follows from intervals of them all that hold together (Bonferroni), and so is rather too wide than too
    narrow. The bootstrap is no help here: the largest of several estimates is biased upwards, and not smooth.
    """

    of: tuple[Estimate, ...]
    largest: bool

    @property
    def value(self) -> float:
        """The extreme of the estimates, which lies farther out than that of what they estimate."""
        return self._extreme([estimate.value for estimate in self.of])

    @property
    def logarithmic(self) -> bool:
        """Whether the intervals are symmetric on a logarithmic scale."""
        return self.of[0].logarithmic

    def interval(self, confidence: float) -> tuple[float, float]:
        """Where the extreme of the statistics of ever more networks is."""
        lows, highs = zip(*(one.interval(shared(confidence, len(self.of))) for one in self.of), strict=True)
        return self._extreme(lows), self._extreme(highs)

    def _extreme(self, values: Sequence[float]) -> float:
        return max(values) if self.largest else min(values)


@dataclass(frozen=True)
class PowerLaw:
    """A power law that is fitted to values of theory, which no chance enters.

    Attributes:
        value: the exponent.
        residual: largest relative distance of a value from the fit.
    """

    value: float
    residual: float


def shared(confidence: float, count: int) -> float:
    """Confidence that each of several intervals needs so that all hold together with this one (Bonferroni)."""
    return 1 - (1 - confidence) / count


def mean(sample: Float[np.ndarray, " n"]) -> Estimate:
    """Mean of a sample, with Student's interval.

    Raises:
        ValueError: if there are fewer than two values.
    """
    _at_least_two("mean", [sample])
    return Estimate(float(np.mean(sample)), float(np.std(sample, ddof=1) / np.sqrt(len(sample))), len(sample) - 1)


def power_law(x: Float[np.ndarray, " n"], y: Float[np.ndarray, " n"]) -> PowerLaw:
    """The power law `y ~ x^p` that fits best: least squares of log y against log x.

    Raises:
        ValueError: if there are fewer than three points, or x or y is not above 0.
    """
    if len(x) < 3 or np.min(x) <= 0 or np.min(y) <= 0:
        raise ValueError(f"power_law: expected at least 3 points, all above 0; got x = {x}, y = {y}")
    line = np.polyfit(np.log(x), np.log(y), 1)
    apart = np.log(y) - np.polyval(line, np.log(x))
    return PowerLaw(float(line[0]), float(np.max(np.abs(np.expm1(apart)))))


def exponent(x: Float[np.ndarray, " n"], samples: Sequence[Float[np.ndarray, " _networks"]]) -> Estimate:
    """Exponent p of `y ~ x^p`, y the geometric mean of a sample of networks at each x.

    The least-squares slope is a sum of the means of log y, so that its standard error follows from theirs, and the
    degrees of freedom from Welch and Satterthwaite. Errors of ten networks that differ by orders of magnitude have no
    usable arithmetic mean: intervals for its exponent hold in 83 to 90 % of simulations in place of 95 %.

    Raises:
        ValueError: if a sample has fewer than two networks.
    """
    _at_least_two("exponent", samples)
    places = np.log(x) - np.mean(np.log(x))
    weights = places / np.sum(places**2)
    with np.errstate(divide="ignore", invalid="ignore"):  # log 0, which leaves the exponent open
        means = [mean(np.log(sample)) for sample in samples]
        return _sum(
            [replace(one, value=w * one.value, error=w * one.error) for w, one in zip(weights, means, strict=True)]
        )


def _sum(terms: Sequence[Estimate]) -> Estimate:
    """Sum of independent estimates, with the degrees of freedom of Welch and Satterthwaite."""
    variances = np.array([term.error**2 for term in terms])
    freedom = np.array([term.freedom for term in terms])
    total = float(variances.sum())
    shares = variances / total if total > 0 else np.full(len(terms), 1 / len(terms))
    return Estimate(sum(term.value for term in terms), total**0.5, float(1 / np.sum(shares**2 / freedom)))


def jackknife(
    statistic: Callable[..., float], *samples: Float[np.ndarray, "_networks ..."], logarithmic: bool = False
) -> Estimate:
    """A statistic of independent samples of networks, with the standard error and the correction of the jackknife.

    With `T` the statistic and `T_i` that without network i of n, the estimate is `n T - (n - 1) mean(T_i)`, and its
    variance `(n - 1)/n sum_i (T_i - mean(T_i))^2` (Davison and Hinkley 1997, section 2.7.3); those of several samples
    add. The correction takes out the bias that a squared distance has from the sampling error of a mean. The statistic
    must be smooth: neither a median nor the largest of several (for which there is `jackknife_extreme`).

    Args:
        statistic: function of as many arrays as there are samples, each with networks along its first axis.
        samples: one array a sample, at least 2 networks each.
        logarithmic: whether to do all this with the logarithm of the statistic.

    Raises:
        ValueError: if a sample has fewer than 2 networks.
    """
    (estimate,) = _jackknife(lambda *chosen: [statistic(*chosen)], samples, logarithmic)
    return estimate


def jackknife_extreme(
    statistics: Callable[..., Float[np.ndarray, " k"]],
    *samples: Float[np.ndarray, "_networks ..."],
    largest: bool,
    logarithmic: bool = False,
) -> Extreme:
    """The largest, or the smallest, of several statistics, each with its `jackknife`; the arguments are as there."""
    return Extreme(tuple(_jackknife(statistics, samples, logarithmic)), largest)


def _jackknife(
    statistics: Callable[..., Sequence[float] | np.ndarray],
    samples: Sequence[Float[np.ndarray, "_networks ..."]],
    logarithmic: bool,
) -> list[Estimate]:
    _at_least_two("jackknife", samples)

    def scaled(*chosen: np.ndarray) -> np.ndarray:
        values = np.asarray(statistics(*chosen), float)
        return np.log(values) if logarithmic else values

    whole, value = scaled(*samples), scaled(*samples)
    errors, freedom = [], []
    for index, sample in enumerate(samples):
        count = len(sample)
        left_out = np.array(
            [scaled(*samples[:index], np.delete(sample, i, axis=0), *samples[index + 1 :]) for i in range(count)]
        )
        value = value + (count - 1) * (whole - left_out.mean(axis=0))
        errors.append(np.sqrt((count - 1) / count * np.sum((left_out - left_out.mean(axis=0)) ** 2, axis=0)))
        freedom.append(count - 1)
    found = []
    for place in range(len(value)):
        total = _sum([Estimate(0.0, float(error[place]), count) for error, count in zip(errors, freedom, strict=True)])
        corrected = float(np.exp(value[place]) if logarithmic else value[place])
        found.append(Estimate(corrected, total.error, total.freedom, logarithmic))
    return found


def _at_least_two(name: str, samples: Sequence[np.ndarray]) -> None:
    if min(map(len, samples)) < 2:
        raise ValueError(f"{name}: expected at least 2 networks a sample; got {[*map(len, samples)]}")


def variance(sample: Float[np.ndarray, " n"]) -> Estimate:
    """Variance of a sample, with an interval that heavy and light tails widen and narrow.

    The standard error is that of large samples, `sqrt((m4 - m2^2 (n - 3) / (n - 1)) / n)` with the central moments m2
    and m4, and the interval is symmetric on a logarithmic scale, which keeps it above 0.

    Raises:
        ValueError: if there are fewer than 4 values.
    """
    count = len(sample)
    if count < 4:
        raise ValueError(f"variance: expected at least 4 values; got {count}")
    second, fourth = scipy.stats.moment(sample, 2), scipy.stats.moment(sample, 4)
    value = float(np.var(sample, ddof=1))
    error = np.sqrt(max(fourth - second**2 * (count - 3) / (count - 1), 0.0) / count)
    return Estimate(value, float(error / value), count - 1, logarithmic=True)
