"""Tables of a run, as the claims look at them."""

import numpy as np
import pandas as pd
import pytest
from test_claims import POINTS, PROCESS, SAMPLING, ensembles

from sgntk.evidence import spread_by_angle, trained_ensembles
from sgntk.verdicts import Criterion


def tables(activation="sign", steps=(10, 20), widths=(100, 20), networks=3):
    rng = np.random.default_rng(0)
    index = pd.MultiIndex.from_product(
        [[activation], widths, steps, range(networks), range(POINTS)],
        names=["activation", "width", "step", "network", "point"],
    )
    outputs = pd.DataFrame({"output": rng.normal(size=len(index))}, index=index).reset_index()
    predictions = pd.concat(
        pd.DataFrame(
            {
                "activation": activation,
                "kernel": kernel,
                "step": pd.array([step] * POINTS, dtype="Int64"),
                "point": np.arange(POINTS),
                "mean": mean,
                "std": 1.0,
            }
        )
        for kernel, step, mean in [("sg_ntk", None, 1.0), ("sg_ntk", 20, 2.0), ("nngp", None, 3.0)]
    )
    return outputs, predictions


def test_ensembles_are_those_of_the_last_step_in_the_order_of_their_widths():
    outputs, predictions = tables()
    found = trained_ensembles(outputs.sample(frac=1, random_state=0), predictions, "sign")
    assert [*found.outputs] == [20, 100]
    chosen = outputs[(outputs["width"] == 20) & (outputs["step"] == 20)]
    np.testing.assert_array_equal(found.outputs[20], chosen["output"].to_numpy().reshape(3, POINTS))
    assert (found.sg_ntk.mean[0], found.sg_ntk_then.mean[0], found.nngp.mean[0]) == (1, 2, 3)


def test_another_activation_does_not_mix_in():
    ours, others = tables(), tables(activation="other", widths=(20, 100, 500))
    outputs, predictions = (pd.concat(pair) for pair in zip(ours, others, strict=True))
    assert trained_ensembles(outputs, predictions, "sign").widest == 100


def test_points_with_hardly_any_predicted_spread_are_left_out():
    ensemble = ensembles()
    assert not ensemble.spread_out[PROCESS.std == 0].any()
    assert ensemble.spread_out[PROCESS.std == 1].all()


def test_spread_by_angle_of_draws_from_the_process():
    """500 draws: the standard error of a variance ratio is sqrt(2/500) = 0.06, so 5 of them are 0.32."""
    table = spread_by_angle(ensembles(), confidence=0.95)
    assert set(table["point"]) == set(np.flatnonzero(PROCESS.std))
    wide = table[table["width"] == 500]
    np.testing.assert_allclose(wide["variance_ratio"], 1, atol=0.32)
    np.testing.assert_allclose(wide["coverage"], 0.954, atol=0.05)  # 5 standard errors of a share of 500
    assert ((wide["low"] < wide["variance_ratio"]) & (wide["variance_ratio"] < wide["high"])).all()


@pytest.mark.parametrize(("networks", "enough"), [(9, False), (10, True)])
def test_a_finding_needs_the_least_number_of_networks(networks, enough):
    sample = np.ones(networks)
    found = SAMPLING.of_networks("mean", np.mean, sample, criterion=Criterion(0.9, 1.1), least=10)
    assert found.enough is enough
    assert found.verdict == ("replicated" if enough else "undecided")
    assert ("too few to decide: at least 10" in found.note) is not enough
