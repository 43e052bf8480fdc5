"""SG-NTKs of many surrogates, and what is learned with them."""

import numpy as np
import pytest

import sgntk
from replication import comparison, datasets
from sgntk import surrogates

X = datasets.circle(datasets.grid_angles(24))
Y = X[:, 0] * X[:, 1]
ARCHITECTURES = {
    name: sgntk.Architecture(sgntk.Sign(), surrogate, sigma_b=0.1)
    for name, surrogate in {"box": surrogates.Box(1.0), "bell": surrogates.Gaussian(1.0)}.items()
}
TRAINING_SETS = [np.array([0, 5, 11, 17]), np.array([2, 3, 9, 20])]


def test_kernels_are_columns_of_the_sg_ntk():
    table = comparison.kernels(ARCHITECTURES, X, reference=7)
    for name, arch in ARCHITECTURES.items():
        rows = table[table["surrogate"] == name].sort_values("point")
        np.testing.assert_array_equal(rows["point"], np.arange(24))
        np.testing.assert_allclose(rows["analytic"], sgntk.sg_ntk(arch, X)[:, 7], rtol=1e-13)


@pytest.mark.parametrize("step", [None, 0, 50])
def test_errors_are_those_of_the_prediction(step):
    table = comparison.generalization_errors(
        ARCHITECTURES, X, Y, training_sets=TRAINING_SETS, steps=[step], learning_rate=0.1
    )
    assert len(table) == 4
    rate = None if step is None else 0.1
    for name, arch in ARCHITECTURES.items():
        for draw, train in enumerate(TRAINING_SETS):
            mean = sgntk.predict(arch, X[train], Y[train], X, steps=step, learning_rate=rate).mean
            row = table[(table["surrogate"] == name) & (table["draw"] == draw)].iloc[0]
            assert row["mse"] == pytest.approx(np.mean((mean - Y) ** 2), rel=1e-9)
    assert table["step"].isna().all() if step is None else (table["step"] == step).all()
