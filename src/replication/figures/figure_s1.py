"""Figure S.1: surrogate gradient learning along the mode of the kernel that may diverge."""

from typing import Any

import numpy as np
import pandas as pd

from replication.figures.figure import Drawing, Figure, Settings, Statement, Study, Tables
from replication.references import Sources, made_by
from replication.report.tables import Table, shown

STATEMENT = Statement(
    holds="Beyond the paper: where the SG-NTK has a negative eigenvalue, the error along its mode grows at first as "
    "predicted, for longer in wider networks; with another surrogate it is learned.",
    asks="Beyond the paper: where the SG-NTK has a negative eigenvalue, does the error along its mode grow at first "
    "as predicted, for longer in wider networks, and is it learned with another surrogate?",
    claims=("sgl_diverges",),
)

CAPTION = """\
{% set chosen = study.divergence %}
{% set names = chosen.surrogates %}
**{{ statement }}**

Networks with the activation sign and {{ chosen.network.hidden_layers }} hidden layer, :math:`σ_w` =
{{ chosen.network.sigma_w }} and :math:`σ_b` = {{ chosen.network.sigma_b }}, learn {{ chosen.inputs | length }}
training points, the inputs {{ chosen.inputs | map("first") | join(", ") }} with the targets
{{ chosen.targets | join(", ") }}; {{ chosen.networks }} networks for each width n. Since the inputs differ
in norm, their SG-NTK is not symmetric, and an eigenvalue λ may be negative.

*Axes.* Horizontal: the step t of gradient descent, linear up to 1 and logarithmic beyond. Vertical, logarithmic: the
root mean square over networks of the coefficient that the errors f − y have in the mode whose eigenvalue is lowest, a
plain number.

*Panels.* One for each surrogate derivative, with the lowest eigenvalue in its title. A solid line with its own marker
for each width. Dashed black lines: what the SG-NTK predicts, :math:`{|1 - λ η / N|}^t` times the amplitude at the
start.

*Look at* whether, with {{ names.diverges }}, the error along the mode first grows as predicted, for longer in wider
networks. It does not grow forever, since the kernel of a network of finite width changes while it learns. And at
whether, with {{ names.learns }}, it shrinks.
"""


def needs(study: Study, experiment: str) -> Sources:
    """A table for each surrogate; and their descriptions, by name and in the order of the configuration."""
    assert study.divergence is not None
    compared = {*study.divergence.surrogates.model_dump().values()}
    described = {name: study.surrogate(name) for name in study.surrogates if name in compared}
    return Sources(
        {"surrogates": described}, {"divergence": [made_by("divergence", surrogate=name) for name in described]}
    )


def draw(tables: Tables, settings: Settings) -> Drawing:
    """The amplitude of the mode, and what is predicted for it; a panel for each surrogate."""
    import matplotlib.pyplot as plt

    from replication.figures import style

    divergence: pd.DataFrame = pd.concat(tables["divergence"], ignore_index=True)
    described = settings["surrogates"]
    figure, axes = plt.subplots(1, len(described), figsize=(style.TEXT_WIDTH, 2.6), squeeze=False)
    for name, panel, ax in zip(described, "abcdefgh", axes[0], strict=False):
        table = divergence[divergence["surrogate"] == name]
        followed = table.groupby(["width", "step"])[["amplitude", "predicted"]].agg(_root_mean_square)
        for width, one in style.by(followed.reset_index(), "width"):
            steps, label = one["step"], style.width_label(width)
            drawn = style.width_style(width)
            ax.plot(steps, one["amplitude"], label=label, **drawn, markersize=3, markeredgewidth=0, clip_on=False)
            ax.plot(steps, one["predicted"], label=f"predicted, {label}", **_predicted(), zorder=3)
        ax.set_title(
            f"{style.description_label(described[name])}: λ = {style.number(_three(table['eigenvalue'].iloc[0]))}"
        )
        ax.set_title(panel, loc="left", fontweight="bold")
        amplitudes = followed["amplitude"]
        ax.set(yscale="log", xlabel="step t", ylim=(amplitudes.min() / 1.5, 4 * amplitudes.max()))
        ax.set_xscale("symlog", linthresh=1)
        ax.set_xlim(0, table["step"].max())
        ax.xaxis.set_major_formatter(lambda value, _: style.number(value))
        style.plain_ticks(ax.yaxis, subs=(1, 2, 5) if amplitudes.max() < 30 * amplitudes.min() else (1,))
    axes[0, 0].set_ylabel("amplitude of the mode (rms)")
    handles = style.width_keys(style.values(divergence, "width"), markersize=3)
    handles.append(style.key("predicted", **_predicted()))
    style.legend_above(figure, handles)
    return figure


def _predicted() -> dict[str, Any]:
    from replication.figures import style

    return {"color": style.COLOURS["analytic"], "linestyle": "--", "linewidth": 0.9}


def _three(value: float) -> float:
    """To three significant digits."""
    return float(f"{value:.3g}")


def _root_mean_square(values: pd.Series) -> float:
    """How the networks of an ensemble are shown by one number."""
    return float(np.sqrt(np.mean(values**2)))


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The amplitudes and the errors, over networks."""
    table: pd.DataFrame = pd.concat(tables["divergence"])
    squares = table.assign(amplitude=table["amplitude"] ** 2, predicted=table["predicted"] ** 2)
    keys = ["surrogate", "width", "step"]
    mean = squares.groupby(keys, sort=False, as_index=False)[["amplitude", "predicted", "mse"]].mean()
    mean = mean.assign(amplitude=mean["amplitude"] ** 0.5, predicted=mean["predicted"] ** 0.5)
    caption = "Root mean square over networks of the mode's amplitude, and the mean squared error"
    return [shown(mean, caption, *keys, "amplitude", "predicted", "mse")]


FIGURE = Figure(
    __name__, CAPTION, needs, draw, numbers, condition=lambda study: study.divergence is not None, statement=STATEMENT
)
