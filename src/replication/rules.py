"""The rules of the workflow: which files each makes, from which other files, and of which settings.

A rule's function says what a job of it depends on, and no more: the script is given these settings and no others, and
whatever differs in them makes the outputs anew.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replication.figures import FIGURES, FORMATS
from replication.references import Needs, Reference, Sources, made_by, references
from replication.settings import Experiment, Steepness, Study
from replication.settings.activations import Erf


@dataclass(frozen=True)
class Rule:
    """A rule of the workflow.

    Attributes:
        name: of the rule.
        script: in the folder of scripts.
        outputs: files in the folder of the run, by name, with the rule's wildcards in braces.
        sources: gives what a job depends on, from the study and the wildcards.
        description: what it makes, in a sentence.
        modules: code that the script finds by scanning a package: paths below the folder of sources.
    """

    name: str
    script: str
    outputs: dict[str, str]
    sources: Callable[..., Sources]
    description: str
    modules: tuple[str, ...] = ()


RULES: dict[str, Rule] = {}

CLAIM_MODULES = tuple(sorted(f"replication/claims/{path.name}" for path in Path(__file__).parent.glob("claims/*.py")))
FIGURE_MODULES = {name: f"replication/figures/{name}.py" for name in FIGURES}
"""Code that a script finds by scanning, and does not import by name."""

RESETS = ("none", "subtract", "zero")
"""What a spike does to the membrane, in the words of `sgntk.SpikingArchitecture`."""

REPORT_FILES = {
    name: f"src/replication/report/{name}"
    for name in ("report.html.j2", "parts.html.j2", "report.css", "report.js", "about.rst", "symbols.rst")
}


def rule(
    script: str, outputs: dict[str, str], modules: tuple[str, ...] = ()
) -> Callable[[Callable[..., Sources]], Callable[..., Sources]]:
    """Enters a function among the rules, under its name."""

    def enter(sources: Callable[..., Sources]) -> Callable[..., Sources]:
        name = sources.__name__
        RULES[name] = Rule(name, script, outputs, sources, _first_sentence(sources), modules)
        return sources

    return enter


def _first_sentence(documented: Any) -> str:
    return (documented.__doc__ or "").strip().partition("\n")[0].rstrip(".")


def tables(folder: str, *names: str) -> dict[str, str]:
    """Tables of these names in a folder."""
    return {name: f"{folder}/{name}.parquet" for name in names}


# --- data sets ---


@rule("make_grid.py", {"table": "datasets/grid.parquet"})
def grid(study: Study) -> Sources:
    """Inputs on the circle, with the target function."""
    return Sources(_of(study.data, "grid_points", "target"))


@rule("make_training_set.py", {"table": "datasets/training_sets/{training_set}.parquet"})
def training_set(study: Study, training_set: str) -> Sources:
    """Angles, inputs and targets to learn from."""
    chosen = study.data.training_sets[training_set]
    needed = ("target", "grid_points") if chosen.source == "grid" else ("target",)
    return Sources(_of(chosen, "source", "points", "seed") | _of(study.data, *needed))


# --- what theory says of infinitely wide networks ---


@rule("analytic_kernel.py", {"table": "kernels/{experiment}/analytic.parquet"})
def analytic_kernel(study: Study, experiment: str) -> Sources:
    """The kernels that the networks of an experiment are compared with."""
    settings = {"architectures": _architectures(study, experiment), "reference_point": study.data.reference_point}
    return Sources(settings, {"grid": made_by("grid")})


@rule("predict.py", {"table": "kernels/{experiment}/prediction.parquet"})
def predict(study: Study, experiment: str) -> Sources:
    """What networks do after training."""
    chosen = study.experiments[experiment]
    return Sources(
        {
            "architectures": _architectures(study, experiment),
            "encoding": _encoding(chosen),
            "steps": list(chosen.steps),
            "learning_rate": study.learning_rate(experiment),
        },
        _data_of(chosen),
    )


@rule("sweep_steepness.py", {"table": "kernels/steepness.parquet"})
def steepness(study: Study) -> Sources:
    """Kernels of ever steeper activations, and the regression with them."""
    chosen = _present(study.steepness, "steepness")
    return Sources(
        {
            **_of(chosen, "m", "hidden_layers"),
            "surrogate": study.surrogate(chosen.surrogate),
            **_of(study.network, "sigma_w", "sigma_b"),
            "reference_point": study.data.reference_point,
        },
        _data_of(chosen),
    )


# --- ensembles ---


@rule("train.py", {"table": "ensembles/{experiment}/{activation}/width_{width}/networks_{first}-{last}.parquet"})
def train(study: Study, experiment: str, activation: str, width: str, first: str, last: str) -> Sources:
    """Networks `first` to `last` of an ensemble, in a job that can fail alone."""
    chosen = study.experiments[experiment]
    plan = chosen.plan(int(width))
    return Sources(
        {
            **_of(chosen, "record", "networks"),
            "steps": list(chosen.steps),
            "activation": activation,
            "architecture": study.architecture(experiment, activation),
            "reference_point": study.data.reference_point,
            "encoding": _encoding(chosen),
            "learning_rate": study.learning_rate(experiment),
            **_of(study.training, "seed"),
            "width": plan.width,
            # These make no difference but in rounding.
            "device": study.training.device,
            **_of(plan, "vectorize", "xla_flags"),
        },
        _data_of(chosen),
        part={"first": int(first), "last": int(last)},
        options=_of(study.training, "largest_loss", "jobs_per_gpu"),
    )


@rule("tabulate_kernels.py", tables("tables/ensembles/{experiment}", "kernels", "kernel_mse", "kernel_mse_mean"))
def tabulate_kernels(study: Study, experiment: str) -> Sources:
    """Empirical beside analytic kernels."""
    return _tabulated(study, experiment, analytic=made_by("analytic_kernel", experiment=experiment))


@rule("tabulate_outputs.py", tables("tables/ensembles/{experiment}", "outputs", "ensemble", "distances", "learning"))
def tabulate_outputs(study: Study, experiment: str) -> Sources:
    """Outputs of trained networks beside the predictions."""
    return _tabulated(study, experiment, predictions=made_by("predict", experiment=experiment))


# --- beyond the paper ---


@rule("follow_divergence.py", {"table": "tables/divergence/{surrogate}.parquet"})
def divergence(study: Study, surrogate: str) -> Sources:
    """Learning that diverges, with one of the surrogates."""
    chosen = _present(study.divergence, "divergence")
    return Sources(
        {
            **_of(chosen, "inputs", "targets", "networks", "seed", "steps", "widths"),
            "surrogate": surrogate,
            "architecture": study.networks(chosen.activation, study.surrogate(surrogate), chosen.network),
            "learning_rate": study.training.learning_rate,
        }
    )


@rule("compare_surrogates.py", tables("tables/surrogates", "shapes", "kernels", "errors", "summary"))
def compare_surrogates(study: Study) -> Sources:
    """SG-NTKs of many surrogates, and the errors of what is learned with them."""
    chosen = _present(study.surrogate_comparison, "surrogate_comparison")

    def with_equal(what: str, height: float) -> dict[str, Any]:
        surrogates = {name: study.surrogate(name) | {"height": height, "normalize": what} for name in chosen.surrogates}
        return {name: study.networks(chosen.activation, surrogate) for name, surrogate in surrogates.items()}

    return Sources(
        {
            **_of(chosen, "training_sets", "points", "seed", "steps"),
            "architectures": {what: with_equal(what, height) for what, height in chosen.heights},
            "learning_rate": study.training.learning_rate,
            "reference_point": study.data.reference_point,
            "confidence": study.claims.confidence,
        },
        {"grid": made_by("grid")},
    )


@rule("regress_images.py", tables("tables/real_data/layers_{hidden_layers}/images_{images}", "predictions", "scores"))
def real_regression(study: Study, hidden_layers: str, images: str) -> Sources:
    """Kernel regression on images, with the NNGP, the SG-NTK and an NTK."""
    chosen, network = _present(study.real_data, "real_data"), study.with_depth(int(hidden_layers))
    training = chosen.networks if chosen.networks.hidden_layers == int(hidden_layers) else None
    return Sources(
        {
            **_of(chosen, *IMAGES, "ridges", "ridge_images"),
            "images": int(images),
            "hidden_layers": int(hidden_layers),
            "architectures": {
                "sg_ntk": study.networks(chosen.activation, study.surrogate(chosen.surrogate), network),
                "ntk": study.networks(chosen.smooth_activation, None, network),
            },
            "training": training and _of(training, "steps", "learning_rate"),
        }
    )


@rule("learn_images.py", tables("tables/real_data/width_{width}", "outputs", "scores"))
def real_networks(study: Study, width: str) -> Sources:
    """Networks of one width that learn images."""
    chosen = _present(study.real_data, "real_data")
    network = study.with_depth(chosen.networks.hidden_layers)
    return Sources(
        {
            **_of(chosen, *IMAGES, "images"),
            **_of(chosen.networks, "networks", "steps", "batch_size", "learning_rate"),
            "width": int(width),
            "architecture": study.networks(chosen.activation, study.surrogate(chosen.surrogate), network),
        }
    )


@rule("convolve_images.py", {"scores": "tables/real_data/convolution.parquet"})
def real_convolution(study: Study) -> Sources:
    """Regression on images with the SG-NTK of convolutional networks."""
    chosen = _present(study.real_data, "real_data")
    return Sources(
        {
            **_of(chosen, *IMAGES, "ridges"),
            **_of(chosen.convolution, "images", "filters", "stride"),
            "architecture": study.networks(chosen.activation, study.surrogate(chosen.surrogate), study.with_depth(1)),
        }
    )


IMAGES = ("data_set", "held_out", "test_images", "seed")
"""Settings that say which images, beside how many to learn from."""


@rule("compare_resets.py", tables("tables/spiking_reset/{reset}", "outputs", "summary"))
def spiking_reset(study: Study, reset: str) -> Sources:
    """Spiking networks with one reset, and what the SG-NTK of units without says."""
    chosen = _present(study.spiking_reset, "spiking_reset")
    return Sources(
        {
            **_of(chosen, "thresholds", "leaks", "currents", "width", "networks", "seed", "steps"),
            **_of(chosen, "relative_learning_rate", "monte_carlo"),
            **_of(study.data, "target"),
            "reset": reset,
            "architecture": {"surrogate": study.surrogate(chosen.surrogate), **_plain(chosen.network)},
        }
    )


@rule("follow_gradients.py", tables("tables/spiking_depth", "predicted", "measured"))
def spiking_growth(study: Study) -> Sources:
    """Growth of surrogate gradients in deep spiking networks, predicted and measured."""
    chosen = _present(study.spiking_depth, "spiking_depth")
    measured = _of(chosen.measured, "depth", "width", "networks", "points")
    return Sources(
        {
            "places": _places(study, chosen),
            "steps": chosen.currents.steps,
            "measured": {**measured, "seed": chosen.seed},
        }
    )


@rule("learn_deep.py", {"table": "tables/spiking_depth/errors.parquet"})
def spiking_learning(study: Study) -> Sources:
    """Final errors of spiking networks that learn where gradients vanish or explode."""
    chosen = _present(study.spiking_depth, "spiking_depth")
    return Sources(
        {
            "places": _places(study, chosen),
            "learning": {**_plain(chosen.learning), "seed": chosen.seed},
            **_of(chosen, "currents"),
            **_of(study.data, "target"),
        }
    )


# --- what comes of it ---

PUBLISHED_FIGURES = {"ntk": "figure_b3", "sg_ntk": "figure_b4"}
"""Where the paper shows the errors of each kernel."""


@rule("compare_published.py", {"table": "tables/published.parquet"})
def compare_published(study: Study) -> Sources:
    """Our kernel errors beside the published ones."""
    shown = {kernel: study.figures[name] for kernel, name in PUBLISHED_FIGURES.items() if name in study.figures}
    steep = {name: entry.m for name, entry in study.activations.items() if isinstance(entry, Erf)}
    inputs: Needs = {
        f"{kernel}_{table}": made_by("tabulate_kernels", table, experiment=experiment)
        for kernel, experiment in shown.items()
        for table in ("kernel_mse", "kernel_mse_mean")
    }
    return Sources(
        {"settings": {kernel: study.settings(experiment) for kernel, experiment in shown.items()}, "m": steep},
        inputs,
        files={"values": "workflow/published/kernel_mse.csv", "conditions": "workflow/published/settings.yaml"},
    )


SCALED = ("outputs", "small_outputs")
"""Roles of experiments that differ in their output scale."""


@rule(
    "judge_claims.py",
    {"json": "claims/claims.json", "markdown": "claims/claims.md", "spread": "claims/spread.parquet"},
    CLAIM_MODULES,
)
def claims(study: Study) -> Sources:
    """Verdicts on the claims."""
    roles, diverging, depths = study.claims.experiments, study.divergence, study.spiking_depth
    scales = {role: study.experiments[name].output_scale for role, name in roles.items() if role in SCALED}
    return Sources(
        {
            "run": study.run,
            "claims": _of(study.claims, "confidence", "activation", "least_networks"),
            "from_layer": 1 if depths is None else depths.measured.from_layer,
            "divergence": None if diverging is None else _of(diverging, "surrogates", "compare_at"),
            "scale": scales["small_outputs"] / scales["outputs"] if len(scales) == 2 else 1.0,
            "reference_point": study.data.reference_point,
        },
        evidence(study),
    )


def evidence(study: Study) -> Needs:
    """What the claims are tested on, as far as the study has it."""
    found: Needs = {"grid": made_by("grid")}
    for role, name in study.claims.experiments.items():
        if study.experiments[name].record == "outputs":
            found[role] = made_by("tabulate_outputs", "outputs", experiment=name)
            found[f"{role}_predictions"] = made_by("predict", experiment=name)
        else:
            found[role] = made_by("tabulate_kernels", "kernels", experiment=name)
    if study.steepness is not None:
        found["steepness"] = made_by("steepness")
        found["training_set"] = made_by("training_set", training_set=study.steepness.training_set)
    if study.divergence is not None:
        surrogates = study.divergence.surrogates
        found["divergence"] = [
            made_by("divergence", surrogate=name) for name in (surrogates.diverges, surrogates.learns)
        ]
    if study.surrogate_comparison is not None:
        found["surrogate_errors"] = made_by("compare_surrogates", "errors")
    if study.real_data is not None:
        chosen = study.real_data
        found["real_outputs"] = made_by("real_networks", "outputs", width=chosen.networks.widths[-1])
        found["real_predictions"] = [
            made_by("real_regression", "predictions", hidden_layers=chosen.networks.hidden_layers, images=images)
            for images in chosen.images
        ]
    if study.spiking_reset is not None:
        found["resets"] = [made_by("spiking_reset", "outputs", reset=reset) for reset in RESETS]
    if study.spiking_depth is not None:
        found["growth_predicted"] = made_by("spiking_growth", "predicted")
        found["growth_measured"] = made_by("spiking_growth", "measured")
        found["deep_errors"] = made_by("spiking_learning")
    return found


for _name, _figure in FIGURES.items():
    _pictures = {kind: f"figures/{_name}.{kind}" for kind in FORMATS}
    _description = _first_sentence(sys.modules[_figure.module])
    RULES[_name] = Rule(_name, "plot.py", _pictures, _figure.sources, _description, (FIGURE_MODULES[_name],))


def figures_of(study: Study) -> list[str]:
    """Names of the figures that a study has, in their order."""
    return [name for name, figure in FIGURES.items() if figure.available(study)]


@rule("report.py", {"html": "report.html"}, tuple(FIGURE_MODULES.values()))
def report(study: Study) -> Sources:
    """The run in one page."""
    shown = figures_of(study)
    behind = {one for name in shown for one in references(FIGURES[name].sources(study).inputs)}
    inputs: Needs = {
        "claims": made_by("claims", "json"),
        "pictures": [made_by(name, kind) for name in shown for kind in ("png", "svg")],
        "tables": sorted(behind),
    }
    return Sources({"config": study.model_dump(mode="json", exclude_unset=True)}, inputs, files=REPORT_FILES)


# --- what several rules share ---


def batches(study: Study, experiment: str) -> list[Reference]:
    """The outputs of an experiment's training jobs."""
    chosen = study.experiments[experiment]
    return [
        made_by("train", experiment=experiment, activation=activation, width=plan.width, first=first, last=last)
        for activation in chosen.activations
        for plan in chosen.widths
        for first, last in chosen.batches(plan.width)
    ]


