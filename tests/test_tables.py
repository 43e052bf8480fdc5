"""Tables are tidy, documented, and whole."""

import os
import re
import stat

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sgntk import tables
from sgntk.files import remove_temporary, replacing
from sgntk.tables import Batch, TableError

TABLE = pd.DataFrame({"step": pd.array([0, 10, None], "Int64"), "network": [0, 1, 2], "value": [0.1, 0.2, 0.3]})


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_round_trip(tmp_path):
    path = tmp_path / "table.parquet"
    tables.write(TABLE, path)
    pd.testing.assert_frame_equal(pd.read_parquet(path), TABLE)
    assert names(tmp_path) == ["table.parquet"]


def test_a_path_may_be_a_string(tmp_path):
    tables.write(TABLE, str(tmp_path / "table.parquet"))
    assert len(pd.read_parquet(tmp_path / "table.parquet")) == 3


def test_undocumented_columns_are_rejected(tmp_path):
    with pytest.raises(
        ValueError, match=r"^tables.write: columns \['loss', 'wdith'\] of .* are not in tables.COLUMNS$"
    ):
        tables.write(TABLE.assign(wdith=1, loss=2.0), tmp_path / "table.parquet")
    assert names(tmp_path) == []


@pytest.mark.parametrize("missing", [np.nan, None])
def test_missing_values_are_rejected(tmp_path, missing):
    with pytest.raises(ValueError, match=r"^tables.write: columns \['value'\] of .* have missing values$"):
        tables.write(TABLE.assign(value=[0.1, missing, 0.3]), tmp_path / "table.parquet")
    assert names(tmp_path) == []


def test_a_failed_write_leaves_the_old_table_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "table.parquet"
    tables.write(TABLE, path)

    def fail(_, file, **__):
        file.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(pq, "write_table", fail)
    with pytest.raises(OSError, match="disk full"):
        tables.write(TABLE.assign(value=1.0), path)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(tables.read(path), TABLE)
    assert names(tmp_path) == ["table.parquet"]


def test_two_who_write_the_same_file_do_no_harm_to_each_other(tmp_path):
    path = tmp_path / "table.parquet"
    with replacing(path) as ours, replacing(path) as theirs:
        ours.write_text("ours")
        theirs.write_text("theirs")
        assert not path.exists()
    assert path.read_text() == "ours"
    assert names(tmp_path) == ["table.parquet"]


def test_what_killed_processes_leave_behind_is_removed(tmp_path):
    path = tmp_path / "folder/table.parquet"
    path.parent.mkdir()
    tables.write(TABLE, path)
    with replacing(path) as temporary:
        temporary.write_text("half")
        remove_temporary(tmp_path)
        assert names(path.parent) == ["table.parquet"]
        temporary.touch()


def test_others_may_read_a_table_as_any_other_file(tmp_path):
    path = tmp_path / "table.parquet"
    umask = os.umask(0o022)
    try:
        tables.write(TABLE, path)
    finally:
        os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_columns_are_in_order_and_described():
    assert list(tables.COLUMNS) == sorted(tables.COLUMNS)
    assert all(text and text[-1] != "." for text in tables.COLUMNS.values())


# --- reading ---

MADE_FROM = {
    "seed": 10,
    "steps": [0, 10],
    "learning_rate": 0.1,
    "architecture": {"sigma_b": 0.1, "surrogate": None},
    "ensembles": [{"width": 10}, {"width": 20}],
}


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "table.parquet"
    tables.write(TABLE, path, MADE_FROM)
    return path


def test_a_table_is_read_as_it_was_written(written):
    pd.testing.assert_frame_equal(tables.read(written), TABLE)
    pd.testing.assert_frame_equal(tables.read(written, MADE_FROM), TABLE)
    pd.testing.assert_frame_equal(tables.read(str(written), dict(reversed(MADE_FROM.items()))), TABLE)
    pd.testing.assert_frame_equal(tables.read(written, {**MADE_FROM, "steps": (0, 10)}), TABLE)  # as JSON has it


def test_the_same_table_gives_the_same_bytes(written, tmp_path):
    tables.write(TABLE, tmp_path / "again.parquet", MADE_FROM)
    assert (tmp_path / "again.parquet").read_bytes() == written.read_bytes()


@pytest.mark.parametrize("length", [0, 3, 4, 100, -1, -8, -100])
def test_a_truncated_file_is_named(written, length):
    written.write_bytes(written.read_bytes()[:length])
    with pytest.raises(TableError, match=rf"^{written} is damaged, or not whole: \S.*$"):
        tables.read(written)


