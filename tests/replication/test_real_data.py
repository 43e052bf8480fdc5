"""Images to learn from and to test on, and how good and how sure predictions are."""

import jax
import numpy as np
import pytest
from scipy import stats

import sgntk
from replication import real_data
from replication.real_data_sets import DATA_SETS
from sgntk import surrogates

ARCH = sgntk.Architecture(sgntk.Sign(), surrogates.ErfDerivative(1.0), hidden_layers=1, sigma_b=0.1)


def load(images=40, held_out=10, test_images=30, seed=1):
    return real_data.load("digits", images=images, held_out=held_out, test_images=test_images, seed=seed)


def test_grey_values_have_mean_0_at_each_pixel_and_variance_1_over_all():
    data = load()
    assert (data.x_train.shape, data.x_others.shape, data.held_out) == ((40, 8, 8), (40, 8, 8), 10)
    np.testing.assert_allclose(data.train.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(data.train.std(), 1, rtol=1e-12)
    images, _ = DATA_SETS["digits"].load()
    order = np.random.default_rng(1).permutation(len(images))[40:80]  # after those held out and those to test on
    raw = images[order]
    np.testing.assert_allclose(data.x_train, (raw - raw.mean(0)) / (raw - raw.mean(0)).std(), rtol=1e-12, atol=1e-12)


def test_all_images_together_are_the_data_set_each_once():
    data = load(images=1700, held_out=50, test_images=47)
    _, labels = DATA_SETS["digits"].load()
    ours = np.concatenate([np.argmax(data.y_train, axis=1), data.labels])
    np.testing.assert_array_equal(np.bincount(ours), np.bincount(labels))


def test_more_images_are_those_of_before_and_others_tested_on_the_same():
    few, many = load(images=20), load(images=40)
    np.testing.assert_array_equal(few.y_train, many.y_train[:20])
    np.testing.assert_array_equal(few.labels, many.labels)
    same = few.x_train[0] - few.x_train[1], many.x_train[0] - many.x_train[1]
    np.testing.assert_allclose(same[0] / np.linalg.norm(same[0]), same[1] / np.linalg.norm(same[1]), atol=1e-12)


def test_the_draw_is_the_seed_s():
    np.testing.assert_array_equal(load().x_others, load().x_others)
    assert not np.array_equal(load().labels, load(seed=2).labels)


def test_targets_of_equally_frequent_classes_have_mean_0_and_variance_1():
    targets = real_data._targets(np.arange(10))
    np.testing.assert_allclose([targets.mean(), targets.var()], [0, 1], atol=1e-12)
    np.testing.assert_array_equal(targets.argmax(axis=1), np.arange(10))


def example(images=4000, held_out=2000):
    """Images of two classes whose targets scatter around the means by 0.5 times the standard deviations."""
    rng = np.random.default_rng(3)
    mean, std = rng.normal(size=(images, 2)), rng.uniform(0.5, 2, size=images)
    y = mean + 0.5 * std[:, None] * rng.normal(size=(images, 2))
    labels = np.where(np.arange(images) % 4 == 0, 1 - mean.argmax(axis=1), mean.argmax(axis=1))
    x = np.zeros((images, 1, 1))
    return mean, std, real_data.Split(x, y, x, y, labels, held_out)


def test_scores_against_their_definitions():
    """The factor of 4,000 targets has a standard error of 1/sqrt(2 * 4000) = 1.1 %, and 5 of them are 6 %."""
    mean, std, data = example()
    found = real_data.scores(mean, std, data)
    y, m, s = data.y_others[2000:], mean[2000:], found["factor"] * std[2000:, None]
    assert found["factor"] == pytest.approx(0.5, rel=0.06)
    assert found["accuracy"] == 0.75
    assert found["standard_error"] == pytest.approx(np.sqrt(0.75 * 0.25 / 2000))
    assert found["mse"] == pytest.approx(np.mean((y - m) ** 2))
    assert found["nll"] == pytest.approx(-np.mean(stats.norm.logpdf(y, m, s)))
    assert found["coverage"] == pytest.approx(0.954, abs=0.017)  # 5 standard errors of a share of 4,000


def test_the_factor_makes_the_held_out_targets_likeliest():
    mean, std, data = example()
    y, m, s = data.y_others[:2000], mean[:2000], std[:2000, None]
    best = real_data.scores(mean, std, data)["factor"]
    likelihoods = [np.mean(stats.norm.logpdf(y, m, factor * s)) for factor in (0.99 * best, best, 1.01 * best)]
    assert np.argmax(likelihoods) == 1


def test_one_that_knows_where_it_errs_is_likelier_than_one_that_does_not():
    mean, std, data = example()
    assert real_data.scores(mean, std, data)["nll"] < real_data.scores(mean, np.ones_like(std), data)["nll"] - 0.05


def test_outputs_are_those_of_networks_trained_on_the_images():
    data, keys = load(images=20, held_out=4, test_images=6), sgntk.split_keys(seed=4, count=3)
    training = {"width": 8, "steps": 7, "batch_size": 5, "learning_rate": 0.1}
    outputs = real_data.trained_outputs(ARCH, keys, data, seed=4, **training)
    key = sgntk.split_keys(4, 1)[0]
    run = sgntk.train_ensemble(ARCH, keys, data.train, data.y_train, batch_key=key, **training)
    for network in range(3):
        params = jax.tree.map(lambda leaf, i=network: leaf[i], run.params)
        expected = sgntk.apply(ARCH, params, data.others.astype(np.float32))
        np.testing.assert_allclose(outputs[network], expected, rtol=1e-5, atol=1e-5)


def test_scores_of_networks_are_those_of_their_mean_and_spread():
    data = load(images=20, held_out=10, test_images=30)
    outputs = np.random.default_rng(5).normal(size=(6, 40, 10))
    found = real_data.network_scores(outputs, data)
    std = np.sqrt(np.mean([np.var(outputs[..., label], axis=0, ddof=1) for label in range(10)], axis=0))
    single = [np.mean(one[10:].argmax(axis=1) == data.labels[10:]) for one in outputs]
    assert found.pop("single_accuracy") == pytest.approx(np.mean(single))
    assert found == pytest.approx(real_data.scores(outputs.mean(axis=0), std, data))


def test_tables_have_the_test_images_alone():
    data = load(images=5, held_out=2, test_images=3)
    values = np.arange(2 * 5 * 10.0).reshape(2, 5, 10)
    table = real_data.at_test_images(values, data, "output", network=range(2))
    assert list(table) == ["network", "sample", "label", "output"]
    pivoted = table.pivot(index="network", columns=["sample", "label"], values="output").to_numpy()
    np.testing.assert_array_equal(pivoted, values[:, 2:].reshape(2, -1))
