"""Figure S.3: surrogates and their SG-NTKs, and the errors of what is learned with them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from replication.figures.figure import Axes, Drawing, Figure, Settings, Statement, Study, Tables
from replication.references import Sources, outputs_of
from replication.report.tables import Table, shown, wide

COMMONS: dict[str, dict[str, Any]] = {
    "peak": {"marker": "o", "fill": "white", "linestyle": "--", "aside": -0.15},
    "area": {"marker": "o", "fill": None, "linestyle": "-", "aside": 0.15},
}
"""How surrogates of equal peak, and of equal area, are drawn."""

STATEMENT = Statement(
    holds="Beyond the paper: surrogates of equal area differ little in what is learned with them; none has an error "
    "of more than twice, or less than half, the median.",
    asks="Beyond the paper: do surrogates of equal area differ little in what is learned with them, with no error "
    "of more than twice, or less than half, the median?",
    claims=("surrogates_agree",),
)

CAPTION = """\
{% set chosen = study.surrogate_comparison %}
**{{ statement }}**

Infinitely wide networks with the activation {{ chosen.activation }}, and a row for each of
{{ chosen.surrogates | length }} surrogate derivatives. Dashed lines and open marks: all have the same peak,
{{ chosen.heights.peak }}. Solid lines and filled marks: all have the same area, {{ chosen.heights.area }}, which is
that of the derivative of sign.

*Panels, from left to right.* The surrogate :math:`s(z)` over its argument z, and the SG-NTK :math:`I(x(α), x_0)` over
the angle α in radians of the input :math:`x(α) = (\\sin α, \\cos α)`, both plain numbers on an asinh scale, which
is linear near 0. The mean squared error over the grid of what is learned from {{ chosen.points }} grid points, mean
over {{ chosen.training_sets }} training sets with its {{ "{:.0%}".format(study.claims.confidence) }} interval, on a
logarithmic scale: black at convergence; in colour at an earlier step, if it still differs from that at convergence by
more than 2 %. Last, how much larger the error at convergence is than that of the first surrogate: mean over training
sets of the difference on the same set, with its interval. All surrogates learn the same sets, so that the differences
are known much better than the errors.

*Vertical* position in the right half: equal peak above, equal area below.

*Look at* which differences are clearly not 0, or differ from each other; and at whether surrogates with similar
kernels have similar errors.
"""


def needs(study: Study, experiment: str) -> Sources:
    """Surrogates, kernels and errors; and what the surrogates are, in the order of the comparison."""
    assert study.surrogate_comparison is not None
    described = {name: study.surrogate(name) for name in study.surrogate_comparison.surrogates}
    return Sources({"surrogates": described}, outputs_of("compare_surrogates", "shapes", "kernels", "summary"))


def draw(tables: Tables, settings: Settings) -> Drawing:
    """A row for each surrogate: what it is, its kernel, its error, and how much larger that is than the first one's."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullLocator

    from replication.figures import style

    described, summary = settings["surrogates"], tables["summary"]
    size = (style.TEXT_WIDTH, 1.0 + 0.5 * len(described))
    figure = plt.figure(figsize=size)
    grid = figure.add_gridspec(len(described), 4, width_ratios=[1, 1, 1.5, 1.5])
    errors, differences = (figure.add_subplot(grid[:, column]) for column in (2, 3))
    _plot_curves(figure, grid, tables, described)
    early = _before_convergence(summary)
    _plot_errors(errors, differences, pd.concat([early, summary[summary["step"].isna()]]), list(described))
    for ax in (errors, differences):
        ax.set(ylim=(len(described) - 0.5, -0.5), yticks=[])
        for row in range(1, len(described)):
            ax.axhline(row - 0.5, label="guide", **style.GUIDE)
    reference = style.description_label(next(iter(described.values())))
    errors.set(xlabel="mean squared error", xscale="log")
    style.plain_ticks(errors.xaxis, subs=(1, 2, 5))
    differences.axvline(0, label="guide", **style.GUIDE)
    differences.set_xlabel(f"difference from\n{reference}")
    differences.set_xscale("asinh", linear_width=0.1)
    differences.xaxis.set_minor_locator(NullLocator())
    differences.set_xticks([0, 0.1, 0.3, 1], map(style.number, [0, 0.1, 0.3, 1]))
    _legend(figure, style.values(early, "step"))
    return figure


