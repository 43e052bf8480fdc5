"""Figure S.5: spiking networks after surrogate gradient learning against the SG-NTK prediction."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from replication.figures import activations, ensembles
from replication.figures.figure import Drawing, Figure, Settings, Statement, Study, Tables
from replication.references import Sources, made_by
from replication.report.tables import EVERY, Table, pivoted, shown, wide

STATEMENT = Statement(
    holds="Beyond the paper: as spiking networks widen, feed-forward or recurrent, their mean after surrogate gradient "
    "learning approaches that of the SG-NTK.",
    asks="Beyond the paper: as spiking networks widen, feed-forward or recurrent, does their mean after surrogate "
    "gradient learning approach that of the SG-NTK?",
    claims=("spiking_means_converge",),
)

CAPTION = """\
{% set widths = experiment.widths | map(attribute="width") | list %}
{% set network = experiment.network or study.network %}
**{{ statement }}**

Networks of leaky integrate-and-fire units without reset ({{ network.hidden_layers }} hidden
{{ "layer" if network.hidden_layers == 1 else "layers" }}) after {{ "{:,}".format(experiment.steps | last) }} steps of
surrogate gradient learning, that is, backpropagation through time, on training set {{ experiment.training_set }};
{{ experiment.networks }} networks for each width n. An input is {{ experiment.encoding.dimension }} currents at
{{ experiment.encoding.steps }} steps in time, waves whose phases follow the angle α. The surrogate derivative is
{% include "surrogate" %}, centred at the threshold.

*Rows.*

{% for name in experiment.activations %}
- {% if study.activations[name].recurrence %}Recurrent{% else %}Feed-forward{% endif %} units: threshold
  {{ study.activations[name].threshold }}, leak {{ study.activations[name].leak }}, standard deviation of the recurrent
  weights {{ study.activations[name].recurrence }}.
{% endfor %}

*Left.* Horizontal: the angle α in radians. Vertical: the output f, a plain number; the axis ends 3.5 predicted
standard deviations beyond the predicted mean, and single outputs outside are cut off. Thin grey lines: the output of
each network of width n = {{ widths | max }}. Line with markers: their mean. Dash-dotted orange-red line with a shaded
band: the mean that the SG-NTK predicts for this step, plus and minus 2 standard deviations. Dashed blue line: the mean
of regression with the NNGP kernel. Black points: the training set.

*Right.* For each width n ({{ widths | join(", ") }}), with its own colour and marker: the mean over its
{{ experiment.networks }} networks minus the SG-NTK mean, with a band of 2 standard errors to either side.

*Look at* whether, on the right, the means come closer to 0 as n grows, and those of the widest networks are closer to
0 than to the dashed line.
"""


def needs(study: Study, experiment: str) -> Sources:
    """The tables that Figure 3 has, and what the units are."""
    settings = {"activations": activations.descriptions(study, experiment)}
    learning = made_by("tabulate_outputs", "learning", experiment=experiment)
    return Sources(settings, ensembles.needs(study, experiment).inputs | {"learning": learning})


def draw(tables: Tables, settings: Settings) -> Drawing:
    """A row for each kind of units: networks and their mean, and how far the means are from the prediction."""
    import matplotlib.pyplot as plt

    from replication.figures import style

    units = settings["activations"]
    figure, panels = plt.subplots(
        len(units), 2, figsize=(style.TEXT_WIDTH, 0.4 + 1.8 * len(units)), sharex=True, squeeze=False
    )
    for row, (name, outputs, ensemble, sg_ntk, nngp) in zip(panels, _by_units(tables, units), strict=True):
        left, right = row
        widest = ensemble["width"].max()
        ensembles.plot_networks(left, outputs[outputs["width"] == widest])
        style.plot_band(left, sg_ntk, "SG-NTK ± 2 std", style.COLOURS["sg_ntk"], opacity=0.2, zorder=2)
        ensembles.plot_means(left, ensemble[ensemble["width"] == widest])
        ensembles.plot_predictions(left, sg_ntk["alpha"], sg_ntk["mean"], nngp["mean"])
        ensembles.plot_points(left, tables["training_set"])
        ensembles.plot_differences(right, ensemble, sg_ntk, nngp)
        for ax in row:
            style.angle_axis(ax)
            ax.set_xlabel("")
        left.set(ylabel="output f(x(α))", ylim=ensembles.limits(sg_ntk, tables["training_set"]))
        left.set_title(_called(units[name]), loc="left", fontweight="bold")
        right.set_ylabel("mean minus\nSG-NTK mean")
    for ax in panels[-1]:
        ax.set_xlabel(style.ANGLE)
    ensembles.legend(figure, style.values(tables["ensemble"], "width"))
    return figure


def _by_units(
    tables: Tables, units: Mapping[str, Any]
) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]]:
    """Name, outputs, ensembles, SG-NTK's prediction for the last step, and NNGP regression, for each kind of units."""
    last = tables["ensemble"]["step"].max()
    for name in units:
        outputs, ensemble, predictions = (
            tables[kind][tables[kind]["activation"] == name] for kind in ("outputs", "ensemble", "predictions")
        )
        sg_ntk = predictions[(predictions["kernel"] == "sg_ntk") & (predictions["step"] == last)]
        nngp = predictions[(predictions["kernel"] == "nngp") & predictions["step"].isna()]
        trained = (table[table["step"] == last] for table in (outputs, ensemble))
        yield name, *trained, sg_ntk.sort_values("alpha"), nngp.sort_values("alpha")


def _called(unit: Mapping[str, Any]) -> str:
    return "recurrent" if unit.get("recurrence") else "feed-forward"


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """Distances of the means from the prediction for their step and from the regression, and both by angle."""
    units = settings["activations"]
    learning, distances = tables["learning"], tables["distances"]
    found = [
        shown(
            learning,
            "Squared distance of the ensemble's mean from the SG-NTK's for its step, over the grid",
            "activation",
            "width",
            "step",
            "squared_distance",
            "standard_error",
        ),
        shown(
            distances,
            "The same from each prediction for convergence",
            "activation",
            "width",
            "step",
            "kernel",
            "squared_distance",
            "standard_error",
        ),
    ]
    for name, _, ensemble, sg_ntk, nngp in _by_units(tables, units):
        means = pivoted(ensemble[ensemble["point"] % EVERY == 0], ["alpha"], "width", "mean").add_prefix("mean, n = ")
        sg_ntk, nngp = sg_ntk.set_index("alpha"), nngp.set_index("alpha")
        beside = {"SG-NTK mean": sg_ntk["mean"], "SG-NTK std": sg_ntk["std"], "NNGP regression": nngp["mean"]}
        caption = f"Ensemble means and predictions at every {EVERY}th angle, {_called(units[name])}"
        found.append(wide(means.assign(**beside), caption))
    return found


FIGURE = Figure(__name__, CAPTION, needs, draw, numbers, record="outputs", statement=STATEMENT)
