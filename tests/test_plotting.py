import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from sgntk import plotting

ACTIVATIONS = {"sign": {"name": "sign"}, "soft": {"name": "erf", "m": 2}, "steep": {"name": "erf", "m": 20}}
ALPHA = np.linspace(-np.pi, np.pi, 8, endpoint=False)
GRID = pd.DataFrame({"point": range(8), "alpha": ALPHA, "target": np.sin(ALPHA)})
TRAINING_SET = pd.DataFrame({"alpha": ALPHA[::3], "y": np.sin(ALPHA[::3])})


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def product(**levels):
    return pd.MultiIndex.from_product(levels.values(), names=levels.keys()).to_frame(index=False)


def kernels():
    table = product(activation=["steep", "soft"], width=[10, 100], step=[0, 50], network=range(2), point=range(8))
    return table.merge(GRID, on="point").assign(
        analytic=lambda t: np.cos(t["alpha"]), empirical=lambda t: np.cos(t["alpha"]) + t["network"] / t["width"]
    )


def ensembles():
    outputs = product(activation=["sign"], width=[20, 500], step=[9], network=range(3), point=range(8))
    outputs = outputs.merge(GRID, on="point").assign(output=lambda t: t["target"] + t["network"])
    keys = ["activation", "width", "step", "point", "alpha"]
    ensemble = outputs.groupby(keys, as_index=False)["output"].agg(["mean", "std"])
    predictions = product(kernel=["sg_ntk", "nngp"], step=[np.nan, 9], point=range(8)).merge(GRID, on="point")
    return outputs, ensemble, predictions.assign(mean=lambda t: t["target"], std=0.5)


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_kernel_figure_has_a_panel_for_each_step_and_activation():
    figure = plotting.kernel_figure(kernels(), "empirical_sg_ntk", ACTIVATIONS)
    assert [ax.get_title() for ax in figure.axes] == ["erf, $m = 2$", "erf, $m = 20$", "", ""]
    # A line a network and width, and the analytic kernel on top.
    assert all(len(ax.lines) == 2 * 2 + 1 for ax in figure.axes)
    np.testing.assert_allclose(figure.axes[0].lines[-1].get_ydata(), np.cos(ALPHA), atol=1e-12)
    assert legend(figure) == ["n = 10", "n = 100", "analytic SG-NTK"]


def test_convergence_figure_draws_networks_and_means():
    mse = product(activation=["steep", "soft"], width=[10, 100], step=[0, 50], network=range(2))
    mse["mse"] = 10.0 ** mse["network"] / mse["width"]  # 1 and 10, times 1 / width
    mean = mse.groupby(["activation", "width", "step"], as_index=False)["mse"].agg(["mean", "sem"])
    figure = plotting.convergence_figure(mse, mean, ACTIVATIONS)
    assert all(len(ax.lines) == 2 * 2 + 2 for ax in figure.axes)
    assert all((ax.get_xscale(), ax.get_yscale()) == ("log", "log") for ax in figure.axes)
    # The arithmetic mean in every panel, whatever the scale of the axis.
    for ax in figure.axes:
        np.testing.assert_allclose(ax.lines[-1].get_ydata(), [0.55, 0.055])
    assert legend(figure) == ["t = 0", "t = 50", "one network", "mean over networks"]


def test_ensemble_figure_draws_the_prediction_for_convergence():
    outputs, ensemble, predictions = ensembles()
    finite = predictions["step"].notna()
    figure = plotting.ensemble_figure(
        outputs, ensemble, predictions.assign(mean=np.where(finite, 99.0, 0.25)), TRAINING_SET
    )
    drawn = [line.get_ydata() for ax in figure.axes for line in ax.lines]
    assert not any(np.any(np.asarray(y) == 99.0) for y in drawn)
    assert sum(np.array_equal(y, np.full(8, 0.25)) for y in drawn) == 3  # SG-NTK in both panels, NNGP in one
    assert "single networks, n = 500" in legend(figure)


def test_target_figure_shows_every_training_set():
    figure = plotting.target_figure(GRID, {"A": TRAINING_SET, "B": TRAINING_SET})
    assert legend(figure) == ["target", "training set A", "training set B"]


def published():
    table = product(figure=["B.3", "B.4"], m=[2.0], step=[0, 50], width=[10, 100], network=["0", "mean"])
    return table.assign(ratio=1.01, deviation=0.01, tolerance=0.02)


def test_published_figure_shows_every_value_twice():
    figure = plotting.published_figure(published())
    assert [ax.get_title() for ax in figure.axes] == ["Figure B.3", "Figure B.4", "", ""]
    drawn = [np.asarray(ax.collections[0].get_offsets()) for ax in figure.axes]
    assert [len(points) for points in drawn] == [8] * 4
    np.testing.assert_allclose(np.concatenate(drawn)[:, 1], [1.01] * 16 + [0.01] * 16)
    assert legend(figure) == ["t = 0", "t = 50", "$m = 2$", "one network", "mean over networks", "tolerance"]


def test_published_figure_without_values_says_so():
    figure = plotting.published_figure(published().head(0))
    assert [text.get_text() for text in figure.axes[0].texts] == [
        "No value of this run is comparable with a published one."
    ]


SURROGATES = {"tri": {"name": "triangle", "half_width": 1}, "box": {"name": "box", "half_width": 2}}


