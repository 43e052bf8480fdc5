"""Batches are joined whole, and ensembles compared with what theory says of them."""

import re

import numpy as np
import pandas as pd
import pytest

from replication import ensembles
from replication.ensembles import Batch

# --- joining ---

BATCHES = [Batch("sign", 20, 0, 1), Batch("sign", 20, 2, 2), Batch("erf", 20, 0, 2)]


def recorded(batch, steps=(0, 10), points=3):
    """A batch's table; its rows are in no particular order, and each value is another."""
    axes = [steps, range(batch.first, batch.last + 1), range(points)]
    index = pd.MultiIndex.from_product(axes, names=["step", "network", "point"])
    table = pd.DataFrame({"value": np.arange(len(index)) + 100.0 * batch.first}, index=index).reset_index()
    return table.sample(frac=1, random_state=1)


def join(**changed):
    """Joins `BATCHES`, of which some are changed by their index: `_1=None` leaves one out."""
    batches = [(batch, recorded(batch)) for batch in BATCHES]
    for index, change in changed.items():
        batches[int(index[1:])] = change
    return ensembles.join_batches([batch for batch in batches if batch is not None], 3)


def test_joined_batches_are_in_order_whatever_the_order_of_the_batches():
    joined = join()
    keys = ["activation", "width", "step", "network", "point"]
    assert list(joined.columns) == [*keys, "value"]
    assert len(joined) == 6 * 2 * 3
    pd.testing.assert_frame_equal(joined, joined.sort_values(keys, ignore_index=True))
    backwards = [(batch, recorded(batch)) for batch in reversed(BATCHES)]
    pd.testing.assert_frame_equal(ensembles.join_batches(backwards, 3), joined)
    single = joined.query("activation == 'sign' and network == 2 and step == 10 and point == 1")["value"]
    assert single.tolist() == [200.0 + 4]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"_1": None}, "sign, width 20: network 2 is in 0 batches; expected each of the 3 networks in one"),
        (
            {"_1": (BATCHES[0], recorded(BATCHES[0]))},
            "sign, width 20: network 0 is in 2 batches; expected each of the 3 networks in one",
        ),
        (
            {"_2": (Batch("erf", 20, 0, 3), recorded(Batch("erf", 20, 0, 3)))},
            "erf, width 20: network 3 is in 1 batches; expected each of the 3 networks in one",
        ),
    ],
)
def test_missing_duplicate_and_foreign_networks_are_named(changed, message):
    with pytest.raises(ValueError, match=rf"^join_batches: {re.escape(message)}$"):
        join(**changed)


@pytest.mark.parametrize(
    ("table", "networks"),
    [
        (recorded(Batch("sign", 20, 2, 2)), [0, 1, 2]),  # another batch's
        (recorded(Batch("sign", 20, 0, 0)), [1]),
        (recorded(Batch("sign", 20, 0, 2)), [2]),
        (recorded(BATCHES[0], steps=(0,)), [0, 1]),  # a step is missing
        (recorded(BATCHES[0], points=2), [0, 1]),
        (recorded(BATCHES[0]).query("network == 1 or point > 0"), [0]),
        (pd.concat([recorded(BATCHES[0]), recorded(BATCHES[0]).query("network == 1 and point == 0")]), [1]),
    ],
)
def test_a_batch_with_other_rows_than_its_name_says_is_named(table, networks):
    message = f"join_batches: sign, width 20, networks 0 to 1: networks {networks} are missing, foreign, "
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        join(_0=(BATCHES[0], table))


# --- learning ---


def test_learning_compares_each_step_with_its_own_prediction():
    """Networks off by 0.5 from the prediction for their step, and with 4 times its variance."""
    rng = np.random.default_rng(1)
    axes = pd.MultiIndex.from_product([[10, 20], range(4000), range(3)], names=["step", "network", "point"])
    outputs = axes.to_frame(index=False).assign(activation="sign", width=8)
    outputs["output"] = outputs["step"] + 0.5 + 2 * rng.normal(size=len(outputs))
    predictions = pd.MultiIndex.from_product(
        [["sg_ntk", "nngp"], [10.0, 20.0, np.nan], range(3)], names=["kernel", "step", "point"]
    ).to_frame(index=False)
    at_step = predictions["step"].fillna(99)
    predictions = predictions.assign(activation="sign", mean=at_step + 7 * (predictions["kernel"] == "nngp"), std=1.0)
    table = ensembles.learning(outputs, predictions)
    assert list(table["step"]) == [10, 20]
    # Standard errors: 2 * 0.5 * 2/sqrt(12000) = 0.018 of the distance, 4 sqrt(2/12000) = 0.05 of the ratio.
    np.testing.assert_allclose(table["squared_distance"], 0.25, atol=4 * 0.018)
    np.testing.assert_allclose(table["variance_ratio"], 4.0, atol=4 * 0.05)
    np.testing.assert_allclose(table["variance_ratio_error"], 4 * np.sqrt(2 / 12_000), rtol=0.1)  # of 4,000: 2 %
