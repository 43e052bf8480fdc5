"""Kernel errors of the run against those that the paper published."""

from collections.abc import Mapping
from itertools import cycle
from typing import Any

from replication.figures.figure import Drawing, Figure, Settings, Study, Tables
from replication.references import Sources, made_by
from replication.report.tables import Table, shown

CAPTION = """\
**Kernel errors of this run over those that the paper published in Figures B.3 and B.4.**

*Panels.* Columns: the figure of the paper that a value was read off. Upper row: our mean squared error over the
published one. Lower row: how far that ratio is from 1.

*Axes.* Horizontal, logarithmic: the width n of the hidden layers; the values of different steps are drawn side by side.
Vertical: plain numbers, above on a logarithmic scale, below on one that is linear from 0 to 0.000001, which is as many
digits as the published values have, and logarithmic beyond.

*Points.* Small: the kernel of one network. Large: the mean over the 10 networks of an ensemble. The colour gives the
step of training, where 0 is initialization; the marker the steepness m of the activation erf(m z). A short line below
is the tolerance, the largest distance from 1 that counts as agreement.

*Look at* which points lie above their tolerance. Three departures are known, and ``docs/deviations.md`` tells of each
under the heading named here:

- *Figures B.3 and B.4 at t = 0: rounding in the published kernels.* The published kernels carry the rounding error of a
  float32 sum whose number of terms grows like n squared; ours do not. It is seen at n of 500 and more, before training
  and after.
- *Figure B.3: the trained values at n >= 100.* These do not follow from the published parameters.
- *Figure B.4: the step of the trained values.* The published legend says t = 10,000; the values are those of step
  1,000, and are compared with ours at that step.

A run is compared only where it has the settings of the paper, the number of networks among them, since a network's
random key depends on it; otherwise the figure is empty.
"""


def needs(study: Study, experiment: str) -> Sources:
    """The comparison."""
    return Sources(inputs={"published": made_by("compare_published")})


def draw(tables: Tables, settings: Settings) -> Drawing:
    """The ratio and its distance from 1 against width; without any value, a sentence that says so."""
    import matplotlib.pyplot as plt
    import numpy as np
    import seaborn as sns
    from matplotlib.ticker import NullLocator

    from replication.figures import style

    published = tables["published"]
    if published.empty:
        figure, ax = plt.subplots(figsize=(style.TEXT_WIDTH, 0.8))
        ax.set_axis_off()
        ax.text(0.5, 0.5, "No value of this run is comparable with a published one.", ha="center", va="center")
        return figure
    names, widths = sorted(published["figure"].unique()), sorted(published["width"].unique())
    steps, steepness = (sorted(published[name].unique().tolist()) for name in ("step", "m"))
    palette = dict(zip(steps, cycle(style.STEP_COLOURS), strict=False))
    markers = dict(zip(steepness, cycle("o^sD"), strict=False))
    aside = {step: 1.12 ** (index - (len(steps) - 1) / 2) for index, step in enumerate(steps)}
    drawn = published.assign(beside=published["width"] * published["step"].map(aside))
    drawn = drawn.sort_values("network", ascending=False)  # single networks on top of their mean
    size = (style.TEXT_WIDTH, 3.8)
    figure, axes = plt.subplots(2, len(names), figsize=size, sharex=True, sharey="row", squeeze=False)
    for name, column in zip(names, axes.T, strict=True):
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
    style.plain_ticks(axes[0, 0].yaxis, subs=(1, 2, 5))
    for ax in axes[:, 0]:
        ax.yaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_minor_locator(NullLocator())
    _legend(figure, palette, markers)
    return figure


def _legend(figure: Drawing, palette: Mapping[int, str], markers: Mapping[float, str]) -> None:

    from replication.figures import style

    grey: dict[str, Any] = {"color": "0.4", "linestyle": "", "markeredgecolor": "white", "markeredgewidth": 0.3}
    handles = [
        *[
            style.key(style.step_label(step), **{**grey, "color": colour}, marker="o")
            for step, colour in palette.items()
        ],
        *[style.key(f"$m = {m:g}$", **grey, marker=marker) for m, marker in markers.items()],
        style.key("one network", **grey, marker="o", markersize=3.2),
        style.key("mean over networks", **grey, marker="o", markersize=6.3),
        style.key("tolerance", color="0.4", linewidth=1.5),
    ]
    style.legend_above(figure, handles, columns=4)


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """Every value, where there is one."""
    table = tables["published"]
    table = table.assign(within=table["within"].map({True: "yes", False: "no"}))
    columns = ["figure", "m", "width", "step", "network"]
    columns += ["published", "ours", "ratio", "tolerance", "within", "departure"]
    return [shown(table, "Every published value beside ours", *columns)] if len(table) else []


FIGURE = Figure(
    __name__,
    CAPTION,
    needs,
    draw,
    numbers,
    condition=lambda study: bool({"figure_b3", "figure_b4"} & {*study.figures}),
    called="the comparison",
)
