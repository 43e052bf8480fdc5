"""The numbers of every figure, read back from what is drawn, are those of its tables: marks, lines, bars and bands.

What shows a number has a label that says which, so that nothing is drawn beside the tables, and nothing of them is
missing.
"""

import copy
import re
from collections import defaultdict

import figure_tables
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from configurations import STUDY
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.colors import to_hex

from replication.figures import FIGURES, style

COMPUTED = (
    "empirical",
    "analytic",
    "mse",
    "mean",
    "std",
    "standard_error",
    "output",
    "squared_distance",
    "variance_ratio",
)
COMPUTED += ("amplitude", "predicted", "derivative", "low", "high", "difference", "difference_low", "difference_high")
COMPUTED += ("nngp_distance", "nngp_ratio", "nngp_ratio_error", "rate", "gradient_growth", "kernel_growth")
COMPUTED += ("accuracy", "nll", "variance_ratio_error", "target", "y", "ratio", "deviation", "tolerance")
CONSTANT = {
    "analytic": ["activation", "surrogate", "normalize", "point"],
    "tolerance": ["m", "width", "step", "figure"],
}
"""Columns that are the same in several rows: of what they depend on."""


def shaken(tables):
    """The example's tables, with no number twice: what is drawn from a wrong row or column shows."""
    rng = np.random.default_rng(0)

    def shake(table):
        for column in table.columns.intersection(COMPUTED):
            keys = [key for key in CONSTANT.get(column, []) if key in table]
            one = table.groupby(keys, sort=False).ngroup() if keys else np.arange(len(table))
            factors = rng.uniform(0.95, 1.05, size=len(table))[np.asarray(one)]
            table[column] = table[column].to_numpy(float) * factors
        return table

    copied = copy.deepcopy(dict(tables))
    return {name: [*map(shake, found)] if isinstance(found, list) else shake(found) for name, found in copied.items()}


TABLES = {name: shaken(tables) for name, tables in figure_tables.tables().items()}
DESCRIBED = ("erf_2", "erf_5", "erf_20")


# --- what is drawn ---


def numbers(artist):
    """Corners of what an artist draws, in the units of the axes; of a band each x with both edges."""
    if isinstance(artist, PathCollection):
        return np.asarray(artist.get_offsets())
    if isinstance(artist, LineCollection):
        return np.concatenate([np.reshape(segment, (1, 4)) for segment in artist.get_segments()])
    if isinstance(artist, PolyCollection):
        corners = pd.DataFrame(np.concatenate([path.vertices for path in artist.get_paths()]), columns=["x", "y"])
        edges = corners.round(12).groupby("x")["y"].agg(["min", "max"])
        return np.column_stack([edges.index, edges])
    return np.column_stack([np.asarray(values, float) for values in artist.get_data()])


def drawn(figure):
    """The numbers of a figure, by the index of the axes and the label; a label may be that of several artists."""
    found = defaultdict(list)
    for index, ax in enumerate(figure.axes):
        for artist in (*ax.lines, *ax.collections):
            label = artist.get_label()
            assert not label.startswith("_"), f"axes {index}: {artist} has no label"
            if label != "guide":
                found[index, label].append(numbers(artist))
    return {key: ordered(np.concatenate(parts)) for key, parts in found.items()}


def ordered(rows):
    return rows[np.lexsort(rows.T[::-1])]


# --- what the tables say ---


def pairs(table, x, *columns):
    return ordered(table[[x, *columns]].to_numpy(float))


def where(table, **values):
    for column, value in values.items():
        table = table[table[column] == value]
    return table


def upright(table, x, low, high):
    """Vertical bars."""
    return ordered(np.column_stack([x, low, x, high]).astype(float))


def level(table, y, low, high):
    """Horizontal bars."""
    return ordered(np.column_stack([table[low], y, table[high], y]).astype(float))


def around(table, spread, factor=2):
    """Mean, and so many spreads to either side, over the angle."""
    low, high = table["mean"] - factor * table[spread], table["mean"] + factor * table[spread]
    return table.assign(low=low, high=high)


