"""Spread of ensembles angle by angle, beside the verdicts."""

import numpy as np
import pandas as pd

from replication import statistics
from replication.claims.ensembles import Ensembles

COLUMNS = {"width": int, "point": int, "variance_ratio": float, "low": float, "high": float, "coverage": float}


def spread_by_angle(ensembles: Ensembles | None, confidence: float) -> pd.DataFrame:
    """Spread of each ensemble beside that of the SG-NTK at convergence, at every point that is `spread_out`.

    Returns:
        `width`, `point`, `variance_ratio` (variance over networks by the predicted one), its interval `low` to `high`,
        and `coverage` (part of the networks within 2 predicted standard deviations of the predicted mean); without
        ensembles no row.
    """
    rows = [] if ensembles is None else _rows(ensembles, confidence)
    return pd.DataFrame(rows, columns=[*COLUMNS]).astype(COLUMNS)


def _rows(ensembles: Ensembles, confidence: float) -> list[tuple[float, ...]]:
    process = ensembles.sg_ntk
    rows: list[tuple[float, ...]] = []
    for width, outputs in ensembles.outputs.items():
        normal = (outputs - process.mean) / np.where(ensembles.spread_out, process.std, np.nan)
        for point in np.flatnonzero(ensembles.spread_out).tolist():
            ratio = statistics.variance(normal[:, point])
            coverage = float(np.mean(np.abs(normal[:, point]) <= 2))
            rows.append((width, point, ratio.value, *ratio.interval(confidence), coverage))
    return rows
