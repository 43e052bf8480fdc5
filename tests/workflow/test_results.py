"""What the tables of the paper's run, as published in docs/results, must show."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

RESULTS = Path(__file__).resolve().parents[2] / "docs/results/paper"


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


# --- numbers in docs/deviations.md that come from the results; those of README.md are written by tools/publish.py ---

DEVIATIONS = " ".join((RESULTS.parents[1] / "deviations.md").read_text().split())


def finding(claim, words):
    claims = {one["name"]: one for one in json.loads((RESULTS / "claims.json").read_text())["claims"]}
    return next(one for one in claims[claim]["findings"] if words in one["statistic"])


def published():
    return pd.read_csv(RESULTS / "published.csv", keep_default_na=False)


def up(value, digits):
    """Rounded up to so many significant digits: a bound."""
    scale = 10.0 ** (digits - 1 - np.floor(np.log10(value)))
    return np.ceil(value * scale) / scale


def kappa():
    apart, spread, then = (
        finding("scale_leaves_the_mean", words)
        for words in (
            "mean at small κ − mean at large κ",
            "std at small κ / std at large κ",
            "mean at small κ − mean predicted for the last step",
        )
    )
    yield (
        f"differs from that at kappa = 1 by {apart['estimate']:.1f} times the squared distance "
        f"(95 % interval {apart['low']:.1f} to {apart['high']:.1f})"
    )
    yield f"their spread is {spread['estimate']:.2f} times kappa"
    yield f"is larger still ({then['estimate']:.1f} times that between the SG-NTK mean and the NNGP regression)"


def trained_ntks():
    values = published()
    values = values[(values["figure"] == "B.3") & (values["step"] == 10_000) & (values["width"] >= 100)]
    factor = np.maximum(values["ratio"], 1 / values["ratio"])
    mean = values["network"] == "mean"
    yield f"within a factor of {up(factor[mean].max(), 2):g}, single networks within {up(factor[~mean].max(), 2):g}"
    rows = re.findall(r"\| (\d+) \| ([\d,]+) \| ([\d.]+) \| [^|]+ \| ([\d.]+) \|", DEVIATIONS)
    written = {(int(m), int(n.replace(",", ""))): (float(theirs), float(ours)) for m, n, theirs, ours in rows}
    shown = values[mean].set_index(["m", "width"])[["published", "ours"]]
    assert written.keys() == {*shown.index}
    for place, numbers in written.items():
        np.testing.assert_allclose(
            numbers, shown.loc[place], rtol=2e-5
        )  # the table has six digits, and so has the file


def rounding():
    values = published()
    largest = values[values["step"] == 0].groupby("width")["deviation"].max()
    yield f"agree to {up(largest.loc[:100].max(), 1):.0e}".replace("e-0", "e-")
    yield f"up to {up(largest.loc[500], 2):.2%} at n = 500 and by up to {up(largest.loc[1000], 2):.1%}".replace(
        "%", " %"
    )


def late_training():
    mse = pd.read_csv(RESULTS / "sg_ntk_kernel_mse.csv")
    shown = mse[(mse["width"] >= 500) & mse["activation"].isin(["erf_2", "erf_5"])]
    mean = shown.pivot_table(index=["activation", "width"], columns="step", values="mse")
    change = (mean[10_000] / mean[1000] - 1).abs().max()
    yield f"change by less than {up(change, 1):.0%} from there".replace("%", " %")


def negative_eigenvalue():
    table = pd.read_csv(RESULTS / "divergence_box_1.csv")
    (eigenvalue,) = table["eigenvalue"].unique()
    yield f"22.84, 1.019 and {eigenvalue:.3f}"  # of theory; the page on divergence computes all three
    yield f"the negative eigenvalue is {-eigenvalue / 22.84:.1%} of the largest".replace("%", " %")


def end_of_growth():
    table = pd.read_csv(RESULTS / "divergence_box_1.csv")
    widest = table[table["width"] == table["width"].max()]
    rms = (widest.groupby("step")["amplitude"].apply(lambda values: np.mean(values**2))) ** 0.5
    assert rms.loc[0] < rms.max()
    assert rms.iloc[-1] < rms.loc[0]
    yield f"at n = {table['width'].max():,} below its start"


@pytest.mark.parametrize("numbers", [kappa, trained_ntks, rounding, late_training, negative_eigenvalue, end_of_growth])
def test_the_page_on_deviations_says_what_the_results_are(numbers):
    assert [words for words in numbers() if words not in DEVIATIONS] == []
