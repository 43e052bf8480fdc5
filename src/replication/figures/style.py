"""What the figures have in common: theme, colours, axes, legend, and how they are saved."""

from collections.abc import Mapping, Sequence
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
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from replication.store.files import replacing

TEXT_WIDTH = 5.5
"""Width of a page's text, in inches: figures are drawn at the size that they are printed."""

# Colour-blind-safe (Okabe and Ito 2008). A thing has the same colour in every figure.
COLOURS = {"analytic": "#000000", "target": "#882255", "sg_ntk": "#D55E00", "nngp": "#0072B2", "network": "#8C8C8C"}
STEP_COLOURS = ["#56B4E9", "#E69F00", "#CC79A7"]


def set_theme() -> None:
    """The theme of all that is drawn from now on."""
    sns.set_theme(
        context="paper",
        style="ticks",
        rc={
            "font.size": 8,
            "axes.labelsize": 8,
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
        },
    )


def description_label(description: Mapping[str, Any]) -> str:
    """Title of an activation's or a surrogate's panel, from its description in the configuration."""
    parameters = [
        f"${name} = {value}$" if len(name) == 1 else f"{name.replace('_', ' ')} = {value}"
        for name, value in description.items()
        if name != "name"
    ]
    return ", ".join([description["name"], *parameters])


def step_label(step: int | np.integer) -> str:
    """A step of gradient descent, as the paper writes it."""
    return f"t = {step:,}"


def width_palette(widths: pd.Series) -> dict[int, str]:
    """A colour for each width, the same in every figure: from light green to violet up to 1,000, then on to yellow."""
    return {int(width): to_hex(_width_colour(float(np.log10(width)))) for width in sorted(widths.unique())}


def _width_colour(magnitude: float) -> tuple[float, float, float, float]:
    if magnitude <= 3:
        return mpl.colormaps["viridis_r"](0.12 + 0.4 * np.clip(magnitude - 1, 0, 2))
    return mpl.colormaps["plasma"](0.25 * np.clip(magnitude - 2.4, 0, 3.6))


def angle_axis(ax: Axes) -> None:
    """The angle of an input on the circle, from left to right."""
    ax.set(xlim=(-np.pi, np.pi), xlabel=r"angle $\alpha$ (rad)")
    ax.set_xticks([-np.pi / 2, 0, np.pi / 2], [r"$-\pi/2$", "0", r"$\pi/2$"])


def plain_ticks(axis: Axis, subs: tuple[float, ...]) -> None:
    """Plain numbers on a logarithmic axis, at these multiples of the powers of 10."""
    axis.set_major_locator(mpl.ticker.LogLocator(subs=subs))
    axis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:g}"))
    axis.set_minor_locator(mpl.ticker.NullLocator())


def key(label: str, **drawn: Any) -> Line2D:
    """A line, or a marker, of the legend."""
    return Line2D([], [], label=label, **drawn)


def width_keys(widths: pd.Series) -> list[Line2D]:
    """The legend's line of each width."""
    return [key(f"n = {width:,}", color=colour) for width, colour in width_palette(widths).items()]


def plot_band(ax: Axes, process: pd.DataFrame, colour: str, opacity: float, **drawn: Any) -> None:
    """A band of 2 standard deviations to either side of the mean, by the angle; the rows ascend with it."""
    low, high = process["mean"] - 2 * process["std"], process["mean"] + 2 * process["std"]
    ax.fill_between(process["alpha"], low, high, color=colour, alpha=opacity, linewidth=0, **drawn)
    for edge in (low, high):
        ax.plot(process["alpha"], edge, color=colour, linewidth=0.6, **drawn)


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


def save(figure: Figure, pdf: str | Path, png: str | Path) -> None:
    """Writes a figure for print and for the screen, each whole or not at all; the same figure gives the same bytes."""
    with replacing(pdf) as temporary:
        figure.savefig(temporary, format="pdf", metadata={"CreationDate": None})
    with replacing(png) as temporary:
        figure.savefig(temporary, format="png", dpi=220)
    plt.close(figure)
