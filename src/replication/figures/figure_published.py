"""Kernel errors of the run against those that the paper published."""

from typing import Any

import pandas as pd

from replication.figures.figure import Axes, Drawing, Figure, Settings, Study, Tables
from replication.references import Sources, made_by
from replication.report.tables import Table, shown

MARKERS = {2: "o", 5: "^", 20: "s"}
"""By the steepness m."""

NETWORK: dict[str, Any] = {"markersize": 2.5, "markeredgewidth": 0}
MEAN: dict[str, Any] = {"markersize": 6.5, "markerfacecolor": "none", "markeredgewidth": 0.9}

CAPTION = """\
**Kernel errors of this run over those that the paper published in Figures B.3 and B.4.**

*Panels.* Columns: the figure of the paper that a value was read off, and the step of training, where 0 is
initialization. Upper row: our mean squared error over the published one. Lower row: how far that ratio is from 1.

*Axes.* Horizontal, logarithmic: the width n of the hidden layers. Vertical: plain numbers, above on a logarithmic
scale, below on one that is linear from 0 to 0.000001, which is as many digits as the published values have, and
logarithmic beyond.

*Points.* Small and filled: the kernel of one network. Large and open: the mean over the 10 networks of an ensemble.
The marker gives the steepness m of the activation :math:`\\mathrm{erf}(m z)`. A short line below is the tolerance,
the largest distance from 1 that counts as agreement.

*Look at* which points lie above their tolerance. Three departures are known, and ``docs/deviations.md`` tells of each
under the heading named here:

- *Figures B.3 and B.4 at t = 0: rounding in the published kernels.* The published kernels carry the rounding error of a
  float32 sum whose number of terms grows like :math:`n^2`; ours do not. It is seen at n of 500 and more, before
  training and after.
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
    from matplotlib.ticker import NullLocator

    from replication.figures import style

    published = tables["published"]
    if published.empty:
        figure, ax = plt.subplots(figsize=(style.TEXT_WIDTH, 0.8))
        ax.set_axis_off()
        ax.text(0.5, 0.5, "No value of this run is comparable with a published one.", ha="center", va="center")
        return figure
    columns = [
        (name, step, table)
        for name, of_figure in published.groupby("figure")
        for step, table in style.by(of_figure, "step")
    ]
    size = (style.TEXT_WIDTH, 3.6)
    figure, axes = plt.subplots(2, len(columns), figsize=size, sharex=True, sharey="row", squeeze=False)
    for (name, step, table), column in zip(columns, axes.T, strict=True):
        for quantity, ax in zip(("ratio", "deviation"), column, strict=True):
            _plot_values(ax, table, quantity, style.step_style(step)["color"])
        for width, ensemble in style.by(table, "width"):
            reach, tolerance = [width / 1.4, width * 1.4], ensemble["tolerance"].iloc[0]
            column[1].hlines(tolerance, *reach, label="tolerance", color="0.3", linewidth=1.2)
        column[0].axhline(1, label="guide", **style.GUIDE)
        column[0].set(title=f"{name}, {style.step_label(step)}", yscale="log")
        column[1].set_yscale("symlog", linthresh=1e-6)
        style.width_axis(column[1], published["width"])
    axes[0, 0].set_ylabel("ours / published")
    axes[1, 0].set(ylabel="|ours / published − 1|", yticks=[0, 1e-6, 1e-4, 1e-2, 1])
    axes[1, 0].yaxis.set_major_formatter(lambda value, _: style.number(value))
    style.plain_ticks(axes[0, 0].yaxis, subs=(1, 2, 5))
    axes[1, 0].yaxis.set_minor_locator(NullLocator())
    _legend(figure, published)
    return figure


def _plot_values(ax: Axes, table: pd.DataFrame, quantity: str, colour: str) -> None:
    """Means as large open marks, single networks as small ones; a shape for each steepness."""
    from replication.figures import style

    of_mean = table["network"] == "mean"
    for kind, chosen, look in (("mean", table[of_mean], MEAN), ("networks", table[~of_mean], NETWORK)):
        for m, values in style.by(chosen, "m"):
            label = f"{kind}, m = {m}"
            ax.plot(values["width"], values[quantity], MARKERS[m], label=label, color=colour, **look)


def _legend(figure: Drawing, published: pd.DataFrame) -> None:
    from replication.figures import style

    grey: dict[str, Any] = {"color": "0.3", "linestyle": ""}
    handles = [
        *[style.key(f"m = {m}", **grey, marker=MARKERS[m], markersize=4.5) for m in style.values(published, "m")],
        style.key("one network", **grey, **NETWORK, marker="o"),
        style.key("mean over networks", **grey, **MEAN, marker="o"),
        style.key("tolerance", color="0.3", linewidth=1.2),
    ]
    style.legend_above(figure, handles)


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
