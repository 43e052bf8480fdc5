"""Configurations: those of the pipeline are valid, and whatever is not is rejected in one line."""

import dataclasses
import json
import math
import re
import subprocess
import sys
import time

import pytest
import yaml
from configurations import CONFIG, DELETED, ROOT, at, changed, leaves
from pydantic import BaseModel

import sgntk
from replication import build, settings
from replication.claims import CLAIMS
from replication.claims.evidence import SOURCES
from replication.rules import RULES, evidence
from replication.settings import ConfigurationError, Request, WidthPlan, read
from replication.settings.activations import ACTIVATIONS
from replication.settings.surrogates import SURROGATES
from sgntk import activations, surrogates

CONFIGURATIONS = ROOT / "workflow/config"


def merged(*names):
    """As snakemake merges its configuration files: later ones override key by key, at every depth."""

    def update(base, changes):
        for key, value in changes.items():
            if isinstance(value, dict) and isinstance(base.get(key), dict):
                update(base[key], value)
            else:
                base[key] = value
        return base

    total = {}
    for name in names:
        update(total, yaml.safe_load((CONFIGURATIONS / name).read_text()))
    return total


def refusal(config, overrides=None):
    """What is said of a configuration that is not valid."""
    with pytest.raises(ConfigurationError) as caught:
        read(config, overrides)
    assert "\n" not in str(caught.value)
    assert "pydantic" not in str(caught.value)
    return str(caught.value)


# --- valid configurations ---


@pytest.mark.parametrize(
    "names", [("paper.yaml",), *(("paper.yaml", name) for name in ("decisive.yaml", "quick.yaml", "gpu.yaml"))]
)
def test_configurations_of_the_pipeline_are_valid(names):
    study = read(merged(*names))
    assert study.run == names[-1].removesuffix(".yaml")
    for name, experiment in study.experiments.items():
        for activation in experiment.activations:
            layers = build.architecture(study.architecture(name, activation)).hidden_layers
            assert layers == (1 if name == "spiking" else 2)


@pytest.mark.parametrize("name", ["paper.yaml", "decisive.yaml", "quick.yaml", "gpu.yaml"])
def test_files_of_the_pipeline_are_in_order(name):
    settings.check_file(CONFIGURATIONS / name)


def test_what_the_run_of_the_paper_leaves_undecided_another_tests():
    """And the rates, of which a claim of convergence says whether they are 1/n."""
    published = json.loads((CONFIGURATIONS.parents[1] / "docs/results/paper/claims.json").read_text())["claims"]
    undecided = {claim["name"] for claim in published if claim["verdict"] == "undecided"}
    tables = evidence(read(merged("paper.yaml", "decisive.yaml")))
    there = {name for name, source in SOURCES.items() if {*source.tables} <= {*tables}}
    tested = {claim.name for claim in CLAIMS if claim.testable(there)}
    rates = {"ntk_converges", "sg_ntk_converges", "kernels_stay"}
    assert undecided | rates <= tested


def test_the_paper():
    study = read(CONFIG)
    experiment = study.experiments["sg_ntk"]
    assert (experiment.record, experiment.surrogate, experiment.training_set) == (
        "empirical_sg_ntk",
        "erf_derivative_1",
        "A",
    )
    assert experiment.activations == ("erf_2", "erf_5", "erf_20")
    assert (experiment.output_scale, experiment.networks, experiment.steps) == (1.0, 10, (0, 1000, 10_000))
    assert [(p.width, p.networks_per_job, p.vectorize, p.xla_flags) for p in experiment.widths] == [
        (10, 10, 1, ""),
        (100, 10, 1, ""),
        (500, 10, 1, ""),
        (1000, 5, 1, ""),
    ]
    assert build.architecture(study.architecture("sign_small_output", "sign")) == sgntk.Architecture(
        sgntk.Sign(), surrogates.ErfDerivative(1), 2, sigma_w=1.0, sigma_b=0.1, output_scale=0.2
    )
    assert build.architecture(study.architecture("ntk", "erf_5")) == sgntk.Architecture(
        sgntk.Erf(5), None, 2, sigma_w=1.0, sigma_b=0.1
    )


def test_an_experiment_with_spiking_units_has_its_own_networks_and_step_size():
    study = read(CONFIG)
    assert build.architecture(study.architecture("spiking", "spiking_recurrent")) == sgntk.SpikingArchitecture(
        surrogates.ErfDerivative(1), 0.5, 0.8, recurrence=1.0, hidden_layers=1, sigma_w=1.5, sigma_b=0.3
    )
    assert (study.learning_rate("spiking"), study.learning_rate("sign")) == (0.5, 0.1)


