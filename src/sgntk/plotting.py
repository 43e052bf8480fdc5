"""The paper's figures, drawn from tables. Nothing is computed here."""

from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from sgntk.files import replacing

TEXT_WIDTH = 5.5
"""Width of a page's text, in inches: figures are drawn at the size that they are printed."""

# Colour-blind-safe (Okabe and Ito 2008). A thing has the same colour in every figure.
COLOURS = {"analytic": "#000000", "target": "#882255", "sg_ntk": "#D55E00", "nngp": "#0072B2", "network": "#8C8C8C"}
STEP_COLOURS = ["#56B4E9", "#E69F00", "#CC79A7"]
TRAINING_SET_MARKERS = [("^", "#009E73"), ("o", "#000000"), ("s", "#F0E442"), ("D", "#999933")]

KERNEL_SYMBOLS = {"empirical_ntk": r"\Theta(x_0, x(\alpha))", "empirical_sg_ntk": r"I(x(\alpha), x_0)"}
KERNEL_NAMES = {"empirical_ntk": "NTK", "empirical_sg_ntk": "SG-NTK"}


def kernel_figure(kernels: pd.DataFrame, record: str, activations: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Empirical kernels of single networks against the analytic kernel, over the angle (Figures 1 and 2).

    Args:
        kernels: table of `tables.kernel_values`.
        record: which kernel it is, "empirical_ntk" or "empirical_sg_ntk".
        activations: descriptions of the activations by name, for the panels' titles.
    """
    _set_theme()
    steps, names = sorted(kernels["step"].unique()), _in_order(kernels["activation"], activations)
    grid = sns.relplot(
        kernels,
        kind="line",
        x="alpha",
        y="empirical",
        hue="width",
        palette=width_palette(kernels["width"]),
        units="network",
        estimator=None,
        row="step",
        row_order=steps,
        col="activation",
        col_order=names,
        linewidth=0.5,
        alpha=0.7,
        legend=False,
        height=1.0,
    )
    for (step, name), ax in grid.axes_dict.items():
        shown = kernels[(kernels["activation"] == name) & (kernels["step"] == step)]
        theory = shown.drop_duplicates("point").sort_values("alpha")
        ax.plot(theory["alpha"], theory["analytic"], color=COLOURS["analytic"], linewidth=1.2)
        ax.set_yscale("asinh", linear_width=2)
        ax.set_title(activation_label(activations[name]) if step == steps[0] else "")
        _angle_axis(ax)
    for step, ax in zip(steps, grid.axes[:, 0], strict=True):
        ax.set_ylabel(f"{_step_label(step)}\n${KERNEL_SYMBOLS[record]}$")
    _kernel_ticks(grid.axes[0, 0], kernels)
    handles = [
        *_width_handles(kernels["width"]),
        mpl.lines.Line2D([], [], color=COLOURS["analytic"], label=f"analytic {KERNEL_NAMES[record]}"),
    ]
    grid.figure.set_size_inches(TEXT_WIDTH, 0.6 + 1.4 * len(steps))
    _legend_above(grid.figure, handles)
    return grid.figure


def convergence_figure(mse: pd.DataFrame, mean: pd.DataFrame, activations: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Mean squared error of the empirical kernels against width, log-log (Figures B.3 and B.4).

    Args:
        mse: table of `tables.kernel_mse`.
        mean: table of `tables.mean_kernel_mse`.
        activations: descriptions of the activations by name, for the panels' titles.
    """
    _set_theme()
    steps, names = sorted(mse["step"].unique()), _in_order(mse["activation"], activations)
    palette = dict(zip(steps, cycle(STEP_COLOURS), strict=False))
    grid = sns.relplot(
        mse.assign(line=mse["network"].astype(str) + "/" + mse["step"].astype(str)),
        kind="line",
        x="width",
        y="mse",
        hue="step",
        palette=palette,
        units="line",
        estimator=None,
        col="activation",
        col_order=names,
        linewidth=0.4,
        alpha=0.6,
        legend=False,
        height=1.0,
    )
    for name, ax in grid.axes_dict.items():
        for step, table in mean[mean["activation"] == name].groupby("step"):
            ax.plot(table["width"], table["mean"], color=palette[step], linewidth=2)
        ax.set(xscale="log", yscale="log", xlabel="width n")
        ax.set_title(activation_label(activations[name]))
    grid.axes[0, 0].set_ylabel("kernel MSE over the grid")
    handles = [mpl.lines.Line2D([], [], color=palette[step], linewidth=2, label=_step_label(step)) for step in steps]
    handles.append(mpl.lines.Line2D([], [], color="0.4", linewidth=0.4, label="one network"))
    handles.append(mpl.lines.Line2D([], [], color="0.4", linewidth=2, label="mean over networks"))
    grid.figure.set_size_inches(TEXT_WIDTH, 2.2)
    _legend_above(grid.figure, handles)
    return grid.figure


def ensemble_figure(
    outputs: pd.DataFrame, ensemble: pd.DataFrame, predictions: pd.DataFrame, training_set: pd.DataFrame
) -> Figure:
    """Trained networks and their mean against the SG-NTK prediction (Figures 3 and B.2).

    Args:
        outputs: table of single networks' outputs.
        ensemble: table of `tables.ensemble_statistics`.
        predictions: table of predictions; those for convergence are drawn.
        training_set: table of a training set.
    """
    _set_theme()
    figure, (left, right) = plt.subplots(1, 2, figsize=(TEXT_WIDTH, 2.8), sharey=True)
    converged = predictions[predictions["step"].isna()]
    theory = {kernel: table.sort_values("alpha") for kernel, table in converged.groupby("kernel")}
    palette = width_palette(ensemble["width"])
    last = ensemble["step"].max()
    widest = ensemble["width"].max()

    shown = outputs[(outputs["width"] == widest) & (outputs["step"] == last)]
    sns.lineplot(
        shown,
        x="alpha",
        y="output",
        units="network",
        estimator=None,
        color=COLOURS["network"],
        linewidth=0.3,
        alpha=min(0.6, 40 / shown["network"].nunique()),
        zorder=1,
        ax=left,
    )
    sg_ntk = theory["sg_ntk"]
    band = [sg_ntk["mean"] - 2 * sg_ntk["std"], sg_ntk["mean"] + 2 * sg_ntk["std"]]
    left.fill_between(sg_ntk["alpha"], *band, color=COLOURS["sg_ntk"], alpha=0.2, linewidth=0, zorder=2)
    for edge in band:
        left.plot(sg_ntk["alpha"], edge, color=COLOURS["sg_ntk"], linewidth=0.6, zorder=2)
    left.plot(theory["nngp"]["alpha"], theory["nngp"]["mean"], color=COLOURS["nngp"], linestyle="--", zorder=3)
    _plot_means(left, ensemble[(ensemble["width"] == widest) & (ensemble["step"] == last)], palette)
    _plot_means(right, ensemble[ensemble["step"] == last], palette)
    for ax, panel in ((left, "a"), (right, "b")):
        ax.plot(sg_ntk["alpha"], sg_ntk["mean"], color=COLOURS["sg_ntk"], linewidth=0.9, zorder=5)
        ax.plot(
            training_set["alpha"],
            training_set["y"],
            "o",
            color="black",
            markersize=3.5,
            markeredgecolor="white",
            zorder=6,
        )
        _angle_axis(ax)
        ax.set_title(panel, loc="left", fontweight="bold")
    limits = pd.concat([sg_ntk["mean"] - 3.5 * sg_ntk["std"], sg_ntk["mean"] + 3.5 * sg_ntk["std"]])
    left.set(ylabel=r"output $f(x(\alpha))$", ylim=(limits.min(), limits.max()))
    line = mpl.lines.Line2D
    _legend_above(
        figure,
        [
            *[
                line([], [], color=palette[width], linewidth=1.8, label=f"ensemble mean, n = {width}")
                for width in palette
            ],
            line([], [], color=COLOURS["network"], linewidth=0.6, label=f"single networks, n = {widest}"),
            line([], [], color=COLOURS["sg_ntk"], linewidth=0.9, label="SG-NTK mean"),
            mpl.patches.Patch(facecolor=(COLOURS["sg_ntk"], 0.2), edgecolor=COLOURS["sg_ntk"], label="SG-NTK ± 2 std"),
            line([], [], color=COLOURS["nngp"], linestyle="--", label="NNGP regression"),
            line([], [], color="black", marker="o", markersize=3.5, linestyle="", label="training points"),
        ],
        columns=3,
    )
    return figure


def target_figure(grid: pd.DataFrame, training_sets: Mapping[str, pd.DataFrame]) -> Figure:
    """The target function over the angle, with the training sets (Figure B.1).

    Args:
        grid: table of the grid.
        training_sets: tables of training sets by name.
    """
    _set_theme()
    figure, ax = plt.subplots(figsize=(0.65 * TEXT_WIDTH, 2.2))
    ax.plot(grid["alpha"], grid["target"], color=COLOURS["target"], label="target", zorder=1)
    for (name, table), (marker, colour) in zip(training_sets.items(), cycle(TRAINING_SET_MARKERS), strict=False):
        style: dict[str, Any] = {
            "marker": marker,
            "color": colour,
            "markersize": 5.5,
            "markeredgecolor": "white",
            "linestyle": "",
        }
        ax.plot(table["alpha"], table["y"], **style, label=f"training set {name}")
    _angle_axis(ax)
    ax.set_ylabel(r"target $y(x(\alpha))$")
    _legend_above(figure, ax.get_legend_handles_labels()[0])
    return figure


def published_figure(published: pd.DataFrame) -> Figure:
    """Our kernel errors over the published ones, against width: the ratio, and how far it is from 1.

    Args:
        published: table of `published.compare`; without rows, an empty frame that says why.
    """
    _set_theme()
    if published.empty:
        figure, ax = plt.subplots(figsize=(TEXT_WIDTH, 0.8))
        ax.set_axis_off()
        ax.text(0.5, 0.5, "No value of this run is comparable with a published one.", ha="center", va="center")
        return figure
    shown, widths = sorted(published["figure"].unique()), sorted(published["width"].unique())
    steps, steepness = sorted(published["step"].unique()), sorted(published["m"].unique())
    palette = dict(zip(steps, cycle(STEP_COLOURS), strict=False))
    markers = dict(zip(steepness, cycle("o^sD"), strict=False))
    aside = {step: 1.12 ** (index - (len(steps) - 1) / 2) for index, step in enumerate(steps)}
    drawn = published.assign(beside=published["width"] * published["step"].map(aside))
    drawn = drawn.sort_values("network", ascending=False)  # single networks on top of their mean
    figure, axes = plt.subplots(2, len(shown), figsize=(TEXT_WIDTH, 3.8), sharex=True, sharey="row", squeeze=False)
    for name, column in zip(shown, axes.T, strict=True):
        table = drawn[drawn["figure"] == name]
        for quantity, ax in zip(("ratio", "deviation"), column, strict=True):
            sns.scatterplot(
                table,
                x="beside",
                y=quantity,
                hue="step",
                palette=palette,
                style="m",
                markers=markers,
                s=np.where(table["network"] == "mean", 40, 10),
                alpha=0.8,
                linewidth=0.3,
                legend=False,
                ax=ax,
            )
        for (_, step, where), ensemble in table.groupby(["m", "step", "beside"]):
            bounds = [where / 1.09, where * 1.09]
            column[1].hlines(ensemble["tolerance"].iloc[0], *bounds, color=palette[step], linewidth=1.5)
        column[0].axhline(1, color="0.6", linewidth=0.6, zorder=0)
        column[0].set(title=f"Figure {name}", xscale="log", yscale="log")
        column[1].set(xlabel="width n")
        column[1].set_yscale("symlog", linthresh=1e-6)
    axes[0, 0].set(ylabel="ours / published")
    axes[1, 0].set(ylabel="|ours / published $-$ 1|", yticks=[0, 1e-6, 1e-4, 1e-2, 1])
    axes[0, 0].set_xticks(widths, [f"{width:,}" for width in widths])
    axes[0, 0].yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:g}"))
    axes[0, 0].yaxis.set_major_locator(mpl.ticker.LogLocator(subs=(1, 2, 5)))
    for ax in axes[:, 0]:
        ax.yaxis.set_minor_locator(mpl.ticker.NullLocator())
        ax.xaxis.set_minor_locator(mpl.ticker.NullLocator())
    line = mpl.lines.Line2D
    grey: dict[str, Any] = {"color": "0.4", "linestyle": "", "markeredgecolor": "white", "markeredgewidth": 0.3}
    _legend_above(
        figure,
        [
            *[line([], [], **{**grey, "color": palette[step]}, marker="o", label=_step_label(step)) for step in steps],
            *[line([], [], **grey, marker=markers[m], label=f"$m = {m:g}$") for m in steepness],
            line([], [], **grey, marker="o", markersize=3.2, label="one network"),
            line([], [], **grey, marker="o", markersize=6.3, label="mean over networks"),
            line([], [], color="0.4", linewidth=1.5, label="tolerance"),
        ],
        columns=4,
    )
    return figure


