import numpy as np
import pytest

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


def test_the_slope_of_a_power_law_is_its_exponent():
    x = np.array([10.0, 100.0, 1000.0])
    assert statistics.log_log_slope(x, 3 * x**-0.7) == pytest.approx(-0.7, rel=1e-12)


def test_the_regression_of_an_exact_power_law_has_no_width():
    x = np.array([1.0, 2.0, 4.0, 8.0])
    found = statistics.log_log_regression(x, 5 * x**2, confidence=0.95)
    np.testing.assert_allclose([found.value, found.low, found.high], 2, rtol=1e-9)


def test_the_regression_of_a_constant_is_flat():
    assert statistics.log_log_regression(np.arange(1.0, 5.0), np.full(4, 3.0), confidence=0.9) == statistics.Estimate(
        0, 0, 0
    )


def test_the_regressions_interval_covers():
    """500 draws of a 90 % interval: the share that covers has a standard error of 1.3 %, and 4 of them are 5.4 %."""
    rng = np.random.default_rng(2)
    x = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    found = [
        statistics.log_log_regression(x, x**-1.5 * np.exp(0.3 * rng.normal(size=5)), confidence=0.9) for _ in range(500)
    ]
    assert np.mean([estimate.low <= -1.5 <= estimate.high for estimate in found]) == pytest.approx(0.9, abs=0.054)


@pytest.mark.parametrize(("x", "y"), [([1.0, 2.0], [1.0, 1.0]), ([1.0, 2.0, 3.0], [1.0, 0.0, 1.0])])
def test_the_regression_refuses_what_has_no_exponent(x, y):
    with pytest.raises(ValueError, match=r"^log_log_regression: expected at least 3 points, all above 0; got x = "):
        statistics.log_log_regression(np.array(x), np.array(y), confidence=0.95)


def squared_mean(sample):
    return float(sample.mean() ** 2)


SETTINGS = {"confidence": 0.9, "resamples": 400, "seed": 3}


def test_the_bootstrap_takes_the_bias_out_of_a_squared_mean():
    """The plain squared mean of 20 draws is 1/20 too large; the mean over 400 samples has a standard error of 0.005."""
    rng = np.random.default_rng(4)
    samples = rng.normal(0.2, 1, size=(400, 20))
    found = np.array([statistics.bootstrap(squared_mean, sample, **SETTINGS).value for sample in samples])
    assert found.mean() == pytest.approx(0.04, abs=4 * found.std() / 20)
    assert np.mean(samples.mean(axis=1) ** 2) > 0.04 + 4 * found.std() / 20


def test_the_bootstraps_interval_covers_the_difference_of_two_means():
    """300 samples: a standard error of 1.7 % for the share; the bootstrap itself covers a little less."""
    rng = np.random.default_rng(5)

    def difference(one, other):
        return float(one.mean() - other.mean())

    found = [
        statistics.bootstrap(difference, rng.normal(1, 1, 40), rng.normal(0, 2, 60), **SETTINGS) for _ in range(300)
    ]
    assert np.mean([estimate.low <= 1 <= estimate.high for estimate in found]) == pytest.approx(0.9, abs=0.07)


def test_the_bootstrap_draws_from_its_seed():
    sample = np.random.default_rng(6).normal(size=30)
    one, again, other = (
        statistics.bootstrap(squared_mean, sample, confidence=0.9, resamples=50, seed=seed) for seed in (1, 1, 2)
    )
    assert one == again != other


def test_the_bootstrap_needs_two_networks():
    with pytest.raises(ValueError, match=r"^bootstrap: expected at least 2 networks a sample; got \[5, 1\]$"):
        statistics.bootstrap(lambda one, other: 0.0, np.zeros(5), np.zeros(1), **SETTINGS)


def test_the_interval_of_a_normal_variance_is_that_of_theory():
    """For a normal sample the standard error of the variance is sqrt(2/n); at n = 10,000 its own error is 2 %."""
    sample = np.random.default_rng(7).normal(size=10_000)
    found = statistics.variance_interval(sample, 0.95)
    assert found.value == pytest.approx(np.var(sample, ddof=1), rel=1e-12)
    assert np.log(found.high / found.value) == pytest.approx(1.96 * np.sqrt(2 / 10_000), rel=0.1)
    assert np.log(found.value / found.low) == pytest.approx(np.log(found.high / found.value), rel=1e-9)


def test_the_interval_of_a_variance_needs_four_values():
    with pytest.raises(ValueError, match=r"^variance_interval: expected at least 4 values; got 3$"):
        statistics.variance_interval(np.zeros(3), 0.95)
