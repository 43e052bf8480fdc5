"""Where everything is: every file made by one job alone, whatever the names in the configuration are."""

import copy
import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from configurations import CONFIG, ROOT, STUDY

from replication import settings
from replication.layout import Layout
from replication.references import Reference, made_by
from replication.rules import RULES, evidence

LAYOUT = Layout(STUDY)


def awkward():
    """The paper's study with experiments, and a surrogate, whose names are those of folders and of tables."""
    config = copy.deepcopy(CONFIG)
    config["experiments"] |= dict.fromkeys(AWKWARD, config["experiments"]["sign"])
    config["surrogates"]["outputs"] = config["surrogates"]["box_1"]
    config["divergence"]["surrogates"]["diverges"] = "outputs"
    return Layout(settings.read(config))


def files(layout):
    """Every output of every job."""
    return [
        layout.path(Reference(rule, output, wildcards))
        for rule, wildcards in layout.jobs
        for output in RULES[rule].outputs
    ]


def makers(layout, file):
    """Rules whose outputs a file could be, as Snakemake matches names."""
    found = []
    for rule in layout.rules:
        for pattern in layout.outputs(rule).values():
            parts = re.split(r"\{(\w+)\}", pattern)
            seen, expression = set(), ""
            for index, part in enumerate(parts):
                if index % 2 == 0:
                    expression += re.escape(part)
                else:
                    expression += f"(?P={part})" if part in seen else f"(?P<{part}>{layout.wildcards[part]})"
                    seen.add(part)
            if re.fullmatch(expression, file):
                found.append(rule)
    return found


# Names that were files of others where the names of files were put together with underscores.
AWKWARD = (
    "a",
    "a_kernel",
    "a_kernel_mse",
    "diabetes",
    "divergence",
    "grid",
    "prediction",
    "real_data",
    "spiking_depth",
    "spiking_reset",
    "surrogate",
    "surrogates",
)


@pytest.mark.parametrize("layout", [LAYOUT, awkward()], ids=["paper", "awkward"])
def test_every_file_is_outputs_of_job(layout):
    assert [file for file, count in Counter(files(layout)).items() if count > 1] == []
    assert {file: made for file in files(layout) if len(made := makers(layout, file)) != 1} == {}


def test_files_of_every_kind_are_where_the_design_has_them():
    folders = {Path(file).relative_to("results/paper").parts[0] for file in files(LAYOUT)}
    assert folders == {"datasets", "kernels", "ensembles", "tables", "figures", "claims", "report.html"}
    assert LAYOUT.path(made_by("report", "html")) == "results/paper/report.html"
    batch = made_by("train", experiment="sign", activation="sign", width=20, first=0, last=249)
    assert LAYOUT.path(batch) == "results/paper/ensembles/sign/sign/width_20/networks_0-249.parquet"


@pytest.mark.parametrize("rule", RULES)
def test_logs_and_benchmarks_have_the_wildcards_of_the_outputs(rule):
    wildcards = set(re.findall(r"\{\w+\}", next(iter(RULES[rule].outputs.values()))))
    for path, folder in ((LAYOUT.log(rule), "logs"), (LAYOUT.benchmark(rule), "benchmarks")):
        assert set(re.findall(r"\{\w+\}", path)) == wildcards
        assert Path(path).with_suffix("").parts[:4] == ("results", "paper", folder, rule)
    assert (ROOT / "scripts" / LAYOUT.script(rule)).exists()


def test_claims_are_tested_on_the_experiment_of_their_role():
    found = evidence(LAYOUT.study)
    others = {
        *("grid", "training_set", "steepness", "divergence", "surrogate_errors", "real_outputs", "real_predictions"),
        *("resets", "growth_predicted", "growth_measured", "deep_errors"),
    }
    assert {name: one for name, one in found.items() if name not in others} == {
        "ntk_at_start": made_by("tabulate_kernels", "kernels", experiment="ntk"),
        "ntk": made_by("tabulate_kernels", "kernels", experiment="ntk"),
        "sg_ntk": made_by("tabulate_kernels", "kernels", experiment="sg_ntk"),
        "outputs": made_by("tabulate_outputs", "outputs", experiment="sign"),
        "outputs_predictions": made_by("predict", experiment="sign"),
        "learning": made_by("tabulate_outputs", "outputs", experiment="sign"),
        "learning_predictions": made_by("predict", experiment="sign"),
        "small_outputs": made_by("tabulate_outputs", "outputs", experiment="sign_small_output"),
        "small_outputs_predictions": made_by("predict", experiment="sign_small_output"),
        "spiking_outputs": made_by("tabulate_outputs", "outputs", experiment="spiking"),
        "spiking_outputs_predictions": made_by("predict", experiment="spiking"),
    }