def band(table, label):
    edges = around(table, "std")
    yield label, pairs(edges, "alpha", "low", "high")
    yield f"{label}, lower edge", pairs(edges, "alpha", "low")
    yield f"{label}, upper edge", pairs(edges, "alpha", "high")


def kernels(kernels, kernel_mse_mean):
    steps = (kernels["step"].min(), kernels["step"].max())
    columns = [(activation, step) for activation in DESCRIBED for step in steps]
    for row, width in enumerate(sorted(kernels["width"].unique())):
        for column, (activation, step) in enumerate(columns):
            at = row * len(columns) + column
            shown = where(kernels, activation=activation, step=step, width=width)
            for network, one in shown.groupby("network"):
                yield at, f"network {network}", pairs(one, "alpha", "empirical")
            yield at, "analytic", pairs(shown[shown["network"] == 0], "alpha", "analytic")


def convergence(kernel_mse, kernel_mse_mean):
    for at, activation in enumerate(DESCRIBED):
        for (network, step), one in where(kernel_mse, activation=activation).groupby(["network", "step"]):
            yield at, f"network {network}, t = {step}", pairs(one, "width", "mse")
        for step, one in where(kernel_mse_mean, activation=activation).groupby("step"):
            yield at, f"mean, t = {step}", pairs(one, "width", "mean")


def ensembles(outputs, ensemble, predictions, training_set, distances):
    last = ensemble["step"].max()
    converged = predictions[predictions["step"].isna()]
    sg_ntk, nngp = (converged[converged["kernel"] == kernel] for kernel in ("sg_ntk", "nngp"))
    widest = where(outputs, step=last, width=500)
    for network, one in widest.groupby("network"):
        yield 0, f"network {network}", pairs(one, "alpha", "output")
    for label, numbers in band(sg_ntk, "SG-NTK ± 2 std"):
        yield 0, label, numbers
    for at in (0, 1):
        yield at, "SG-NTK", pairs(sg_ntk, "alpha", "mean")
        yield at, "NNGP", pairs(nngp, "alpha", "mean")
        yield at, "training points", pairs(training_set, "alpha", "y")
    reference = sg_ntk.set_index("point")["mean"]
    for width, one in where(ensemble, step=last).groupby("width"):
        for at in {500: (0, 1)}.get(width, (1,)):
            yield at, f"n = {width:,}", pairs(one, "alpha", "mean")
        difference = one.assign(mean=one["mean"].to_numpy() - reference.loc[one["point"]].to_numpy())
        yield 2, f"n = {width:,}", pairs(difference, "alpha", "mean")
        yield 2, f"n = {width:,} ± 2 errors", pairs(around(difference, "standard_error"), "alpha", "low", "high")
    yield 2, "SG-NTK", pairs(sg_ntk.assign(mean=0), "alpha", "mean")
    yield 2, "NNGP", pairs(nngp.assign(mean=nngp["mean"].to_numpy() - sg_ntk["mean"].to_numpy()), "alpha", "mean")


def spiking(outputs, ensemble, predictions, training_set, distances, learning):
    last = ensemble["step"].max()
    for row, units in enumerate(STUDY.experiments["spiking"].activations):
        left, right = 2 * row, 2 * row + 1
        of_units = where(predictions, activation=units)
        sg_ntk = where(of_units, kernel="sg_ntk", step=last)
        nngp = where(of_units[of_units["step"].isna()], kernel="nngp")
        for network, one in where(outputs, activation=units, step=last, width=500).groupby("network"):
            yield left, f"network {network}", pairs(one, "alpha", "output")
        for label, numbers in band(sg_ntk, "SG-NTK ± 2 std"):
            yield left, label, numbers
        yield left, "SG-NTK", pairs(sg_ntk, "alpha", "mean")
        yield left, "NNGP", pairs(nngp, "alpha", "mean")
        yield left, "training points", pairs(training_set, "alpha", "y")
        yield left, "n = 500", pairs(where(ensemble, activation=units, step=last, width=500), "alpha", "mean")
        reference = sg_ntk.set_index("point")["mean"]

        def less(table, reference=reference):
            return table.assign(mean=table["mean"].to_numpy() - reference.loc[table["point"]].to_numpy())

        for width, one in where(ensemble, activation=units, step=last).groupby("width"):
            yield right, f"n = {width:,}", pairs(less(one), "alpha", "mean")
            errors = around(less(one), "standard_error")
            yield right, f"n = {width:,} ± 2 errors", pairs(errors, "alpha", "low", "high")
        yield right, "SG-NTK", pairs(sg_ntk.assign(mean=0), "alpha", "mean")
        yield right, "NNGP", pairs(less(nngp), "alpha", "mean")


