"""Data sets that come with scikit-learn, which is imported when one is loaded."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Points = tuple[np.ndarray, np.ndarray]
"""Features, one row a point, and the target, of any scale."""


class DataSet(NamedTuple):
    """A regression, or a classification in two classes.

    Attributes:
        points: how many there are.
        description: what the target is.
        load: gives the points.
    """

    points: int
    description: str
    load: Callable[[], Points]


def _bundled(name: str) -> Points:
    from sklearn import datasets

    return getattr(datasets, f"load_{name}")(return_X_y=True)


def _parity_of_digits() -> Points:
    images, digits = _bundled("digits")
    return images, digits % 2 == 0


DATA_SETS = {
    "breast_cancer": DataSet(569, "malignant or benign", lambda: _bundled("breast_cancer")),
    "diabetes": DataSet(442, "progression of the disease", lambda: _bundled("diabetes")),
    "digits": DataSet(1797, "even or odd", _parity_of_digits),
}
"""The data sets that a study can learn, by name."""
