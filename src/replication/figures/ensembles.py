"""Trained networks and their mean against the SG-NTK prediction (Figures 3, B.2 and S.5)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
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
    """The networks and their means at the last step, and how far these are from the prediction for convergence."""
    import matplotlib.pyplot as plt

    from replication.figures import style

    layout: Any = [["networks", "means"], ["networks", "differences"]]
    figure, panels = plt.subplot_mosaic(layout, figsize=(style.TEXT_WIDTH, 3.6), height_ratios=[1.25, 1], sharex=True)
    outputs, ensemble, predictions = tables["outputs"], tables["ensemble"], tables["predictions"]
    converged = predictions[predictions["step"].isna()]
    sg_ntk, nngp = (converged[converged["kernel"] == kernel].sort_values("alpha") for kernel in ("sg_ntk", "nngp"))
    last, widest = ensemble["step"].max(), ensemble["width"].max()
    trained = ensemble[ensemble["step"] == last]

    plot_networks(panels["networks"], outputs[(outputs["width"] == widest) & (outputs["step"] == last)])
    style.plot_band(panels["networks"], sg_ntk, "SG-NTK ± 2 std", style.COLOURS["sg_ntk"], opacity=0.2, zorder=2)
    plot_means(panels["networks"], trained[trained["width"] == widest])
    plot_means(panels["means"], trained)
    for ax in (panels["networks"], panels["means"]):
        plot_predictions(ax, sg_ntk["alpha"], sg_ntk["mean"], nngp["mean"])
        plot_points(ax, tables["training_set"])
    plot_differences(panels["differences"], trained, sg_ntk, nngp)
    for ax, letter in zip(panels.values(), "abc", strict=True):
        style.angle_axis(ax)
        ax.set_title(letter, loc="left", fontweight="bold")
    panels["networks"].set(ylabel="output f(x(α))", ylim=limits(sg_ntk, tables["training_set"]))
    panels["means"].set(xlabel="", ylabel="mean output")
    panels["differences"].set_ylabel("mean minus\nSG-NTK mean")
    legend(figure, style.values(ensemble, "width"))
    return figure


def limits(sg_ntk: pd.DataFrame, training_set: pd.DataFrame) -> tuple[float, float]:
    """3.5 standard deviations below and above the predicted mean, with the training points."""
    low, high = sg_ntk["mean"] - 3.5 * sg_ntk["std"], sg_ntk["mean"] + 3.5 * sg_ntk["std"]
    return min(low.min(), training_set["y"].min()), max(high.max(), training_set["y"].max())


def plot_networks(ax: Axes, networks: pd.DataFrame) -> None:
    """A thin line for each network."""
    from replication.figures import style

    opacity = min(0.8, 60 / networks["network"].nunique())
    for network, one in style.by(networks, "network"):
        colour = style.COLOURS["network"]
        style.plot_curve(ax, one, "output", f"network {network}", color=colour, linewidth=0.3, alpha=opacity, zorder=1)


def plot_means(ax: Axes, ensemble: pd.DataFrame) -> None:
    """The mean of each width."""
    from replication.figures import style

    for width, one in style.by(ensemble, "width"):
        style.plot_curve(ax, one, "mean", style.width_label(width), **_drawn(width), zorder=3)


def _drawn(width: int) -> dict[str, Any]:
    """A line with a marker now and then, at other angles for other widths."""
    from replication.figures import style

    every = (round(17 * np.log10(width)) % 10, 10)
    return {**style.width_style(width), "markevery": every, "markersize": 3.2, "markeredgewidth": 0, "linewidth": 1.3}


def plot_predictions(ax: Axes, alpha: pd.Series, sg_ntk: pd.Series, nngp: pd.Series) -> None:
    """Both predictions of the mean."""
    from replication.figures import style

    ax.plot(alpha, nngp, label="NNGP", color=style.COLOURS["nngp"], linestyle="--", linewidth=1.0, zorder=4)
    ax.plot(alpha, sg_ntk, label="SG-NTK", color=style.COLOURS["sg_ntk"], linestyle="-.", linewidth=1.0, zorder=5)


def plot_points(ax: Axes, training_set: pd.DataFrame) -> None:
    """The training set."""
    drawn: dict[str, Any] = {
        "color": "black",
        "markersize": 3.5,
        "markeredgecolor": "white",
        "zorder": 6,
        "clip_on": False,
    }
    ax.plot(training_set["alpha"], training_set["y"], "o", label="training points", **drawn)


def plot_differences(ax: Axes, ensemble: pd.DataFrame, sg_ntk: pd.DataFrame, nngp: pd.DataFrame) -> None:
    """Mean minus the SG-NTK mean, with a band of 2 standard errors."""
    from replication.figures import style

    predicted = sg_ntk.set_index("point")["mean"]
    for width, one in style.by(ensemble, "width"):
        means = one.set_index("point").sort_values("alpha")
        difference, error = means["mean"] - predicted[means.index], 2 * means["standard_error"]
        label, drawn = style.width_label(width), _drawn(width)
        ax.plot(means["alpha"], difference, label=label, zorder=3, **drawn)
        band: dict[str, Any] = {"color": drawn["color"], "alpha": 0.3, "linewidth": 0, "zorder": 2}
        ax.fill_between(means["alpha"], difference - error, difference + error, label=f"{label} ± 2 errors", **band)
    nothing = sg_ntk["mean"] - sg_ntk["mean"]
    plot_predictions(ax, sg_ntk["alpha"], nothing, nngp["mean"].to_numpy() - sg_ntk["mean"])


def legend(figure: Drawing, widths: Sequence[int]) -> None:
    """One legend for all panels."""
    from matplotlib.patches import Patch

    from replication.figures import style

    colours = style.COLOURS
    band: dict[str, Any] = {"facecolor": (colours["sg_ntk"], 0.2), "edgecolor": colours["sg_ntk"]}
    handles = [
        *[
            style.key(f"mean, n = {width:,}", **style.width_style(width), linewidth=1.3, markersize=3.2)
            for width in widths
        ],
        style.key("SG-NTK mean", color=colours["sg_ntk"], linestyle="-.", linewidth=1.0),
        Patch(**band, label="SG-NTK ± 2 std"),
        style.key("NNGP regression", color=colours["nngp"], linestyle="--", linewidth=1.0),
        style.key(f"one network, n = {max(widths):,}", color=colours["network"], linewidth=0.8),
        style.key("training points", color="black", marker="o", markersize=3.5, linestyle=""),
    ]
    style.legend_above(figure, handles, columns=4)


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
