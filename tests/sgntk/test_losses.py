"""The losses by name, against their definitions."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special

from sgntk._losses import check_labels, cross_entropy, find_loss, squared_error

RNG = np.random.default_rng(3)
OUTPUTS = RNG.normal(size=(5, 3))


def test_squared_error_is_half_the_mean_over_points_of_the_squared_distance():
    y = RNG.normal(size=(5, 3))
    by_hand = np.sum((OUTPUTS - y) ** 2) / 10
    assert float(squared_error(jnp.asarray(OUTPUTS), jnp.asarray(y))) == pytest.approx(by_hand, rel=1e-6)  # float32
    one = squared_error(jnp.asarray(OUTPUTS[:, 0]), jnp.asarray(y[:, 0]))
    assert float(one) == pytest.approx(np.mean((OUTPUTS - y)[:, 0] ** 2) / 2, rel=1e-6)


def test_cross_entropy_of_labels_and_of_probabilities():
    labels = np.array([0, 2, 1, 1, 0])
    by_hand = -np.mean(np.log(special.softmax(OUTPUTS, axis=1))[np.arange(5), labels])
    assert float(cross_entropy(jnp.asarray(OUTPUTS), jnp.asarray(labels))) == pytest.approx(by_hand, rel=1e-6)
    probabilities = jnp.asarray(np.eye(3)[labels], jnp.float32)
    assert float(cross_entropy(jnp.asarray(OUTPUTS), probabilities)) == pytest.approx(by_hand, rel=1e-6)


def test_losses_by_name_and_of_ones_own():
    assert find_loss("squared_error") is squared_error
    assert find_loss(np.hypot) is np.hypot


@pytest.mark.usefixtures("annotations_unchecked")
def test_a_loss_that_there_is_not():
    with pytest.raises(ValueError, match=r"one of squared_error, cross_entropy; got 'hinge'$"):
        find_loss("hinge")


@pytest.mark.parametrize(
    ("y", "outputs"),
    [(np.array([0, 1]), 1), (np.array([0, 3]), 3), (np.array([-1, 0]), 3), (np.array([0.0, 1.0]), 2)],
)
def test_labels_that_do_not_fit_the_outputs(y, outputs):
    with pytest.raises(ValueError, match=r"^train_ensemble: cross_entropy needs at least two outputs, and y "):
        check_labels(y, outputs)
