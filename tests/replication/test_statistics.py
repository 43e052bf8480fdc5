from functools import partial

import numpy as np
import pytest
from scipy import stats

from replication import statistics


def test_unbiased_with_the_error_that_it_states():
    # 400 ensembles of 40 networks at a known squared distance: the mean of the estimates, and their spread.
    rng = np.random.default_rng(0)
    prediction = np.array([0.3, -0.2, 0.1])
    noise = rng.normal(size=(400, 40, 3)) * [1.0, 0.5, 2.0]
    estimates, errors = np.transpose([statistics.squared_distance(draw, prediction) for draw in noise])
    true_distance = np.mean(prediction**2)
    assert abs(estimates.mean() - true_distance) < 4 * estimates.std() / 20  # 4 standard errors of the mean
    # The jackknife's variance is a little too large by construction, and itself a noisy estimate: 20 % either way.
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(estimates.std(), rel=0.2)


def test_equals_the_mean_product_of_different_networks():
    outputs = np.random.default_rng(1).normal(size=(5, 4))
    prediction = np.arange(4.0)
    products = [(outputs[i] - prediction) * (outputs[j] - prediction) for i in range(5) for j in range(5) if i != j]
    estimate, _ = statistics.squared_distance(outputs, prediction)
    assert estimate == pytest.approx(np.mean(products), rel=1e-12)


def test_identical_networks_have_no_error():
    estimate, error = statistics.squared_distance(np.full((6, 2), 3.0), np.array([1.0, 2.0]))
    assert estimate == pytest.approx((4 + 1) / 2, rel=1e-12)
    assert error == pytest.approx(0, abs=1e-7)  # the square root of rounding


def test_two_networks_are_too_few():
    with pytest.raises(ValueError, match="expected at least 3 networks; got 2"):
        statistics.squared_distance(np.zeros((2, 4)), np.zeros(4))


# --- theory ---


def test_the_exponent_of_a_power_law_is_exact_and_leaves_nothing():
    x = np.array([1.0, 2.0, 4.0, 8.0])
    found = statistics.power_law(x, 5 * x**-0.7)
    assert found.value == pytest.approx(-0.7, rel=1e-12)
    assert found.residual == pytest.approx(0, abs=1e-12)


def test_the_residual_is_the_largest_distance_from_the_fit():
    """Factors 1.1, 1, 1/1.1 at x of 1, e, e^2 only tilt the line; 1.1, 1/1.21, 1.1 have a flat fit, and stay as "
    "they are."""
    x = np.exp([0.0, 1.0, 2.0])
    assert statistics.power_law(x, x**2 * [1.1, 1.1**-2, 1.1]).residual == pytest.approx(1 - 1.1**-2, rel=1e-9)
    assert statistics.power_law(x, x**2 * [1.1, 1, 1 / 1.1]).residual == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("x", "y"), [([1.0, 2.0], [1.0, 1.0]), ([1.0, 2.0, 3.0], [1.0, 0.0, 1.0])])
def test_the_fit_refuses_what_has_no_exponent(x, y):
    with pytest.raises(ValueError, match=r"^power_law: expected at least 3 points, all above 0; got x = "):
        statistics.power_law(np.array(x), np.array(y))


# --- estimates ---


def test_an_interval_is_that_of_student_on_its_scale():
    plain, ratio = statistics.Estimate(2.0, 0.5, 9), statistics.Estimate(2.0, 0.5, 9, logarithmic=True)
    quantile = 2.262157  # of 0.975, with 9 degrees of freedom
    np.testing.assert_allclose(plain.interval(0.95), [2 - 0.5 * quantile, 2 + 0.5 * quantile], rtol=1e-6)
    np.testing.assert_allclose(ratio.interval(0.95), 2 * np.exp([-0.5 * quantile, 0.5 * quantile]), rtol=1e-6)


def test_intervals_that_hold_together_share_what_is_left():
    assert statistics.shared(0.95, 5) == pytest.approx(0.99)
    assert statistics.shared(0.95, 1) == 0.95


def test_an_extreme_is_that_of_all_with_intervals_that_hold_together():
    few, many = statistics.Estimate(1.0, 0.5, 9), statistics.Estimate(1.2, 0.1, 9)
    largest, smallest = (statistics.Extreme((few, many), largest=largest) for largest in (True, False))
    (low, high), (other_low, other_high) = few.interval(0.975), many.interval(0.975)
    assert (largest.value, largest.interval(0.95)) == (1.2, (other_low, high))
    assert (smallest.value, smallest.interval(0.95)) == (1.0, (low, other_high))