def test_descriptions_are_what_the_configuration_says():
    # As JSON, which tells 2 from 2.0: tables say what they are made from, and are compared with it.
    study = read(CONFIG)
    network = CONFIG["network"]
    box, erf_derivative = CONFIG["surrogates"]["box_1"], CONFIG["surrogates"]["erf_derivative_1"]
    descriptions = [
        study.surrogate("box_1"),
        study.architecture("sg_ntk", "erf_2"),
        RULES["divergence"].sources(study, surrogate="box_1").settings["architecture"],
        RULES["compare_surrogates"].sources(study).settings["architectures"]["area"]["box_1"],
        RULES["real_networks"].sources(study, width="500").settings["architecture"],
        study.settings("ntk"),
    ]
    sign = {"activation": {"name": "sign"}, "surrogate": erf_derivative, "output_scale": 1.0}
    expected = [
        box,
        {**sign, "activation": {"name": "erf", "m": 2}, **network},
        {**sign, "surrogate": box, **CONFIG["divergence"]["network"]},
        {**sign, "surrogate": {**box, "height": 2.0, "normalize": "area"}, **network},
        {**sign, **network, "hidden_layers": 1},
        {
            "record": "empirical_ntk",
            "surrogate": None,
            "output_scale": 1.0,
            **network,
            "networks": 10,
            **{key: CONFIG["training"][key] for key in ("learning_rate", "seed", "device")},
            "training_set": CONFIG["data"]["training_sets"]["A"],
            **{key: CONFIG["data"][key] for key in ("target", "grid_points", "reference_point")},
        },
    ]
    for got, wanted in zip(descriptions, expected, strict=True):
        assert json.dumps(got, sort_keys=True) == json.dumps(wanted, sort_keys=True)


def test_batches_cover_every_network_once():
    study = read(changed("experiments.sign.widths[0].networks_per_job", 199))
    experiment = study.experiments["sign"]
    assert experiment.batches(20) == [(0, 198), (199, 397), (398, 499)]
    assert experiment.batches(100) == [(0, 124), (125, 249), (250, 374), (375, 499)]
    assert experiment.plan(500) == WidthPlan(width=500, networks_per_job=25, vectorize=1)


def test_a_sweep_of_a_million_networks_stays_under_2000_jobs():
    # As docs/scaling.md says: 100 widths x 10,000 networks.
    configuration = changed("experiments.sign.networks", 10_000)
    plan = {"networks_per_job": 625, "vectorize": 1}
    configuration["experiments"]["sign"]["widths"] = [{"width": 10 * i, **plan} for i in range(1, 101)]
    sweep = read(configuration).experiments["sign"]
    jobs = [batch for width in sweep.widths for batch in sweep.batches(width.width)]
    assert len(jobs) == 1600
    assert sum(last - first + 1 for first, last in jobs) == 1_000_000


def test_training_asks_for_time_by_its_steps():
    training = [
        {"up_to_width": 100, "memory_mb": 500, "minutes": 5, "step_microseconds": 6},
        {"up_to_width": 500, "memory_mb": 800, "minutes": 10, "step_microseconds": 60},
    ]
    study = read(changed("resources.training", training))
    # sign: 30,000 steps. 100 networks at 6 microseconds: 18 s, so a minute beside the five.
    assert study.training_request("sign", 100, 100) == Request(memory_mb=500, minutes=6)
    assert study.training_request("sign", 101, 100) == Request(memory_mb=800, minutes=13)
    assert study.training_request("sign", 500, 200) == Request(memory_mb=800, minutes=16)
    # Wider than any entry: as the last one.
    assert study.training_request("sign", 2000, 200) == Request(memory_mb=800, minutes=16)
    assert Request(memory_mb=800, minutes=16).times(3) == Request(memory_mb=2400, minutes=48)


def test_a_rule_asks_for_its_own_or_the_default():
    rules = {"default": {"memory_mb": 700, "minutes": 3}, "predict": {"memory_mb": 900, "minutes": 4}}
    study = read(changed("resources.rules", rules))
    assert study.request("grid") == Request(memory_mb=700, minutes=3)
    assert study.request("predict") == Request(memory_mb=900, minutes=4)


def test_requests_are_no_parameters_of_the_training():
    # Other limits must not train anything again: what the networks depend on does not know them.
    limits = [{"up_to_width": 9, "memory_mb": 1, "minutes": 1, "step_microseconds": 1}]
    assert read(changed("resources.training", limits)).experiments == read(CONFIG).experiments


# --- what is left out ---


def test_null_drops_an_experiment_with_all_that_shows_it():
    study = read(changed("experiments.ntk", None))
    assert set(study.experiments) == {"sg_ntk", "sign", "sign_small_output", "spiking"}
    assert set(study.figures) == set(CONFIG["figures"]) - {"figure_1", "figure_b3"}
    assert set(study.claims.experiments) == {"sg_ntk", "learning", "outputs", "small_outputs", "spiking_outputs"}


def test_a_study_of_one_experiment():
    sections = ("steepness", "divergence", "surrogate_comparison", "real_data", "spiking_reset", "spiking_depth")
    others = dict.fromkeys(sections)
    experiments = {name: entry if name == "sign" else None for name, entry in CONFIG["experiments"].items()}
    study = read({**CONFIG, **others, "experiments": experiments})
    assert list(study.experiments) == ["sign"]
    assert study.figures == {"figure_3": "sign", "figure_s2": "sign"}
    assert study.claims.experiments == {"learning": "sign", "outputs": "sign"}
    assert all(getattr(study, name) is None for name in others)


