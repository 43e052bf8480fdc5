"""Figure S.4: kernel regression and trained networks on real data."""

from typing import Any

import pandas as pd

from replication.figures.figure import Drawing, Figure, Settings, Statement, Study, Tables
from replication.references import Sources, made_by
from replication.report.tables import Table, shown

PREDICTORS = {
    "sg_ntk": ("SG-NTK regression", "^", "sg_ntk", -0.22),
    "ensemble": ("the networks' mean output", "D", "analytic", 0.22),
    "nngp": ("NNGP regression", "s", "nngp", 0.34),
}
"""Label, marker, colour, and how far aside of the networks."""

SINGLE = {"sg_ntk": "one network, by the SG-NTK", "ensemble": "mean error of the networks"}
MEAN_OUTPUT: dict[str, Any] = {"markersize": 4.5, "markeredgewidth": 0.8}
ONE_NETWORK: dict[str, Any] = {**MEAN_OUTPUT, "markerfacecolor": "white"}

STATEMENT = Statement(
    holds="Beyond the paper: on real data the mean of trained sign networks is closer to SG-NTK regression than to "
    "NNGP regression.",
    asks="Beyond the paper: on real data, is the mean of trained sign networks closer to SG-NTK regression than to "
    "NNGP regression?",
    claims=("real_data_follows",),
)

CAPTION = """\
{% set chosen = study.real_data %}
**{{ statement }}**

{{ chosen.training_points }} training and {{ chosen.test_points }} test points of each of the data sets
{{ chosen.data_sets | join(", ") }} of scikit-learn (breast_cancer: malignant or benign; diabetes: progression after a
year; digits: even or odd). Features and targets are scaled to mean 0 and variance 1 over the training points. The
SG-NTK is that of the activation {{ chosen.activation }} and the surrogate {{ chosen.surrogate }}.

*Axes.* Horizontal: the data set, with the asymmetry of the SG-NTK of its training points (in the Frobenius norm).
Vertical: the mean squared error over the test points; 1, dotted, is that of the training set's mean.

*Marks.* Grey points: {{ chosen.networks }} networks of width {{ chosen.width }}, after {{ chosen.steps }} steps of
surrogate gradient learning. Open black diamond: the mean of their errors. Filled black diamond: the error of their
mean output, which is smaller, since the networks' spread averages out. Orange-red triangles: SG-NTK regression for
the same step, filled, and the expected error of one network, with the predicted variance, open.
Blue square: NNGP regression at convergence. Bars: 2 standard errors to either side, over the test points, which all
predictors share.

*Look at* whether the filled diamond is where the filled triangle is, rather than the square, and whether the open
ones are at the same height.
"""


def needs(study: Study, experiment: str) -> Sources:
    """The errors of regressions and of networks, for each data set."""
    assert study.real_data is not None
    outputs, sets = ("errors", "network_errors"), study.real_data.data_sets
    return Sources(inputs={name: [made_by("real_data", name, data_set=one) for one in sets] for name in outputs})


def draw(tables: Tables, settings: Settings) -> Drawing:
    """A column for each data set: the networks, their mean output, and the regressions."""
    import matplotlib.pyplot as plt
    import seaborn as sns

    from replication.figures import style

    errors: pd.DataFrame = pd.concat(tables["errors"], ignore_index=True)
    networks: pd.DataFrame = pd.concat(tables["network_errors"], ignore_index=True)
    figure, ax = plt.subplots(figsize=(0.85 * style.TEXT_WIDTH, 3.0))
    names = list(errors["data_set"].unique())
    places = errors["data_set"].map({name: place for place, name in enumerate(names)})
    grey = style.COLOURS["network"]
    sns.swarmplot(
        networks,
        x="data_set",
        y="mse",
        order=names,
        color=grey,
        size=3,
        zorder=1,
        linewidth=0.4,
        edgecolor="0.4",
        ax=ax,
    )
    for points in ax.collections:
        points.set_label("networks")
    for kernel, (label, marker, colour, aside) in PREDICTORS.items():
        table, at = errors[errors["kernel"] == kernel], places[errors["kernel"] == kernel] + aside
        colour = style.COLOURS[colour]
        low, high = (table["mse"] + sign * 2 * table["standard_error"] for sign in (-1, 1))
        ax.vlines(at, low, high, label=f"{label} ± 2 errors", color=colour, linewidth=1)
        ax.plot(at, table["mse"], marker, label=label, color=colour, **MEAN_OUTPUT)
        if kernel in SINGLE:
            ax.plot(at, table["single_mse"], marker, label=SINGLE[kernel], color=colour, **ONE_NETWORK)
    ax.axhline(1, label="guide", **style.GUIDE, linestyle=":")
    asymmetry = errors.drop_duplicates("data_set").set_index("data_set")["asymmetry"]
    ax.set(xlabel="", ylabel="mean squared error\n(variance of the target = 1)", ylim=(0, None))
    labels = [f"{name.replace('_', ' ')}\n|I − Iᵀ|/|I| = {asymmetry[name]:.2g}" for name in names]
    ax.set_xticks(range(len(names)), labels)
    handles = []
    for kernel, (label, marker, colour, _) in PREDICTORS.items():
        look = {"color": style.COLOURS[colour], "marker": marker, "linestyle": ""}
        handles.append(style.key(label, **look, **MEAN_OUTPUT))
        if kernel in SINGLE:
            handles.append(style.key(SINGLE[kernel], **look, **ONE_NETWORK))
    handles.append(style.key("one network", color=grey, marker="o", markersize=3, markeredgecolor="0.4", linestyle=""))
    style.legend_above(figure, handles, columns=2)
    return figure


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The errors, and the asymmetry of the kernel."""
    columns = ("data_set", "kernel", "mse", "standard_error", "single_mse", "asymmetry")
    networks: pd.DataFrame = pd.concat(tables["network_errors"])
    caption = "Mean squared error over the test points, that of one network, and |I − Iᵀ|/|I|"
    return [
        shown(pd.concat(tables["errors"]), caption, *columns),
        shown(networks, "Mean squared error of each network", "data_set", "network", "mse"),
    ]


FIGURE = Figure(
    __name__, CAPTION, needs, draw, numbers, condition=lambda study: study.real_data is not None, statement=STATEMENT
)
