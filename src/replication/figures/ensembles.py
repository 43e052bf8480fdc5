"""Trained networks and their mean against the SG-NTK prediction (Figures 3 and B.2)."""

from collections.abc import Mapping

import pandas as pd

from replication.figures.captions import SURROGATE
from replication.figures.figure import Axes, Drawing, Settings, Study, Tables
from replication.references import Sources, made_by, made_by_one
from replication.report.tables import EVERY, Table, pivoted, shown, wide

NETWORKS = (
    """\
{% set widths = experiment.widths | map(attribute="width") | list %}
Networks with the activation sign and output scale kappa = {{ experiment.output_scale }} after
{{ "{:,}".format(experiment.steps | last) }} steps of surrogate gradient learning on training set
{{ experiment.training_set }}; {{ experiment.networks }} networks for each width n. The surrogate derivative is
"""
    + SURROGATE
    + """.

*Axes.* Horizontal: the angle alpha in radians of the input x(alpha) = (sin alpha, cos alpha). Vertical: the output f, a
plain number; the axis ends 3.5 predicted standard deviations beyond the predicted mean, and single outputs outside are
cut off.

*Panel a*, width n = {{ widths | max }}. Thin translucent grey lines: the output of each network. Line in the colour of
this width in panel b: their mean. Orange-red line with a shaded band: the mean of the SG-NTK prediction, plus and minus
2 standard deviations, for infinitely wide networks trained to convergence. Dashed blue line: the mean of regression
with the NNGP kernel of sign. Black points: the training set.

*Panel b*. A line for each width n ({{ widths | join(", ") }}), from green for narrow to dark blue for wide: the mean
over its {{ experiment.networks }} networks. Orange-red line and black points: the SG-NTK mean and the training set, as
in panel a.
"""
)
"""What the captions say of the networks and of the panels."""


def needs(study: Study, experiment: str) -> Sources:
    """Networks, their mean, the prediction and the training set; and the distances, for the numbers."""
    return Sources(
        inputs={
            **made_by_one("tabulate_outputs", "outputs", "ensemble", "distances", experiment=experiment),
            "predictions": made_by("predict", experiment=experiment),
            "training_set": made_by("training_set", training_set=study.experiments[experiment].training_set),
        }
    )


def draw(tables: Tables, settings: Settings) -> Drawing:
    """The networks and their mean at the last step; the prediction is that for convergence."""
    import matplotlib.pyplot as plt
    import pandas as pd
    import seaborn as sns

    from replication.figures import style

    figure, (left, right) = plt.subplots(1, 2, figsize=(style.TEXT_WIDTH, 2.8), sharey=True)
    outputs, ensemble, predictions = tables["outputs"], tables["ensemble"], tables["predictions"]
    converged = predictions[predictions["step"].isna()]
    theory = {kernel: table.sort_values("alpha") for kernel, table in converged.groupby("kernel")}
    palette = style.width_palette(ensemble["width"])
    last = ensemble["step"].max()
    widest = ensemble["width"].max()

    networks = outputs[(outputs["width"] == widest) & (outputs["step"] == last)]
    sns.lineplot(
        networks,
        x="alpha",
        y="output",
        units="network",
        estimator=None,
        color=style.COLOURS["network"],
        linewidth=0.3,
        alpha=min(0.6, 40 / networks["network"].nunique()),
        zorder=1,
        ax=left,
    )
    sg_ntk = theory["sg_ntk"]
    band = [sg_ntk["mean"] - 2 * sg_ntk["std"], sg_ntk["mean"] + 2 * sg_ntk["std"]]
    left.fill_between(sg_ntk["alpha"], *band, color=style.COLOURS["sg_ntk"], alpha=0.2, linewidth=0, zorder=2)
    for edge in band:
        left.plot(sg_ntk["alpha"], edge, color=style.COLOURS["sg_ntk"], linewidth=0.6, zorder=2)
    nngp = theory["nngp"]
    left.plot(nngp["alpha"], nngp["mean"], color=style.COLOURS["nngp"], linestyle="--", zorder=3)
    _plot_means(left, ensemble[(ensemble["width"] == widest) & (ensemble["step"] == last)], palette)
    _plot_means(right, ensemble[ensemble["step"] == last], palette)
    for ax, panel in ((left, "a"), (right, "b")):
        ax.plot(sg_ntk["alpha"], sg_ntk["mean"], color=style.COLOURS["sg_ntk"], linewidth=0.9, zorder=5)
        ax.plot(
            tables["training_set"]["alpha"],
            tables["training_set"]["y"],
            "o",
            color="black",
            markersize=3.5,
            markeredgecolor="white",
            zorder=6,
        )
        style.angle_axis(ax)
        ax.set_title(panel, loc="left", fontweight="bold")
    limits = pd.concat([sg_ntk["mean"] - 3.5 * sg_ntk["std"], sg_ntk["mean"] + 3.5 * sg_ntk["std"]])
    left.set(ylabel=r"output $f(x(\alpha))$", ylim=(limits.min(), limits.max()))
    _legend(figure, palette)
    return figure


def _plot_means(ax: Axes, ensemble: pd.DataFrame, palette: Mapping[int, str]) -> None:
    import seaborn as sns

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


def _legend(figure: Drawing, palette: Mapping[int, str]) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    from replication.figures import style

    colours = style.COLOURS
    handles = [
        *[
            Line2D([], [], color=colour, linewidth=1.8, label=f"ensemble mean, n = {width}")
            for width, colour in palette.items()
        ],
        Line2D([], [], color=colours["network"], linewidth=0.6, label=f"single networks, n = {max(palette)}"),
        Line2D([], [], color=colours["sg_ntk"], linewidth=0.9, label="SG-NTK mean"),
        Patch(facecolor=(colours["sg_ntk"], 0.2), edgecolor=colours["sg_ntk"], label="SG-NTK ± 2 std"),
        Line2D([], [], color=colours["nngp"], linestyle="--", label="NNGP regression"),
        Line2D([], [], color="black", marker="o", markersize=3.5, linestyle="", label="training points"),
    ]
    style.legend_above(figure, handles, columns=3)


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """Distances of the means from the predictions, and both by angle."""
    ensemble, predictions = tables["ensemble"], tables["predictions"]
    last = ensemble[(ensemble["step"] == ensemble["step"].max()) & (ensemble["point"] % EVERY == 0)]
    means = pivoted(last, ["alpha"], "width", "mean").add_prefix("mean, n = ")
    converged = predictions[predictions["step"].isna()].set_index("alpha")
    sg_ntk, nngp = (converged[converged["kernel"] == kernel] for kernel in ("sg_ntk", "nngp"))
    beside = {"SG-NTK mean": sg_ntk["mean"], "SG-NTK std": sg_ntk["std"], "NNGP regression": nngp["mean"]}
    caption = "Squared distance of the ensemble's mean from each prediction, over the grid"
    return [
        shown(tables["distances"], caption, "width", "step", "kernel", "squared_distance", "standard_error"),
        wide(means.assign(**beside), f"Ensemble means and predictions at every {EVERY}th angle"),
    ]