def test_at_the_start_one_step_is_enough():
    config = changed("experiments.ntk.steps", [0])
    config["claims"]["experiments"] |= {"ntk": None}
    assert read(config).experiments["ntk"].steps == (0,)


def test_roles_and_figures_may_be_left_out():
    study = read({**changed("claims.experiments", {"ntk": None}), "figures": {"figure_3": "sign", "figure_1": None}})
    assert (study.claims.experiments, study.figures) == ({}, {"figure_3": "sign"})


# --- the library ---


@pytest.mark.parametrize(
    ("models", "library"), [(ACTIVATIONS, activations), (SURROGATES, surrogates)], ids=["activations", "surrogates"]
)
def test_models_have_the_fields_and_defaults_of_the_classes_that_they_name(models, library):
    classes = {name.lower(): getattr(library, name) for name in library.__all__}
    for name, model in models.items():
        theirs = {field.name: field.default for field in dataclasses.fields(classes[name.replace("_", "")])}
        ours = {
            key: dataclasses.MISSING if field.is_required() else field.default
            for key, field in model.model_fields.items()
            if key != "name"
        }
        assert ours == theirs, name


@pytest.mark.parametrize(
    ("module", "base", "models", "others"),
    [
        (activations, "Activation", ACTIVATIONS, {"custom"}),
        (
            surrogates,
            "Surrogate",
            SURROGATES,
            {"custom", "piecewise", "jumpderivative", "onesided", "shifted", "signderivative", "sum"},
        ),
    ],
)
def test_all_that_the_library_has_can_be_named(module, base, models, others):
    """But what is made of functions or of other surrogates, and derivatives that nothing learns with."""
    concrete = {
        name.lower()
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, getattr(module, base))
        if value.__module__ == module.__name__ and name != base and not name.startswith("_")
    }
    assert {name.replace("_", "") for name in models} == concrete - others


def test_settings_know_which_activations_have_jumps():
    arguments = {"erf": {"m": 1.0}, "quantizer": {"thresholds": [0.0], "heights": [1.0]}}
    for name, model in ACTIVATIONS.items():
        built = build.activation({"name": name, **arguments.get(name, {})})
        assert built.has_jumps == model.has_jumps, name


def test_objects_are_built_with_their_parameters():
    assert build.surrogate({"name": "arctangent", "slope": 2.0}) == surrogates.Arctangent(slope=2.0)
    assert build.surrogate({"name": "box", "half_width": 1, "height": 2, "normalize": "area"}) == surrogates.Box(
        half_width=1, height=2, normalize="area"
    )
    assert build.activation({"name": "quantizer", "thresholds": [0, 1], "heights": [1, 1]}) == activations.Quantizer(
        (0.0, 1.0), (1.0, 1.0)
    )


# --- the models ---


def models():
    """Every model that a study is made of."""

    def below(base):
        for model in base.__subclasses__():
            yield model
            yield from below(model)

    return [model for model in below(BaseModel) if model.__module__.startswith("replication.settings")]


def test_every_field_says_what_it_is():
    assert len(models()) > 40
    for model in models():
        assert model.__doc__, model
        for key, field in model.model_fields.items():
            assert (field.description or "").endswith("."), (model, key)


def test_every_model_is_closed_and_frozen():
    assert all(model.model_config["extra"] == "forbid" and model.model_config["frozen"] for model in models())


def test_the_schema_is_printed():
    shown = subprocess.run([sys.executable, "-m", "replication.settings"], capture_output=True, text=True, check=True)
    schema = json.loads(shown.stdout)
    assert schema == settings.schema()
    assert set(schema["properties"]) == set(CONFIG)
    closed = [part for part in [schema, *schema["$defs"].values()] if "properties" in part]
    assert all(part["additionalProperties"] is False for part in closed)
    assert schema["$defs"]["Erf"]["properties"]["m"] == {
        "description": "Steepness of erf(m z).",
        "exclusiveMinimum": 0,
        "title": "M",
        "type": "number",
    }


# --- invalid ones ---