def test_a_job_is_told_what_its_inputs_must_be_made_from():
    read_from = LAYOUT.read_from("tabulate_kernels", experiment="ntk")
    inputs = LAYOUT.inputs("tabulate_kernels", experiment="ntk")
    assert set(read_from) == {*inputs["batches"], inputs["analytic"], inputs["grid"]}
    assert read_from[inputs["analytic"]] == {**LAYOUT.made_from("analytic_kernel", experiment="ntk"), "output": "table"}


def test_a_batch_knows_its_networks_and_its_table_does_not():
    batch = {"experiment": "sign", "activation": "sign", "width": "20", "first": "0", "last": "249"}
    assert LAYOUT.made_from("train", **batch) | {"first": 250, "last": 499} == LAYOUT.made_from(
        "train", **{**batch, "first": "250", "last": "499"}
    )
    assert len(LAYOUT.made_from("tabulate_outputs", experiment="sign")["inputs"]["batches"]) == 3  # one a width


def test_jobs_that_failed_ask_for_more():
    wildcards = SimpleNamespace(experiment="sign", width="500", first="0", last="24")
    asked = LAYOUT.resources("train")
    first, second = (asked["mem_mb"](wildcards, attempt) for attempt in (1, 2))
    assert second == 2 * first
    assert asked["gpu"] == 0
    # 25 networks x 30,000 steps x 2 ms are 25 minutes, beside the five for the start.
    assert asked["runtime"](wildcards, 1) == 30
    assert LAYOUT.resources("tabulate_outputs")["mem_mb"](None, 1) == 2000
    assert LAYOUT.resources("figure_3")["mem_mb"](None, 3) == 3000


def test_another_place_and_another_run_make_nothing_else(tmp_path):
    config = {**CONFIG, "run": "other"}
    other = Layout(settings.read(config), folder="elsewhere")
    assert other.path(made_by("grid")) == "elsewhere/other/datasets/grid.parquet"
    for rule, wildcards in LAYOUT.jobs:
        if rule not in ("claims", "report"):  # which show the name of the run
            assert other.made_from(rule, **dict(wildcards)) == LAYOUT.made_from(rule, **dict(wildcards))


@pytest.mark.parametrize(
    ("section", "rule", "wildcards"),
    [
        ("steepness", "steepness", {}),
        ("divergence", "divergence", {"surrogate": "box_1"}),
        ("real_data", "real_regression", {"hidden_layers": "1", "images": "1000"}),
        ("real_data", "real_networks", {"width": "500"}),
        ("real_data", "real_convolution", {}),
        ("spiking_reset", "spiking_reset", {"reset": "zero"}),
        ("spiking_depth", "spiking_growth", {}),
        ("spiking_depth", "spiking_learning", {}),
    ],
)
def test_what_is_dropped_cannot_be_made(section, rule, wildcards):
    layout = Layout(settings.read({**CONFIG, section: None}))
    with pytest.raises(LookupError, match=f"^the configuration has no {section}: it is null$"):
        layout.inputs(rule, **wildcards)


def test_every_rule_says_what_it_makes():
    descriptions = {rule: LAYOUT.description(rule) for rule in LAYOUT.rules}
    assert all(re.fullmatch(r"\S.*[^.]", description) for description in descriptions.values()), descriptions
    assert descriptions["figure_b1"] == "Figure B.1: the target function with the training sets"


def test_what_may_be_asked_for_is_every_file_and_the_rules_that_make_one_thing():
    assert set(files(LAYOUT)) < set(LAYOUT.names)
    assert {"report", "figure_3", "grid"} < set(LAYOUT.names)
    assert not {"train", "predict", "real_regression", "spiking_reset"} & set(LAYOUT.names)
