"""What the figures have in common: theme, colours, axes, legend, and how they are saved."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from replication.store.files import replacing

TEXT_WIDTH = 5.5
"""Width of a page's text, in inches: figures are drawn at the size that they are printed."""

PLACES = 129
"""Along an axis, at which an SVG tells the values."""

ANGLE = "angle α (rad)"
"""Label of the axis of angles."""

# A thing has the same colour in every figure, and is told from the others by more than its colour (a marker, dashes, a
# panel of its own). Colours differ under deuteranopia too, the most common want of colour vision.
COLOURS = {"analytic": "#000000", "target": "#882255", "sg_ntk": "#D55E00", "nngp": "#0072B2", "network": "#BBBBBB"}

# Along the magnitude of the width, and of the step; step 0, the start, stands apart.
_WIDTHS = [
    (1.0, "#C2DD2C"),
    (2.0, "#1F9E7A"),
    (2.7, "#5A5A80"),
    (3.0, "#1D1A5E"),
    (4.0, "#7D3FB0"),
    (5.0, "#C95FC0"),
    (6.0, "#EE9CD0"),
]
_STEPS = [(1.0, "#FFE08A"), (3.0, "#DFA000"), (5.0, "#4D2E00")]
_START = "#56b4e9"
_WIDTH_MARKERS = "so^vD<>P"  # for each third of a magnitude
_STEP_MARKERS = "v<Ps^D>"  # for each magnitude

NAMES = {
    "erf_derivative": "erf′",
    "gaussian": "Gaussian",
    "laplace": "Laplace",
    "multi_gaussian": "multi-Gaussian",
    "sech_squared": "sech²",
    "sigmoid_derivative": "sigmoid′",
    "super_spike": "SuperSpike",
}
"""What activations and surrogates are called, where that is not their name in the configuration."""

GUIDE: dict[str, Any] = {"color": "0.6", "linewidth": 0.6, "zorder": 0}
"""Lines to compare with, labelled `guide`: they show no number of a table."""


def set_theme() -> None:
    """The theme of all that is drawn from now on."""
    sns.set_theme(
        context="paper",
        style="ticks",
        rc={
            "font.size": 8,
            "axes.labelsize": 8,
            "figure.labelsize": 8,
            "axes.titlesize": 8,
            "xtick.labelsize": 7,
            "ytick.labelsize": 7,
            "legend.fontsize": 7,
            "axes.linewidth": 0.6,
            "lines.linewidth": 1.2,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "legend.frameon": False,
            "pdf.fonttype": 42,
            "svg.hashsalt": "sgntk",  # the same figure, the same identifiers
        },
    )


def description_label(description: Mapping[str, Any]) -> str:
    """What an activation or a surrogate is called, from its description in the configuration."""
    name = NAMES.get(description["name"], description["name"].replace("_", " "))
    parameters = [
        f"{parameter} = {value}" if len(parameter) == 1 else f"{parameter.replace('_', '-')} {value}"
        for parameter, value in description.items()
        if parameter != "name"
    ]
    return ", ".join([name, *parameters])


def step_label(step: Any) -> str:
    """A step of gradient descent, as the paper writes it; a missing one stands for convergence."""
    return "convergence" if pd.isna(step) else f"t = {step:,}"


def width_label(width: int) -> str:
    """A width, as the paper writes it."""
    return f"n = {width:,}"


def width_style(width: int) -> dict[str, Any]:
    """Colour and marker of a width, the same in every figure."""
    return {
        "color": _shade(_WIDTHS, np.log10(width)),
        "marker": _WIDTH_MARKERS[round(3 * np.log10(width)) % len(_WIDTH_MARKERS)],
    }


def step_style(step: int) -> dict[str, Any]:
    """Colour and marker of a step of gradient descent, the same in every figure."""
    if step == 0:
        return {"color": _START, "marker": "o"}
    marker = _STEP_MARKERS[round(np.log10(step)) % len(_STEP_MARKERS)]
    return {"color": _shade(_STEPS, np.log10(step)), "marker": marker}


def _shade(stops: Sequence[tuple[float, str]], magnitude: float) -> str:
    """A colour between those of the stops."""
    places, colours = zip(*stops, strict=True)
    channels = np.transpose([to_rgb(colour) for colour in colours])
    red, green, blue = (float(np.interp(magnitude, places, channel)) for channel in channels)
    return to_hex((red, green, blue))


