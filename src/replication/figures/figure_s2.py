"""Figure S.2: an ensemble while it learns against the SG-NTK prediction for each step."""

from collections.abc import Mapping

import pandas as pd

from replication.figures.figure import Axes, Drawing, Figure, Settings, Study, Tables
from replication.references import Sources, made_by, outputs_of
from replication.report.tables import Table, shown

CAPTION = """\
{% set widths = experiment.widths | map(attribute="width") | list %}
**Beyond the paper: at every time during surrogate gradient learning, wide networks have the mean and the spread that
the SG-NTK predicts for it.**

The sign networks of Figure 3 while they learn, at the steps t = {{ experiment.steps | join(", ") }};
{{ experiment.networks }} networks for each width n.

*Upper row.* A panel for each step, for width n = {{ widths | max }}. Horizontal: the angle alpha in radians of the
input x(alpha) = (sin alpha, cos alpha). Vertical: the output f, a plain number. Line and band in the colour of the
width: mean of the networks, plus and minus 2 standard deviations. Orange-red: the same of the Gaussian process that the
SG-NTK predicts for this step. At t = 0 the networks are Gaussian with mean 0.

*Lower row*, over the step t, logarithmic, with a line for each width. Left: the squared distance of the networks' mean
from the predicted one, averaged over the grid, plus and minus 2 standard errors; linear below 0.001, logarithmic above.
Right: the variance over networks by the predicted one, averaged over the grid; 1 is agreement.

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

    ensemble, predictions = tables["ensemble"], tables["predictions"]
    steps, widest = sorted(ensemble["step"].unique()), ensemble["width"].max()
    palette = style.width_palette(ensemble["width"])
    figure = plt.figure(figsize=(style.TEXT_WIDTH, 4.2), layout="constrained")
    (above,), (below,) = figure.subfigures(2, 1, squeeze=False, height_ratios=[1.15, 1])
    panels = above.subplots(1, len(steps), sharey=True, squeeze=False)[0]
    for ax, step in zip(panels, steps, strict=True):
        then = predictions[(predictions["kernel"] == "sg_ntk") & (predictions["step"] == step)]
        networks = ensemble[(ensemble["width"] == widest) & (ensemble["step"] == step)]
        _plot_process(ax, networks, palette[widest], linewidth=1.8)
        _plot_process(ax, then, style.COLOURS["sg_ntk"], linewidth=0.9)
        style.angle_axis(ax)
        ax.set(xlabel="", title=style.step_label(step))
    panels[0].set_ylabel(r"output $f(x(\alpha))$")
    panels[len(steps) // 2].set_xlabel(r"angle $\alpha$ (rad)")
    left, right = below.subplots(1, 2)
    _plot_distances(left, tables["learning"], palette)
    _plot_variance_ratios(right, tables["learning"], palette)
    prediction = style.key("SG-NTK, for step t", color=style.COLOURS["sg_ntk"], linewidth=0.9)
    band = Patch(facecolor="0.85", edgecolor="0.4", label="± 2 std")
    style.legend_above(figure, [*style.width_keys(ensemble["width"]), prediction, band])
    return figure


def _plot_process(ax: Axes, process: pd.DataFrame, colour: str, linewidth: float) -> None:
    """Mean, and 2 standard deviations to either side."""
    from replication.figures import style

    process = process.sort_values("alpha")
    style.plot_band(ax, process, colour, opacity=0.15)
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
    from replication.figures import style

    for width, colour in palette.items():
        table = learning[learning["width"] == width]
        ax.plot(table["step"], table["variance_ratio"], color=colour, marker="o", markersize=3)
    ax.axhline(1, color="0.6", linewidth=0.6, zorder=0)
    ratios = learning["variance_ratio"]
    ax.set(xscale="log", yscale="log", xlabel="step t", ylabel="variance\n/ predicted variance")
    ax.set_ylim(min(0.7, 0.9 * ratios.min()), max(1.4, 1.1 * ratios.max()))
    style.plain_ticks(ax.yaxis, subs=(1, 1.5, 2, 3, 5, 7))


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """Distances and ratios of variances."""
    columns = ("width", "step", "squared_distance", "standard_error", "variance_ratio")
    return [shown(tables["learning"], "Each ensemble at each step against the prediction for this step", *columns)]


FIGURE = Figure(__name__, CAPTION, needs, draw, numbers, record="outputs")
