"""Tables are tidy, documented, and whole."""

import os
import re
import stat

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from replication.store import tables
from replication.store.files import remove_temporary, replacing
from replication.store.tables import TableError

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
    with pytest.raises(ValueError, match=r"^tables.write: columns \['loss', 'wdith'\] of .* are not in columns.toml$"):
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