def save(figure: Figure, pdf: str | Path, png: str | Path) -> None:
    """Writes a figure for print and for the screen, each whole or not at all; the same figure gives the same bytes."""
    with replacing(pdf) as temporary:
        figure.savefig(temporary, format="pdf", metadata={"CreationDate": None})
    with replacing(png) as temporary:
        figure.savefig(temporary, format="png", dpi=220)
    plt.close(figure)


def activation_label(description: Mapping[str, Any]) -> str:
    """Title of an activation's panel, from its description in the configuration."""
    parameters = ", ".join(f"${name} = {value}$" for name, value in description.items() if name != "name")
    return f"{description['name']}, {parameters}" if parameters else str(description["name"])


def width_palette(widths: pd.Series) -> dict[int, str]:
    """A colour for each width, the same in every figure: dark for wide, on a logarithmic scale from 10 to 1,000."""
    colours = mpl.colormaps["viridis_r"]
    depth = {int(width): 0.12 + 0.8 * np.clip(np.log10(width) - 1, 0, 2) / 2 for width in sorted(widths.unique())}
    return {width: to_hex(colours(value)) for width, value in depth.items()}


def _set_theme() -> None:
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


def _angle_axis(ax: Axes) -> None:
    ax.set(xlim=(-np.pi, np.pi), xlabel=r"angle $\alpha$ (rad)")
    ax.set_xticks([-np.pi / 2, 0, np.pi / 2], [r"$-\pi/2$", "0", r"$\pi/2$"])


