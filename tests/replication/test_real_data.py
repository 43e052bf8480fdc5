"""Data sets that come with scikit-learn, and what is learned of them."""

import jax
import numpy as np
import pytest
from sklearn import datasets as bundled

import sgntk
from replication import real_data
from replication.real_data_sets import DATA_SETS
from sgntk import surrogates

ARCH = sgntk.Architecture(sgntk.Sign(), surrogates.ErfDerivative(1.0), sigma_b=0.1)


def load(name="diabetes", training_points=30, test_points=20, seed=1):
    return real_data.load(name, training_points=training_points, test_points=test_points, seed=seed)


@pytest.mark.parametrize("name", DATA_SETS)
def test_training_points_have_mean_0_and_variance_1(name):
    data = load(name)
    assert (len(data.x_train), len(data.y_train), len(data.x_test), len(data.y_test)) == (30, 30, 20, 20)
    for values in (data.x_train, data.y_train):
        np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(values.std(axis=0), 1, rtol=1e-12)


@pytest.mark.parametrize("name", DATA_SETS)
def test_test_points_are_others_of_the_same_data_set(name):
    """All points together are the whole data set, each once, whatever the scale."""
    size = DATA_SETS[name].points
    data = load(name, training_points=size - 50, test_points=50)
    ours = np.sort(np.concatenate([data.y_train, data.y_test]))
    _, target = getattr(bundled, f"load_{name}")(return_X_y=True)
    theirs = np.sort((target % 2 == 0) if name == "digits" else target).astype(float)
    assert len(ours) == len(theirs) == size
    np.testing.assert_allclose((ours - ours[0]) / np.ptp(ours), (theirs - theirs[0]) / np.ptp(theirs), atol=1e-12)


def test_the_draw_is_the_seed_s():
    np.testing.assert_array_equal(load().x_test, load().x_test)
    assert not np.array_equal(load().y_test, load(seed=2).y_test)


def test_predictions_are_those_of_predict():
    data = load()
    table = real_data.predictions(ARCH, data, steps=40, learning_rate=0.1)
    arguments = (ARCH, data.x_train, data.y_train, data.x_test)
    for kernel, posterior in {
        "sg_ntk": sgntk.predict(*arguments, steps=40, learning_rate=0.1),
        "nngp": sgntk.predict(*arguments, kernel="nngp"),
    }.items():
        rows = table[table["kernel"] == kernel]
        np.testing.assert_allclose(rows["mean"], posterior.mean, rtol=1e-10)
        np.testing.assert_allclose(rows["std"], posterior.std, rtol=1e-8)
    matrix = sgntk.sg_ntk(ARCH, data.x_train)
    np.testing.assert_allclose(table["asymmetry"], np.linalg.norm(matrix - matrix.T) / np.linalg.norm(matrix))
    assert table["asymmetry"].iloc[0] > 1e-3  # norms differ on real data


def test_errors_of_networks_ensemble_and_regressions():
    data = load(training_points=20, test_points=10)
    predictions = real_data.predictions(ARCH, data, steps=5, learning_rate=0.1)
    keys = sgntk.split_keys(seed=4, count=3)
    outputs = real_data.trained_outputs(ARCH, keys, data, width=8, steps=5, learning_rate=0.1)
    run = sgntk.train_ensemble(ARCH, keys, data.x_train, data.y_train, width=8, steps=5, learning_rate=0.1)
    expected = [
        sgntk.apply(ARCH, jax.tree.map(lambda leaf, i=network: leaf[i], run.params), data.x_test.astype(np.float32))[
            :, 0
        ]
        for network in range(3)
    ]
    np.testing.assert_allclose(
        outputs.pivot(index="network", columns="sample", values="output"), expected, rtol=1e-5, atol=1e-5
    )
    summary, networks = real_data.errors(outputs, predictions)
    values = outputs.pivot(index="network", columns="sample", values="output").to_numpy()
    np.testing.assert_allclose(networks["mse"], np.mean((values - data.y_test) ** 2, axis=1))
    by_kernel = summary.set_index("kernel")["mse"]
    assert by_kernel["ensemble"] == pytest.approx(np.mean((values.mean(axis=0) - data.y_test) ** 2))
    mean = predictions[predictions["kernel"] == "nngp"]["mean"]
    assert by_kernel["nngp"] == pytest.approx(np.mean((mean.to_numpy() - data.y_test) ** 2))
    assert set(by_kernel.index) == {"sg_ntk", "nngp", "ensemble"}
    squares = (mean.to_numpy() - data.y_test) ** 2
    row = summary.set_index("kernel").loc["nngp"]
    assert row["standard_error"] == pytest.approx(np.std(squares, ddof=1) / np.sqrt(10))
    # What a single network errs: by the predicted variance more than the mean, and of the ensemble, as it is.
    std = predictions[predictions["kernel"] == "nngp"]["std"]
    assert row["single_mse"] == pytest.approx(np.mean(squares) + np.mean(std**2))
    assert summary.set_index("kernel").loc["ensemble", "single_mse"] == pytest.approx(networks["mse"].mean())
