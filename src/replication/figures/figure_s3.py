"""Figure S.3: SG-NTKs of many surrogates, and the errors of what is learned with them."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import pandas as pd

from replication.figures.figure import Axes, Drawing, Figure, Settings, Study, Tables
from replication.references import Sources, outputs_of
from replication.report.tables import Table, wide

CAPTION = """\
{% set chosen = study.surrogate_comparison %}
**Beyond the paper: what the surrogate derivative does to the SG-NTK, and to what is learned with it.**

Infinitely wide networks with the activation {{ chosen.activation }}, for {{ chosen.surrogates | length }} surrogate
derivatives, which the configuration describes; on the left all have the same peak, {{ chosen.heights.peak }}, on the
right the same area, {{ chosen.heights.area }}, which is that of the derivative of sign.

*Upper row.* Horizontal: the angle alpha in radians of the input x(alpha) = (sin alpha, cos alpha). Vertical: the SG-NTK
I(x(alpha), x0), a plain number. A line for each surrogate, told apart by colour and dashes.

*Lower row.* The mean squared error, over the grid, of what is learned from {{ chosen.points }} grid points, for each
surrogate: mean over {{ chosen.training_sets }} training sets with its 95 % interval, after
{{ chosen.steps | join(", ") }} steps of gradient descent and at convergence. Vertical axis logarithmic.

*Look at* whether the kernels are closer to each other at equal peak or at equal area, and at how much the error at
convergence depends on the surrogate; at early steps it mostly tells how large the kernel is, that is, how fast learning
goes.
"""


def needs(study: Study, experiment: str) -> Sources:
    """Kernels and errors; and the surrogates that are compared, in the order of the configuration."""
    assert study.surrogate_comparison is not None
    compared = [name for name in study.surrogates if name in study.surrogate_comparison.surrogates]
    return Sources({"surrogates": compared}, outputs_of("compare_surrogates", "kernels", "errors"))


def draw(tables: Tables, settings: Settings) -> Drawing:
    """A column for what the surrogates have in common: kernels above, errors below."""
    import matplotlib.pyplot as plt
    import seaborn as sns
    from matplotlib.ticker import NullLocator, StrMethodFormatter

    from replication.figures import style

    kernels, errors, names = tables["kernels"], tables["errors"], settings["surrogates"]
    commons = list(kernels["normalize"].unique())
    palette = dict(zip(names, cycle(sns.color_palette("colorblind", 10)), strict=False))
    dashes: dict[str, Any] = dict(zip(names, cycle(["-", "--", ":", "-."]), strict=False))
    figure, axes = plt.subplots(2, len(commons), figsize=(style.TEXT_WIDTH, 4.6), sharey="row", squeeze=False)
    steps = list(errors["step"].unique())
    labels = ["convergence" if pd.isna(step) else style.step_label(step) for step in steps]
    colours = dict(zip(labels, cycle(style.STEP_COLOURS), strict=False))
    colours["convergence"] = style.COLOURS["analytic"]
    for common, (above, below) in zip(commons, axes.T, strict=True):
        chosen = kernels[kernels["normalize"] == common]
        for name in names:
            curve = chosen[chosen["surrogate"] == name].sort_values("alpha")
            above.plot(curve["alpha"], curve["analytic"], color=palette[name], linestyle=dashes[name])
        style.angle_axis(above)
        above.set_title(f"equal {common}")
        learned = errors[errors["normalize"] == common]
        when = learned["step"].map(dict(zip(steps, labels, strict=True)), na_action=None)
        _plot_errors(below, learned.assign(when=when), names, colours)
    axes[0, 0].set_ylabel(r"$I(x(\alpha), x_0)$")
    axes[0, 0].set_yscale("asinh", linear_width=2)
    axes[0, 0].set_yticks([-2, 0, 2, 5, 10, 20, 50])
    axes[0, 0].yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes[0, 0].yaxis.set_minor_locator(NullLocator())
    axes[1, 0].set_ylabel("mean squared error")
    style.plain_ticks(axes[1, 0].yaxis, subs=(1, 2, 3, 5))
    handles = [style.key(name, color=palette[name], linestyle=dashes[name]) for name in names]
    handles += [style.key(label, color=colours[label], marker="o", linestyle="") for label in labels]
    style.legend_above(figure, handles, columns=4)
    return figure


def _plot_errors(ax: Axes, learned: pd.DataFrame, names: Sequence[str], colours: Mapping[str, str]) -> None:
    """Mean over training sets, with its interval, for each surrogate and step."""
    import seaborn as sns

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


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The mean errors by step."""
    learned = tables["errors"].fillna({"step": -1})
    learned = learned.assign(when=learned["step"].map(lambda step: "convergence" if step < 0 else f"t = {step:,}"))
    mean = learned.pivot_table(index=["normalize", "surrogate"], columns="when", values="mse", sort=False)
    return [wide(mean, "Mean squared error over the grid, mean over training sets, by step")]


FIGURE = Figure(__name__, CAPTION, needs, draw, numbers, condition=lambda study: study.surrogate_comparison is not None)
