"""The paper's figures, drawn from tables. Nothing is computed here."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from sgntk.files import replacing

TEXT_WIDTH = 5.5
"""Width of a page's text, in inches: figures are drawn at the size that they are printed."""

# Colour-blind-safe (Okabe and Ito 2008). A thing has the same colour in every figure.
COLOURS = {"analytic": "#000000", "target": "#882255", "sg_ntk": "#D55E00", "nngp": "#0072B2", "network": "#8C8C8C"}
PREDICTORS = {"sg_ntk": "SG-NTK regression", "nngp": "NNGP regression", "ensemble": "mean of the networks"}
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
    _plain_ticks(axes[0, 0].yaxis, subs=(1, 2, 5))
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


def divergence_figure(divergence: pd.DataFrame, surrogates: Mapping[str, Mapping[str, Any]]) -> Figure:
    """The amplitude of the slowest mode, or of the diverging one, while networks learn (Figure S.1).

    Args:
        divergence: tables of `divergence.follow`, with `surrogate` and `width`.
        surrogates: descriptions of the surrogates by name, for the panels' titles; in this order.
    """
    _set_theme()
    names = _in_order(divergence["surrogate"], surrogates)
    palette = width_palette(divergence["width"])
    figure, axes = plt.subplots(1, len(names), figsize=(TEXT_WIDTH, 2.6), squeeze=False)
    for name, panel, ax in zip(names, "abcdefgh", axes[0], strict=False):
        table = divergence[divergence["surrogate"] == name]
        for column, style in (("amplitude", {}), ("predicted", {"linestyle": "--", "linewidth": 0.9, "zorder": 3})):
            sns.lineplot(
                table,
                x="step",
                y=column,
                hue="width",
                palette=palette if column == "amplitude" else dict.fromkeys(palette, COLOURS["analytic"]),
                estimator=_root_mean_square,
                errorbar=None,
                legend=False,
                ax=ax,
                **style,
            )
        eigenvalue = f"{table['eigenvalue'].iloc[0]:.3g}".replace("-", "\N{MINUS SIGN}")
        ax.set_title(f"{activation_label(surrogates[name])}: $\\lambda$ = {eigenvalue}")
        ax.set_title(panel, loc="left", fontweight="bold")
        start = table[table["step"] == 0]["amplitude"]
        reach = table.groupby(["width", "step"])["amplitude"].agg(_root_mean_square)
        ax.set(yscale="log", xlabel="step t", ylabel="", ylim=(reach.min() / 1.5, 4 * max(reach.max(), start.max())))
        ax.set_xscale("symlog", linthresh=1)
        ax.set_xlim(0, table["step"].max())
        _plain_ticks(ax.yaxis, subs=(1, 2, 5))
    axes[0, 0].set_ylabel("amplitude of the mode (rms)")
    line = mpl.lines.Line2D
    handles = [*_width_handles(divergence["width"])]
    handles.append(line([], [], color=COLOURS["analytic"], linestyle="--", linewidth=0.9, label="predicted"))
    _legend_above(figure, handles)
    return figure