WIDTH = {"width": 10, "networks_per_job": 1, "vectorize": 1}
REJECTED = [
    # unknown keys, at every level
    ("colour", 1, "got 1; unknown key, expected one of run, data, network, training, "),
    ("data.colour", "red", "got 'red'; unknown key, expected one of grid_points, "),
    ("data.training_sets.A.noise", 0, "got 0; unknown key, expected one of source, "),
    ("network.depth", 3, "got 3; unknown key, expected one of hidden_layers, sigma_w, sigma_b"),
    ("training.momentum", 0.9, "got 0.9; unknown key, expected one of learning_rate, seed"),
    ("activations.erf_2.k", 1, "got 1; unknown key, expected one of name, m"),
    ("activations.sign.m", 2, "got 2; unknown key, expected one of name"),
    ("surrogates.erf_derivative_1.m", 2, "got 2; unknown key, expected one of name, k"),
    ("experiments.ntk.epochs", 7, "got 7; unknown key, expected one of record, "),
    ("experiments.ntk.widths[0].batch", 7, "got 7; unknown key, expected one of width"),
    ("figures.figure_9", "ntk", "got 'ntk'; unknown key, expected one of figure_1, "),
    # missing keys
    ("run", DELETED, "missing; Name of the run"),
    ("experiments", DELETED, "missing; Ensembles to train, by name."),
    ("training.seed", DELETED, "missing; Seed of the networks' initial weights."),
    ("data.training_sets.A.seed", DELETED, "missing; Seed of the draw of the training points."),
    ("training.largest_loss", DELETED, "missing; A larger loss of any network ends its job"),
    ("network.sigma_w", DELETED, "missing; Standard deviation of the weights."),
    ("activations.erf_2.m", DELETED, "missing; Steepness of erf(m z)."),
    ("activations.erf_2.name", DELETED, "missing; Which activation function."),
    ("experiments.ntk.widths[0].width", DELETED, "missing; "),
    ("claims.least_networks", DELETED, "missing; Networks for each width that a verdict needs."),
    ("resources.rules.default", DELETED, "missing; what every rule without its own asks for"),
    # values of another type
    ("activations.erf_2.m", "two", "got 'two'; expected number"),
    ("activations.erf_2.m", None, "got None; expected number"),
    ("activations.erf_2.m", True, "got True; expected number"),
    ("activations.erf_2", 5, "got 5; expected object"),
    ("experiments.ntk.widths[1].width", "10", "got '10'; expected integer"),
    ("experiments.ntk.steps[1]", 1.5, "got 1.5; expected integer"),
    ("experiments.ntk.activations", "erf_2", "got 'erf_2'; expected array"),
    ("experiments.ntk.surrogate", 3, "got 3; expected "),
    ("training.learning_rate", "fast", "got 'fast'; expected number"),
    ("run", 7, "got 7; expected string"),
    # values out of range
    ("experiments.ntk.widths[1].width", 0, "got 0; expected a number >= 1"),
    ("experiments.ntk.networks", 0, "got 0; expected a number >= 1"),
    ("experiments.ntk.output_scale", 0, "got 0; expected a number > 0"),
    ("experiments.ntk.steps[0]", -1, "got -1; expected a number >= 0"),
    ("experiments.ntk.steps", [], "got []; expected at least 1 entries"),
    ("experiments.ntk.steps", [10, 0], "got [10, 0]; expected ascending steps"),
    ("experiments.ntk.activations", ["erf_2"] * 2, "got ['erf_2', 'erf_2']; expected each "),
    ("activations.erf_2.m", -1, "got -1; expected a number > 0"),
    ("activations.erf_2.m", math.nan, "got nan; expected "),
    ("activations.erf_2.m", math.inf, "got inf; expected "),
    ("training.learning_rate", 0, "got 0; expected a number > 0"),
    ("training.learning_rate", math.nan, "got nan; expected "),
    ("network.sigma_w", -0.5, "got -0.5; expected a number > 0"),
    ("network.sigma_b", -0.5, "got -0.5; expected a number >= 0"),
    ("network.hidden_layers", 0, "got 0; expected a number >= 1"),
    ("data.grid_points", 0, "got 0; expected a number >= 1"),
    ("data.reference_point", 100, "got 100; expected a grid index below data.grid_points = 100"),
    ("data.training_sets.A.seed", 2**32, "got 4294967296; expected a number <= 4294967295"),
    ("data.training_sets.B.points", 101, "got 101; expected at most data.grid_points = 100"),
    ("data.target[0]", [1.0, 2], "got [1.0, 2]; expected at least 3 entries"),
    ("data.target[0]", [1.0, 2, 3, 4], "got [1.0, 2, 3, 4]; "),
    ("data.target[0][2]", -3, "got -3; expected a number >= 0"),
    ("run", "a/b", "got 'a/b'; expected a name of letters, digits and underscores that starts with a letter"),
    ("run", "two\nlines", "got 'two\\nlines'; expected a name of letters, digits and underscores"),
    ("training.device", "tpu", "got 'tpu'; expected one of cpu, gpu"),
    ("resources.rules.default.memory_mb", 0, "got 0; expected a number >= 1"),
    ("resources.training[0].step_microseconds", 0, "got 0; expected a number > 0"),
    # names that nothing has
    ("activations.erf_2.name", "gelu", "got 'gelu'; expected one of erf, hard_tanh, "),
    ("activations.sign.name", "gelu", "got 'gelu'; expected one of erf, hard_tanh, "),
    ("surrogates.erf_derivative_1.name", "boxcar", "got 'boxcar'; expected one of algebraic_sigmoid_derivative, "),
    ("data.training_sets.A.source", "file", "got 'file'; expected one of uniform, grid"),
    ("experiments.ntk.record", "loss", "got 'loss'; expected one of empirical_ntk, "),
    ("experiments.ntk.activations[0]", "erf_3", "got 'erf_3'; expected one of erf_2, "),
    ("experiments.ntk.training_set", "C", "got 'C'; expected one of A, B"),
    ("experiments.sg_ntk.surrogate", "box", "got 'box'; expected one of erf_derivative_1"),
    ("figures.figure_1", "nope", "got 'nope'; expected one of ntk, sg_ntk, sign, sign_small_output"),
    ("activations.erf_2.name", "erff", "got 'erff'; expected one of erf, hard_tanh, heaviside, identity, quantizer, "),
    ("activations.erf_2.name", ["erf"], "got ['erf']; expected one of erf, hard_tanh, "),
    ("surrogates.box_1.box", 1, "got 1; unknown key, expected one of name, height, normalize, half_width"),
    ("surrogates.box_1.half_width", -1, "got -1; expected a number > 0"),
    # values that do not go together
    ("figures.figure_1", "sign", "got 'sign'; expected an experiment that records empirical_ntk"),
    ("figures.figure_2", "ntk", "got 'ntk'; expected an experiment that records empirical_sg_ntk"),
    ("figures.figure_3", "ntk", "got 'ntk'; expected an experiment that records outputs"),
    ("experiments.sign.surrogate", None, "got null; expected the name of a surrogate, since "),
    ("experiments.sign.record", "empirical_ntk", "got 'empirical_ntk'; expected 'outputs', since "),
    # beyond the paper
    ("divergence.targets", [1.0], "got 1 of them; expected as many as divergence.inputs, 3"),
    ("divergence.inputs", [[1.0, 2.0], [7.0], [9.0]], "got [[1.0, 2.0], [7.0], [9.0]]; expected all of one dimension"),
    ("divergence.steps", [3, 100], "got [3, 100]; expected to begin with 0"),
    ("divergence.compare_at", 5, "got 5; expected one of divergence.steps, "),
    ("divergence.widths", [100, 10], "got [100, 10]; expected ascending widths"),
    ("divergence.surrogates.learns", "box", "got 'box'; expected one of erf_derivative_1, "),
    ("divergence.activation", "step", "got 'step'; expected one of erf_2, "),
    ("divergence.network.depth", 1, "got 1; unknown key, expected one of hidden_layers, "),
    ("surrogate_comparison.surrogates[0]", "erf_derivative_1", "got 'erf_derivative_1'; expected one that has a peak "),
    ("surrogate_comparison.surrogates[0]", "box", "got 'box'; expected one of erf_derivative_1, "),
    ("surrogate_comparison.points", 101, "got 101; expected at most data.grid_points = 100"),
    ("surrogate_comparison.steps", [10, 1], "got [10, 1]; expected ascending steps"),
    ("surrogate_comparison.heights.width", 1, "got 1; unknown key, expected one of peak, area"),
    ("real_data.data_set", "mnist", "got 'mnist'; expected one of digits, fashion_mnist"),
    ("real_data.smooth_activation", "sign", "got 'sign'; expected one without jumps, which has an NTK"),
    ("real_data.networks.hidden_layers", 2, "got 2; expected one of real_data.hidden_layers, [1, 3]"),
    ("real_data.networks.batch_size", 1001, "got 1001; expected at most real_data.images[0] = 1000"),
    ("real_data.convolution.images", 8001, "got 8001; expected at most the last of real_data.images, 8000"),
    (
        "real_data.images[3]",
        68_501,
        "got 68501 images to learn from, 500 held out and 1000 to test on; expected at most the 70000 of fashion_mnist",
    ),
    ("real_data.surrogate", "box", "got 'box'; expected one of erf_derivative_1, "),
    ("spiking_reset.surrogate", "box", "got 'box'; expected one of erf_derivative_1, "),
    ("spiking_reset.thresholds", [2.0, 1.0], "got [2.0, 1.0]; expected ascending thresholds"),
    ("spiking_reset.leaks[0]", -1, "got -1; expected a number >= 0"),
    ("spiking_reset.networks", 2, "got 2; expected a number >= 3"),
    ("spiking_reset.relative_learning_rate", 1, "got 1; expected a number < 1"),
    ("spiking_reset.currents.points", 5, "got 5; unknown key, expected one of steps, dimension, "),
    ("spiking_depth.surrogate", "box_1", "got 'box_1'; expected one that has a slope"),
    ("spiking_depth.surrogate", "box", "got 'box'; expected one of erf_derivative_1, "),
    ("spiking_depth.libraries[0]", "brian", "got 'brian'; expected one of snntorch, spikingjelly, norse, spyx"),
    ("spiking_depth.libraries", ["spyx", "spyx"], "got ['spyx', 'spyx']; expected each entry once"),
    ("spiking_depth.slopes", [1.0, 1.0], "got [1.0, 1.0]; expected ascending slopes"),
    ("spiking_depth.measured.from_layer", 21, "got 21; expected at most spiking_depth.measured.depth = 20"),
    ("figures.figure_s2", "ntk", "got 'ntk'; expected an experiment that records outputs"),
    # spiking units, whose inputs are currents over time
    ("experiments.spiking.encoding.seed", DELETED, "missing; Seed of the draw of the currents."),
    ("experiments.spiking.activations[0]", "sign", "got 'sign'; expected spiking units where there is an encoding"),
    ("experiments.sign.activations[0]", "spiking", "got 'spiking'; expected spiking units where there is an encoding"),
    ("experiments.spiking.encoding.steps", 0, "got 0; expected a number >= 1"),
    ("experiments.spiking.network.sigma_w", DELETED, "missing; Standard deviation of the weights."),
    ("experiments.spiking.learning_rate", 0, "got 0; expected a number > 0"),
    ("activations.spiking.leak", 1.1, "got 1.1; expected a number <= 1"),
    ("activations.spiking.readout", "sum", "got 'sum'; expected one of mean, last, leaky"),
    ("divergence.activation", "spiking", "got 'spiking'; expected no spiking units, whose inputs are currents"),
    ("real_data.activation", "spiking", "got 'spiking'; expected no spiking units, whose inputs are currents"),
    ("surrogate_comparison.activation", "spiking", "got 'spiking'; expected no spiking units, whose inputs"),
    ("claims.experiments.spiking_outputs", "sign", "got 'sign'; expected an experiment with spiking units"),
    # the sweep over m, and the claims
    ("steepness.m", [1, 2], "got [1, 2]; expected at least 3 entries"),
    ("steepness.m[0]", 0, "got 0; expected a number > 0"),
    ("steepness.hidden_layers[0]", 0, "got 0; expected a number >= 1"),
    ("steepness.surrogate", "box", "got 'box'; expected one of erf_derivative_1"),
    ("steepness.training_set", "C", "got 'C'; expected one of A, B"),
    ("claims.alpha", 0.05, "got 0.05; unknown key, expected one of confidence, "),
    ("claims.confidence", DELETED, "missing; Confidence of the intervals of a claim together, above 0 and below 1."),
    ("claims.confidence", 1, "got 1; expected a number < 1"),
    ("claims.confidence", 0, "got 0; expected a number > 0"),
    ("claims.least_networks.outputs", 0, "got 0; expected a number >= 1"),
    ("claims.activation", "erf_2", "got 'erf_2'; expected one of sign"),
    ("claims.experiments.ntk", "nope", "got 'nope'; expected one of ntk, "),
    ("claims.experiments.ntk", "sg_ntk", "got 'sg_ntk'; expected an experiment that records 'empirical_ntk'"),
    ("claims.experiments.ntk_at_start", "sign", "got 'sign'; expected an experiment that records 'empirical_ntk'"),
    ("claims.experiments.learning", "ntk", "got 'ntk'; expected an experiment that records 'outputs'"),
    ("claims.experiments.outputs", "ntk", "got 'ntk'; expected an experiment that records 'outputs'"),
    (
        "experiments.ntk.networks",
        1,
        "got 1; expected at least 2, since claims.experiments.ntk_at_start names the experiment",
    ),
    ("experiments.sign.networks", 3, "got 3; expected at least 4, since claims.experiments.learning names the"),
    ("experiments.ntk.steps", [0], "got 1 of them; expected at least 2, since claims.experiments.ntk names the"),
    ("experiments.sign.widths", [WIDTH], "got 1 of them; expected at least 2, since claims.experiments.learning "),
    # names that file systems cannot take
    ("run", "r" * 101, f"got '{'r' * 101}'; expected a name of at most 100 letters"),
    # text that is meant as a number
    (
        "training.learning_rate",
        "1e-1",
        "got the text '1e-1'; expected a number > 0; YAML reads 1e-1 as text: write 1.0e-1",
    ),
    (
        "activations.erf_2.m",
        "1.5E3",
        "got the text '1.5E3'; expected a number > 0; YAML reads 1.5E3 as text: write 1.5e+3",
    ),
    (
        "experiments.sign.networks",
        "5e2",
        "got the text '5e2'; expected a number >= 1; YAML reads 5e2 as text: write 500",
    ),
    ("training.learning_rate", "0.1", "got '0.1'; expected number"),
    # what could never run
    ("experiments.sign.networks", 10**9, "got 1000000000; expected at most 100,000 training jobs in all, not 5.2e+07"),
    (
        "experiments.sign.widths[2].width",
        10**9,
        "got 1000000000; expected at most 1 TiB of memory a job, not 7.28e+06, ",
    ),
    ("experiments.sign.steps[4]", 10**40, f"got {10**40}; expected at most 30 days a job, not 2.31e+31, for the steps"),
    ("experiments.sign.steps[4]", 10**400, "got 1000"),
    ("network.hidden_layers", 10**9, "got 1000000000; expected a number <= 1000"),
    ("steepness.hidden_layers[0]", 10**9, "got 1000000000; expected a number <= 1000"),
    (
        "data.grid_points",
        10**9,
        "got 1000000000; expected at most 1 TiB of memory a job, not 1.46e+07, for its kernels",
    ),
    ("data.training_sets.A.points", 10**9, "got 1000000000; expected at most 1 TiB of memory a job, not 1.46e+07, "),
    (
        "divergence.widths[3]",
        10**12,
        "got 1000000000000; expected at most 1 TiB of memory a job, not 29.1, for weights",
    ),
    ("divergence.networks", 10**9, "got 1000000000; expected at most 1 TiB of memory a job, not "),
    ("divergence.steps[10]", 10**40, f"got {10**40}; expected at most 30 days a job, not "),
    ("surrogate_comparison.training_sets", 10**9, "got 1000000000; expected at most 30 days a job, not "),
    ("real_data.networks.widths[2]", 10**12, "got 1000000000000; expected at most 1 TiB of memory a job, not "),
    ("real_data.networks.networks", 10**9, "got 1000000000; expected at most 1 TiB of memory a job, not "),
    ("spiking_reset.width", 10**12, "got 1000000000000; expected at most 1 TiB of memory a job, not "),
    ("spiking_reset.steps", 10**40, f"got {10**40}; expected at most 30 days a job, not "),
    ("spiking_depth.learning.networks", 10**9, "got 1000000000; expected at most 1 TiB of memory a job, not "),
    ("spiking_depth.measured.width", 10**9, "got 1000000000; expected at most 1 TiB of memory a job, not "),
    ("real_data.networks.steps", 10**40, f"got {10**40}; expected at most 30 days a job, not "),
]


