"""Figure S.6: what a reset does to spiking networks, and to their NNGP."""

from typing import Any

import pandas as pd

from replication.figures.figure import Axes, Drawing, Figure, Settings, Statement, Study, Tables
from replication.references import Sources, made_by
from replication.report.tables import Table, shown

RESETS = {"none": ("#333333", "o", 0), "subtract": ("#7A9A01", "s", -1), "zero": ("#E377C2", "^", 1)}
"""Colour, marker, and on which side of its threshold it is drawn."""

LABELS = {"none": "no reset", "subtract": "reset: subtract", "zero": "reset: to zero"}

STATEMENT = Statement(
    holds="Beyond the paper: a reset moves trained spiking networks away from what the SG-NTK of units without reset "
    "predicts.",
    asks="Beyond the paper: does a reset move trained spiking networks away from what the SG-NTK of units without "
    "reset predicts?",
    claims=("resets_move_networks",),
)

CAPTION = """\
{% set chosen = study.spiking_reset %}
**{{ statement }}**

{{ chosen.networks }} networks of width {{ chosen.width }} with {{ chosen.network.hidden_layers }} hidden layer of
leaky integrate-and-fire units, after {{ chosen.steps }} steps of surrogate gradient learning from
{{ chosen.currents.training_points }} currents over {{ chosen.currents.steps }} steps in time. The surrogate derivative
is {{ chosen.surrogate }}, :math:`σ_w` = {{ chosen.network.sigma_w }} and :math:`σ_b` = {{ chosen.network.sigma_b }}.
The learning rate is {{ chosen.relative_learning_rate }} of the largest that is stable without reset, the same with
every reset.

*Axes.* Horizontal: the threshold of the units. Vertical, from top to bottom: the squared distance of the networks'
mean output from the SG-NTK's prediction for this step, mean over {{ chosen.currents.test_points }} test points, a plain
number on a logarithmic scale, linear near 0; the variance of the NNGP with the reset, by Monte Carlo over
{{ chosen.monte_carlo.networks }} networks of width {{ chosen.monte_carlo.width }}, divided by that without; and the
firing rate, spikes per unit and step, before learning. Bars: 2 standard errors to either side.

*Columns.* The leak, the share of the membrane potential that is left after a step. *Marks*, side by side: a spike
does nothing to the membrane, subtracts the threshold from it, or sets it to 0. Blue dashes: how far NNGP
regression is from the SG-NTK's prediction.

*Look at* how far the marks with a reset are above those without; and whether they are still below the blue line, so
that the SG-NTK is the better approximation.
"""


def needs(study: Study, experiment: str) -> Sources:
    """A table for each reset."""
    return Sources(inputs={"summary": [made_by("spiking_reset", "summary", reset=reset) for reset in RESETS]})


def draw(tables: Tables, settings: Settings) -> Drawing:
    """A column for each leak: distances, the NNGP's variance, and firing rates over the threshold."""
    import matplotlib.pyplot as plt

    from replication.figures import style

    summary: pd.DataFrame = pd.concat(tables["summary"], ignore_index=True)
    leaks = sorted(summary["leak"].unique())
    size = (style.TEXT_WIDTH, 4.6)
    figure, axes = plt.subplots(3, len(leaks), figsize=size, sharex=True, sharey="row", squeeze=False)
    for leak, (above, middle, below) in zip(leaks, axes.T, strict=True):
        table = summary[summary["leak"] == leak]
        _plot(above, table, "squared_distance", "standard_error")
        _plot(middle, table, "nngp_ratio", "nngp_ratio_error")
        _plot(below, table, "rate")
        nngp = table[table["reset"] == "none"].sort_values("threshold")
        blue = {"color": style.COLOURS["nngp"], "linestyle": "--", "linewidth": 0.9}
        above.plot(nngp["threshold"], nngp["nngp_distance"], label="NNGP", **blue)
        middle.axhline(1, label="guide", **style.GUIDE)
        above.set_title(f"leak {style.number(leak)}")
        below.set_xlabel("threshold")
        below.set_xticks(sorted(table["threshold"].unique()))
    axes[0, 0].set_yscale("symlog", linthresh=1e-3)
    axes[0, 0].yaxis.set_major_formatter(lambda value, _: style.number(value))
    axes[0, 0].set_ylabel("squared distance\nfrom the SG-NTK")
    axes[1, 0].set(ylabel="NNGP variance\n/ that without reset", ylim=(0, None))
    axes[2, 0].set(ylabel="firing rate", ylim=(0, None))
    look: dict[str, Any] = {"markersize": 3.5, "linewidth": 0.9}
    handles = [
        style.key(LABELS[reset], color=colour, marker=marker, **look) for reset, (colour, marker, _) in RESETS.items()
    ]
    handles.append(style.key("NNGP regression", **blue))
    style.legend_above(figure, handles)
    return figure


def _plot(ax: Axes, table: pd.DataFrame, column: str, error: str | None = None) -> None:
    """A statistic over the threshold for each reset, with bars of 2 standard errors."""
    aside = 0.02 * (table["threshold"].max() - table["threshold"].min())
    for reset, (colour, marker, side) in RESETS.items():
        one = table[table["reset"] == reset].sort_values("threshold")
        x, y = one["threshold"] + side * aside, one[column]
        ax.plot(x, y, label=reset, color=colour, marker=marker, markersize=3.5, linewidth=0.9)
        if error is not None:
            low, high = (y + sign * 2 * one[error] for sign in (-1, 1))
            ax.vlines(x, low, high, label=f"{reset} ± 2 errors", color=colour, linewidth=1)


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """All of it."""
    summary: pd.DataFrame = pd.concat(tables["summary"], ignore_index=True)
    columns = ("reset", "leak", "threshold", "squared_distance", "standard_error", "nngp_distance")
    more = ("reset", "leak", "threshold", "rate", "nngp_ratio", "nngp_ratio_error")
    return [
        shown(summary, "Squared distance of the networks' mean, and of NNGP regression, from the SG-NTK", *columns),
        shown(summary, "Firing rate, and the NNGP's variance divided by that without reset", *more),
    ]


FIGURE = Figure(
    __name__,
    CAPTION,
    needs,
    draw,
    numbers,
    condition=lambda study: study.spiking_reset is not None,
    statement=STATEMENT,
)