def learning_figure(ensemble: pd.DataFrame, learning: pd.DataFrame, predictions: pd.DataFrame) -> Figure:
    """An ensemble while it learns, against the SG-NTK prediction for each step (Figure S.2).

    Args:
        ensemble: table of `tables.ensemble_statistics`.
        learning: table of `tables.learning`.
        predictions: table of predictions, for each of the steps.
    """
    _set_theme()
    steps, widest = sorted(ensemble["step"].unique()), ensemble["width"].max()
    palette = width_palette(ensemble["width"])
    figure = plt.figure(figsize=(TEXT_WIDTH, 4.2), layout="constrained")
    (above,), (below,) = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.15, 1])
    panels = above.subplots(1, len(steps), sharey=True, squeeze=False)[0]
    for ax, step in zip(panels, steps, strict=True):
        then = predictions[(predictions["kernel"] == "sg_ntk") & (predictions["step"] == step)]
        shown = ensemble[(ensemble["width"] == widest) & (ensemble["step"] == step)]
        _plot_process(ax, shown, palette[widest], linewidth=1.8)
        _plot_process(ax, then, COLOURS["sg_ntk"], linewidth=0.9)
        _angle_axis(ax)
        ax.set(xlabel="", title=_step_label(step))
    panels[0].set_ylabel(r"output $f(x(\alpha))$")
    panels[len(steps) // 2].set_xlabel(r"angle $\alpha$ (rad)")
    left, right = below.subplots(1, 2)
    _plot_distances(left, learning, palette)
    _plot_variance_ratios(right, learning, palette)
    prediction = mpl.lines.Line2D([], [], color=COLOURS["sg_ntk"], linewidth=0.9, label="SG-NTK, for step t")
    band = mpl.patches.Patch(facecolor="0.85", edgecolor="0.4", label="± 2 std")
    _legend_above(figure, [*_width_handles(ensemble["width"]), prediction, band])
    return figure


def _plot_process(ax: Axes, process: pd.DataFrame, colour: str, linewidth: float) -> None:
    """Mean, and 2 standard deviations to either side."""
    process = process.sort_values("alpha")
    low, high = process["mean"] - 2 * process["std"], process["mean"] + 2 * process["std"]
    ax.fill_between(process["alpha"], low, high, color=colour, alpha=0.15, linewidth=0)
    for edge in (low, high):
        ax.plot(process["alpha"], edge, color=colour, linewidth=0.6)
    ax.plot(process["alpha"], process["mean"], color=colour, linewidth=linewidth)


def _plot_distances(ax: Axes, learning: pd.DataFrame, palette: Mapping[int, str]) -> None:
    ax.set_yscale("symlog", linthresh=1e-3)  # before the points, for margins on this scale
    for width, colour in palette.items():
        table = learning[learning["width"] == width]
        error = 2 * table["standard_error"]
        ax.errorbar(table["step"], table["squared_distance"], error, color=colour, marker="o", markersize=3)
    ax.axhline(0, color="0.6", linewidth=0.6, zorder=0)
    ax.set(xscale="log", xlabel="step t", ylabel="squared distance\nof the mean")


def _plot_variance_ratios(ax: Axes, learning: pd.DataFrame, palette: Mapping[int, str]) -> None:
    for width, colour in palette.items():
        table = learning[learning["width"] == width]
        ax.plot(table["step"], table["variance_ratio"], color=colour, marker="o", markersize=3)
    ax.axhline(1, color="0.6", linewidth=0.6, zorder=0)
    ratios = learning["variance_ratio"]
    ax.set(xscale="log", yscale="log", xlabel="step t", ylabel="variance\n/ predicted variance")
    ax.set_ylim(min(0.7, 0.9 * ratios.min()), max(1.4, 1.1 * ratios.max()))
    _plain_ticks(ax.yaxis, subs=(1, 1.5, 2, 3, 5, 7))


def surrogates_figure(
    kernels: pd.DataFrame, errors: pd.DataFrame, surrogates: Mapping[str, Mapping[str, Any]]
) -> Figure:
    """SG-NTKs of many surrogates, and the errors of what is learned with them (Figure S.3).

    Args:
        kernels: tables of `comparison.kernels`, with `normalize` and `alpha`.
        errors: tables of `comparison.generalization_errors`, with `normalize`.
        surrogates: descriptions of the surrogates by name; in this order.
    """
    _set_theme()
    names, commons = _in_order(kernels["surrogate"], surrogates), list(kernels["normalize"].unique())
    palette = dict(zip(names, cycle(sns.color_palette("colorblind", 10)), strict=False))
    dashes: dict[str, Any] = dict(zip(names, cycle(["-", "--", ":", "-."]), strict=False))
    figure, axes = plt.subplots(2, len(commons), figsize=(TEXT_WIDTH, 4.6), sharey="row", squeeze=False)
    steps = list(errors["step"].unique())
    labels = ["convergence" if pd.isna(step) else _step_label(step) for step in steps]
    colours = {**dict(zip(labels, cycle(STEP_COLOURS), strict=False)), "convergence": COLOURS["analytic"]}
    for common, (above, below) in zip(commons, axes.T, strict=True):
        chosen = kernels[kernels["normalize"] == common]
        for name in names:
            curve = chosen[chosen["surrogate"] == name].sort_values("alpha")
            above.plot(curve["alpha"], curve["analytic"], color=palette[name], linestyle=dashes[name])
        _angle_axis(above)
        above.set_title(f"equal {common}")
        learned = errors[errors["normalize"] == common]
        when = learned["step"].map(dict(zip(steps, labels, strict=True)), na_action=None)
        _plot_surrogate_errors(below, learned.assign(when=when), names, colours)
    axes[0, 0].set_ylabel(r"$I(x(\alpha), x_0)$")
    axes[0, 0].set_yscale("asinh", linear_width=2)
    axes[0, 0].set_yticks([-2, 0, 2, 5, 10, 20, 50])
    axes[0, 0].yaxis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:g}"))
    axes[0, 0].yaxis.set_minor_locator(mpl.ticker.NullLocator())
    axes[1, 0].set_ylabel("mean squared error")
    _plain_ticks(axes[1, 0].yaxis, subs=(1, 2, 3, 5))
    line = mpl.lines.Line2D
    _legend_above(
        figure,
        [
            *[line([], [], color=palette[name], linestyle=dashes[name], label=name) for name in names],
            *[line([], [], color=colours[label], marker="o", linestyle="", label=label) for label in labels],
        ],
        columns=4,
    )
    return figure


