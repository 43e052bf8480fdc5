"""The spectrum of the learning dynamics against its published numbers, the equations, and explicit iteration."""

import re
import warnings

import numpy as np
import pytest
import scipy.linalg

import sgntk
from sgntk import dynamics
from sgntk.dynamics import DivergenceWarning, Spectrum, TransientGrowthWarning, spectrum_of
from sgntk.surrogates import Box, ErfDerivative, Triangle

X = np.array([[5.0], [7.0], [10.0]])
DIVERGING = sgntk.Architecture(sgntk.Sign(), Box(1.0), 1, sigma_w=1.0, sigma_b=1.0)
TRIANGLE = sgntk.Architecture(sgntk.Sign(), Triangle(1.0), 1, sigma_w=1.0, sigma_b=1.0)


def diverging_spectrum():
    return spectrum_of(sgntk.sg_ntk(DIVERGING, X))


def test_known_eigenvalues_with_a_warning():
    numbers = r"1 of 3 eigenvalues .* the lowest being -0\.13 \(the largest: 22\.84\): .* diverges"
    with pytest.warns(DivergenceWarning, match=rf"^spectrum: {numbers}"):
        result = dynamics.spectrum(DIVERGING, X)
    # The values have 4 digits.
    np.testing.assert_allclose(result.eigenvalues, [22.84, 1.019, -0.130], rtol=5e-4, atol=5e-4)
    np.testing.assert_allclose(result.diverging, [-0.130], atol=5e-4)
    assert result.largest_learning_rate == 0
    assert result.asymmetry > 0.01


