"""Figure S.2: an ensemble while it learns against the SG-NTK prediction for each step."""

from typing import Any

import pandas as pd

from replication.figures.figure import Axes, Drawing, Figure, Settings, Statement, Study, Tables
from replication.references import Sources, made_by, outputs_of
from replication.report.tables import Table, shown

STATEMENT = Statement(
    holds="Beyond the paper: at every time during surrogate gradient learning, wide networks have the mean and the "
    "spread that the SG-NTK predicts for it.",
    asks="Beyond the paper: do wide networks have, at every time during surrogate gradient learning, the mean and "
    "the spread that the SG-NTK predicts for it?",
    claims=("learning_is_predicted",),
)

CAPTION = """\
{% set widths = experiment.widths | map(attribute="width") | list %}
**{{ statement }}**

Sign networks during learning, at the steps t = {{ experiment.steps | join(", ") }};
{{ experiment.networks }} networks for each width n.

*Upper row.* A panel for each step, for width n = {{ widths | max }}. Horizontal: the angle α in radians of the input
:math:`x(α) = (\\sin α, \\cos α)`. Vertical: the output f, a plain number. Solid line and band in the colour of the
width: mean of the networks, plus and minus 2 standard deviations. Orange-red and dash-dotted: the same of the
Gaussian process that the SG-NTK predicts for this step. At t = 0 the networks are Gaussian with mean 0.

*Lower row*, over the step t, logarithmic, with a line and a marker for each width. Left: the squared distance of the
networks' mean from the predicted one, averaged over the grid, plus and minus 2 standard errors; linear below 0.001,
logarithmic above. Right: the variance over networks divided by the predicted one, averaged over the grid, plus and
minus 2 standard errors; 1 is agreement.

*Look at* whether the bands coincide in each panel above, and whether, below, the distances fall and the ratios come
closer to 1 as n grows, at every step.
"""


def needs(study: Study, experiment: str) -> Sources:
    """The ensembles and the predictions at each step, and how far they are from each other."""
    tables = outputs_of("tabulate_outputs", "ensemble", "learning", experiment=experiment)
    return Sources(inputs={**tables, "predictions": made_by("predict", experiment=experiment)})


def draw(tables: Tables, settings: Settings) -> Drawing:
    """Above, the widest networks at each step; below, all widths over time."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import Patch

    from replication.figures import style

    ensemble, predictions, learning = tables["ensemble"], tables["predictions"], tables["learning"]
    steps, widest = style.values(ensemble, "step"), int(ensemble["width"].max())
    figure = plt.figure(figsize=(style.TEXT_WIDTH, 4.2), layout="constrained")
    (above,), (below,) = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.15, 1])
    panels = above.subplots(1, len(steps), sharey=True, squeeze=False)[0]
    ours, theirs = style.width_style(widest)["color"], style.COLOURS["sg_ntk"]
    for ax, step in zip(panels, steps, strict=True):
        then = predictions[(predictions["kernel"] == "sg_ntk") & (predictions["step"] == step)]
        networks = ensemble[(ensemble["width"] == widest) & (ensemble["step"] == step)]
        _plot_process(ax, networks, style.width_label(widest), ours, linewidth=1.6)
        _plot_process(ax, then, "SG-NTK", theirs, linewidth=0.9, linestyle="-.")
        style.angle_axis(ax)
        ax.set(xlabel="", title=style.step_label(step))
    panels[0].set_ylabel("output f(x(α))")
    panels[len(steps) // 2].set_xlabel(style.ANGLE)
    left, right = below.subplots(1, 2)
    _plot_distances(left, learning)
    _plot_variance_ratios(right, learning)
    for ax in (left, right):
        ax.set(xscale="log", xlabel="step t")
        style.plain_ticks(ax.xaxis)
    prediction = style.key("SG-NTK, for step t", color=theirs, linewidth=0.9, linestyle="-.")
    band = Patch(facecolor="0.85", edgecolor="0.4", label="± 2 std")
    style.legend_above(figure, [*style.width_keys(style.values(ensemble, "width"), markersize=3), prediction, band])
    return figure


def _plot_process(ax: Axes, process: pd.DataFrame, label: str, colour: str, **drawn: Any) -> None:
    """Mean, and 2 standard deviations to either side."""
    from replication.figures import style

    style.plot_band(ax, process, f"{label} ± 2 std", colour, opacity=0.15)
    style.plot_curve(ax, process, "mean", label, color=colour, **drawn)


def _plot_with_errors(ax: Axes, learning: pd.DataFrame, column: str, error: str) -> None:
    """A statistic of each width against the step, and two standard errors to either side."""
    from replication.figures import style

    for width, table in style.by(learning, "width"):
        label, drawn = style.width_label(width), style.width_style(width)
        low, high = (table[column] + sign * 2 * table[error] for sign in (-1, 1))
        ax.plot(table["step"], table[column], label=label, **drawn, markersize=3)
        ax.vlines(table["step"], low, high, label=f"{label} ± 2 errors", color=drawn["color"], linewidth=1)


def _plot_distances(ax: Axes, learning: pd.DataFrame) -> None:
    from replication.figures import style

    ax.set_yscale("symlog", linthresh=1e-3)  # before the points, for margins on this scale
    _plot_with_errors(ax, learning, "squared_distance", "standard_error")
    ax.axhline(0, label="guide", **style.GUIDE)
    ax.yaxis.set_major_formatter(lambda value, _: style.number(value))
    ax.set_ylabel("squared distance\nof the mean")


def _plot_variance_ratios(ax: Axes, learning: pd.DataFrame) -> None:
    from replication.figures import style

    _plot_with_errors(ax, learning, "variance_ratio", "variance_ratio_error")
    ax.axhline(1, label="guide", **style.GUIDE)
    reach = 2 * learning["variance_ratio_error"]
    lows, highs = learning["variance_ratio"] - reach, learning["variance_ratio"] + reach
    ax.set(yscale="log", ylabel="variance\n/ predicted variance")
    ax.set_ylim(min(0.7, 0.9 * lows[lows > 0].min()), max(1.4, 1.1 * highs.max()))
    style.plain_ticks(ax.yaxis, subs=(1, 1.5, 2, 3, 5, 7))


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """Distances and ratios of variances."""
    columns = ("width", "step", "squared_distance", "standard_error", "variance_ratio", "variance_ratio_error")
    return [shown(tables["learning"], "Each ensemble at each step against the prediction for this step", *columns)]


FIGURE = Figure(__name__, CAPTION, needs, draw, numbers, record="outputs", statement=STATEMENT)