def test_the_mean_has_students_interval():
    sample = np.random.default_rng(9).normal(size=12)
    found = stats.ttest_1samp(sample, 0).confidence_interval(0.9)
    np.testing.assert_allclose(statistics.mean(sample).interval(0.9), [found.low, found.high], rtol=1e-10)


def test_the_jackknife_of_a_mean_is_students_and_of_a_difference_welchs():
    rng = np.random.default_rng(10)
    one, other = rng.normal(size=12), rng.normal(1, 3, size=20)
    assert statistics.jackknife(np.mean, one).interval(0.9) == pytest.approx(
        statistics.mean(one).interval(0.9), rel=1e-10
    )
    found = statistics.jackknife(lambda a, b: a.mean() - b.mean(), one, other)
    welch = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.9)
    np.testing.assert_allclose(found.interval(0.9), [welch.low, welch.high], rtol=1e-10)


def test_the_exponent_of_widths_is_the_slope_of_the_mean_logarithms():
    rng = np.random.default_rng(11)
    x = np.array([10.0, 100.0, 1000.0])
    samples = [np.exp(rng.normal(size=8)) / width for width in x]
    found = statistics.exponent(x, samples)
    slope = np.polyfit(np.log(x), [np.log(sample).mean() for sample in samples], 1)[0]
    assert found.value == pytest.approx(slope, rel=1e-12)
    # Of three equidistant places the middle one has no weight: the slope is a difference of two means.
    welch = stats.ttest_ind(np.log(samples[2]), np.log(samples[0]), equal_var=False)
    assert found.error == pytest.approx(
        (welch.confidence_interval(0.9).high - slope * np.log(100)) / np.log(100) / stats.t.ppf(0.95, welch.df)
    )
    assert found.freedom == pytest.approx(welch.df)


def squared_mean(sample):
    return float(sample.mean() ** 2)


def test_the_jackknife_takes_the_bias_out_of_a_squared_mean():
    """For a quadratic statistic exactly: the mean product of two different draws."""
    sample = np.random.default_rng(4).normal(0.2, 1, size=20)
    products = (sample.sum() ** 2 - np.sum(sample**2)) / (20 * 19)
    assert statistics.jackknife(squared_mean, sample).value == pytest.approx(products, rel=1e-9)


@pytest.mark.parametrize("function", [statistics.jackknife, partial(statistics.jackknife_extreme, largest=True)])
def test_the_jackknife_needs_two_networks(function):
    with pytest.raises(ValueError, match=r"^jackknife: expected at least 2 networks a sample; got \[5, 1\]$"):
        function(lambda one, other: [0.0], np.zeros(5), np.zeros(1))


def test_the_interval_of_a_normal_variance_is_that_of_theory():
    """For a normal sample the standard error of the variance is sqrt(2/n); at n = 10,000 its own error is 2 %."""
    sample = np.random.default_rng(7).normal(size=10_000)
    found = statistics.variance(sample)
    low, high = found.interval(0.95)
    assert found.value == pytest.approx(np.var(sample, ddof=1), rel=1e-12)
    assert np.log(high / found.value) == pytest.approx(1.96 * np.sqrt(2 / 10_000), rel=0.1)
    assert np.log(found.value / low) == pytest.approx(np.log(high / found.value), rel=1e-9)


def test_the_interval_of_a_variance_needs_four_values():
    with pytest.raises(ValueError, match=r"^variance: expected at least 4 values; got 3$"):
        statistics.variance(np.zeros(3))


# --- coverage: how often intervals of 95 % hold what they estimate, at the sizes of the claims' samples ---

RNG = np.random.default_rng(12)
WIDTHS = np.array([10.0, 100.0, 500.0, 1000.0])
SPREADS = (1.0, 0.6, 0.9, 0.5)  # standard deviations of log errors over networks, as those of the paper's run
# Outputs over the circle, correlated over a twentieth of it, as between training points.
POINTS = 20
CIRCLE = 2 * np.pi * np.arange(POINTS) / POINTS
ROOT = np.linalg.cholesky(np.exp(10 * (np.cos(CIRCLE[:, None] - CIRCLE) - 1)))


