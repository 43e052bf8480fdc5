"""Empirical kernels of single networks against the analytic kernel, over the angle (Figures 1 and 2)."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pandas as pd

from replication.figures import activations, convergence
from replication.figures.figure import Axes, Drawing, Settings, Study, Tables
from replication.references import Sources, outputs_of
from replication.report.tables import EVERY, Table, pivoted, wide


def needs(study: Study, experiment: str) -> Sources:
    """The kernels, and their errors for the numbers behind the figure; what the activations are, and where x0 is."""
    return Sources(
        {"activations": activations.descriptions(study, experiment), "reference_point": study.data.reference_point},
        outputs_of("tabulate_kernels", "kernels", "kernel_mse_mean", experiment=experiment),
    )


def draw(kernels: pd.DataFrame, described: Mapping[str, Mapping[str, Any]], name: str, symbol: str) -> Drawing:
    """The kernels at the first and at the last step: a row for each width, so that none hides another.

    Args:
        kernels: table of `tabulate_kernels`.
        described: the activations' descriptions by name, two columns of panels for each.
        name: of the kernel.
        symbol: of the kernel.
    """
    import matplotlib.pyplot as plt

    from replication.figures import style

    widths = style.values(kernels, "width")
    columns = list(product(described, (kernels["step"].min(), kernels["step"].max())))
    size = (style.TEXT_WIDTH, 0.9 + 0.85 * len(widths))
    figure, axes = plt.subplots(len(widths), len(columns), figsize=size, sharex=True, sharey=True, squeeze=False)
    for width, row in zip(widths, axes, strict=True):
        for (activation, step), ax in zip(columns, row, strict=True):
            at = (kernels["width"] == width) & (kernels["activation"] == activation) & (kernels["step"] == step)
            _plot_networks(ax, kernels[at], style.width_style(width)["color"])
            style.angle_axis(ax)
            ax.set_xlabel("")
        row[0].set_ylabel(style.width_label(width))
    for (activation, step), ax in zip(columns, axes[0], strict=True):
        ax.set_title(f"{style.description_label(described[activation])}\n{style.step_label(step)}")
    axes[0, 0].set_yscale("asinh", linear_width=2)
    _kernel_ticks(axes[0, 0], kernels)
    figure.supxlabel(style.ANGLE)
    figure.supylabel(symbol)
    handles = [style.key(style.width_label(width), color=style.width_style(width)["color"]) for width in widths]
    handles.append(style.key(f"analytic {name}", color=style.COLOURS["analytic"], linestyle="--"))
    style.legend_above(figure, handles)
    return figure


def _plot_networks(ax: Axes, kernels: pd.DataFrame, colour: str) -> None:
    """A thin line for each network, and the analytic kernel on top."""
    from replication.figures import style

    for network, one in style.by(kernels, "network"):
        style.plot_curve(ax, one, "empirical", f"network {network}", color=colour, linewidth=0.4, alpha=0.5)
    theory = kernels.drop_duplicates("point")
    style.plot_curve(ax, theory, "analytic", "analytic", color=style.COLOURS["analytic"], linewidth=1, linestyle="--")


def _kernel_ticks(ax: Axes, kernels: pd.DataFrame) -> None:
    """Round numbers on the asinh axis, as far as the kernels reach."""
    from matplotlib.ticker import NullLocator

    from replication.figures import style

    reach = kernels[["empirical", "analytic"]].abs().max().max()
    positive = [tick for tick in (10, 100, 1000) if tick <= reach]
    lowest = kernels["empirical"].min()
    ticks = [*(-tick for tick in positive if -tick >= lowest), 0, *positive]
    ax.set_yticks(ticks, map(style.number, ticks))
    ax.yaxis.set_minor_locator(NullLocator())


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The analytic kernel by angle, the kernels at x0, and the errors over the grid."""
    table = activations.in_order(tables["kernels"], settings["activations"])
    analytic = table.drop_duplicates(["activation", "point"])
    by_angle = pivoted(analytic[analytic["point"] % EVERY == 0], ["alpha"], "activation", "analytic")
    at_reference = table[table["point"] == settings["reference_point"]]
    by_width = pivoted(at_reference, ["activation", "step", "analytic"], "width", "empirical", "mean")
    return [
        wide(by_angle, f"Analytic kernel at every {EVERY}th angle"),
        wide(by_width, "Kernel at x0: analytic, and the mean over networks by width n", "n = "),
        *convergence.numbers(tables, settings),
    ]