def angle_axis(ax: Axes) -> None:
    """The angle of an input on the circle, from left to right."""
    ax.set(xlim=(-np.pi, np.pi), xlabel=ANGLE)
    ax.set_xticks([-np.pi, 0, np.pi], ["\N{MINUS SIGN}π", "0", "π"])
    ax.set_xticks([-np.pi / 2, np.pi / 2], minor=True)


def width_axis(ax: Axes, widths: Iterable[int]) -> None:
    """The width, logarithmic, with a tick at each power of 10 and no marker cut off at the ends."""
    ax.set(xscale="log", xlabel="width n")
    plain_ticks(ax.xaxis)
    ax.set_xticks(sorted(set(widths)), minor=True)
    ax.xaxis.set_minor_formatter(mpl.ticker.NullFormatter())


def plain_ticks(axis: Axis, subs: Sequence[float] = (1,)) -> None:
    """Plain numbers on a logarithmic axis, at these multiples of the powers of 10."""
    axis.set_major_locator(mpl.ticker.LogLocator(subs=subs))
    axis.set_major_formatter(lambda value, _: number(value))
    axis.set_minor_locator(mpl.ticker.NullLocator())


def number(value: float | int) -> str:
    """A number of an axis: 1,000 and 0.001, never 10³ or 1e-3."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return text.replace("-", "\N{MINUS SIGN}")


def key(label: str, **drawn: Any) -> Line2D:
    """A line, or a marker, of the legend."""
    return Line2D([], [], label=label, **drawn)


def width_keys(widths: Iterable[int], **drawn: Any) -> list[Line2D]:
    """The legend's line of each width."""
    return [key(width_label(width), **width_style(width), **drawn) for width in widths]


def values(table: pd.DataFrame, column: str) -> list[int]:
    """The different whole numbers of a column, ascending."""
    return sorted({int(value) for value in table[column].dropna()})


def by(table: pd.DataFrame, column: str) -> Iterator[tuple[int, pd.DataFrame]]:
    """The rows of each value of a column of whole numbers, ascending."""
    for value in values(table, column):
        yield value, table[table[column] == value]


def plot_curve(ax: Axes, table: pd.DataFrame, column: str, label: str, **drawn: Any) -> None:
    """A column over the angle."""
    table = table.sort_values("alpha")
    ax.plot(table["alpha"], table[column], label=label, **drawn)


def plot_band(ax: Axes, process: pd.DataFrame, label: str, colour: str, opacity: float, **drawn: Any) -> None:
    """A band of 2 standard deviations to either side of the mean, over the angle."""
    process = process.sort_values("alpha")
    low, high = process["mean"] - 2 * process["std"], process["mean"] + 2 * process["std"]
    ax.fill_between(process["alpha"], low, high, label=label, color=colour, alpha=opacity, linewidth=0, **drawn)
    for name, edge in (("lower", low), ("upper", high)):
        ax.plot(process["alpha"], edge, label=f"{label}, {name} edge", color=colour, linewidth=0.6, **drawn)


def legend_above(figure: Figure, handles: Sequence[Artist], columns: int | None = None) -> None:
    """One legend for all panels, in one row unless the number of columns is given."""
    figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.05)
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=columns or len(handles),
        handlelength=1.6,
        columnspacing=1.2,
        borderpad=0.1,
    )


def save(figure: Figure, paths: Mapping[str, str | Path]) -> None:
    """Writes a figure, each file whole or not at all; the same figure gives the same bytes.

    Args:
        figure: the figure.
        paths: by format: `pdf`, `svg`, `png`.
    """
    undated = {"pdf": {"CreationDate": None}, "svg": {"Date": None, "Description": _values(figure)}, "png": {}}
    for kind, path in paths.items():
        with replacing(path) as temporary:
            figure.savefig(temporary, format=kind, dpi=220, metadata=undated[kind])
    plt.close(figure)


def _values(figure: Figure) -> str:
    """The values along the axes of each panel, whatever their scales: a page that shows the SVG tells them by it.

    Gives panels the names by which an SVG has them, and JSON with lists `x` and `y` for each: values at places which
    divide its axis evenly.
    """
    along, panels = np.linspace(0, 1, PLACES), {}
    for number, axes in enumerate(figure.axes):
        axes.set_gid(f"panel_{number}")
        axes.viewLim  # noqa: B018 - fixes the limits of what is drawn
        values = (axes.transScale + axes.transLimits).inverted().transform(np.column_stack([along, along]))
        panels[f"panel_{number}"] = {
            name: [float(f"{v:.6g}") for v in column] for name, column in zip("xy", values.T, strict=True)
        }
    return json.dumps(panels)
