"""Figure S.7: how surrogate gradients grow with depth in spiking networks, and what is learned there."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from replication.figures.figure import Axes, Drawing, Figure, Settings, Statement, Study, Tables
from replication.references import Sources, made_by, outputs_of
from replication.report.tables import Table, shown

GRID = "grid"
PLACE = ["unit", "slope", "threshold", "leak"]

LIBRARIES = {
    "snntorch.Leaky": ("D", -1.5),
    "spikingjelly.LIFNode": ("P", -0.5),
    "norse.LIFBox": ("X", 0.5),
    "spyx.LIF": ("*", 1.5),
}
"""Marker of each library's unit, and on which side of its threshold it is drawn."""

LIBRARY_COLOUR = "#C8102E"
_THRESHOLDS = ("#1B4F8A", "#4E93C9", "#7F7F7F", "#B08A5B", "#6B3F10")
_SLOPES = ("#FDBB63", "#E08214", "#B35806", "#7F3B08", "#4D2004", "#1A0A00")
_MARKERS = "os^vD<>P"

STATEMENT = Statement(
    holds="Beyond the paper: in deep spiking networks surrogate gradients grow from layer to layer as the depth map "
    "predicts, and where it says that they vanish networks learn less.",
    asks="Beyond the paper: do surrogate gradients in deep spiking networks grow from layer to layer as the depth map "
    "predicts, and do networks learn less where it says that they vanish?",
    claims=("gradients_grow_as_predicted", "vanishing_gradients_learn_less"),
)

CAPTION = """\
{% set chosen = study.spiking_depth %}
**{{ statement }}**

Networks of leaky integrate-and-fire units without reset, :math:`σ_w` = {{ chosen.sigma_w }} and :math:`σ_b` =
{{ chosen.sigma_b }}, with the surrogate {{ chosen.surrogate }} at several slopes, leak {{ chosen.leak }}; and the
default units of {{ chosen.libraries | join(", ") }} (red), each with its surrogate, threshold and leak, its weights
scaled to make up for its gain. Where a library has no default leak it is that of the others. All numbers are those of
the last of {{ chosen.currents.steps }} steps in time.

*Panels a to c.* Lines: predicted for infinitely wide and deep networks. Marks: measured in
{{ chosen.measured.networks }} networks of width {{ chosen.measured.width }} and depth {{ chosen.measured.depth }},
mean over the layers from {{ chosen.measured.from_layer }} on, plus and minus 2 standard errors. *Panel a*: growth of
squared surrogate gradients per layer, :math:`σ_w^2 \\, \\mathrm{E}[s(u)^2]`, over the slope of the surrogate, both
logarithmic, with a line for each threshold. A library's surrogate stands at the slope of one that is as wide at half
its height. *Panel b*: growth of the kernel per layer,
:math:`σ_w^2 \\, \\mathrm{E}[\\mathrm{act}^{\\prime}(u) \\, s(u)]`, and *panel c*: the firing rate, spikes per unit and
step, both over the threshold; there the slope plays no part. Open red marks: what is predicted for the
libraries, which stand side by side. Activity that dies out fades over many layers, and the mean over them is above what
is predicted for the last.

*Panel d.* Mean square of the gradients by the spikes of a layer, relative to that at the last layer, on a logarithmic
scale, for the lowest threshold and each slope: measured (marks) and predicted (dashed).

*Panel e.* The training error after {{ chosen.learning.steps }} steps of surrogate gradient learning at the rate
{{ chosen.learning.learning_rate }}, relative to the targets' mean square, of networks with
{{ chosen.learning.hidden_layers }} layers of width {{ chosen.learning.width }}, mean over
{{ chosen.learning.networks }} networks with 2 standard errors, over the growth of squared gradients of panel a, both
logarithmic. *Vertical* axes are plain numbers; 1 is no growth, and no learning.

*Look at* whether marks are on the lines; where they are below 1 in a, so that gradients vanish; and whether errors in e
are larger there.
"""


def needs(study: Study, experiment: str) -> Sources:
    """Predicted and measured growth, the final errors, and from which layer on growth is averaged."""
    assert study.spiking_depth is not None
    growth = outputs_of("spiking_growth", "predicted", "measured")
    settings = {"from_layer": study.spiking_depth.measured.from_layer}
    return Sources(settings, {**growth, "errors": made_by("spiking_learning")})


