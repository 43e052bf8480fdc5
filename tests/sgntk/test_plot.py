"""What the pictures show, read back from their axes."""

import builtins

import matplotlib as mpl
import numpy as np
import pytest

import sgntk
from sgntk import plot
from sgntk.dynamics import spectrum_of
from sgntk.prediction import Posterior
from sgntk.surrogates import Box

mpl.use("Agg")
pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture
def ax():
    figure, ax = pyplot.subplots()
    yield ax
    pyplot.close(figure)


def line(ax, label):
    (found,) = (each for each in ax.get_lines() if each.get_label() == label)
    return found.get_xydata().T


def test_kernel_shows_the_matrix_with_0_in_the_middle_of_the_colours(ax):
    matrix = np.array([[1.0, -0.5], [0.2, 0.7], [0.1, 0.3]])
    (image,) = plot.kernel(matrix, ax).get_images()
    np.testing.assert_array_equal(image.get_array(), matrix)
    assert image.get_clim() == (-1, 1)


def test_surrogate_sits_at_the_threshold(ax):
    plot.surrogate(Box(0.25), sgntk.Heaviside(0.5), ax=ax)
    z, values = line(ax, "surrogate")
    np.testing.assert_allclose(z[values > 0][[0, -1]], [0.25, 0.75], atol=0.01)  # the grid's step
    z, values = line(ax, "activation")
    assert z[values > 0][0] == pytest.approx(0.5, abs=0.01)


def test_posterior_has_a_band_of_two_standard_deviations(ax):
    x, post = np.array([1.0, 0.0]), Posterior(np.array([3.0, 2.0]), np.array([0.25, 1.0]))
    plot.posterior(x, post, np.array([0.5]), np.array([2.5]), ax)
    np.testing.assert_array_equal(line(ax, "mean"), [[0, 1], [2, 3]])
    np.testing.assert_array_equal(line(ax, "training points"), [[0.5], [2.5]])
    corners = ax.collections[0].get_paths()[0].vertices
    assert {tuple(corner) for corner in corners} == {(0, 0), (0, 4), (1, 2), (1, 4)}


def test_posterior_of_a_mean_alone_has_no_band(ax):
    plot.posterior(np.array([0.0, 1.0]), Posterior(np.zeros(2)), ax=ax)
    assert len(ax.collections) == 0


def test_spectrum_tells_diverging_modes_apart(ax):
    plot.spectrum(spectrum_of(np.diag([2.0, -0.1, 0.5])), ax)
    np.testing.assert_allclose(line(ax, "learned"), [[1, 2], [2, 0.5]])
    np.testing.assert_allclose(line(ax, "diverging"), [[3], [-0.1]])
    assert ax.get_yscale() == "symlog"


def test_new_axes_unless_some_are_given():
    ax = plot.surrogate(Box(1.0))
    assert ax.get_xlabel() == "pre-activation z"
    pyplot.close(ax.figure)


def test_without_matplotlib(monkeypatch):
    whole = builtins.__import__

    def without(name, *rest):
        if name == "matplotlib":
            raise ImportError
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"^sgntk.plot needs matplotlib: pip install 'sgntk\[plot\]'$"):
        plot.surrogate(Box(1.0))
