"""Figure S.4: kernel regression and trained networks on images, against the number of images."""

from typing import Any

import pandas as pd

from replication.figures.figure import Drawing, Figure, Settings, Statement, Study, Tables
from replication.references import Sources, made_by
from replication.report.tables import Table, shown

REGRESSIONS = {"sg_ntk": ("SG-NTK of {}", "^"), "nngp": ("NNGP of {}", "s"), "ntk": ("NTK of {}", "v")}
"""Label, with a place for the activation, and marker."""

CONVOLUTION: dict[str, Any] = {"marker": "*", "markersize": 9, "markeredgecolor": "black", "markeredgewidth": 0.5}
SCORES = {"accuracy": "accuracy", "nll": "neg. log likelihood\n(nats per output)"}
"""Columns, and labels of their axes."""

STATEMENT = Statement(
    holds="Beyond the paper: on real data the mean of trained sign networks is closer to SG-NTK regression than to "
    "NNGP regression.",
    asks="Beyond the paper: on real data, is the mean of trained sign networks closer to SG-NTK regression than to "
    "NNGP regression?",
    claims=("real_data_follows",),
)

CAPTION = """\
{% set chosen = study.real_data %}
{% set networks = chosen.networks %}
**{{ statement }}**

Images of the data set {{ chosen.data_set }}, {{ chosen.test_images }} of them to test on. There is an output for each
class, whose target has mean 0 and variance 1 over equally frequent classes, and the largest output decides. The ridge
of each regression, and one factor for all its standard deviations, are those that suit {{ chosen.held_out }} held-out
images best.

*Axes.* Horizontal, logarithmic: how many images are learned from. Vertical: in panels a and c the part of the test
images that are classified correctly, with 2 standard errors to either side for SG-NTK regression (all predictors see
the same images, and so differ by less than the bars suggest); in b and d the mean negative logarithm of the probability
density of a target, a Gaussian with the predicted mean and the scaled standard deviation, in nats. Lower is better: it
is low where errors are small, and where the prediction knows which of them are large.

*Panels.* A row for each number of hidden layers: {{ chosen.hidden_layers | join(", ") }}.

*Lines.* Orange-red triangles: regression with the SG-NTK of {{ chosen.activation }} and the surrogate
{{ chosen.surrogate }}. Blue squares: regression with its NNGP. Black triangles: regression with the NTK of
{{ chosen.smooth_activation }}. Dashed, with open markers, one for each width n: the mean output of
{{ networks.networks }} networks with {{ networks.hidden_layers }} hidden layer and the activation
{{ chosen.activation }}, after {{ networks.steps }} steps of surrogate gradient learning with mini-batches of
{{ networks.batch_size }}; their uncertainty is their spread. Star: regression with the SG-NTK of networks with
{{ chosen.convolution.filters | length }} convolutions in place of hidden layers.

*Look at* whether the networks are where SG-NTK regression is. The claim is tested on their outputs, not on these
scores.
"""


def needs(study: Study, experiment: str) -> Sources:
    """The scores of regressions, networks and convolutions; and what the activations of the kernels are called."""
    assert study.real_data is not None
    chosen = study.real_data
    settings = {
        "activations": {"sg_ntk": chosen.activation, "nngp": chosen.activation, "ntk": chosen.smooth_activation}
    }
    regressions = [
        made_by("real_regression", "scores", hidden_layers=layers, images=images)
        for layers in chosen.hidden_layers
        for images in chosen.images
    ]
    networks = [made_by("real_networks", "scores", width=width) for width in chosen.networks.widths]
    convolution = made_by("real_convolution", "scores")
    return Sources(settings, {"regressions": regressions, "networks": networks, "convolution": convolution})


def draw(tables: Tables, settings: Settings) -> Drawing:
    """A row of panels for each depth: accuracy, and likelihood."""
    import matplotlib.pyplot as plt

    from replication.figures import style

    regressions: pd.DataFrame = pd.concat(tables["regressions"], ignore_index=True)
    networks: pd.DataFrame = pd.concat(tables["networks"], ignore_index=True)
    convolution: pd.DataFrame = tables["convolution"]
    labels = {name: label.format(settings["activations"][name]) for name, (label, _) in REGRESSIONS.items()}
    depths = style.values(regressions, "hidden_layers")
    size = (style.TEXT_WIDTH, 0.6 + 1.9 * len(depths))
    figure, axes = plt.subplots(len(depths), len(SCORES), figsize=size, sharex=True, sharey="col", squeeze=False)
    panels = iter("abcdefgh")
    for row, depth in zip(axes, depths, strict=True):
        here = regressions[regressions["hidden_layers"] == depth]
        for ax, (score, axis) in zip(row, SCORES.items(), strict=True):
            for width, table in style.by(networks[networks["hidden_layers"] == depth], "width"):
                ax.plot(table["images"], table[score], label=style.width_label(width), **_network(width))
            for kernel, label in labels.items():
                table = here[here["kernel"] == kernel].sort_values("images")
                ax.plot(table["images"], table[score], label=label, **_regression(kernel))
                if score == "accuracy" and kernel == "sg_ntk":
                    reach = 2 * table["standard_error"]
                    low, high = table[score] - reach, table[score] + reach
                    ax.vlines(
                        table["images"], low, high, label="± 2 errors", color=style.COLOURS[kernel], linewidth=0.8
                    )
            ax.plot(convolution["images"], convolution[score], label="convolutional", **_convolution(), linestyle="")
            ax.set_title(next(panels), loc="left", fontweight="bold")
            ax.set_title(f"{depth} hidden layer{'s' if depth > 1 else ''}")
            ax.set(xscale="log", ylabel=axis)
            images = style.values(regressions, "images")
            ax.set_xticks(images, [style.number(count) for count in images])
            ax.minorticks_off()
    for ax in axes[-1]:
        ax.set_xlabel("images learned from")
    handles = [style.key(label, **_regression(kernel)) for kernel, label in labels.items()]
    handles.append(style.key("convolutional SG-NTK", linestyle="", **_convolution()))
    handles += [
        style.key(f"networks, {style.width_label(width)}", **_network(width))
        for width in style.values(networks, "width")
    ]
    style.legend_above(figure, handles, columns=4)
    return figure


def _regression(kernel: str) -> dict[str, Any]:
    from replication.figures import style

    colour = style.COLOURS["analytic" if kernel == "ntk" else kernel]
    return {"color": colour, "marker": REGRESSIONS[kernel][1], "markersize": 4, "linewidth": 1}


def _network(width: int) -> dict[str, Any]:
    from replication.figures import style

    return {
        **style.width_style(width),
        "linestyle": "--",
        "linewidth": 0.8,
        "markersize": 4,
        "markerfacecolor": "white",
    }


def _convolution() -> dict[str, Any]:
    from replication.figures import style

    return {"color": style.COLOURS["sg_ntk"], **CONVOLUTION}


def numbers(tables: Tables, settings: Settings) -> list[Table]:
    """The scores of regressions, and of networks."""
    scores = ("accuracy", "standard_error", "mse", "nll", "coverage", "factor")
    regressions = pd.concat([*tables["regressions"], tables["convolution"]])
    return [
        shown(regressions, "Regression on images", "kernel", "hidden_layers", "images", "ridge", *scores),
        shown(
            pd.concat(tables["networks"]), "The networks' mean output", "width", "images", "single_accuracy", *scores
        ),
    ]


FIGURE = Figure(
    __name__, CAPTION, needs, draw, numbers, condition=lambda study: study.real_data is not None, statement=STATEMENT
)
