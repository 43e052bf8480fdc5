"""Inputs over time."""

import numpy as np

from replication import currents, datasets

WAVES = {"steps": 7, "dimension": 5, "seed": 3}


def test_currents_have_mean_square_one_over_the_angles_at_every_step():
    """Exactly, since the phase turns a whole number of times, at most 3, and 8 angles resolve twice that."""
    x = currents.currents(datasets.grid_angles(8), **WAVES)
    assert x.shape == (8, 7, 5)
    np.testing.assert_allclose(np.mean(x**2, axis=0), 1, rtol=1e-12)


def test_currents_close_and_are_smooth():
    first, near, last = currents.currents(np.array([-np.pi, -np.pi + 1e-6, np.pi]), **WAVES)
    np.testing.assert_allclose(first, last, atol=1e-12)
    assert 0 < np.abs(near - first).max() < 3 * np.sqrt(2) * 1e-6 * 1.001  # the phase turns three times at most


def test_another_seed_gives_other_currents_and_the_same_gives_the_same():
    angles = datasets.grid_angles(3)
    np.testing.assert_array_equal(currents.currents(angles, **WAVES), currents.currents(angles, **WAVES))
    assert not np.allclose(currents.currents(angles, **WAVES), currents.currents(angles, **{**WAVES, "seed": 4}))
