"""Every figure is found, drawn from what it needs, and shows what its caption says."""

import json
import re
from html import unescape

import figure_tables
import matplotlib.pyplot as plt
import numpy as np
import pytest
from configurations import CONFIG, DELETED, STUDY, changed
from matplotlib.colors import to_rgb

from replication import claims, figures, settings
from replication.figures import FIGURES, style
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
    paper, beyond = ("1", "2", "3", "B.1", "B.2", "B.3", "B.4"), ("S.1", "S.2", "S.3", "S.4", "S.5", "S.6", "S.7")
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
    text, statement = page.caption(FIGURES[name], STUDY, {})
    assert statement.endswith(".")
    assert text.count("<strong>") == 1
    assert all(word in text for word in ("Vertical", "<em>Look at</em>"))


CLAIMS = {claim.name for claim in claims.CLAIMS}
FOLLOWING = [name for name, figure in FIGURES.items() if figure.statement]


@pytest.mark.parametrize("name", FOLLOWING)
def test_a_caption_says_what_its_run_says(name):
    """A figure must not claim what its own statistic denies."""
    statement = FIGURES[name].statement
    assert {*statement.claims} <= CLAIMS

    def said(verdict, reason=""):
        judged = {claim: {"verdict": "replicated", "open": ""} for claim in statement.claims}
        judged[statement.claims[-1]] = {"verdict": verdict, "open": reason}
        return page.caption(FIGURES[name], STUDY, judged)[1]

    assert said("replicated") == statement.holds
    assert said("not replicated") == f"{statement.asks} Not in this run."
    assert said("undecided", "too small a run") == f"{statement.asks} Undecided in this run: too small a run."
    assert page.caption(FIGURES[name], STUDY, {})[1] == f"{statement.asks} This run does not test it."


def test_only_what_is_no_claim_is_said_in_any_run():
    assert {*FIGURES} - {*FOLLOWING} == {"figure_b1", "figure_published"}


@pytest.mark.parametrize("name", FIGURES)
def test_captions_have_real_symbols(name):
    text = page.caption(FIGURES[name], STUDY, {})[0]
    assert not re.search(r"\b(alpha|Theta|kappa|lambda|sigma|sqrt|x0|x1|pi)\b|\^", text)


@pytest.mark.parametrize("name", [name for name, figure in FIGURES.items() if figure.record])
def test_a_figure_of_an_experiment_is_there_if_the_configuration_names_one(name):
    assert not FIGURES[name].available(settings.read(changed(f"figures.{name}", DELETED)))
    assert STUDY.experiments[STUDY.figures[name]].record == FIGURES[name].record


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("figure_s1", "divergence"),
        ("figure_s3", "surrogate_comparison"),
        ("figure_s4", "real_data"),
        ("figure_s6", "spiking_reset"),
        ("figure_s7", "spiking_depth"),
    ],
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
    assert names == all_sets.settings["training_sets"] == ["A", "B", "C"]  # not S, which is learned as currents


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
        (
            "erf_derivative_1",
            "is s ( z ) = ( 2 k / π ) exp &ApplyFunction; ( − k 2 z 2 ) , k = 1, the derivative of erf ( k z ) .",
        ),
        ("box_1", "is box_1, which the configuration describes."),
    ],
)
def test_captions_name_every_surrogate(surrogate, words):
    study = settings.read(changed("experiments.sign.surrogate", surrogate))
    text, _ = page.caption(FIGURES["figure_3"], study, {})
    assert f"The surrogate derivative {words}" in " ".join(re.sub("<.*?>", " ", text).split())


def test_captions_name_an_activation_that_has_no_steepness():
    config = changed("activations.relu", {"name": "relu"})
    config["experiments"]["ntk"]["activations"] = ["erf_2", "relu"]
    text, _ = page.caption(FIGURES["figure_1"], settings.read(config), {})
    assert "the activation erf ( m z ) , 2, relu" in " ".join(re.sub("<.*?>", " ", text).split())


# --- the paper's ---


@pytest.mark.parametrize(("name", "kernel"), [("figure_1", "NTK"), ("figure_2", "SG-NTK")])
def test_kernels_have_a_row_for_each_width_and_a_column_for_each_activation_and_step(name, kernel):
    figure = draw(name)
    titles = [f"erf, m = {m}\nt = {step}" for m in (2, 5, 20) for step in (0, 5)]
    assert [ax.get_title() for ax in figure.axes] == [*titles, *[""] * 6]
    assert [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()] == ["n = 10", "n = 100"]
    assert legend(figure) == ["n = 10", "n = 100", f"analytic {kernel}"]