def draw(tables: Tables, settings: Settings) -> Drawing:
    """Above, both growths and the firing rate; below, gradients through the layers, and final errors."""
    import matplotlib.pyplot as plt

    from replication.figures import style

    predicted = tables["predicted"]
    table = predicted.merge(_measured(tables["measured"], settings["from_layer"]), on=PLACE)
    table = table.merge(_mean(tables["errors"], "mse").rename(columns={"mse": "error"}), on=PLACE)
    figure = plt.figure(figsize=(style.TEXT_WIDTH, 4.6), layout="constrained")
    (above,), (below,) = figure.subfigures(2, 1, squeeze=False, height_ratios=[1, 1])
    gradients, kernels, rates = above.subplots(1, 3)
    layers, errors = below.subplots(1, 2)
    _plot_over_slope(gradients, table)
    for ax, name in ((kernels, "kernel_growth"), (rates, "rate")):
        _plot_over_threshold(ax, table, name)
    kernels.set(ylabel="kernel growth\nper layer", ylim=(0, None))
    rates.set(ylabel="firing rate", ylim=(0, None))
    _plot_layers(layers, tables["measured"], predicted)
    _plot_errors(errors, table)
    for ax, panel in zip((gradients, kernels, rates, layers, errors), "abcde", strict=True):
        ax.set_title(panel, loc="left", fontweight="bold")
    _legend(figure, table)
    return figure