@pytest.mark.parametrize(
    ("path", "value", "expected"), REJECTED, ids=[f"{path}={value!r:.20}" for path, value, _ in REJECTED]
)
def test_rejected_in_one_line(path, value, expected):
    start = time.perf_counter()
    assert refusal(changed(path, value)).startswith(f"{path}: {expected}")
    assert time.perf_counter() - start < 10  # however many jobs it would be


@pytest.mark.parametrize("value", [True, math.nan, "no/name", {"name": 1}, [[]]], ids=repr)
def test_no_leaf_takes_nonsense(value):
    for path, _ in leaves():
        if not (path.endswith(".xla_flags") and isinstance(value, str)):
            assert refusal(changed(path, value)).startswith(f"{path}"), path


def test_a_long_value_is_cut():
    line = refusal(changed("run", "r" * 10_000))
    assert line.startswith("run: got 'rrr")
    assert len(line) < 300


def test_each_width_once():
    widths = [{"width": 10, "networks_per_job": 1, "vectorize": 1}] * 2
    line = refusal(changed("experiments.ntk.widths", widths))
    assert line == "experiments.ntk.widths: got widths [10, 10]; expected each width once"


def test_training_requests_in_ascending_order():
    entry = {"memory_mb": 1, "minutes": 1, "step_microseconds": 1}
    line = refusal(changed("resources.training", [{"up_to_width": w, **entry} for w in (500, 100)]))
    assert line == "resources.training: got up_to_width [500, 100]; expected ascending widths"