def target(grid, training_sets):
    yield 0, "target", pairs(grid, "alpha", "target")
    for name, table in zip("AB", training_sets, strict=True):
        yield 0, f"training set {name}", pairs(table, "alpha", "y")


def published(published):
    columns = [*published.groupby(["figure", "step"])]
    for at, (_, table) in enumerate(columns):
        for (m, network), one in table.assign(mean=table["network"] == "mean").groupby(["m", "mean"]):
            label = f"{'mean' if network else 'networks'}, m = {m:g}"
            yield at, label, pairs(one, "width", "ratio")
            yield at + len(columns), label, pairs(one, "width", "deviation")
        widths = table.drop_duplicates("width")
        width, tolerance = widths["width"], widths["tolerance"]
        lines = np.column_stack([width / 1.4, tolerance, width * 1.4, tolerance])
        yield at + len(columns), "tolerance", ordered(lines.astype(float))


def divergence(divergence):
    for at, table in enumerate(divergence):
        for width, one in table.groupby("width"):
            rms = (one.set_index("step")[["amplitude", "predicted"]] ** 2).groupby("step").mean() ** 0.5
            yield at, f"n = {width:,}", pairs(rms.reset_index(), "step", "amplitude")
            yield at, f"predicted, n = {width:,}", pairs(rms.reset_index(), "step", "predicted")


def learning(ensemble, predictions, learning):
    steps = sorted(ensemble["step"].unique())
    for at, step in enumerate(steps):
        networks = where(ensemble, width=500, step=step)
        process = where(predictions, kernel="sg_ntk", step=step)
        for label, table in (("n = 500", networks), ("SG-NTK", process)):
            yield at, label, pairs(table, "alpha", "mean")
            for name, numbers in band(table, f"{label} ± 2 std"):
                yield at, name, numbers
    for width, one in learning.groupby("width"):
        label, at = f"n = {width:,}", len(steps)
        low, high = (one["squared_distance"] + sign * 2 * one["standard_error"] for sign in (-1, 1))
        yield at, label, pairs(one, "step", "squared_distance")
        yield at, f"{label} ± 2 errors", upright(one, one["step"], low, high)
        yield at + 1, label, pairs(one, "step", "variance_ratio")
        low, high = (one["variance_ratio"] + sign * 2 * one["variance_ratio_error"] for sign in (-1, 1))
        yield at + 1, f"{label} ± 2 errors", upright(one, one["step"], low, high)


def surrogates(shapes, kernels, summary):
    names = [*STUDY.surrogate_comparison.surrogates]
    errors, differences = 0, 1
    for row, name in enumerate(names):
        for common in ("peak", "area"):
            one = {"surrogate": name, "normalize": common}
            yield 2 + 2 * row, f"{name}, {common}", pairs(where(shapes, **one), "z", "derivative")
            yield 3 + 2 * row, f"{name}, {common}", pairs(where(kernels, **one), "alpha", "analytic")
    for common, aside in (("peak", -0.15), ("area", 0.15)):
        table = summary[summary["normalize"] == common]
        table = table.assign(row=table["surrogate"].map(names.index) + aside)
        last = table[table["step"].isna()]
        yield errors, common, pairs(last, "mean", "row")
        for step in (5, 7):
            yield errors, f"{common}, t = {step}", pairs(table[table["step"] == step], "mean", "row")
        yield errors, f"{common}, interval", level(last, last["row"], "low", "high")
        yield differences, common, pairs(last, "difference", "row")
        yield differences, f"{common}, interval", level(last, last["row"], "difference_low", "difference_high")