@pytest.mark.parametrize("kernel", ["nngp", "sg_ntk"])
def test_no_warning_without_divergence(kernel):
    arch = sgntk.Architecture(sgntk.Erf(2.0), ErfDerivative(1.0), sigma_b=0.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = dynamics.spectrum(arch, X, kernel=kernel)
    assert len(result.diverging) == 0
    assert result.largest_learning_rate > 0


def test_singular_kernel_does_not_diverge():
    # Equal points make an eigenvalue of 0, which rounding puts on either side.
    x = np.repeat(np.linspace(-1, 1, 20)[:, None], 2, axis=0)
    arch = sgntk.Architecture(sgntk.Erf(2.0), ErfDerivative(1.0), sigma_b=0.5)
    assert len(spectrum_of(sgntk.nngp(arch, x)).diverging) == 0


def test_an_eigenvalue_counts_as_negative_beyond_rounding_and_no_later():
    result = spectrum_of(np.diag([2.0, 0.5, -1e-12]))
    assert result.tolerance == pytest.approx(3 * 2**-52 * 2, rel=1e-15)  # N eps times the largest modulus
    np.testing.assert_array_equal(result.diverging, [-1e-12])
    assert len(spectrum_of(np.diag([2.0, 0.5, -1e-15])).diverging) == 0


@pytest.mark.parametrize(
    "matrix",
    [
        np.diag([3.0, 1.0, 0.2]),
        np.array([[1.0, -2.0], [2.0, 1.5]]),
        np.array([[2.0, 1.0, 0.0], [0.2, 1.0, 0.5], [0, 0.1, 1.0]]),
    ],
    ids=["diagonal", "complex", "asymmetric"],
)
def test_largest_learning_rate_separates_decay_from_growth(matrix):
    result = spectrum_of(matrix)
    for share, grows in ((0.99, False), (1.01, True)):
        step = np.eye(len(matrix)) - share * result.largest_learning_rate / len(matrix) * matrix
        error = np.linalg.matrix_power(step, 5000) @ np.ones(len(matrix))
        assert (np.linalg.norm(error) > 1) == grows
        assert (result.factors(share * result.largest_learning_rate).max() > 1) == grows


def test_modes_shrink_by_their_factors_and_are_learned_in_time():
    matrix = np.array([[2.0, 1.0, 0.0], [0.2, 1.0, 0.5], [0.0, 0.1, 1.0]])
    result, rate = spectrum_of(matrix), 0.1
    step = np.eye(3) - rate / 3 * matrix
    for index, (factor, steps) in enumerate(zip(result.factors(rate), result.steps_to_learn(rate, 0.01), strict=True)):
        mode = result.modes[:, index]
        np.testing.assert_allclose(step @ mode, (1 - rate / 3 * result.eigenvalues[index]) * mode, atol=1e-14)
        assert np.linalg.norm(step @ mode) == pytest.approx(factor, rel=1e-13)
        before, after = (np.linalg.norm(np.linalg.matrix_power(step, int(n)) @ mode) for n in (steps, steps + 1))
        assert after <= 0.01 < before


def test_a_growing_mode_is_never_learned():
    result = diverging_spectrum()
    factors, steps = result.factors(0.1), result.steps_to_learn(0.1)
    assert factors[2] == pytest.approx(1 + 0.1 / 3 * 0.130, rel=1e-5)  # 4 digits of 0.130, times 0.03
    assert np.isposinf(steps[2])
    assert np.all(np.isfinite(steps[:2]))


def test_a_mode_that_one_step_learns():
    np.testing.assert_array_equal(spectrum_of(2 * np.eye(2)).steps_to_learn(1.0), 0)


def test_asymmetry():
    assert spectrum_of(np.array([[2.0, 1.0], [1.0, 3.0]])).asymmetry == 0
    assert spectrum_of(np.array([[0.0, 1.0], [-1.0, 0.0]])).asymmetry == 2


def test_triangle_learns_where_box_diverges():
    assert len(spectrum_of(sgntk.sg_ntk(TRIANGLE, X)).diverging) == 0


@pytest.mark.usefixtures("annotations_unchecked")
def test_bad_arguments():
    with pytest.raises(ValueError, match=r"^spectrum: kernel must be one of nngp, ntk, sg_ntk; got 'gp'$"):
        dynamics.spectrum(TRIANGLE, X, kernel="gp")
    result = diverging_spectrum()
    with pytest.raises(ValueError, match=re.escape("steps_to_learn: remaining must lie between 0 and 1; got 1.0")):
        result.steps_to_learn(0.1, 1.0)
    with pytest.raises(ValueError, match=r"^factors: learning_rate must be a finite number > 0"):
        result.factors(0.0)
    assert isinstance(result, Spectrum)


def test_coefficients_put_errors_together_from_modes():
    matrix = np.array([[2.0, 1.0, 0.0], [0.3, 1.0, -1.0], [0.0, 0.5, 3.0]])
    spectrum = dynamics.spectrum_of(matrix)
    errors = np.random.default_rng(1).normal(size=(4, 3))
    coefficients = spectrum.coefficients(errors)
    assert coefficients.shape == (4, 3)
    np.testing.assert_allclose(coefficients @ spectrum.modes.T, errors, atol=1e-13)


# --- growth before decay ---

GROWING = sgntk.Architecture(sgntk.Sign(), Box(3.0), 1, sigma_w=1.0, sigma_b=1.0)


def test_the_numerical_abscissa_is_how_fast_errors_can_grow_at_the_start():
    with pytest.warns(TransientGrowthWarning, match=r"^spectrum: .* 0\.01825, .* the eigenvalue -0\.1531"):
        result = dynamics.spectrum(GROWING, X)
    matrix, h = sgntk.sg_ntk(GROWING, X), 1e-6
    growth = np.log(np.linalg.norm(scipy.linalg.expm(-h * matrix), 2)) / h
    assert result.numerical_abscissa == pytest.approx(growth, rel=1e-4)  # h times the square of the matrix
    assert len(result.diverging) == 0


@pytest.mark.parametrize("learning_rate", [0.1, 0.001])
def test_transient_growth_is_the_largest_norm_on_the_way(learning_rate):
    matrix = sgntk.sg_ntk(GROWING, X)
    step, power, largest = np.eye(3) - learning_rate / 3 * matrix, np.eye(3), 1.0
    for _ in range(2000):
        power = power @ step
        largest = max(largest, np.linalg.norm(power, 2))
    assert largest > 1.005
    # Looked at are some steps alone, near the maximum within a third of it.
    assert dynamics.transient_growth(matrix, learning_rate) == pytest.approx(largest, rel=1e-3)


def test_no_transient_growth_of_a_symmetric_kernel_and_infinite_growth_of_a_diverging_one():
    assert dynamics.transient_growth(sgntk.nngp(GROWING, X), 0.1) == pytest.approx(1, abs=1e-12)
    assert dynamics.transient_growth(sgntk.sg_ntk(DIVERGING, X), 0.1) == np.inf
    assert dynamics.transient_growth(np.diag([1.0, 2.0]), 10.0) == np.inf  # a learning rate too large


def test_a_symmetric_kernel_has_no_abscissa_above_0():
    result = spectrum_of(sgntk.nngp(GROWING, X))
    assert result.numerical_abscissa == pytest.approx(-result.eigenvalues[-1].real, rel=1e-9)