@pytest.mark.usefixtures("annotations_unchecked")
@pytest.mark.parametrize("value", [None, [], "paper"])
def test_no_configuration_at_all(value):
    assert refusal(value) == f"configuration: got {value!r}; expected object"


def test_whole_numbers_with_a_decimal_point():
    # JSON schema counts 10.0 among the integers; what counts networks and cuts them into jobs does not.
    assert refusal(changed("experiments.ntk.networks", 10.0)) == "experiments.ntk.networks: got 10.0; expected integer"


def test_a_kernel_is_recorded_under_its_own_name():
    # Recorded is J(x) J~(x0)^T with the derivative that learns: the NTK without a surrogate, the SG-NTK with one.
    for path, value in (
        ("experiments.ntk.surrogate", "erf_derivative_1"),
        ("experiments.ntk.record", "empirical_sg_ntk"),
    ):
        assert re.match(r"experiments\.ntk\.(record|surrogate): got ", refusal(changed(path, value)))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"thresholds": [1, 0]}, "thresholds: got [1, 0]; expected ascending thresholds"),
        ({"thresholds": [0, 0]}, "thresholds: got [0, 0]; expected ascending thresholds"),
        ({"heights": [1]}, "heights: got [1]; expected as many as thresholds, 2"),
        ({"heights": [1, 0.0]}, "heights[1]: got 0.0; expected a number other than 0"),
        ({"thresholds": [], "heights": []}, "thresholds: got []; expected at least 1 entries"),
    ],
)
def test_a_quantiser_that_is_none(changes, line):
    quantizer = {"name": "quantizer", "thresholds": [0, 1], "heights": [1, 1]}
    read(changed("activations.stairs", quantizer))
    assert refusal(changed("activations.stairs", {**quantizer, **changes})) == f"activations.stairs.{line}"


