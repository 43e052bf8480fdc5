"""Configurations: those of the pipeline are valid, and whatever is not is rejected in one line."""

import copy
import dataclasses
import math
import re
from pathlib import Path

import pytest
import yaml

import sgntk
from sgntk import activations, config, surrogates
from sgntk.config import ConfigurationError, Experiment, Request, WidthPlan, build_architecture, read_study

WORKFLOW = Path(__file__).resolve().parents[1] / "workflow"
SCHEMA = yaml.safe_load((WORKFLOW / "schemas" / "config.schema.yaml").read_text())
DELETED = object()


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
        update(total, yaml.safe_load((WORKFLOW / "config" / name).read_text()))
    return total


PAPER = merged("paper.yaml")


def changed(path, value):
    """The paper's configuration with one entry replaced, added or deleted; `path` is written as in error messages."""
    result = {key: copy.deepcopy(part) for key, part in PAPER.items()}
    result["experiments"] = {name: copy.deepcopy(entry) for name, entry in PAPER["experiments"].items()}
    *parents, last = [int(part) if part.isdigit() else part for part in re.findall(r"\w+", path)]
    entry = result
    for part in parents:
        entry = entry[part]
    if value is DELETED:
        del entry[last]
    else:
        entry[last] = value
    return result


# --- valid configurations ---


@pytest.mark.parametrize("names", [("paper.yaml",), ("paper.yaml", "quick.yaml"), ("paper.yaml", "gpu.yaml")])
def test_configurations_of_the_pipeline_are_valid(names):
    study = read_study(merged(*names), SCHEMA)
    assert study.run == names[-1].removesuffix(".yaml")
    for name, experiment in study.experiments.items():
        for activation in experiment.activations:
            arch = build_architecture(study.architecture(name, activation))
            assert arch.hidden_layers == 2


FORMER_RUNTIME = "--xla_cpu_use_thunk_runtime=false --xla_disable_hlo_passes=onednn-contraction-rewriter"


def test_the_paper():
    study = read_study(PAPER, SCHEMA)
    assert study.experiments["sg_ntk"] == Experiment(
        name="sg_ntk",
        record="empirical_sg_ntk",
        activations=("erf_2", "erf_5", "erf_20"),
        surrogate="erf_derivative_1",
        output_scale=1.0,
        training_set="A",
        networks=10,
        steps=(0, 1000, 10_000),
        widths=(
            WidthPlan(10, 10, 1, FORMER_RUNTIME),
            WidthPlan(100, 10, 1, FORMER_RUNTIME),
            WidthPlan(500, 10, 1),
            WidthPlan(1000, 5, 1),
        ),
    )
    assert build_architecture(study.architecture("sign_small_output", "sign")) == sgntk.Architecture(
        sgntk.Sign(), surrogates.ErfDerivative(1), 2, sigma_w=1.0, sigma_b=0.1, output_scale=0.2
    )
    assert build_architecture(study.architecture("ntk", "erf_5")) == sgntk.Architecture(
        sgntk.Erf(5), None, 2, sigma_w=1.0, sigma_b=0.1
    )


def test_batches_cover_every_network_once():
    study = read_study(changed("experiments.sign.widths[0].networks_per_job", 199), SCHEMA)
    experiment = study.experiments["sign"]
    assert experiment.batches(20) == [(0, 198), (199, 397), (398, 499)]
    assert experiment.batches(100) == [(0, 124), (125, 249), (250, 374), (375, 499)]
    assert experiment.plan(500) == WidthPlan(500, 25, 1)


def test_a_sweep_of_a_million_networks_stays_under_2000_jobs():
    # As docs/scaling.md says: 100 widths x 10,000 networks.
    configuration = changed("experiments.sign.networks", 10_000)
    plan = {"networks_per_job": 625, "vectorize": 1}
    configuration["experiments"]["sign"]["widths"] = [{"width": 10 * i, **plan} for i in range(1, 101)]
    sweep = read_study(configuration, SCHEMA).experiments["sign"]
    jobs = [batch for width in sweep.widths for batch in sweep.batches(width.width)]
    assert len(jobs) == 1600
    assert sum(last - first + 1 for first, last in jobs) == 1_000_000


def test_training_asks_for_time_by_its_steps():
    training = [
        {"up_to_width": 100, "memory_mb": 500, "minutes": 5, "step_microseconds": 6},
        {"up_to_width": 500, "memory_mb": 800, "minutes": 10, "step_microseconds": 60},
    ]
    study = read_study(changed("resources.training", training), SCHEMA)
    # sign: 30,000 steps. 100 networks at 6 microseconds: 18 s, so a minute beside the five.
    assert study.training_request("sign", 100, 100) == Request(500, 6)
    assert study.training_request("sign", 101, 100) == Request(800, 13)
    assert study.training_request("sign", 500, 200) == Request(800, 16)
    # Wider than any entry: as the last one.
    assert study.training_request("sign", 2000, 200) == Request(800, 16)
    assert Request(800, 16).times(3) == Request(2400, 48)