def real_data(regressions, networks, convolution):
    regressions, networks = pd.concat(regressions), pd.concat(networks)
    depths = sorted(regressions["hidden_layers"].unique())
    for row, column in np.ndindex(len(depths), 2):
        at, score = 2 * row + column, ("accuracy", "nll")[column]
        here = where(regressions, hidden_layers=depths[row])
        for kernel, label in (("sg_ntk", "SG-NTK of sign"), ("nngp", "NNGP of sign"), ("ntk", "NTK of erf_2")):
            yield at, label, pairs(where(here, kernel=kernel), "images", score)
        sg_ntk = where(here, kernel="sg_ntk")
        if score == "accuracy":
            low, high = (sg_ntk[score] + sign * 2 * sg_ntk["standard_error"] for sign in (-1, 1))
            yield at, "± 2 errors", upright(sg_ntk, sg_ntk["images"], low, high)
        for width, table in where(networks, hidden_layers=depths[row]).groupby("width"):
            yield at, f"n = {width:,}", pairs(table, "images", score)
        yield at, "convolutional", pairs(convolution, "images", score)


def resets(summary):
    table = pd.concat(summary)
    leaks = STUDY.spiking_reset.leaks
    for column, leak in enumerate(leaks):
        for reset, side in (("none", 0), ("subtract", -1), ("zero", 1)):
            one = where(table, leak=leak, reset=reset)
            one = one.assign(x=one["threshold"] + side * 0.02 * 1.5)
            for row, (name, error) in enumerate(
                (("squared_distance", "standard_error"), ("nngp_ratio", "nngp_ratio_error"), ("rate", None))
            ):
                at = row * len(leaks) + column
                yield at, reset, pairs(one, "x", name)
                if error:
                    low, high = (one[name] + sign * 2 * one[error] for sign in (-1, 1))
                    yield at, f"{reset} ± 2 errors", upright(one, one["x"], low, high)
        yield column, "NNGP", pairs(where(table, leak=leak, reset="none"), "threshold", "nngp_distance")


def deep(predicted, measured, errors):
    place = ["unit", "slope", "threshold", "leak"]
    names = ["rate", "gradient_growth", "kernel_growth"]
    from_layer = STUDY.spiking_depth.measured.from_layer
    networks = measured[measured["layer"] >= from_layer].groupby([*place, "network"])[names].mean().groupby(place)
    found = networks.mean().add_prefix("m_").join(networks.sem().add_prefix("e_"))
    final = errors.groupby(place)["mse"].agg(error="mean", error_sem="sem")
    table = predicted.merge(found.join(final).reset_index(), on=place)
    grid = where(table, unit="grid")
    lowest = where(grid, slope=grid["slope"].min())
    sides = {"snntorch.Leaky": -1.5, "spikingjelly.LIFNode": -0.5, "norse.LIFBox": 0.5, "spyx.LIF": 1.5}

    def marks(at, label, one, x, name, error):
        one = one.assign(x=x)
        yield at, label, pairs(one, "x", name)
        low, high = (one[name] + sign * 2 * one[error] for sign in (-1, 1))
        yield at, f"{label} ± 2 errors", upright(one, one["x"], low, high)

    for threshold, one in grid.groupby("threshold"):
        label = f"threshold {threshold:g}"
        yield 0, f"{label}, predicted", pairs(one, "slope", "gradient_growth")
        yield from marks(0, label, one, one["slope"], "m_gradient_growth", "e_gradient_growth")
        yield from marks(4, label, one, one["gradient_growth"], "error", "error_sem")
    for unit in sides:
        one = where(table, unit=unit)
        yield 0, f"{unit}, predicted", pairs(one, "slope", "gradient_growth")
        yield from marks(0, unit, one, one["slope"], "m_gradient_growth", "e_gradient_growth")
        yield from marks(4, unit, one, one["gradient_growth"], "error", "error_sem")
    for at, name in ((1, "kernel_growth"), (2, "rate")):
        yield at, "predicted", pairs(lowest, "threshold", name)
        for threshold, one in lowest.groupby("threshold"):
            yield from marks(at, f"threshold {threshold:g}", one, one["threshold"], f"m_{name}", f"e_{name}")
        for unit, side in sides.items():
            one = where(table, unit=unit)
            one = one.assign(x=one["threshold"] + side * 0.05 * 2.5)
            yield at, f"{unit}, predicted", pairs(one, "x", name)
            yield from marks(at, unit, one, one["x"], f"m_{name}", f"e_{name}")
    threshold, depth = grid["threshold"].min(), measured["layer"].max()
    for slope, one in where(grid, threshold=threshold).groupby("slope"):
        layers = (
            where(measured, unit="grid", threshold=threshold, slope=slope).groupby("layer")["gradient_growth"].mean()
        )
        course = [(layer, layers[layers.index > layer].prod()) for layer in range(depth + 1)]
        yield 3, f"slope {slope:g}", ordered(np.array(course, float))
        growth = one["gradient_growth"].iloc[0]
        expected = [(layer, growth ** (depth - layer)) for layer in range(depth + 1)]
        yield 3, f"slope {slope:g}, predicted", ordered(np.array(expected, float))


