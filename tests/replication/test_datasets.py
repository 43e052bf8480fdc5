"""The paper's inputs and targets."""

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replication import datasets

TARGET = [(4.0, 1, 2), (-0.8, 3, 0), (1.2, 0, 2), (-0.8, 2, 1)]


def test_grid():
    alpha = datasets.grid_angles(100)
    assert alpha.dtype == np.float64
    assert (alpha[0], alpha[50]) == (-np.pi, 0)
    np.testing.assert_allclose(np.diff(alpha), 2 * np.pi / 100, rtol=1e-12)
    assert alpha[-1] < np.pi


def test_circle():
    x = datasets.circle(np.array([0.0, np.pi / 2, -np.pi, 0.3]))
    np.testing.assert_allclose(x, [[0, 1], [1, 0], [0, -1], [np.sin(0.3), np.cos(0.3)]], atol=1e-15)
    np.testing.assert_allclose((x**2).sum(axis=1), 1, rtol=1e-15)


def test_reference_point_is_the_north_pole():
    np.testing.assert_array_equal(datasets.circle(datasets.grid_angles(100))[50], [0, 1])


@given(x1=st.floats(-2, 2), x2=st.floats(-2, 2))
def test_polynomial(x1, x2):
    expected = 4 * x1 * x2**2 - 0.8 * x1**3 + 1.2 * x2**2 - 0.8 * x1**2 * x2
    value = datasets.polynomial(np.array([[x1, x2]]), TARGET)
    np.testing.assert_allclose(value, [expected], rtol=1e-13, atol=1e-13)  # four terms up to 32


@pytest.mark.parametrize("partitionable", [False, True])
def test_training_set_a(partitionable):
    with jax.threefry_partitionable(False):
        key = jax.random.split(jax.random.PRNGKey(2), 3)[1]
        expected = jax.random.uniform(key, (15,), minval=-np.pi, maxval=np.pi)
    with jax.threefry_partitionable(partitionable):
        alpha = datasets.uniform_angles(2, 15)
    assert alpha.dtype == np.float64
    np.testing.assert_array_equal(alpha, expected)


@pytest.mark.parametrize("partitionable", [False, True])
def test_training_set_b(partitionable):
    with jax.threefry_partitionable(False):
        key = jax.random.split(jax.random.PRNGKey(3), 3)[1]
        expected = jax.random.choice(key, np.arange(100), (15,), replace=False)
    with jax.threefry_partitionable(partitionable):
        chosen = datasets.grid_subset(3, 15, 100)
    np.testing.assert_array_equal(chosen, expected)
    assert len(set(chosen.tolist())) == 15


@given(seed=st.integers(0, 2**32 - 1))
def test_draws_stay_in_range(seed):
    alpha = datasets.uniform_angles(seed, 20)
    assert np.all((alpha >= -np.float32(np.pi)) & (alpha < np.float32(np.pi)))
    assert sorted(datasets.grid_subset(seed, 9, 9).tolist()) == list(range(9))


def test_grid_subsets_differ_and_repeat_no_point():
    with jax.threefry_partitionable(True):
        sets = datasets.grid_subsets(seed=1, sets=4, points=6, grid_points=10)
    assert all(len(set(chosen.tolist())) == 6 and set(chosen.tolist()) <= set(range(10)) for chosen in sets)
    assert len({tuple(chosen.tolist()) for chosen in sets}) == 4
    with jax.threefry_partitionable(False):
        again = datasets.grid_subsets(seed=1, sets=4, points=6, grid_points=10)
    np.testing.assert_array_equal(sets, again)
