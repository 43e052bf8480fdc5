"""What networks are given of a table of angles."""

import numpy as np
import pandas as pd

from replication import currents, datasets, inputs

ALPHA = datasets.grid_angles(5)
X = datasets.circle(ALPHA)
TABLE = pd.DataFrame({"alpha": ALPHA, "x1": X[:, 0], "x2": X[:, 1], "y": 7.0})


def test_points_on_the_circle_without_an_encoding():
    np.testing.assert_array_equal(inputs.of(TABLE, None), X)


def test_currents_of_the_angles_with_one():
    encoding = {"steps": 3, "dimension": 2, "seed": 9}
    found = inputs.of(TABLE, encoding)
    assert found.shape == (5, 3, 2)
    np.testing.assert_array_equal(found, currents.currents(ALPHA, **encoding))
