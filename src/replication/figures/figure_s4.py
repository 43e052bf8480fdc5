"""Figure S.4: kernel regression and trained networks on real data."""

import pandas as pd

from replication.figures.figure import Drawing, Figure, Settings, Study, Tables
from replication.references import Sources, made_by
from replication.report.tables import Table, wide

PREDICTORS = {"sg_ntk": "SG-NTK regression", "nngp": "NNGP regression", "ensemble": "mean of the networks"}

CAPTION = """\
{% set chosen = study.real_data %}
**Beyond the paper: kernel regression and trained sign networks on real data.**

{{ chosen.training_points }} training and {{ chosen.test_points }} test points of each of the data sets
{{ chosen.data_sets | join(", ") }} of scikit-learn (breast_cancer: malignant or benign; diabetes: progression after a
year; digits: even or odd). Features and targets are scaled to mean 0 and variance 1 over the training points. The
SG-NTK is that of the activation {{ chosen.activation }} and the surrogate {{ chosen.surrogate }}.

*Axes.* Horizontal: the data set, with the asymmetry of the SG-NTK of its training points, in the Frobenius norm.
Vertical: the mean squared error over the test points; 1, dotted, is that of the training set's mean.

*Marks.* Grey points: {{ chosen.networks }} networks of width {{ chosen.width }}, after {{ chosen.steps }} steps of
surrogate gradient learning; black diamond: their mean. Orange-red triangle: SG-NTK regression, for the same step. Blue
square: NNGP regression at convergence.

*Look at* whether the networks' mean is where SG-NTK regression is, rather than NNGP regression.
"""


def needs(study: Study, experiment: str) -> Sources:
    """The errors of regressions and of networks, for each data set."""
    assert study.real_data is not None
    outputs, sets = ("errors", "network_errors"), study.real_data.data_sets
    return Sources(inputs={name: [made_by("real_data", name, data_set=one) for one in sets] for name in outputs})


def draw(tables: Tables, settings: Settings) -> Drawing:
    """A column for each data set: the networks, their mean, and the regressions."""
    import matplotlib.pyplot as plt
    import numpy as np
    import seaborn as sns

    from replication.figures import style

    errors: pd.DataFrame = pd.concat(tables["errors"], ignore_index=True)
    networks: pd.DataFrame = pd.concat(tables["network_errors"], ignore_index=True)
    figure, ax = plt.subplots(figsize=(0.8 * style.TEXT_WIDTH, 2.6))
    names, grey = list(errors["data_set"].unique()), style.COLOURS["network"]
    asymmetry = errors.drop_duplicates("data_set").set_index("data_set")["asymmetry"]
    sns.swarmplot(networks, x="data_set", y="mse", order=names, color=grey, size=3, zorder=1, ax=ax)
    colours = {kernel: style.COLOURS["analytic" if kernel == "ensemble" else kernel] for kernel in PREDICTORS}
    for (kernel, colour), marker, aside in zip(colours.items(), "^sD", (-0.25, 0.25, 0), strict=True):
        table = errors[errors["kernel"] == kernel].set_index("data_set").loc[names]
        places = np.arange(len(names)) + aside
        ax.plot(places, table["mse"], marker, color=colour, markersize=6, markeredgecolor="white")
    ax.axhline(1, color="0.6", linewidth=0.6, linestyle=":", zorder=0)
    ax.set(xlabel="", ylabel="mean squared error\n(variance of the target = 1)", ylim=(0, None))
    ax.set_xticks(range(len(names)), [f"{name}\n|I − I$^T$|/|I| = {asymmetry[name]:.2g}" for name in names])
    handles = [
        style.key(PREDICTORS[kernel], color=colour, marker=marker, linestyle="")
        for (kernel, colour), marker in zip(colours.items(), "^sD", strict=True)
    ]
    handles.append(style.key("one network", color=grey, marker="o", markersize=3, linestyle=""))
    style.legend_above(figure, handles, columns=2)
    return figure


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The errors, and the asymmetry of the kernel."""
    regressions: pd.DataFrame = pd.concat(tables["errors"])
    networks = pd.concat(tables["network_errors"]).assign(kernel="one network, mean")
    mean = pd.concat([regressions, networks]).pivot_table(index="data_set", columns="kernel", values="mse", sort=False)
    asymmetry = regressions.groupby("data_set")["asymmetry"].first()
    return [wide(mean.assign(asymmetry=asymmetry), "Mean squared error over the test points, and |I − Iᵀ|/|I|")]


FIGURE = Figure(__name__, CAPTION, needs, draw, numbers, condition=lambda study: study.real_data is not None)