def test_convergence_shows_networks_means_and_what_falls_like_one_by_n():
    figure = draw("figure_b3")
    assert all((ax.get_xscale(), ax.get_yscale()) == ("log", "log") for ax in figure.axes)
    # The arithmetic mean in every panel, whatever the scale of the axis.
    for ax in figure.axes:
        lines = {line.get_label(): line.get_ydata() for line in ax.lines}
        np.testing.assert_allclose(lines["mean, t = 5"], [0.55, 0.055])
        np.testing.assert_allclose(lines["guide"], [0.55, 0.055])  # from the first mean on, like 1/n
    assert legend(figure) == ["t = 0", "t = 2", "t = 5", "one network", "1/n"]


def test_ensembles_are_drawn_at_the_last_step_with_the_prediction_for_convergence():
    figure = draw("figure_3")
    drawn = [line.get_ydata() for ax in figure.axes for line in ax.lines]
    assert not any(np.all(np.asarray(y) == step) for y in drawn for step in (3, 9))
    assert sum(np.array_equal(y, np.full(100, 0.25)) for y in drawn) == 4  # SG-NTK and NNGP in both panels
    assert "one network, n = 500" in legend(figure)


def test_the_target_is_drawn_with_every_training_set():
    figure = draw("figure_b1")
    assert legend(figure) == ["target", "training set A", "training set B"]
    assert [len(line.get_xdata()) for line in figure.axes[0].lines] == [100, 15, 15]


@pytest.mark.parametrize("name", ["figure_3", "figure_b1", "figure_b2", "figure_b3", "figure_s1", "figure_s5"])
def test_marks_at_the_edge_are_whole(name):
    marks = [line for ax in draw(name).axes for line in ax.lines if line.get_marker() != "None"]
    at_the_edge = [line for line in marks if isinstance(line.get_markevery(), type(None))]
    assert at_the_edge
    assert not any(line.get_clip_on() for line in at_the_edge)


# --- the comparison ---


def test_published_values_have_a_column_for_each_figure_and_step():
    figure = draw("figure_published")
    titles = ["B.3, t = 0", "B.3, t = 10,000", "B.4, t = 0", "B.4, t = 1,000"]
    assert [ax.get_title() for ax in figure.axes] == [*titles, *[""] * 4]
    assert legend(figure) == ["m = 2", "m = 5", "one network", "mean over networks", "tolerance"]


def test_a_comparison_without_values_says_so():
    figure = draw("figure_published", published=TABLES["figure_published"]["published"].head(0))
    assert [text.get_text() for text in figure.axes[0].texts] == [
        "No value of this run is comparable with a published one."
    ]


# --- beyond the paper ---


def test_divergence_shows_amplitudes_and_predictions():
    figure = draw("figure_s1")
    assert [ax.get_title() for ax in figure.axes] == [
        f"{name}, half-width 1: λ = \N{MINUS SIGN}0.5" for name in ("box", "triangle")
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


def test_surrogates_have_a_row_each_with_readable_names():
    figure = draw("figure_s3")
    names = [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()]
    assert len(names) == len(STUDY.surrogate_comparison.surrogates)
    assert names[0] == "box\nhalf-width 1"
    assert "SuperSpike\nslope 10" in names
    assert not any("_" in name for name in names)


def test_steps_whose_errors_coincide_with_those_at_convergence_have_one_mark():
    """At step 7 all errors are within 0.1 % of those at convergence, at step 5 they are twice as large."""
    figure = draw("figure_s3")
    assert {line.get_label() for line in figure.axes[0].lines} == {
        "peak",
        "area",
        "peak, t = 5",
        "area, t = 5",
        "guide",
    }
    assert legend(figure)[2] == "t = 5 (black: convergence)"


def test_networks_on_images_are_beside_the_kernels_of_their_depth_alone():
    figure = draw("figure_s4")
    shown = [{line.get_label() for line in ax.lines} for ax in figure.axes]
    networks = {style.width_label(width) for width in STUDY.real_data.networks.widths}
    kernels = {"SG-NTK of sign", "NNGP of sign", "NTK of erf_2", "convolutional"}
    assert shown == [kernels | networks] * 2 + [kernels] * 2
    assert [ax.get_title() for ax in figure.axes] == ["1 hidden layer"] * 2 + ["3 hidden layers"] * 2
    assert [tick.get_text() for tick in figure.axes[2].get_xticklabels()] == ["1,000", "2,000", "4,000", "8,000"]


def test_resets_have_a_column_for_each_leak():
    figure = draw("figure_s6")
    assert [ax.get_title() for ax in figure.axes] == [*(f"leak {leak}" for leak in (0.3, 0.6, 0.9)), *[""] * 6]
    assert legend(figure) == ["no reset", "reset: subtract", "reset: to zero", "NNGP regression"]


def test_deep_networks_are_averaged_from_the_layer_of_the_configuration_on():
    measured = TABLES["figure_s7"]["measured"]
    first = measured["layer"] < STUDY.spiking_depth.measured.from_layer
    ignored = measured.assign(rate=measured["rate"].where(~first, 7.0))
    before, after = (
        {line.get_label(): line.get_ydata() for line in draw("figure_s7", measured=table).axes[2].lines}
        for table in (measured, ignored)
    )
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[label], after[label]) for label in before)


