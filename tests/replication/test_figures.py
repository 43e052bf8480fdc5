"""Every figure is found, drawn from what it needs, and shows what its caption says."""

import figure_tables
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from configurations import CONFIG, DELETED, STUDY, changed
from figure_tables import ALPHA

from replication import figures, settings
from replication.figures import FIGURES, captions, style
from replication.report import page
from replication.report.tables import Table

TABLES = figure_tables.tables()


@pytest.fixture(autouse=True)
def _figures():
    style.set_theme()
    yield
    plt.close("all")


def draw(name, **changed):
    """A figure of the paper's study, drawn from the example's tables."""
    return FIGURES[name].draw({**TABLES[name], **changed}, FIGURES[name].sources(STUDY).settings)


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


# --- all figures ---


class Noted(dict):
    """A dictionary that remembers what was asked for."""

    def __init__(self, content):
        super().__init__(content)
        self.asked = set()

    def __getitem__(self, name):
        self.asked.add(name)
        return super().__getitem__(name)


def test_figures_stand_in_the_order_of_the_paper():
    paper, beyond = ("1", "2", "3", "B.1", "B.2", "B.3", "B.4"), ("S.1", "S.2", "S.3", "S.4")
    expected = [*(f"Figure {number}" for number in paper), "the comparison", *(f"Figure {number}" for number in beyond)]
    assert [figure.label for figure in FIGURES.values()] == expected


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_shows_what_it_needs_and_no_more(name):
    figure, chosen = FIGURES[name], Noted(FIGURES[name].sources(STUDY).settings)
    assert figure.name == name
    needs = figure.sources(STUDY).inputs
    tables = Noted(TABLES[name])
    assert figure.available(STUDY)
    assert {key: isinstance(need, list) for key, need in needs.items()} == {
        key: isinstance(table, list) for key, table in tables.items()
    }
    assert isinstance(figure.draw(tables, chosen), plt.Figure)
    shown = figure.numbers(tables, chosen)
    assert shown
    assert all(isinstance(table, Table) and table.rows for table in shown)
    assert (tables.asked, chosen.asked) == (needs.keys(), chosen.keys())


@pytest.mark.parametrize("name", FIGURES)
def test_a_caption_makes_a_statement(name):
    text, statement = page.caption(FIGURES[name], STUDY)
    assert statement.endswith(".")
    assert text.count("<strong>") == 1
    assert all(word in text for word in ("Vertical", "<em>Look at</em>"))


@pytest.mark.parametrize("name", [name for name, figure in FIGURES.items() if figure.record])
def test_a_figure_of_an_experiment_is_there_if_the_configuration_names_one(name):
    assert not FIGURES[name].available(settings.read(changed(f"figures.{name}", DELETED)))
    assert STUDY.experiments[STUDY.figures[name]].record == FIGURES[name].record


@pytest.mark.parametrize(
    ("name", "section"),
    [("figure_s1", "divergence"), ("figure_s3", "surrogate_comparison"), ("figure_s4", "real_data")],
)
def test_a_figure_of_a_dropped_section_is_not_there(name, section):
    assert not FIGURES[name].available(settings.read({**CONFIG, section: None}))


def test_needs_follow_the_configuration():
    config = changed("data.training_sets.C", {"source": "uniform", "points": 7, "seed": 1})
    config["experiments"]["sign"]["training_set"] = "C"
    study = settings.read(config)
    shown = FIGURES["figure_3"].sources(study).inputs["training_set"]
    assert dict(shown.wildcards) == {"training_set": "C"}
    all_sets = FIGURES["figure_b1"].sources(study)
    names = [dict(one.wildcards)["training_set"] for one in all_sets.inputs["training_sets"]]
    assert names == all_sets.settings["training_sets"]


def test_activations_are_in_the_order_of_the_configuration():
    study = settings.read(changed("experiments.ntk.activations", ["erf_20", "erf_2"]))
    described = FIGURES["figure_1"].sources(study).settings["activations"]
    assert list(described.items()) == [("erf_2", {"name": "erf", "m": 2}), ("erf_20", {"name": "erf", "m": 20})]


def test_a_new_figure_is_one_module(tmp_path, monkeypatch):
    (tmp_path / "figure_x1.py").write_text("from replication.figures.figure_b1 import FIGURE")
    monkeypatch.setattr(figures, "__path__", [*figures.__path__, str(tmp_path)])
    assert list(figures.find()) == [*FIGURES, "figure_x1"]