def _kernel_ticks(ax: Axes, kernels: pd.DataFrame) -> None:
    """Round numbers on the asinh axis, as far as the kernels reach."""
    reach = kernels[["empirical", "analytic"]].abs().max().max()
    positive = [tick for tick in (3, 10, 30, 100, 300, 1000) if tick <= reach]
    lowest = kernels["empirical"].min()
    negative = [-tick for tick in positive if -tick >= lowest]
    ax.set_yticks([*negative, 0, *positive], [f"${tick}$" for tick in (*negative, 0, *positive)])
    ax.yaxis.set_minor_locator(mpl.ticker.NullLocator())


def _plot_means(ax: Axes, ensemble: pd.DataFrame, palette: Mapping[int, str]) -> None:
    sns.lineplot(
        ensemble,
        x="alpha",
        y="mean",
        hue="width",
        palette=palette,
        errorbar=None,
        linewidth=1.8,
        legend=False,
        zorder=4,
        ax=ax,
    )


def _width_handles(widths: pd.Series) -> list[mpl.lines.Line2D]:
    return [
        mpl.lines.Line2D([], [], color=colour, label=f"n = {width}") for width, colour in width_palette(widths).items()
    ]


def _legend_above(figure: Figure, handles: list[Any], columns: int | None = None) -> None:
    figure.set_layout_engine("constrained", w_pad=0.02, h_pad=0.05)
    figure.legend(
        handles=handles,
        loc="outside upper center",
        ncols=columns or len(handles),
        handlelength=1.6,
        columnspacing=1.2,
        borderpad=0.1,
    )


def _step_label(step: int | np.integer) -> str:
    return f"t = {step:,}"


def _in_order(names: pd.Series, activations: Mapping[str, Any]) -> list[str]:
    present = set(names)
    return [name for name in activations if name in present]