def _mean(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Mean over networks of each place, with the standard error."""
    grouped = table.groupby(PLACE, sort=False)[[*columns]]
    return grouped.mean().join(grouped.sem().add_suffix("_error")).reset_index()


def _measured(measured: pd.DataFrame, from_layer: int) -> pd.DataFrame:
    """What was measured, mean over the deep layers and the networks."""
    names = ["rate", "gradient_growth", "kernel_growth"]
    deep = measured[measured["layer"] >= from_layer]
    by_network = deep.groupby([*PLACE, "network"], sort=False)[names].mean().reset_index()
    return _mean(by_network, *names).rename(columns=lambda name: f"measured_{name}" if name not in PLACE else name)


def _marks(ax: Axes, x: Any, y: Any, error: Any, label: str, colour: str, marker: str) -> None:
    """Measured values, plus and minus 2 standard errors."""
    size = 6.0 if marker == "*" else 4.0
    ax.plot(x, y, label=label, color=colour, marker=marker, markersize=size, linestyle="", markeredgewidth=0)
    ax.vlines(x, y - 2 * error, y + 2 * error, label=f"{label} ± 2 errors", color=colour, linewidth=0.9)


def _thresholds(table: pd.DataFrame) -> list[tuple[float, str, str]]:
    """The grid's thresholds, each with colour and marker."""
    values = sorted(table.loc[table["unit"] == GRID, "threshold"].unique())
    return [(value, _THRESHOLDS[i % len(_THRESHOLDS)], _MARKERS[i % len(_MARKERS)]) for i, value in enumerate(values)]


def _libraries(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(unit, table[table["unit"] == unit]) for unit in table["unit"].unique() if unit != GRID]


def _plot_over_slope(ax: Axes, table: pd.DataFrame) -> None:
    from replication.figures import style

    name = "gradient_growth"
    for threshold, colour, marker in _thresholds(table):
        one = table[(table["unit"] == GRID) & (table["threshold"] == threshold)].sort_values("slope")
        label = f"threshold {threshold:g}"
        ax.plot(one["slope"], one[name], label=f"{label}, predicted", color=colour, linewidth=0.9)
        _marks(ax, one["slope"], one[f"measured_{name}"], one[f"measured_{name}_error"], label, colour, marker)
    for unit, one in _libraries(table):
        marker = LIBRARIES[unit][0]
        _open(ax, one["slope"], one[name], unit, marker)
        _marks(ax, one["slope"], one[f"measured_{name}"], one[f"measured_{name}_error"], unit, LIBRARY_COLOUR, marker)
    ax.axhline(1, label="guide", **style.GUIDE)
    ax.set(xscale="log", yscale="log", xlabel="slope of s", ylabel="gradient growth\nper layer")
    style.plain_ticks(ax.xaxis)


def _open(ax: Axes, x: Any, y: Any, unit: str, marker: str) -> None:
    """What is predicted for a library's unit."""
    size = 7.0 if marker == "*" else 5.0
    look: dict[str, Any] = {"markerfacecolor": "none", "markersize": size, "markeredgewidth": 0.7, "linestyle": ""}
    ax.plot(x, y, label=f"{unit}, predicted", color=LIBRARY_COLOUR, marker=marker, **look)


def _plot_over_threshold(ax: Axes, table: pd.DataFrame, name: str) -> None:
    """Of the grid at its lowest slope, since the slope plays no part; and of the libraries."""
    grid = table[table["unit"] == GRID]
    one = grid[grid["slope"] == grid["slope"].min()].sort_values("threshold")
    ax.plot(one["threshold"], one[name], label="predicted", color="0.5", linewidth=0.9)
    for threshold, colour, marker in _thresholds(table):
        row = one[one["threshold"] == threshold]
        label = f"threshold {threshold:g}"
        _marks(ax, row["threshold"], row[f"measured_{name}"], row[f"measured_{name}_error"], label, colour, marker)
    step = 0.05 * (one["threshold"].max() - one["threshold"].min() or 1.0)
    for unit, row in _libraries(table):
        marker, side = LIBRARIES[unit]
        x = row["threshold"] + side * step
        _open(ax, x, row[name], unit, marker)
        _marks(ax, x, row[f"measured_{name}"], row[f"measured_{name}_error"], unit, LIBRARY_COLOUR, marker)
    ax.set(xlabel="threshold", xticks=sorted(one["threshold"]))


def _plot_layers(ax: Axes, measured: pd.DataFrame, predicted: pd.DataFrame) -> None:
    """Squared gradients by the inputs of each layer, in parts of those by the last layer's spikes."""
    from replication.figures import style

    grid = predicted[predicted["unit"] == GRID]
    threshold = grid["threshold"].min()
    for (slope, colour), marker in zip(_slopes(predicted), _MARKERS, strict=False):
        growth = grid.loc[(grid["threshold"] == threshold) & (grid["slope"] == slope), "gradient_growth"].iloc[0]
        chosen = measured[(measured["unit"] == GRID) & (measured["threshold"] == threshold)]
        course = through_layers(chosen[chosen["slope"] == slope])
        layer, label = course.index.to_numpy(), f"slope {slope:g}"
        ax.plot(layer, course, label=label, color=colour, marker=marker, markersize=2.5, linestyle="")
        drawn: dict[str, Any] = {"color": colour, "linestyle": "--", "linewidth": 0.8}
        ax.plot(layer, growth ** (layer.max() - layer), label=f"{label}, predicted", **drawn)
    ax.axhline(1, label="guide", **style.GUIDE)
    ax.set(yscale="log", xlabel="layer", ylabel="mean squared gradient\n/ that of the last layer")


def through_layers(measured: pd.DataFrame) -> pd.Series:
    """Product of the mean growths of the layers above, by the layer from 0, the input, to the last one."""
    growth = measured.groupby("layer")["gradient_growth"].mean().sort_index(ascending=False)
    below = growth.cumprod()
    return pd.concat([pd.Series({int(growth.index.max()): 1.0}), below.set_axis(below.index - 1)]).sort_index()


def _slopes(table: pd.DataFrame) -> list[tuple[float, str]]:
    values: Sequence[float] = sorted(table.loc[table["unit"] == GRID, "slope"].unique())
    return [(value, _SLOPES[i % len(_SLOPES)]) for i, value in enumerate(values)]


def _plot_errors(ax: Axes, table: pd.DataFrame) -> None:
    from replication.figures import style

    for threshold, colour, marker in _thresholds(table):
        one = table[(table["unit"] == GRID) & (table["threshold"] == threshold)].sort_values("gradient_growth")
        label = f"threshold {threshold:g}"
        _marks(ax, one["gradient_growth"], one["error"], one["mse_error"], label, colour, marker)
    for unit, one in _libraries(table):
        marker = LIBRARIES[unit][0]
        _marks(ax, one["gradient_growth"], one["error"], one["mse_error"], unit, LIBRARY_COLOUR, marker)
    ax.axhline(1, label="guide", **style.GUIDE)
    ax.axvline(1, label="guide", **style.GUIDE)
    low = float(np.min(table["error"] - 2 * table["mse_error"]))
    ax.set(xscale="log", yscale="log", xlabel="gradient growth per layer, predicted", ylabel="final error")
    ax.set_ylim(0.7 * max(low, 0.3 * float(table["error"].min())), None)
    ax.minorticks_off()
    style.plain_ticks(ax.yaxis, subs=(1, 2, 5))


def _legend(figure: Drawing, table: pd.DataFrame) -> None:
    from replication.figures import style

    look: dict[str, Any] = {"markersize": 3.5, "linewidth": 0.9}
    handles = [
        style.key(f"threshold {style.number(value)}", color=colour, marker=marker, **look)
        for value, colour, marker in _thresholds(table)
    ]
    for unit, _ in _libraries(table):
        marker = LIBRARIES[unit][0]
        handles.append(style.key(unit, color=LIBRARY_COLOUR, marker=marker, markersize=4.5, linestyle=""))
    for (slope, colour), marker in zip(_slopes(table), _MARKERS, strict=False):
        handles.append(
            style.key(f"slope {style.number(slope)}", color=colour, marker=marker, markersize=3, linestyle="--")
        )
    style.legend_above(figure, handles, columns=4)


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """Predicted and measured growth, rates, and final errors."""
    table = tables["predicted"].merge(_measured(tables["measured"], settings["from_layer"]), on=PLACE)
    table = table.merge(_mean(tables["errors"], "mse").rename(columns={"mse": "final_error"}), on=PLACE)
    growth = ("gradient_growth", "measured_gradient_growth", "kernel_growth", "measured_kernel_growth")
    rates = ("rate", "measured_rate", "final_error")
    return [
        shown(table, "Growth per layer, predicted and measured", *PLACE, *growth),
        shown(table, "Firing rate, predicted and measured, and final error", *PLACE, *rates),
    ]


FIGURE = Figure(
    __name__,
    CAPTION,
    needs,
    draw,
    numbers,
    condition=lambda study: study.spiking_depth is not None,
    statement=STATEMENT,
)