EXPECTED = {
    "figure_1": kernels,
    "figure_2": kernels,
    "figure_3": ensembles,
    "figure_b1": target,
    "figure_b2": ensembles,
    "figure_b3": convergence,
    "figure_b4": convergence,
    "figure_published": published,
    "figure_s1": divergence,
    "figure_s2": learning,
    "figure_s3": surrogates,
    "figure_s4": real_data,
    "figure_s5": spiking,
    "figure_s6": resets,
    "figure_s7": deep,
}


@pytest.fixture(scope="module")
def figures():
    style.set_theme()
    yield {name: figure.draw(TABLES[name], figure.sources(STUDY).settings) for name, figure in FIGURES.items()}
    plt.close("all")


@pytest.mark.parametrize("name", FIGURES)
def test_every_number_that_is_drawn_is_that_of_the_table_and_none_is_missing(figures, name):
    found = drawn(figures[name])
    expected = {(at, label): numbers for at, label, numbers in EXPECTED[name](**TABLES[name])}
    assert found.keys() == expected.keys()
    for key, numbers in expected.items():
        np.testing.assert_allclose(found[key], numbers, rtol=1e-9, atol=1e-11, err_msg=str(key))


# Outputs in Figures 3, B.2 and S.5 end 3.5 standard deviations from the prediction, and a growing prediction leaves
# Figure S.1.
CUT = {"figure_3": "network", "figure_b2": "network", "figure_s5": "network", "figure_s1": "predicted"}


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_is_outside_the_axes(figures, name):
    figures[name].canvas.draw()
    for (at, label), rows in drawn(figures[name]).items():
        if name in CUT and label.startswith(CUT[name]):
            continue
        ax = figures[name].axes[at]
        for limits, values in ((ax.get_xlim(), rows[:, :1]), (ax.get_ylim(), rows[:, 1:2])):
            low, high = sorted(limits)
            margin = 1e-9 * (high - low)
            assert values.min() >= low - margin, (at, label)
            assert values.max() <= high + margin, (at, label)


@pytest.mark.parametrize("name", FIGURES)
def test_a_width_and_a_step_have_one_colour_in_every_figure(figures, name):
    for ax in figures[name].axes:
        for artist in (*ax.lines, *ax.collections):
            label = artist.get_label()
            colour = artist.get_color() if hasattr(artist, "get_color") else artist.get_facecolor()
            colour = to_hex(colour if isinstance(colour, str) else np.reshape(colour, (-1, np.shape(colour)[-1]))[0])
            width, step = re.search(r"n = ([\d,]+)", label), re.search(r"t = ([\d,]+)", label)
            if width and "predicted" not in label:
                assert colour == style.width_style(int(width[1].replace(",", "")))["color"]
            if step:
                assert colour == style.step_style(int(step[1].replace(",", "")))["color"]
