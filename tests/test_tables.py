"""Tables are tidy, documented, and whole."""

import os
import stat

import numpy as np
import pandas as pd
import pytest

from sgntk import tables

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

    def fail(self, file, **_):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fail)
    with pytest.raises(OSError, match="disk full"):
        tables.write(TABLE.assign(value=1.0), path)
    monkeypatch.undo()
    pd.testing.assert_frame_equal(pd.read_parquet(path), TABLE)
    assert names(tmp_path) == ["table.parquet"]


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
