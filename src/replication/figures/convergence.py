"""Mean squared error of the empirical kernels against width, log-log (Figures B.3 and B.4)."""

from typing import Any

import pandas as pd

from replication.figures import activations
from replication.figures.figure import Axes, Drawing, Settings, Study, Tables
from replication.references import Sources, outputs_of
from replication.report.tables import Table, number, pivoted, wide

FALLING: dict[str, Any] = {"color": "0.3", "linewidth": 1.0, "linestyle": ":", "zorder": 4}
"""A line that falls like 1/n, to compare with."""


def needs(study: Study, experiment: str) -> Sources:
    """The errors of single networks, and their means; and what the activations are."""
    return Sources(
        {"activations": activations.descriptions(study, experiment)},
        outputs_of("tabulate_kernels", "kernel_mse", "kernel_mse_mean", experiment=experiment),
    )


def draw(tables: Tables, settings: Settings) -> Drawing:
    """A panel for each activation: a thin line for each network, a thick one for their mean."""
    import matplotlib.pyplot as plt

    from replication.figures import style

    mse, mean, described = tables["kernel_mse"], tables["kernel_mse_mean"], settings["activations"]
    steps = style.values(mse, "step")
    figure, panels = plt.subplots(
        1, len(described), figsize=(style.TEXT_WIDTH, 2.4), sharex=True, sharey=True, squeeze=False
    )
    for (name, description), ax in zip(described.items(), panels[0], strict=True):
        _plot_networks(ax, mse[mse["activation"] == name])
        _plot_means(ax, mean[mean["activation"] == name])
        style.width_axis(ax, style.values(mse, "width"))
        ax.set_title(style.description_label(description))
    first = panels[0, 0]
    first.set(yscale="log", ylabel="kernel MSE over the grid")
    style.plain_ticks(first.yaxis)
    handles = [
        style.key(style.step_label(step), **style.step_style(step), linewidth=1.6, markersize=4) for step in steps
    ]
    handles.append(style.key("one network", color="0.4", linewidth=0.4))
    handles.append(style.key("1/n", **FALLING))
    style.legend_above(figure, handles)
    return figure


def _plot_networks(ax: Axes, mse: pd.DataFrame) -> None:
    from replication.figures import style

    for step, networks in style.by(mse, "step"):
        colour = style.step_style(step)["color"]
        for network, one in style.by(networks, "network"):
            line = one.sort_values("width")
            label = f"network {network}, t = {step}"
            ax.plot(line["width"], line["mse"], label=label, color=colour, linewidth=0.4, alpha=0.6)


def _plot_means(ax: Axes, mean: pd.DataFrame) -> None:
    """The means, and a line that falls like 1/n from the first of them."""
    from replication.figures import style

    for step, one in style.by(mean, "step"):
        line = one.sort_values("width")
        drawn: dict[str, Any] = {
            "linewidth": 1.6,
            "markersize": 4,
            "markeredgecolor": "white",
            "markeredgewidth": 0.5,
            "clip_on": False,
        }
        ax.plot(line["width"], line["mean"], label=f"mean, t = {step}", **style.step_style(step), **drawn)
    start = mean[mean["step"] == mean["step"].min()].sort_values("width").iloc[0]
    widths = style.values(mean, "width")
    guide = [start["mean"] * start["width"] / width for width in widths]
    ax.plot(widths, guide, label="guide", **FALLING)


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The mean errors with their standard errors."""
    mean = activations.in_order(tables["kernel_mse_mean"], settings["activations"])
    pairs = zip(mean["mean"], mean["standard_error"], strict=True)
    text = mean.assign(shown=[f"{number(value)}\u00a0±\u00a0{number(error)}" for value, error in pairs])
    caption = "Mean squared error over the grid, mean over networks ± standard error, by width n"
    return [wide(pivoted(text, ["activation", "step"], "width", "shown"), caption, "n = ")]