def _plot_errors(errors: Axes, differences: Axes, summary: pd.DataFrame, names: Sequence[str]) -> None:
    """Errors at the steps of the table and at convergence, and the differences at convergence."""
    from replication.figures import style

    for common, drawn in COMMONS.items():
        table = summary[summary["normalize"] == common]
        table = table.assign(row=table["surrogate"].map(list(names).index) + drawn["aside"])
        look: dict[str, Any] = {"markersize": 3, "markerfacecolor": drawn["fill"], "zorder": 3}
        for step, one in style.by(table, "step"):
            colour = style.step_style(step)["color"]
            errors.plot(one["mean"], one["row"], drawn["marker"], label=f"{common}, t = {step}", color=colour, **look)
        last = table[table["step"].isna()]
        for ax, value, low, high in (
            (errors, "mean", "low", "high"),
            (differences, "difference", "difference_low", "difference_high"),
        ):
            ax.hlines(last["row"], last[low], last[high], label=f"{common}, interval", color="0.55", linewidth=1.1)
            ax.plot(last[value], last["row"], drawn["marker"], label=common, color="black", **look)


def _before_convergence(summary: pd.DataFrame) -> pd.DataFrame:
    """The steps at which some error still differs from that at convergence by 2 %: the others would hide each other."""
    keys = ["normalize", "surrogate"]
    converged = summary[summary["step"].isna()].set_index(keys)["mean"].rename("final")
    learning = summary[summary["step"].notna()].join(converged, on=keys)
    apart = (learning["mean"] / learning["final"] - 1).abs() > 0.02
    return learning[learning["step"].isin(learning["step"][apart])]


def _plot_curves(figure: Drawing, grid: Any, tables: Tables, described: Mapping[str, Mapping[str, Any]]) -> None:
    """s(z) and I(x(α), x₀) of each surrogate."""
    from matplotlib.ticker import NullLocator

    from replication.figures import style

    shapes, kernels = tables["shapes"], tables["kernels"]
    for row, (name, description) in enumerate(described.items()):
        left, right = (figure.add_subplot(grid[row, column]) for column in (0, 1))
        for common, drawn in COMMONS.items():
            shape = shapes[(shapes["surrogate"] == name) & (shapes["normalize"] == common)].sort_values("z")
            kernel = kernels[(kernels["surrogate"] == name) & (kernels["normalize"] == common)]
            line = {"color": "black", "linestyle": drawn["linestyle"], "linewidth": 0.9}
            left.plot(shape["z"], shape["derivative"], label=f"{name}, {common}", **line)
            style.plot_curve(right, kernel, "analytic", f"{name}, {common}", **line)
        left.set_ylabel(style.description_label(description).replace(", ", "\n"), rotation=0, ha="right", va="center")
        left.set(xlim=(-3, 3), xticks=[-2, 0, 2])
        style.angle_axis(right)
        for ax, linear in ((left, 1), (right, 2)):
            ax.set_yscale("asinh", linear_width=linear)
            ax.yaxis.set_minor_locator(NullLocator())
        for ax, values, ticks in ((left, shapes["derivative"], (0, 1, 10)), (right, kernels["analytic"], (0, 10))):
            ax.set(ylim=(min(-0.2, 1.1 * values.min()), 1.15 * values.max()), yticks=ticks, yticklabels=ticks)
            ax.tick_params(labelbottom=row == len(described) - 1, length=2)
        left.set_xlabel("z" if row == len(described) - 1 else "")
        right.set_xlabel(style.ANGLE if row == len(described) - 1 else "")
        if row == 0:
            left.set_title("s(z)")
            right.set_title("I(x(α), x₀)")


def _legend(figure: Drawing, steps: Sequence[int]) -> None:
    from replication.figures import style

    handles = []
    for common, drawn in COMMONS.items():
        look = {"marker": drawn["marker"], "markerfacecolor": drawn["fill"], "markersize": 3.5}
        handles.append(style.key(f"equal {common}", color="black", linestyle=drawn["linestyle"], linewidth=0.9, **look))
    for step in steps:
        colour = style.step_style(step)["color"]
        handles.append(
            style.key(
                f"{style.step_label(step)} (black: convergence)", color=colour, marker="o", markersize=3, linestyle=""
            )
        )
    handles.append(style.key("interval over training sets", color="0.55", linewidth=1.1))
    style.legend_above(figure, handles)


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The mean errors by step, and the differences at convergence."""
    summary = tables["summary"]
    at_step = summary.assign(step=summary["step"].astype(object).where(summary["step"].notna(), "convergence"))
    mean = at_step.pivot_table(index=["normalize", "surrogate"], columns="step", values="mean", sort=False)
    columns = ("normalize", "surrogate", "mean", "low", "high", "difference", "difference_low", "difference_high")
    return [
        wide(mean, "Mean squared error over the grid, mean over training sets, by step"),
        shown(summary[summary["step"].isna()], "At convergence, and the difference from the first surrogate", *columns),
    ]


FIGURE = Figure(
    __name__,
    CAPTION,
    needs,
    draw,
    numbers,
    condition=lambda study: study.surrogate_comparison is not None,
    statement=STATEMENT,
)
