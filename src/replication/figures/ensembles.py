"""Trained networks and their mean against the SG-NTK prediction (Figures 3 and B.2)."""

from collections.abc import Mapping

import pandas as pd

from replication.figures.figure import Axes, Drawing, Settings, Study, Tables
from replication.references import Sources, made_by, outputs_of
from replication.report.tables import EVERY, Table, pivoted, shown, wide


def needs(study: Study, experiment: str) -> Sources:
    """Networks, their mean, the prediction and the training set; and the distances, for the numbers."""
    return Sources(
        inputs={
            **outputs_of("tabulate_outputs", "outputs", "ensemble", "distances", experiment=experiment),
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
    style.plot_band(left, sg_ntk, style.COLOURS["sg_ntk"], opacity=0.2, zorder=2)
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
    from matplotlib.patches import Patch

    from replication.figures import style

    colours = style.COLOURS
    handles = [
        *[style.key(f"ensemble mean, n = {width}", color=colour, linewidth=1.8) for width, colour in palette.items()],
        style.key(f"single networks, n = {max(palette)}", color=colours["network"], linewidth=0.6),
        style.key("SG-NTK mean", color=colours["sg_ntk"], linewidth=0.9),
        Patch(facecolor=(colours["sg_ntk"], 0.2), edgecolor=colours["sg_ntk"], label="SG-NTK ± 2 std"),
        style.key("NNGP regression", color=colours["nngp"], linestyle="--"),
        style.key("training points", color="black", marker="o", markersize=3.5, linestyle=""),
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