def test_any_byte_that_changes_a_value_is_noticed(written):
    content = written.read_bytes()
    noticed = 0
    for position in range(0, len(content), 3):
        written.write_bytes(content[:position] + bytes([content[position] ^ 0x10]) + content[position + 1 :])
        try:
            table = tables.read(written, MADE_FROM)
        except TableError as error:
            noticed += 1
            assert str(written) in str(error)  # noqa: PT017
        else:
            pd.testing.assert_frame_equal(table, TABLE)
    assert noticed > len(content) / 12  # the rest says nothing of the values: statistics, names of versions


def test_other_values_than_were_written_are_noticed(written, tmp_path):
    # A whole file, with the metadata of another.
    other = pq.read_table(written).to_pandas().assign(value=[0.1, 0.2, 0.30000000000000004])
    metadata = pq.read_schema(written).metadata
    tables.write(other, written)
    pq.write_table(pq.read_table(written).replace_schema_metadata(metadata), written)
    with pytest.raises(TableError, match=rf"^{written} is damaged: its values do not have its checksum$"):
        tables.read(written)


@pytest.mark.parametrize(
    ("changes", "difference"),
    [
        ({"seed": 11}, "seed is 10, expected 11"),
        ({"steps": [0, 20]}, "steps is [0, 10], expected [0, 20]"),
        ({"architecture": {"sigma_b": 0.1, "surrogate": "box"}}, 'architecture.surrogate is null, expected "box"'),
        ({"width": 20}, "width is null, expected 20"),
        ({"ensembles": [{"width": 10}, {"width": 30}]}, "ensembles[1].width is 20, expected 30"),
        ({"ensembles": [{"width": 10}]}, 'ensembles[1] is {"width": 20}, expected null'),
        ({"width": 20, "learning_rate": 0.2}, "learning_rate is 0.1, expected 0.2"),
    ],
)
def test_a_table_made_from_something_else_is_named(written, changes, difference):
    message = rf"^{written} was made from something else: {re.escape(difference)}$"
    with pytest.raises(TableError, match=message):
        tables.read(written, {**MADE_FROM, **changes})


def test_a_file_from_elsewhere_is_named(written):
    TABLE.to_parquet(written)
    with pytest.raises(TableError, match=rf"^{written} carries no checksum: it is not from this version of sgntk$"):
        tables.read(written)
    tables.write(TABLE, written)
    with pytest.raises(TableError, match=rf"^{written} was made from something else: null, expected \{{"):
        tables.read(written, MADE_FROM)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        tables.read(tmp_path / "table.parquet")


# --- joining ---

BATCHES = [Batch("sign", 20, 0, 1), Batch("sign", 20, 2, 2), Batch("erf", 20, 0, 1)]


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
    return tables.join_batches([batch for batch in batches if batch is not None], BATCHES)


def test_joined_batches_are_in_order_whatever_the_order_of_the_batches():
    joined = join()
    keys = ["activation", "width", "step", "network", "point"]
    assert list(joined.columns) == [*keys, "value"]
    assert len(joined) == 5 * 2 * 3
    pd.testing.assert_frame_equal(joined, joined.sort_values(keys, ignore_index=True))
    backwards = [(batch, recorded(batch)) for batch in reversed(BATCHES)]
    pd.testing.assert_frame_equal(tables.join_batches(backwards, BATCHES), joined)
    single = joined.query("activation == 'sign' and network == 2 and step == 10 and point == 1")["value"]
    assert single.tolist() == [200.0 + 4]


FOREIGN = Batch("sign", 100, 0, 1)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"_1": None}, "missing: sign, width 20, networks 2 to 2"),
        ({"_1": None, "_2": None}, "missing: erf, width 20, networks 0 to 1; sign, width 20, networks 2 to 2"),
        ({"_1": (BATCHES[0], recorded(BATCHES[0]))}, "there twice: sign, width 20, networks 0 to 1"),
        ({"_1": (FOREIGN, recorded(FOREIGN))}, "foreign: sign, width 100, networks 0 to 1"),
    ],
)
def test_missing_duplicate_and_foreign_batches_are_named(changed, message):
    with pytest.raises(ValueError, match=rf"^tables.join_batches: {re.escape(message)}$"):
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
    message = f"tables.join_batches: sign, width 20, networks 0 to 1: networks {networks} are missing, foreign, "
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
    table = tables.learning(outputs, predictions)
    assert list(table["step"]) == [10, 20]
    # Standard errors: 2 * 0.5 * 2/sqrt(12000) = 0.018 of the distance, 4 sqrt(2/12000) = 0.05 of the ratio.
    np.testing.assert_allclose(table["squared_distance"], 0.25, atol=4 * 0.018)
    np.testing.assert_allclose(table["variance_ratio"], 4.0, atol=4 * 0.05)