# --- style ---


# Simulation of deuteranopia in linear RGB (Machado, Oliveira and Fernandes 2009, severity 1).
DEUTERANOPIA = [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
# CIE XYZ of linear sRGB, in parts of the white point.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) / [
    [0.9505],
    [1],
    [1.089],
]


def as_seen(colour):
    """CIELAB coordinates of a colour, as a deuteranope sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = np.cbrt(np.maximum(XYZ @ np.clip(np.array(DEUTERANOPIA) @ linear, 0, 1), 0.001))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize(
    "colours",
    [
        [*(style.width_style(width)["color"] for width in widths), *others]
        for widths, others in (
            ((10, 100, 500, 1000), ["#000000"]),
            ((20, 100, 500), [style.COLOURS["sg_ntk"], style.COLOURS["nngp"], "#000000"]),
            ((1000, 10_000, 100_000, 1_000_000), ["#000000"]),
        )
    ]
    + [[style.step_style(step)["color"] for step in (0, 1000, 10_000)], list(style.COLOURS.values())],
)
def test_colours_of_a_figure_differ_for_a_deuteranope(colours):
    """2.3 is a difference that is just seen side by side; in thin lines apart from each other 8 times that is plain."""
    seen = [as_seen(colour) for colour in colours]
    apart = [np.linalg.norm(one - other) for index, one in enumerate(seen) for other in seen[:index]]
    assert min(apart) > 18


@pytest.mark.parametrize(
    "widths", [(10, 100, 500, 1000), (20, 100, 500), (1000, 10_000, 100_000, 1_000_000), (500, 1000, 2000, 4000)]
)
def test_widths_and_steps_are_told_apart_by_their_markers_too(widths):
    assert len({style.width_style(width)["marker"] for width in widths}) == len(widths)
    assert len({style.step_style(step)["marker"] for step in (0, 100, 1000, 10_000)}) == 4


@pytest.mark.parametrize(
    ("value", "text"),
    [(1000, "1,000"), (1e6, "1,000,000"), (0.001, "0.001"), (1e-6, "0.000001"), (-10, "−10"), (0, "0")],
)
def test_numbers_of_an_axis_are_written_one_way(value, text):
    assert style.number(value) == text


def test_saving_twice_gives_the_same_bytes(tmp_path):
    for name in ("first", "second"):
        style.save(draw("figure_b1"), {kind: tmp_path / f"{name}.{kind}" for kind in figures.FORMATS})
    for kind in figures.FORMATS:
        assert (tmp_path / f"first.{kind}").read_bytes() == (tmp_path / f"second.{kind}").read_bytes()


def test_an_svg_tells_the_values_along_its_axes(tmp_path):
    """Whatever the scale: here log, with a factor of 10 for each half, and linear."""
    figure, axes = plt.subplots()
    axes.set(xscale="log", xlim=(0.01, 1), ylim=(-3, 5))
    style.save(figure, {"svg": tmp_path / "figure.svg"})
    svg = (tmp_path / "figure.svg").read_text()
    values = json.loads(unescape(re.search("<dc:description>(.*?)</dc:description>", svg)[1]))["panel_0"]
    assert 'id="panel_0"' in svg
    assert [values["x"][at] for at in (0, 64, 128)] == pytest.approx([0.01, 0.1, 1], rel=1e-5)
    assert values["y"] == pytest.approx(np.linspace(-3, 5, 129), abs=1e-5)
