"""SG-NTKs of many surrogates, and what is learned with them."""

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest
from scipy import stats

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


def test_shapes_are_the_surrogates():
    """In float32, as networks learn with them."""
    table = comparison.shapes(ARCHITECTURES)
    for name, arch in ARCHITECTURES.items():
        rows = table[table["surrogate"] == name]
        np.testing.assert_allclose(rows["z"], np.linspace(-3, 3, len(rows)))
        expected = arch.surrogate(jnp.asarray(rows["z"].to_numpy(np.float32)))
        np.testing.assert_allclose(rows["derivative"], expected, rtol=1e-6)


def test_surrogates_are_compared_on_the_same_training_sets():
    """Sets of very different difficulty, on which the second surrogate is always a little worse."""
    rng = np.random.default_rng(0)
    easy = rng.uniform(0, 1, size=20)
    hard = easy + rng.uniform(0.01, 0.02, size=20)
    errors = pd.concat(
        pd.DataFrame(
            {"surrogate": name, "draw": range(20), "step": pd.array([step] * 20, dtype="Int64"), "mse": factor * mse}
        )
        for step, factor in ((5, 2.0), (None, 1.0))
        for name, mse in (("box", easy), ("bell", hard))
    )
    table = comparison.summary(errors, confidence=0.9).set_index(["surrogate", "step"])
    assert [*table.index.get_level_values("surrogate")] == ["box", "bell"] * 2
    last = table[table.index.get_level_values("step").isna()]
    box, bell = (row for _, row in last.iterrows())
    assert (box["difference"], box["difference_low"], box["difference_high"]) == (0, 0, 0)
    paired = stats.ttest_rel(hard, easy).confidence_interval(0.9)
    np.testing.assert_allclose(bell[["difference_low", "difference_high"]].to_numpy(float), [paired.low, paired.high])
    alone = stats.ttest_1samp(hard, 0).confidence_interval(0.9)
    np.testing.assert_allclose(bell[["low", "high"]].to_numpy(float), [alone.low, alone.high])
    np.testing.assert_allclose([bell["mean"], bell["difference"]], [hard.mean(), (hard - easy).mean()])
    np.testing.assert_allclose(table.loc[("bell", 5), "mean"], 2 * hard.mean())