@pytest.mark.parametrize(
    ("part", "first", "second"),
    [
        ("experiments", "sign", "Sign"),
        ("activations", "erf_2", "Erf_2"),
        ("surrogates", "box_1", "BOX_1"),
        ("data.training_sets", "A", "a"),
    ],
)
def test_names_that_some_file_systems_take_for_one(part, first, second):
    same = changed(f"{part}.{second}", at(f"{part}.{first}"))
    assert refusal(same).startswith(
        f"{part}: got {first!r} and {second!r}; expected names that differ in more than upper and lower case"
    )


@pytest.mark.parametrize("part", ["experiments", "activations", "surrogates", "data.training_sets"])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a/b", "a name of letters, digits and underscores that starts with a letter"),
        ("two\n", "a name of letters, digits and underscores that starts with a letter"),
        ("n" * 101, "a name of at most 100 letters"),
        (7, "string"),
    ],
)
def test_names_that_are_none(part, name, expected):
    config = changed("run", "paper")
    at(part, config)[name] = next(iter(at(part).values()))
    assert refusal(config) == f"{part}: got {name!r}; expected {expected}"


def test_a_job_of_too_many_networks():
    # One trains in ten minutes, 5000 in more than a month.
    config = changed("experiments.sign.widths[2].networks_per_job", 5_000_000)
    config["experiments"]["sign"]["networks"] = 50_000
    assert refusal(config).startswith(
        "experiments.sign.networks: got 50000; expected at most 30 days a job, not 34.7, "
    )
    config = changed("experiments.sign.widths[2].networks_per_job", 50_000)
    config["experiments"]["sign"]["networks"] = 100_000
    assert refusal(config).startswith(
        "experiments.sign.widths[2].networks_per_job: got 50000; expected at most 30 days a job, not 34.7, "
    )