def outputs(networks, offset=0.0):
    return offset + RNG.normal(size=(networks, POINTS)) @ ROOT.T


def distance(networks):
    return np.mean(networks.mean(axis=0) ** 2)


def variances(networks):
    return networks.var(axis=0, ddof=1)


def of_errors():
    return statistics.exponent(WIDTHS, [np.exp(spread * RNG.normal(size=10)) for spread in SPREADS])


def of_squares():
    """Squared departures from a prediction: one normal number each."""
    return statistics.exponent(WIDTHS, [RNG.normal(size=10) ** 2 for _ in WIDTHS])


def of_typical_changes():
    logs = RNG.normal(size=(10,))
    return statistics.jackknife(lambda change: np.exp(np.mean(np.log(change)) / 2), np.exp(logs), logarithmic=True)


def of_growth():
    start = np.abs(RNG.normal(2, 0.3, size=10))
    pairs = np.stack([start * RNG.normal(1.4, 0.1, size=10), start], axis=1)
    return statistics.jackknife(lambda chosen: np.sqrt(np.divide(*np.mean(chosen**2, axis=0))), pairs, logarithmic=True)


def of_distances():
    return statistics.jackknife(lambda few, many: distance(few) - distance(many), outputs(500, 0.1), outputs(500, 0.05))


def of_distance_ratio():
    return statistics.jackknife(
        lambda many, few: distance(many) / distance(few), outputs(500, 0.05), outputs(500, 0.27)
    )


def of_spread():
    return statistics.jackknife(lambda chosen: variances(chosen).mean(), outputs(500), logarithmic=True)


def of_largest_spread():
    return statistics.jackknife_extreme(variances, outputs(500), largest=True, logarithmic=True)


def of_smallest_spread():
    return statistics.jackknife_extreme(variances, outputs(500), largest=False, logarithmic=True)


def of_share():
    return statistics.jackknife(lambda chosen: np.mean(np.abs(chosen) <= 2), outputs(500))


def of_largest_error():
    """Nine surrogates on 30 training sets, whose difficulty they share; the median is 1."""
    errors = np.exp(0.7 * RNG.normal(size=(30, 1)) + 0.2 * RNG.normal(size=(30, 9)) + np.log([1] * 8 + [2]))
    return statistics.jackknife_extreme(
        lambda chosen: chosen.mean(axis=0) / np.median(chosen.mean(axis=0)), errors, largest=True, logarithmic=True
    )


GROWTH = np.sqrt(1.4**2 + 0.1**2)


def slow(*case):
    return pytest.param(*case, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("draw", "truth", "draws"),
    [
        (of_errors, 0.0, 1000),
        (of_squares, 0.0, 1000),
        (of_typical_changes, 1.0, 500),
        (of_growth, GROWTH, 500),
        (of_largest_error, 2.0, 200),
        slow(of_distances, 0.1**2 - 0.05**2, 300),
        slow(of_distance_ratio, 0.05**2 / 0.27**2, 300),
        slow(of_spread, 1.0, 300),
        slow(of_largest_spread, 1.0, 300),
        slow(of_smallest_spread, 1.0, 300),
        slow(of_share, 0.9545, 300),
    ],
)
def test_intervals_cover_what_they_estimate(draw, truth, draws):
    """At least 95 %, less 3 standard errors of the share among so many draws."""
    intervals = np.array([draw().interval(0.95) for _ in range(draws)])
    covered = np.mean((intervals[:, 0] <= truth) & (truth <= intervals[:, 1]))
    assert covered > 0.95 - 3 * np.sqrt(0.95 * 0.05 / draws)


def test_the_bootstrap_would_not_cover():
    """Of the exponent of the arithmetic mean of 10 networks, which the claims once had: about 83 %, here in 300 "
    "draws."""

    def slope(*samples):
        return np.polyfit(np.log(WIDTHS), [np.log(np.mean(sample, axis=-1)) for sample in samples], 1)[0]

    held = 0
    for _ in range(300):
        samples = [np.exp(spread * RNG.normal(size=10)) for spread in SPREADS]
        truth = np.polyfit(np.log(WIDTHS), np.square(SPREADS) / 2, 1)[0]
        drawn = slope(*(RNG.choice(sample, size=(200, 10)) for sample in samples))
        low, high = 2 * slope(*samples) - np.quantile(drawn, [0.975, 0.025])
        held += low <= truth <= high
    assert held / 300 < 0.92
