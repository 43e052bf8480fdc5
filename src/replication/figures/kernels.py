"""Empirical kernels of single networks against the analytic kernel, over the angle (Figures 1 and 2)."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from replication.figures import activations, convergence
from replication.figures.figure import Axes, Drawing, Settings, Study, Tables
from replication.references import Sources, outputs_of
from replication.report.tables import EVERY, Table, pivoted, wide


def needs(study: Study, experiment: str) -> Sources:
    """The kernels, and their errors for the numbers behind the figure; what the activations are, and where x0 is."""
    return Sources(
        {"activations": activations.descriptions(study, experiment), "reference_point": study.data.reference_point},
        outputs_of("tabulate_kernels", "kernels", "kernel_mse_mean", experiment=experiment),
    )


def draw(kernels: pd.DataFrame, described: Mapping[str, Mapping[str, Any]], name: str, symbol: str) -> Drawing:
    """The kernels at the first and at the last step.

    Args:
        kernels: table of `tabulate_kernels`.
        described: the activations' descriptions by name, a column of panels for each.
        name: of the kernel.
        symbol: of the kernel, as mathematical text.
    """
    import seaborn as sns

    from replication.figures import style

    steps = [kernels["step"].min(), kernels["step"].max()]
    kernels = kernels[kernels["step"].isin(steps)]
    grid = sns.relplot(
        kernels,
        kind="line",
        x="alpha",
        y="empirical",
        hue="width",
        palette=style.width_palette(kernels["width"]),
        units="network",
        estimator=None,
        row="step",
        row_order=steps,
        col="activation",
        col_order=list(described),
        linewidth=0.5,
        alpha=0.7,
        legend=False,
        height=1.0,
    )
    for (step, activation), ax in grid.axes_dict.items():
        shown = kernels[(kernels["activation"] == activation) & (kernels["step"] == step)]
        theory = shown.drop_duplicates("point").sort_values("alpha")
        ax.plot(theory["alpha"], theory["analytic"], color=style.COLOURS["analytic"], linewidth=1.2)
        ax.set_yscale("asinh", linear_width=2)
        ax.set_title(style.description_label(described[activation]) if step == steps[0] else "")
        style.angle_axis(ax)
    for step, ax in zip(steps, grid.axes[:, 0], strict=True):
        ax.set_ylabel(f"{style.step_label(step)}\n${symbol}$")
    _kernel_ticks(grid.axes[0, 0], kernels)
    handles = style.width_keys(kernels["width"])
    handles.append(style.key(f"analytic {name}", color=style.COLOURS["analytic"]))
    grid.figure.set_size_inches(style.TEXT_WIDTH, 0.6 + 1.4 * len(steps))
    style.legend_above(grid.figure, handles)
    return grid.figure


def _kernel_ticks(ax: Axes, kernels: pd.DataFrame) -> None:
    """Round numbers on the asinh axis, as far as the kernels reach."""
    from matplotlib.ticker import NullLocator

    reach = kernels[["empirical", "analytic"]].abs().max().max()
    positive = [tick for tick in (3, 10, 30, 100, 300, 1000) if tick <= reach]
    lowest = kernels["empirical"].min()
    negative = [-tick for tick in positive if -tick >= lowest]
    ax.set_yticks([*negative, 0, *positive], [f"${tick}$" for tick in (*negative, 0, *positive)])
    ax.yaxis.set_minor_locator(NullLocator())


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The analytic kernel by angle, the kernels at x0, and the errors over the grid."""
    table = activations.in_order(tables["kernels"], settings["activations"])
    analytic = table.drop_duplicates(["activation", "point"])
    by_angle = pivoted(analytic[analytic["point"] % EVERY == 0], ["alpha"], "activation", "analytic")
    at_reference = table[table["point"] == settings["reference_point"]]
    by_width = pivoted(at_reference, ["activation", "step", "analytic"], "width", "empirical", "mean")
    return [
        wide(by_angle, f"Analytic kernel at every {EVERY}th angle"),
        wide(by_width, "Kernel at x0: analytic, and the mean over networks by width n", "n = "),
        *convergence.numbers(tables, settings),
    ]
