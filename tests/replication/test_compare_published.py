"""Comparing a run with the published kernel errors; the library itself is compared with them in test_published."""

import numpy as np
import pandas as pd
import pytest
import yaml
from configurations import ROOT, STUDY, changed
from figure_tables import STEEPNESS

from replication import ensembles, published, settings
from replication.figures import FIGURES
from replication.store import tables

VALUES = pd.read_csv(ROOT / "workflow/published/kernel_mse.csv")
CONDITIONS = yaml.safe_load((ROOT / "workflow/published/settings.yaml").read_text())


def errors(kernel):
    """Kernel errors of the paper's run, as published in docs/results, and their means."""
    mse = pd.read_csv(ROOT / f"docs/results/paper/{kernel}_kernel_mse.csv")
    return mse, ensembles.mean_kernel_mse(mse)


@pytest.fixture(scope="module")
def ours():
    return pd.concat([published.measured(kernel, *errors(kernel), STEEPNESS) for kernel in CONDITIONS])


@pytest.fixture(scope="module")
def comparison(ours):
    return published.compare(VALUES, ours)


@pytest.mark.parametrize("kernel", ["ntk", "sg_ntk"])
def test_the_paper_configuration_has_the_published_settings(kernel):
    assert published.differences(STUDY.settings(kernel), CONDITIONS[kernel]) == []


def test_other_settings_are_named():
    study = settings.read(changed("experiments.ntk.networks", 3))
    fewer = published.differences(study.settings("ntk"), CONDITIONS["ntk"])
    assert fewer == ["networks: 3; published with 10"]
    without = published.differences({**STUDY.settings("sg_ntk"), "surrogate": None}, CONDITIONS["sg_ntk"])
    assert without == ["surrogate: none; published with name erf_derivative, k 1"]
    assert published.differences(STUDY.settings("sign"), CONDITIONS["ntk"])[0].startswith("record: outputs;")


def test_every_published_value_is_compared(comparison, tmp_path):
    assert len(comparison) == len(VALUES)
    np.testing.assert_allclose(comparison["ours"] / comparison["ratio"], VALUES["mse"], rtol=1e-12)
    assert list(comparison["network"]) == list(VALUES["network"])
    tables.write(comparison, tmp_path / "published.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "published.parquet"), comparison)


def test_what_is_outside_its_tolerance_is_explained(comparison):
    assert set(comparison.loc[~comparison["within"], "departure"]) == {published.ROUNDING, published.TRAINED_NTK}
    narrow = comparison["width"] <= 100
    assert comparison.loc[narrow & (comparison["step"] == 0), "within"].all()
    assert comparison.loc[(comparison["width"] <= 500) & (comparison["step"] == 1000), "within"].all()


@pytest.mark.parametrize("departure", [published.ROUNDING, published.TRAINED_NTK])
def test_departures_are_headings_of_the_page_that_explains_them(departure):
    assert f"### {departure}" in (ROOT / "docs/deviations.md").read_text().splitlines()
    assert departure in " ".join(FIGURES["figure_published"].caption.split())


@pytest.mark.parametrize(
    ("kernel", "width", "step", "tolerance"),
    [("ntk", 10, 0, 0.001), ("sg_ntk", 1000, 0, 0.001), ("sg_ntk", 500, 1000, 0.02), ("ntk", 10, 10_000, 0.005)],
)
def test_tolerances(kernel, width, step, tolerance):
    assert published.expectation(kernel, width, step).tolerance == tolerance


def test_one_other_number_is_seen(ours, comparison):
    mse, mean = errors("sg_ntk")
    mse.loc[mse.query("activation == 'erf_2' and width == 10 and step == 1000 and network == 3").index, "mse"] *= 1.03
    changed = published.compare(
        VALUES, pd.concat([ours.query("kernel == 'ntk'"), published.measured("sg_ntk", mse, mean, STEEPNESS)])
    )
    assert (changed["within"] != comparison["within"]).sum() == 1
    row = changed.loc[changed["within"] != comparison["within"]].iloc[0]
    assert (row["width"], row["step"], row["network"]) == (10, 1000, "3")
    assert row["deviation"] == pytest.approx(0.03, abs=1e-4)  # our own value is within 1e-5 of the published one


def test_only_what_both_have_is_compared(ours):
    fewer = ours.query("width == 100 and step == 0")
    table = published.compare(VALUES, fewer)
    assert set(table["width"]) == {100}
    assert set(table["step"]) == {0}


def test_without_values_of_ours_the_table_has_its_columns_and_no_rows(ours, comparison):
    empty = published.compare(VALUES, ours.head(0))
    assert len(empty) == 0
    assert list(empty) == list(comparison)
    assert dict(empty.dtypes) == dict(comparison.dtypes)
    assert len(published.summary(empty)) == 0


def test_a_network_that_is_there_twice_is_an_error(ours):
    with pytest.raises(pd.errors.MergeError):
        published.compare(VALUES, pd.concat([ours, ours.head(1)]))


def test_activations_that_were_not_published_are_left_out():
    mse, mean = errors("ntk")
    rows = published.measured("ntk", mse.assign(activation="sign"), mean, STEEPNESS)
    assert set(rows["network"]) == {"mean"}


def test_summary_counts_every_value_once(comparison):
    table = published.summary(comparison)
    assert table["values"].sum() == len(comparison)
    assert table["within"].sum() == comparison["within"].sum()
    assert (table["lowest_ratio"] <= table["highest_ratio"]).all()
