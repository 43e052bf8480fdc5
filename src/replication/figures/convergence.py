"""Mean squared error of the empirical kernels against width, log-log (Figures B.3 and B.4)."""

from itertools import cycle

from replication.figures import activations
from replication.figures.figure import Drawing, Settings, Study, Tables
from replication.references import Sources, outputs_of
from replication.report.tables import Table, number, pivoted, wide


def needs(study: Study, experiment: str) -> Sources:
    """The errors of single networks, and their means; and what the activations are."""
    return Sources(
        {"activations": activations.descriptions(study, experiment)},
        outputs_of("tabulate_kernels", "kernel_mse", "kernel_mse_mean", experiment=experiment),
    )


def draw(tables: Tables, settings: Settings) -> Drawing:
    """A panel for each activation: a thin line for each network, a thick one for their mean."""
    import seaborn as sns

    from replication.figures import style

    mse, mean, described = tables["kernel_mse"], tables["kernel_mse_mean"], settings["activations"]
    steps = sorted(mse["step"].unique())
    palette = dict(zip(steps, cycle(style.STEP_COLOURS), strict=False))
    grid = sns.relplot(
        mse.assign(line=mse["network"].astype(str) + "/" + mse["step"].astype(str)),
        kind="line",
        x="width",
        y="mse",
        hue="step",
        palette=palette,
        units="line",
        estimator=None,
        col="activation",
        col_order=list(described),
        linewidth=0.4,
        alpha=0.6,
        legend=False,
        height=1.0,
    )
    for name, ax in grid.axes_dict.items():
        for step, table in mean[mean["activation"] == name].groupby("step"):
            ax.plot(table["width"], table["mean"], color=palette[step], linewidth=2)
        ax.set(xscale="log", yscale="log", xlabel="width n")
        ax.set_title(style.description_label(described[name]))
    grid.axes[0, 0].set_ylabel("kernel MSE over the grid")
    handles = [style.key(style.step_label(step), color=palette[step], linewidth=2) for step in steps]
    handles.append(style.key("one network", color="0.4", linewidth=0.4))
    handles.append(style.key("mean over networks", color="0.4", linewidth=2))
    grid.figure.set_size_inches(style.TEXT_WIDTH, 2.2)
    style.legend_above(grid.figure, handles)
    return grid.figure


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The mean errors with their standard errors."""
    mean = activations.in_order(tables["kernel_mse_mean"], settings["activations"])
    pairs = zip(mean["mean"], mean["standard_error"], strict=True)
    text = mean.assign(shown=[f"{number(value)}\u00a0±\u00a0{number(error)}" for value, error in pairs])
    caption = "Mean squared error over the grid, mean over networks ± standard error, by width n"
    return [wide(pivoted(text, ["activation", "step"], "width", "shown"), caption, "n = ")]