@pytest.mark.parametrize(
    ("surrogate", "words"),
    [
        ("erf_derivative_1", "is s(z) = 2k/sqrt(pi) exp(-k^2 z^2), k = 1, the derivative of erf(k z)."),
        ("box_1", "is box_1, which the configuration describes."),
    ],
)
def test_captions_name_every_surrogate(surrogate, words):
    study = settings.read(changed("experiments.sign.surrogate", surrogate))
    text, _ = page.caption(FIGURES["figure_3"], study)
    assert f"The surrogate derivative {words}" in " ".join(text.split())


def test_captions_name_an_activation_that_has_no_steepness():
    config = changed("activations.relu", {"name": "relu"})
    config["experiments"]["ntk"]["activations"] = ["erf_2", "relu"]
    text, _ = page.caption(FIGURES["figure_1"], settings.read(config))
    assert "of the activation, 2, relu." in " ".join(text.split())


def test_captions_name_as_many_colours_as_there_are():
    assert f"% {len(style.STEP_COLOURS)}" in captions.WORDS["convergence"]


# --- the paper's ---


@pytest.mark.parametrize(("name", "kernel"), [("figure_1", "NTK"), ("figure_2", "SG-NTK")])
def test_kernels_have_a_panel_for_each_activation_at_the_first_and_last_step(name, kernel):
    figure = draw(name)
    assert [ax.get_title() for ax in figure.axes] == ["erf, $m = 2$", "erf, $m = 5$", "erf, $m = 20$", "", "", ""]
    assert [ax.get_ylabel().split("\n")[0] for ax in figure.axes] == ["t = 0", "", "", "t = 5", "", ""]
    # A line a network and width, and the analytic kernel on top.
    assert all(len(ax.lines) == 2 * 2 + 1 for ax in figure.axes)
    np.testing.assert_allclose(figure.axes[0].lines[-1].get_ydata(), np.cos(ALPHA), atol=1e-12)
    assert legend(figure) == ["n = 10", "n = 100", f"analytic {kernel}"]


def test_convergence_shows_networks_and_means():
    figure = draw("figure_b3")
    assert all(len(ax.lines) == 3 * 2 + 3 for ax in figure.axes)
    assert all((ax.get_xscale(), ax.get_yscale()) == ("log", "log") for ax in figure.axes)
    # The arithmetic mean in every panel, whatever the scale of the axis.
    for ax in figure.axes:
        np.testing.assert_allclose(ax.lines[-1].get_ydata(), [0.55, 0.055])
    assert legend(figure) == ["t = 0", "t = 2", "t = 5", "one network", "mean over networks"]


def test_ensembles_are_drawn_at_the_last_step_with_the_prediction_for_convergence():
    figure = draw("figure_3")
    drawn = [line.get_ydata() for ax in figure.axes for line in ax.lines]
    assert not any(np.all(np.asarray(y) == step) for y in drawn for step in (3, 9))
    assert sum(np.array_equal(y, np.full(100, 0.25)) for y in drawn) == 3  # SG-NTK in both panels, NNGP in one
    assert "single networks, n = 500" in legend(figure)


def test_the_band_of_ensembles_is_two_standard_deviations_wide():
    predictions = TABLES["figure_3"]["predictions"]
    mean, std = np.sin(predictions["alpha"]), 0.1 + predictions["alpha"] ** 2
    left, _ = draw("figure_3", predictions=predictions.assign(mean=mean, std=std)).axes
    corners = np.concatenate([path.vertices for band in left.collections for path in band.get_paths()])
    edges = {
        "band": [np.min, np.max],
        "lines": [line.get_ydata() for line in left.lines if line.get_linewidth() == pytest.approx(0.6)],
    }
    for sign, extreme, line in zip((-1, 1), edges["band"], edges["lines"], strict=True):
        expected = np.sin(ALPHA) + sign * 2 * (0.1 + ALPHA**2)
        np.testing.assert_allclose(line, expected)
        band = [extreme(corners[np.isclose(corners[:, 0], alpha), 1]) for alpha in ALPHA]
        np.testing.assert_allclose(band, expected)


def test_the_target_is_drawn_with_every_training_set():
    figure = draw("figure_b1")
    assert legend(figure) == ["target", "training set A", "training set B"]
    assert [len(line.get_xdata()) for line in figure.axes[0].lines] == [100, 15, 15]


# --- the comparison ---