def test_a_rule_asks_for_its_own_or_the_default():
    rules = {"default": {"memory_mb": 700, "minutes": 3}, "predict": {"memory_mb": 900, "minutes": 4}}
    study = read_study(changed("resources.rules", rules), SCHEMA)
    assert study.request("grid") == Request(700, 3)
    assert study.request("predict") == Request(900, 4)


def test_requests_are_no_parameters_of_the_training():
    # Other limits must not train anything again: what the networks depend on does not know them.
    limits = [{"up_to_width": 9, "memory_mb": 1, "minutes": 1, "step_microseconds": 1}]
    assert (
        read_study(changed("resources.training", limits), SCHEMA).experiments == read_study(PAPER, SCHEMA).experiments
    )


def test_training_requests_in_ascending_order():
    entry = {"memory_mb": 1, "minutes": 1, "step_microseconds": 1}
    message = r"^resources.training: got up_to_width \[500, 100\]; expected ascending widths$"
    with pytest.raises(ConfigurationError, match=message):
        read_study(changed("resources.training", [{"up_to_width": w, **entry} for w in (500, 100)]), SCHEMA)


@pytest.mark.parametrize(
    ("part", "catalogue"), [("activations", activations.CATALOGUE), ("surrogates", surrogates.CATALOGUE)]
)
def test_schema_knows_what_the_library_can_build(part, catalogue):
    schema = SCHEMA["properties"][part]["additionalProperties"]
    assert schema["properties"]["name"]["enum"] == sorted(catalogue)
    branches = {branch["if"]["properties"]["name"]["const"]: branch["then"] for branch in schema["allOf"]}
    for name, build in catalogue.items():
        fields = dataclasses.fields(build)
        assert set(branches[name]["properties"]) == {"name", *(field.name for field in fields)}, name
        without_default = {field.name for field in fields if field.default is dataclasses.MISSING}
        assert set(branches[name].get("required", [])) == without_default, name


def test_configuration_knows_which_activations_have_jumps():
    arguments = {"erf": {"m": 1.0}, "quantizer": {"thresholds": [0.0], "heights": [1.0]}}
    jumps = {name for name, build in activations.CATALOGUE.items() if build(**arguments.get(name, {})).has_jumps}
    assert set(config.ACTIVATIONS_WITH_JUMPS) == jumps


@pytest.mark.parametrize(
    ("part", "entry", "expected"),
    [
        (
            "surrogate",
            {"name": "box", "half_width": 1, "height": 2, "normalize": "area"},
            {"half_width": 1, "height": 2},
        ),
        ("activation", {"name": "quantizer", "thresholds": [0, 1], "heights": [1, 1]}, {"thresholds": (0.0, 1.0)}),
    ],
)
def test_architecture_of_the_catalogues(part, entry, expected):
    description = {
        **read_study(PAPER, SCHEMA).architecture("sign", "sign"),
        part: entry,
    }
    built = getattr(build_architecture(description), part)
    assert {name: getattr(built, name) for name in expected} == expected


def test_schema_is_closed_at_every_level():
    def objects(schema, path=""):
        if isinstance(schema, dict):
            if "properties" in schema and schema.get("type") == "object":
                yield path, schema
            for key, value in schema.items():
                yield from objects(value, f"{path}/{key}")

    for path, schema in objects(SCHEMA):
        # An activation or surrogate is closed by the branch for its name.
        branches = [branch["then"] for branch in schema.get("allOf", [])] or [schema]
        assert all("additionalProperties" in branch for branch in branches), path