def _plot_surrogate_errors(ax: Axes, learned: pd.DataFrame, names: Sequence[str], colours: Mapping[str, str]) -> None:
    """Mean over training sets, with its interval, for each surrogate and step."""
    sns.pointplot(
        learned,
        x="surrogate",
        y="mse",
        order=names,
        hue="when",
        hue_order=list(colours),
        palette=dict(colours),
        errorbar=("ci", 95),
        seed=0,
        dodge=0.5,
        linestyle="none",
        markersize=3,
        err_kws={"linewidth": 0.9},
        legend=False,
        ax=ax,
    )
    ax.set(xlabel="", ylabel="", yscale="log")
    ax.tick_params(axis="x", rotation=90)


def real_data_figure(errors: pd.DataFrame, networks: pd.DataFrame) -> Figure:
    """Kernel regression and trained networks on real data (Figure S.4).

    Args:
        errors: tables of `real_data.errors`, of the regressions and of the ensemble's mean, with `data_set`.
        networks: the same of every network.
    """
    _set_theme()
    figure, ax = plt.subplots(figsize=(0.8 * TEXT_WIDTH, 2.6))
    names = list(errors["data_set"].unique())
    asymmetry = errors.drop_duplicates("data_set").set_index("data_set")["asymmetry"]
    sns.swarmplot(networks, x="data_set", y="mse", order=names, color=COLOURS["network"], size=3, zorder=1, ax=ax)
    colours = {"sg_ntk": COLOURS["sg_ntk"], "nngp": COLOURS["nngp"], "ensemble": COLOURS["analytic"]}
    for (kernel, colour), marker, aside in zip(colours.items(), "^sD", (-0.25, 0.25, 0), strict=True):
        table = errors[errors["kernel"] == kernel].set_index("data_set").loc[names]
        ax.plot(
            np.arange(len(names)) + aside, table["mse"], marker, color=colour, markersize=6, markeredgecolor="white"
        )
    ax.axhline(1, color="0.6", linewidth=0.6, linestyle=":", zorder=0)
    ax.set(xlabel="", ylabel="mean squared error\n(variance of the target = 1)", ylim=(0, None))
    ax.set_xticks(range(len(names)), [f"{name}\n|I − I$^T$|/|I| = {asymmetry[name]:.2g}" for name in names])
    line = mpl.lines.Line2D
    handles = [
        line([], [], color=colour, marker=marker, linestyle="", label=PREDICTORS[kernel])
        for (kernel, colour), marker in zip(colours.items(), "^sD", strict=True)
    ]
    handles.append(line([], [], color=COLOURS["network"], marker="o", markersize=3, linestyle="", label="one network"))
    _legend_above(figure, handles, columns=2)
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
    parameters = [
        f"${name} = {value}$" if len(name) == 1 else f"{name.replace('_', ' ')} = {value}"
        for name, value in description.items()
        if name != "name"
    ]
    return ", ".join([description["name"], *parameters])


def width_palette(widths: pd.Series) -> dict[int, str]:
    """A colour for each width, the same in every figure: from light green to violet up to 1,000, then on to yellow."""
    return {int(width): to_hex(_width_colour(float(np.log10(width)))) for width in sorted(widths.unique())}


def _width_colour(magnitude: float) -> tuple[float, float, float, float]:
    if magnitude <= 3:
        return mpl.colormaps["viridis_r"](0.12 + 0.4 * np.clip(magnitude - 1, 0, 2))
    return mpl.colormaps["plasma"](0.25 * np.clip(magnitude - 2.4, 0, 3.6))


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


def _root_mean_square(values: pd.Series) -> float:
    """How the networks of an ensemble are shown by one number."""
    return float(np.sqrt(np.mean(values**2)))


def _angle_axis(ax: Axes) -> None:
    ax.set(xlim=(-np.pi, np.pi), xlabel=r"angle $\alpha$ (rad)")
    ax.set_xticks([-np.pi / 2, 0, np.pi / 2], [r"$-\pi/2$", "0", r"$\pi/2$"])


def _plain_ticks(axis: Axis, subs: tuple[float, ...]) -> None:
    """Plain numbers on a logarithmic axis, at these multiples of the powers of 10."""
    axis.set_major_locator(mpl.ticker.LogLocator(subs=subs))
    axis.set_major_formatter(mpl.ticker.StrMethodFormatter("{x:g}"))
    axis.set_minor_locator(mpl.ticker.NullLocator())


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
        mpl.lines.Line2D([], [], color=colour, label=f"n = {width:,}")
        for width, colour in width_palette(widths).items()
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
