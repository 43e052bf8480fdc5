"""What networks are given of a table of angles."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from jaxtyping import Float64

from replication.currents import currents


def of(table: pd.DataFrame, encoding: Mapping[str, int] | None) -> Float64[np.ndarray, "n ..."]:
    """Inputs from a table of the grid or of a training set.

    Args:
        table: with the angles `alpha`, and the points `x1`, `x2` on the circle.
        encoding: steps, dimension and seed of the currents over time that stand for an angle; None for the points.

    Returns:
        Shape (n, T, d) with an encoding, else (n, 2).
    """
    if encoding is None:
        return table[["x1", "x2"]].to_numpy()
    return currents(table["alpha"].to_numpy(), **encoding)