def test_divergence_figure_draws_amplitudes_and_predictions():
    table = product(surrogate=["box", "tri"], width=[100, 10_000], step=[0, 1, 10], network=range(2))
    table = table.assign(eigenvalue=-0.5, amplitude=1.0 + table["network"], predicted=2.0)
    figure = plotting.divergence_figure(table, SURROGATES)
    titles = [ax.get_title() for ax in figure.axes]
    assert titles == [
        "triangle, half width = 1: $\\lambda$ = \N{MINUS SIGN}0.5",
        "box, half width = 2: $\\lambda$ = \N{MINUS SIGN}0.5",
    ]
    for ax in figure.axes:
        heights = sorted(float(line.get_ydata()[0]) for line in ax.lines)
        np.testing.assert_allclose(heights, [2.5**0.5, 2.5**0.5, 2, 2])  # root mean square of 1 and 2
    assert legend(figure) == ["n = 100", "n = 10,000", "predicted"]


def test_learning_figure_has_a_panel_for_each_step():
    _, ensemble, _ = ensembles()
    ensemble = pd.concat([ensemble.assign(step=step) for step in (3, 9)])
    predictions = product(kernel=["sg_ntk", "nngp"], step=[3.0, 9.0, np.nan], point=range(8)).merge(GRID, on="point")
    predictions = predictions.assign(mean=predictions["step"].fillna(99), std=0.5)
    learning = product(activation=["sign"], width=[20, 500], step=[3, 9])
    learning = learning.assign(squared_distance=0.1, standard_error=0.01, variance_ratio=1.1)
    figure = plotting.learning_figure(ensemble, learning, predictions)
    assert [ax.get_title() for ax in figure.axes] == ["t = 3", "t = 9", "", ""]
    for ax, step in zip(figure.axes, (3, 9), strict=False):
        drawn = [float(line.get_ydata()[0]) for line in ax.lines]
        assert {step - 1, step, step + 1} <= set(drawn)  # the prediction for this step, and two deviations around it
        assert 99 not in drawn
    assert legend(figure) == ["n = 20", "n = 500", "SG-NTK, for step t", "± 2 std"]


def test_learning_figure_keeps_the_distances_off_the_frame():
    _, ensemble, _ = ensembles()
    predictions = product(kernel=["sg_ntk"], step=[3.0], point=range(8)).merge(GRID, on="point").assign(mean=0, std=1)
    learning = product(activation=["sign"], width=[20, 500], step=[1, 9])
    learning = learning.assign(squared_distance=[1e-3, 7e-2, -1e-3, 0], standard_error=1e-4, variance_ratio=1)
    figure = plotting.learning_figure(ensemble.assign(step=3), learning, predictions)
    ax = figure.axes[1]
    low, high = ax.transData.inverted().transform(ax.transAxes.transform([(0, 0.03), (0, 0.97)]))[:, 1]
    assert low < -1.2e-3
    assert high > 7.02e-2


def test_surrogates_figure_compares_at_equal_peak_and_equal_area():
    curves = product(normalize=["peak", "area"], surrogate=["box", "tri"], point=range(8)).merge(GRID, on="point")
    errors = product(normalize=["peak", "area"], surrogate=["box", "tri"], step=[5, None], draw=range(3))
    errors = errors.assign(mse=0.1 + errors["draw"]).astype({"step": "Int64"})
    figure = plotting.surrogates_figure(curves.assign(analytic=1.0), errors, SURROGATES)
    assert [ax.get_title() for ax in figure.axes] == ["equal peak", "equal area", "", ""]
    assert legend(figure) == ["tri", "box", "t = 5", "convergence"]
    means = [float(y) for line in figure.axes[2].lines for y in line.get_ydata() if np.isfinite(y)]
    assert sum(y == pytest.approx(1.1) for y in means) == 4  # a mean for each surrogate and step


def real_data():
    errors = product(data_set=["digits", "diabetes"], kernel=["sg_ntk", "nngp", "ensemble"])
    errors = errors.assign(mse=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6], asymmetry=0.05)
    return errors, product(data_set=["digits", "diabetes"], network=range(4)).assign(mse=0.7)


def test_real_data_figure_shows_networks_and_regressions():
    figure = plotting.real_data_figure(*real_data())
    (ax,) = figure.axes
    drawn = {line.get_marker(): list(line.get_ydata()) for line in ax.lines if line.get_marker() in "^sD"}
    assert drawn == {"^": [0.1, 0.4], "s": [0.2, 0.5], "D": [0.3, 0.6]}
    assert sum(len(points.get_offsets()) for points in ax.collections) == 8
    assert "0.05" in ax.get_xticklabels()[0].get_text()


def test_networks_of_the_same_error_are_all_seen_and_each_time_at_the_same_place():
    places = []
    for _ in range(2):
        figure = plotting.real_data_figure(*real_data())
        figure.canvas.draw()
        places.append(np.concatenate([points.get_offsets() for points in figure.axes[0].collections]))
    np.testing.assert_array_equal(*places)
    assert len(np.unique(places[0].round(3), axis=0)) == 8


def test_a_width_has_the_same_colour_in_every_figure():
    some, others = plotting.width_palette(pd.Series([10, 500])), plotting.width_palette(pd.Series([500, 20, 100]))
    assert some[500] == others[500]
    widths = [10, 20, 100, 500, 1000, 10_000, 100_000, 1_000_000]
    assert len(set(plotting.width_palette(pd.Series(widths)).values())) == len(widths)


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        figure = plotting.target_figure(GRID, {"A": TRAINING_SET})
        plotting.save(figure, tmp_path / f"{name}.pdf", tmp_path / f"{name}.png")
    assert (tmp_path / "first.pdf").read_bytes() == (tmp_path / "second.pdf").read_bytes()
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()
