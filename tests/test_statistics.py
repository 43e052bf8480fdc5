import numpy as np
import pytest

from sgntk import statistics


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
