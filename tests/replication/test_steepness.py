"""Kernels as the activation steepens."""

import numpy as np
import pytest

from replication import datasets, steepness
from sgntk.surrogates import ErfDerivative

GRID = datasets.circle(datasets.grid_angles(12))
REFERENCE = 4
SETTINGS = {
    "sigma_w": 1.0,
    "sigma_b": 0.1,
    "x": GRID,
    "reference": REFERENCE,
    "x_train": GRID[::3],
    "y_train": np.array([1.0, -2.0, 0.5, 1.5]),
}


@pytest.fixture(scope="module")
def table():
    return steepness.sweep(ErfDerivative(1.0), steepness=[10.0, 1e4], hidden_layers=[1, 2], **SETTINGS)


def test_one_row_for_each_kernel_depth_steepness_and_point(table):
    keys = ["kernel", "hidden_layers", "m", "point"]
    assert len(table) == 2 * 2 * 2 * len(GRID)
    assert not table.duplicated(keys).any()


def test_a_steep_kernel_is_near_its_limit(table):
    """The distance falls like 1/m, so 1e4 leaves 1e-3 even where its factor is 10."""
    steep = table[(table["m"] == 1e4) & np.isfinite(table["limit"])]
    np.testing.assert_allclose(steep["analytic"], steep["limit"], rtol=1e-3)


def test_only_the_diagonal_of_the_ntk_has_no_limit(table):
    infinite = table[np.isinf(table["limit"])]
    assert set(infinite["kernel"]) == {"ntk"}
    assert set(infinite["point"]) == {REFERENCE}
    assert len(infinite) == 4


def test_regression_passes_through_the_training_points(table):
    """An interpolation, up to what the condition of the matrix leaves of float64."""
    trained = table[table["point"] % 3 == 0].sort_values(["kernel", "hidden_layers", "m", "point"])
    np.testing.assert_allclose(
        trained["mean"].to_numpy().reshape(-1, 4), np.tile(SETTINGS["y_train"], (8, 1)), rtol=1e-9
    )