@pytest.mark.parametrize(
    ("key", "value", "nearest"),
    [
        ("figures.figure_1", "sgntk", "sg_ntk"),
        ("figures.figrue_1", "ntk", "figure_1"),
        ("training.learnin_rate", 1, "learning_rate"),
        ("experiments.ntk.activations[0]", "erf2", "erf_2"),
        ("training.device", "gpus", "gpu"),
        ("activations.erf_2.name", "erff", "erf"),
        ("experiments.sgn", {"networks": 3}, "experiments.sign"),
    ],
)
def test_what_is_misspelt_names_the_nearest(key, value, nearest):
    assert refusal(changed(key, value)).endswith(f"did you mean {nearest}?")


def test_what_a_dropped_experiment_leaves_must_still_be_right():
    config = changed("experiments.ntk", None)
    config["figures"]["figure_1"] = "never_defined"
    assert refusal(config).startswith("figures.figure_1: got 'never_defined'; expected one of sg_ntk, sign")
    config = changed("claims.experiments.kernels", "ntk")
    roles = "ntk_at_start, ntk, sg_ntk, learning, outputs, small_outputs, spiking_outputs"
    assert refusal(config) == f"claims.experiments: got 'kernels'; expected one of {roles}"


# --- from the command line ---


def test_numbers_of_the_command_line_arrive_as_text():
    overrides = {
        "training": {"learning_rate": "0.05"},
        "experiments": {"sign": {"steps": ["10", "20"], "networks": "20"}, "ntk": "null"},
    }
    config = changed("training.learning_rate", "0.05")
    config["experiments"]["sign"] |= overrides["experiments"]["sign"]
    config["experiments"]["ntk"] = "null"
    study = read(config, overrides)
    assert study.training.learning_rate == 0.05
    assert study.experiments["sign"].steps == (10, 20)
    assert study.experiments["sign"].networks == 20
    assert "ntk" not in study.experiments
    assert config["training"]["learning_rate"] == "0.05"


def test_files_stay_strict_beside_the_command_line():
    config = changed("training.learning_rate", "0.05")
    assert refusal(config, {"training": {"seed": "10"}}) == "training.learning_rate: got '0.05'; expected number"


# --- files ---


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"run: a\nnetwork:\n  sigma_w: 1.0\n  sigma_w: 2.0\n", "line 4: network.sigma_w: given before in line 3"),
        (b"widths:\n  - {width: 1}\n  - {width: 1, width: 2}\n", "line 3: widths[1].width: given before in line 3"),
        (b"run: a\nrun: b\n", "line 2: run: given before in line 1; expected each key once"),
        ("run: a\nnote: m\u00fcde\n".encode("latin-1"), "line 2: got the byte 0xfc; expected a file in UTF-8"),
        (b"- run\n- a\n", "line 1: got a sequence; expected keys with their values"),
        (b"just words\n", "line 1: got a scalar; expected keys with their values"),
        (b"# nothing\n", "line 1: got nothing; expected keys with their values"),
        (b"run: a\nnetwork: {sigma_w: 1\n", "line 3: expected ',' or '}', but got '<stream end>'; expected YAML"),
        (b"run: a\n\x00\n", "unacceptable character #x0000"),
    ],
)
def test_files_that_are_none(tmp_path, content, message):
    path = tmp_path / "my.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        settings.check_file(path)
    assert str(caught.value).startswith(f"{path}")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigurationError, match="No such file"):
        settings.check_file(tmp_path / "my.yaml")


def test_anchors_and_merges_give_nothing_twice(tmp_path):
    path = tmp_path / "my.yaml"
    path.write_text("a: &a {x: 1}\nb: {<<: *a, x: 2}\nc: [*a, *a]\n")
    settings.check_file(path)


@pytest.mark.parametrize("flag", ["--xla_cpu_nonsense=true", "xla_cpu_multi_thread_eigen=false", "--v=1"])
def test_a_flag_that_xla_does_not_know_is_refused(flag):
    known = "--xla_cpu_enable_fast_math=false"
    message = (
        f"experiments.sign.widths[2].xla_flags: got {flag!r}; expected a flag that the installed XLA knows, such as "
        "--xla_cpu_multi_thread_eigen=false"
    )
    with pytest.raises(ConfigurationError, match=f"^{re.escape(message)}$"):
        read(changed("experiments.sign.widths[2].xla_flags", f"{known} {flag}"))
    read(changed("experiments.sign.widths[2].xla_flags", known))
