"""What the tables of the paper's run, as published in docs/results, must show."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

RESULTS = Path(__file__).resolve().parents[2] / "docs/results"


@pytest.mark.parametrize("experiment", ["sign", "sign_small_output"])
def test_ensemble_means_approach_the_sg_ntk_mean(experiment):
    distances = pd.read_csv(RESULTS / f"{experiment}_distances.csv")
    distances = distances[distances["step"] == distances["step"].max()].set_index(["kernel", "width"]).sort_index()
    sg_ntk, nngp = distances.loc["sg_ntk"], distances.loc["nngp"]
    assert list(sg_ntk.index) == [20, 100, 500]
    drop = -np.diff(sg_ntk["squared_distance"])
    error = np.hypot(sg_ntk["standard_error"].to_numpy()[1:], sg_ntk["standard_error"].to_numpy()[:-1])
    assert (drop > 3 * error).all()  # 3 standard errors of the difference
    # The two distances share their networks, so that their errors' sum bounds the error of the difference.
    gap = nngp["squared_distance"].loc[500] - sg_ntk["squared_distance"].loc[500]
    assert gap > 3 * (nngp["standard_error"].loc[500] + sg_ntk["standard_error"].loc[500])