def test_every_published_value_is_shown_twice():
    compared = TABLES["figure_published"]["published"]
    figure = draw("figure_published")
    assert [ax.get_title() for ax in figure.axes] == ["Figure B.3", "Figure B.4", "", ""]
    drawn = np.concatenate([np.asarray(ax.collections[0].get_offsets())[:, 1] for ax in figure.axes])
    np.testing.assert_allclose(np.sort(drawn), np.sort([*compared["ratio"], *compared["deviation"]]))
    assert legend(figure)[-3:] == ["one network", "mean over networks", "tolerance"]


def test_a_comparison_without_values_says_so():
    figure = draw("figure_published", published=TABLES["figure_published"]["published"].head(0))
    assert [text.get_text() for text in figure.axes[0].texts] == [
        "No value of this run is comparable with a published one."
    ]


# --- beyond the paper ---


def test_divergence_shows_amplitudes_and_predictions():
    figure = draw("figure_s1")
    assert [ax.get_title() for ax in figure.axes] == [
        f"{name}, half width = 1: $\\lambda$ = \N{MINUS SIGN}0.5" for name in ("box", "triangle")
    ]
    for ax in figure.axes:
        heights = sorted(float(line.get_ydata()[0]) for line in ax.lines)
        np.testing.assert_allclose(heights, [2.5**0.5, 2.5**0.5, 2.5, 2.5])  # root mean square of 1 and 2
    assert legend(figure) == ["n = 100", "n = 10,000", "predicted"]


def test_learning_has_a_panel_for_each_step():
    figure = draw("figure_s2")
    assert [ax.get_title() for ax in figure.axes] == ["t = 3", "t = 9", "", ""]
    for ax, step in zip(figure.axes, (3, 9), strict=False):
        drawn = [float(line.get_ydata()[0]) for line in ax.lines]
        assert {step - 1, step, step + 1} <= set(drawn)  # the prediction for this step, and two deviations around it
        assert 0.25 not in drawn
    assert legend(figure) == ["n = 20", "n = 500", "SG-NTK, for step t", "± 2 std"]


def test_learning_keeps_the_distances_off_the_frame():
    learning = TABLES["figure_s2"]["learning"].assign(squared_distance=[1e-3, 7e-2, -1e-3, 0], standard_error=1e-4)
    ax = draw("figure_s2", learning=learning).axes[2]
    low, high = ax.transData.inverted().transform(ax.transAxes.transform([(0, 0.03), (0, 0.97)]))[:, 1]
    assert low < -1.2e-3
    assert high > 7.02e-2


def test_surrogates_are_compared_at_equal_peak_and_equal_area():
    figure = draw("figure_s3")
    names = list(STUDY.surrogate_comparison.surrogates)
    assert [ax.get_title() for ax in figure.axes] == ["equal peak", "equal area", "", ""]
    assert legend(figure) == [*names, "t = 5", "convergence"]
    means = [float(y) for line in figure.axes[2].lines for y in line.get_ydata() if np.isfinite(y)]
    assert sum(y == pytest.approx(1.1) for y in means) == 2 * len(names)  # a mean for each surrogate and step


def test_real_data_shows_networks_and_regressions():
    (ax,) = draw("figure_s4").axes
    drawn = {line.get_marker(): list(line.get_ydata()) for line in ax.lines if line.get_marker() in "^sD"}
    assert drawn == {marker: [low, low + 1, low + 2] for marker, low in (("^", 0.1), ("s", 0.2), ("D", 0.3))}
    assert sum(len(points.get_offsets()) for points in ax.collections) == 3 * 4
    assert "0.062" in ax.get_xticklabels()[0].get_text()


def test_networks_of_the_same_error_are_all_seen_and_each_time_at_the_same_place():
    places = []
    for _ in range(2):
        figure = draw("figure_s4")
        figure.canvas.draw()
        places.append(np.concatenate([points.get_offsets() for points in figure.axes[0].collections]))
    np.testing.assert_array_equal(*places)
    assert len(np.unique(places[0].round(3), axis=0)) == 3 * 4


# --- style ---


def test_a_width_has_the_same_colour_in_every_figure():
    some, others = style.width_palette(pd.Series([10, 500])), style.width_palette(pd.Series([500, 20, 100]))
    assert some[500] == others[500]
    widths = [10, 20, 100, 500, 1000, 10_000, 100_000, 1_000_000]
    assert len(set(style.width_palette(pd.Series(widths)).values())) == len(widths)


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        style.save(draw("figure_b1"), tmp_path / f"{name}.pdf", tmp_path / f"{name}.png")
    assert (tmp_path / "first.pdf").read_bytes() == (tmp_path / "second.pdf").read_bytes()
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()