def _of(model: Any, *names: str) -> dict[str, Any]:
    """Some fields of a settings model, as JSON has them."""
    return model.model_dump(mode="json", include=set(names), exclude_none=True)


def _present(section: Any, name: str) -> Any:
    if section is None:
        raise LookupError(f"the configuration has no {name}: it is null")
    return section


def _plain(model: Any) -> dict[str, Any]:
    """A settings model, as JSON has it."""
    return _of(model, *type(model).model_fields)


def _places(study: Study, chosen: Any) -> dict[str, Any]:
    """The slopes, thresholds and libraries of `spiking_depth`, and what their networks have in common."""
    return {
        "surrogate": study.surrogate(chosen.surrogate),
        **_of(chosen, "slopes", "thresholds", "libraries"),
        "network": _of(chosen, "leak", "sigma_w", "sigma_b"),
    }


def _architectures(study: Study, experiment: str) -> dict[str, Any]:
    """The networks of an experiment, by the name of their activation."""
    return {name: study.architecture(experiment, name) for name in study.experiments[experiment].activations}


def _encoding(chosen: Experiment) -> dict[str, Any] | None:
    """What `replication.inputs.of` takes."""
    return None if chosen.encoding is None else _of(chosen.encoding, "steps", "dimension", "seed")


def _data_of(chosen: Experiment | Steepness) -> Needs:
    """The grid, and what is learned from."""
    return {"grid": made_by("grid"), "training_set": made_by("training_set", training_set=chosen.training_set)}


def _tabulated(study: Study, experiment: str, **theory: Reference) -> Sources:
    """The ensembles of an experiment, however their training is cut into jobs, and the theory beside them."""
    chosen = study.experiments[experiment]
    widths = [plan.width for plan in chosen.widths]
    return Sources(
        {"activations": list(chosen.activations), "widths": widths, "networks": chosen.networks},
        {"batches": batches(study, experiment), **theory, "grid": made_by("grid")},
    )