def test_schema_says_what_every_key_is():
    def keys(schema):
        if isinstance(schema, dict):
            yield from schema.get("properties", {}).items()
            for part in schema.values():
                yield from keys(part)
        elif isinstance(schema, list):
            for part in schema:
                yield from keys(part)

    for key, entry in keys(SCHEMA):
        if isinstance(entry, dict) and "const" not in entry:
            assert entry.get("description", "").endswith("."), key


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
    ("training.largest_loss", DELETED, "missing; A training whose loss is above it stops"),
    ("network.sigma_w", DELETED, "missing; Standard deviation of the weights."),
    ("activations.erf_2.m", DELETED, "missing; Steepness of erf(m z)."),
    ("activations.erf_2.name", DELETED, "missing; "),
    ("experiments.ntk.widths[0].width", DELETED, "missing; "),
    ("figures.figure_1", DELETED, "missing; "),
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
    ("surrogates.erf_derivative_1.name", "boxcar", "got 'boxcar'; expected one of arctangent, "),
    ("data.training_sets.A.source", "file", "got 'file'; expected one of uniform, grid"),
    ("experiments.ntk.record", "loss", "got 'loss'; expected one of empirical_ntk, "),
    ("experiments.ntk.activations[0]", "erf_3", "got 'erf_3'; expected one of erf_2, "),
    ("experiments.ntk.training_set", "C", "got 'C'; expected one of A, B"),
    ("experiments.sg_ntk.surrogate", "box", "got 'box'; expected one of erf_derivative_1"),
    ("figures.figure_1", "nope", "got 'nope'; expected one of ntk, sg_ntk, sign, sign_small_output"),
    # values that do not go together
    ("figures.figure_1", "sign", "got 'sign'; expected an experiment that records a kernel"),
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
    ("real_data.data_sets[0]", "iris", "got 'iris'; expected one of breast_cancer, diabetes, digits"),
    ("real_data.test_points", 400, "got 500 training and test points; expected at most the 442 of diabetes"),
    ("real_data.surrogate", "box", "got 'box'; expected one of erf_derivative_1, "),
    ("figures.figure_s2", "ntk", "got 'ntk'; expected an experiment that records outputs"),
    # the sweep over m, and the claims
    ("steepness.m", [1, 2], "got [1, 2]; expected at least 3 entries"),
    ("steepness.m[0]", 0, "got 0; expected a number > 0"),
    ("steepness.hidden_layers[0]", 0, "got 0; expected a number >= 1"),
    ("steepness.surrogate", "box", "got 'box'; expected one of erf_derivative_1"),
    ("steepness.training_set", "C", "got 'C'; expected one of A, B"),
    ("claims.alpha", 0.05, "got 0.05; unknown key, expected one of confidence, "),
    ("claims.seed", DELETED, "missing; Seed of the bootstrap."),
    ("claims.confidence", 1, "got 1; expected a number < 1"),
    ("claims.confidence", 0, "got 0; expected a number > 0"),
    ("claims.least_networks.outputs", 0, "got 0; expected a number >= 1"),
    ("claims.activation", "erf_2", "got 'erf_2'; expected one of sign"),
    ("claims.experiments.ntk", "nope", "got 'nope'; expected one of ntk, "),
    ("claims.experiments.ntk", "sg_ntk", "got 'sg_ntk'; expected an experiment that records 'empirical_ntk'"),
    ("claims.experiments.outputs", "ntk", "got 'ntk'; expected an experiment that records 'outputs'"),
    ("experiments.ntk.networks", 1, "got 1; expected at least 2, since claims.experiments.ntk names the experiment"),
    ("experiments.sign.networks", 3, "got 3; expected at least 4, since claims.experiments.outputs names the"),
    ("experiments.ntk.steps", [0], "got 1 of them; expected at least 2, since claims.experiments.ntk names the"),
    ("experiments.sign.widths", [WIDTH], "got 1 of them; expected at least 2, since claims.experiments.outputs "),
]


@pytest.mark.parametrize(
    ("path", "value", "expected"), REJECTED, ids=[f"{path}={value!r:.20}" for path, value, _ in REJECTED]
)
def test_rejected_in_one_line(path, value, expected):
    with pytest.raises(ConfigurationError) as caught:
        read_study(changed(path, value), SCHEMA)
    assert str(caught.value).startswith(f"{path}: {expected}")
    assert "\n" not in str(caught.value)


def test_each_width_once():
    widths = [{"width": 10, "networks_per_job": 1, "vectorize": 1}] * 2
    message = r"^experiments.ntk.widths: got widths \[10, 10\]; expected each width once$"
    with pytest.raises(ConfigurationError, match=message):
        read_study(changed("experiments.ntk.widths", widths), SCHEMA)


@pytest.mark.usefixtures("annotations_unchecked")
@pytest.mark.parametrize("value", [None, [], "paper"])
def test_no_configuration_at_all(value):
    with pytest.raises(ConfigurationError, match=re.escape(f"configuration: got {value!r}; expected object")):
        config.read_study(value, SCHEMA)


@pytest.mark.usefixtures("annotations_unchecked")
def test_whole_numbers_with_a_decimal_point():
    # JSON schema counts 10.0 among the integers; what counts networks and cuts them into jobs does not.
    with pytest.raises(ConfigurationError, match=r"^experiments\.ntk\.networks: got 10\.0; expected "):
        read_study(changed("experiments.ntk.networks", 10.0), SCHEMA)


def test_a_kernel_is_recorded_under_its_own_name():
    # Recorded is J(x) J~(x0)^T with the derivative that learns: the NTK without a surrogate, the SG-NTK with one.
    for path, value in (
        ("experiments.ntk.surrogate", "erf_derivative_1"),
        ("experiments.ntk.record", "empirical_sg_ntk"),
    ):
        with pytest.raises(ConfigurationError, match=r"^experiments\.ntk\.(record|surrogate): got "):
            read_study(changed(path, value), SCHEMA)
