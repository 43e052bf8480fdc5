"""Nothing goes stale, and nothing is made in vain: what an edit of the code or of the configuration makes anew."""

import contextlib
import copy
import json
import re
import shutil
from importlib import metadata

import pytest
from configurations import CONFIG, ROOT, STUDY, changed, leaves

from replication import settings
from replication.layout import Layout
from replication.rules import RULES

FIGURES = [name for name in RULES if name.startswith("figure_")]
KERNEL_FIGURES = {"figure_1", "figure_2", "figure_b3", "figure_b4"}
OUTPUT_FIGURES = {"figure_3", "figure_b2", "figure_s2", "figure_s5"}

# The DAG, rule by rule, as docs and design have it.
NEEDS = {
    "grid": set(),
    "training_set": set(),
    "analytic_kernel": {"grid"},
    "predict": {"grid", "training_set"},
    "steepness": {"grid", "training_set"},
    "train": {"grid", "training_set"},
    "tabulate_kernels": {"train", "analytic_kernel", "grid"},
    "tabulate_outputs": {"train", "predict", "grid"},
    "divergence": set(),
    "compare_surrogates": {"grid"},
    "real_regression": set(),
    "real_networks": set(),
    "real_convolution": set(),
    "spiking_reset": set(),
    "spiking_growth": set(),
    "spiking_learning": set(),
    "compare_published": {"tabulate_kernels"},
    **{figure: {"tabulate_kernels"} for figure in KERNEL_FIGURES},
    "figure_3": {"tabulate_outputs", "predict", "training_set"},
    "figure_b1": {"grid", "training_set"},
    "figure_b2": {"tabulate_outputs", "predict", "training_set"},
    "figure_published": {"compare_published"},
    "figure_s1": {"divergence"},
    "figure_s2": {"tabulate_outputs", "predict"},
    "figure_s3": {"compare_surrogates"},
    "figure_s4": {"real_regression", "real_networks", "real_convolution"},
    "figure_s5": {"tabulate_outputs", "predict", "training_set"},
    "figure_s6": {"spiking_reset"},
    "figure_s7": {"spiking_growth", "spiking_learning"},
    "claims": {
        *("tabulate_kernels", "tabulate_outputs", "predict", "steepness", "divergence", "compare_surrogates"),
        *(
            "real_regression",
            "real_networks",
            "grid",
            "training_set",
            "spiking_reset",
            "spiking_growth",
            "spiking_learning",
        ),
    },
}
NEEDS["report"] = {"claims", *FIGURES}.union(*(NEEDS[figure] for figure in FIGURES))


BEFORE = Layout(STUDY)
MADE_FROM = {job: BEFORE.made_from(job[0], **dict(job[1])) for job in BEFORE.jobs}


def changed_jobs(after, but=()):
    """Jobs that are new, or made from something else than before, `but` not counted."""

    def compared(made_from):
        return made_from and {key: value for key, value in made_from.items() if key not in but}

    return {
        job for job in after.jobs if compared(after.made_from(job[0], **dict(job[1]))) != compared(MADE_FROM.get(job))
    }


def made_anew(after):
    """Rules of whose jobs some are made from something else than before."""
    return {rule for rule, _ in changed_jobs(after)}


def with_followers(rules):
    """Rules, and all that need them, directly or not."""
    while (more := rules | {rule for rule, needs in NEEDS.items() if needs & rules}) != rules:
        rules = more
    return rules


def test_the_rules_need_each_other_as_the_table_has_it():
    assert BEFORE.graph == NEEDS


def test_every_job_is_made_from_plain_values_that_come_back_from_json():
    for made_from in MADE_FROM.values():
        assert json.loads(json.dumps(made_from)) == made_from


# --- code ---


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of what jobs run."""
    folder = tmp_path_factory.mktemp("project")
    for part in ("scripts", "src", "workflow"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


MODULES = sorted(str(path.relative_to(ROOT)) for part in ("scripts", "src") for path in (ROOT / part).rglob("*.py"))


@pytest.fixture
def edited(project):
    """A function that edits a module of the copy, until the test ends."""
    saved = {}

    def edit(name, change):
        path = project / name
        saved[path] = path.read_text()
        path.write_text(change(saved[path]))

    yield edit
    for path, text in saved.items():
        path.write_text(text)


ALL = set(RULES)
SPIKING = {"spiking_reset", "spiking_growth", "spiking_learning"}
REAL = {"real_regression", "real_networks", "real_convolution"}
REGRESS = REAL - {"real_networks"}
TRAIN = {"train", "divergence", *REAL, *SPIKING}
SOLVE = {"predict", "steepness", "compare_surrogates", *REGRESS, *SPIKING}
COMPUTE = {"analytic_kernel", *TRAIN, *SOLVE}
DRAW = {*FIGURES, "report"}
OF_KERNELS = {*KERNEL_FIGURES, "report"}

# Of each module, the rules whose jobs run it; what is not here is run by none, or to plan the run.
RUNS = {
    "src/replication": {
        **dict.fromkeys(("__init__", "job", "watch", "store/__init__", "store/files", "store/tables"), ALL),
        "build": COMPUTE,
        "code": {"report"},
        "comparison": {"compare_surrogates"},
        "currents": {"train", "predict", *SPIKING},
        "datasets": {"grid", "training_set", "compare_surrogates", *SPIKING},
        "divergence": {"divergence"},
        "ensembles": {"tabulate_kernels", "tabulate_outputs"},
        "gpu": {"train"},
        "inputs": {"train", "predict"},
        "layout": {"report"},
        "progress": {"train"},
        "published": {"compare_published", "report"},
        "convolution": {"real_convolution"},
        "real_data": REAL,
        "real_data_sets": {*REAL, "report"},
        "recording": {"train", *SPIKING},
        "references": DRAW,
        "regression": REGRESS,
        "rules": {"report"},
        "spiking_depth": {"spiking_growth", "spiking_learning"},
        "spiking_reset": SPIKING,
        "statistics": {"tabulate_kernels", "tabulate_outputs", "compare_surrogates", "claims", *SPIKING},
        "steepness": {"steepness"},
        "wording": {"claims", "report"},
        **dict.fromkeys(
            ("figures/__init__", "figures/figure", "figures/style", "report/__init__", "report/tables"), DRAW
        ),
        "figures/activations": {*OF_KERNELS, "figure_s5"},
        "figures/convergence": OF_KERNELS,
        "figures/captions": {"report"},
        "figures/kernels": {"figure_1", "figure_2", "report"},
        "figures/ensembles": {"figure_3", "figure_b2", "figure_s5", "report"},
        **{f"figures/{figure}": {figure, "report"} for figure in FIGURES},
        "report/how_made": {"report"},
        "report/drawing": {"report"},
        "report/formulas": {"report"},
        "report/links": {"report"},
        "report/page": {"report"},
    },
    "src/sgntk": {
        **dict.fromkeys(("_architecture", "_compat", "_gaussian", "_piecewise", "_pytree", "_validation"), COMPUTE),
        **dict.fromkeys(("activations", "surrogates", "_spiking"), COMPUTE),
        **dict.fromkeys(("_blocks", "_kernels", "_spiking_kernels"), COMPUTE - {"train", "real_networks"}),
        "dynamics": {*SOLVE, "divergence"},
        "_depth": {*SOLVE, "divergence"},
        "prediction": SOLVE,
        **dict.fromkeys(
            ("_networks", "_precision", "_training", "_direct", "_losses", "_models", "_delayed", "_incremental"), TRAIN
        ),
        **dict.fromkeys(("_drawing", "_spiking_networks", "_surrogate_gradient"), TRAIN),
        "_empirical": {"train", *SPIKING},
        **{name: {"real_convolution"} for name in ("stax", "_neural_tangents")},
        "libraries": {"spiking_growth", "spiking_learning"},
        "spiking": SPIKING,
    },
    "scripts": {
        "make_grid": {"grid"},
        "make_training_set": {"training_set"},
        "sweep_steepness": {"steepness"},
        "follow_divergence": {"divergence"},
        "regress_images": {"real_regression"},
        "learn_images": {"real_networks"},
        "convolve_images": {"real_convolution"},
        "compare_resets": {"spiking_reset"},
        "follow_gradients": {"spiking_growth"},
        "learn_deep": {"spiking_learning"},
        "judge_claims": {"claims"},
        "plot": set(FIGURES),
        **{
            name: {name}
            for name in (
                *("analytic_kernel", "predict", "train", "tabulate_kernels", "tabulate_outputs"),
                *("compare_surrogates", "compare_published", "report"),
            )
        },
    },
}
TERMINAL = tuple(
    f"terminal/{name}" for name in ("__init__", "failure", "messages", "run", "screen", "summary", "times")
)
PLANS = {f"src/replication/{name}.py" for name in ("settings/__main__", "store/locking", *TERMINAL)}
NOT_IN_THE_STUDY = {f"src/sgntk/{name}.py" for name in ("__init__", "plot")}


def runs(name):
    """Rules whose jobs run a module."""
    folder = next(folder for folder in RUNS if name.startswith(folder))
    module = name.removeprefix(f"{folder}/").removesuffix(".py")
    if module.startswith("claims/"):
        return {"claims"}
    if module.startswith("settings/") and name not in PLANS:
        return {"report"}
    return RUNS[folder].get(module, set())


def test_no_module_is_overlooked():
    assert {name for name in MODULES if not runs(name)} == PLANS | NOT_IN_THE_STUDY


@pytest.mark.parametrize("name", MODULES)
def test_an_edited_module_makes_anew_what_runs_it(project, edited, name):
    edited(name, lambda text: text + "\nEDITED = True\n")
    assert made_anew(Layout(STUDY, project)) == with_followers(runs(name))


def test_edited_comments_and_docstrings_make_nothing_anew(project, edited):
    for name in MODULES:
        edited(name, lambda text: re.sub(r'^"""', '"""Edited. ', text, count=1) + "\n# edited\n")
    assert made_anew(Layout(STUDY, project)) == set()


def test_the_description_of_a_new_column_makes_nothing_anew(project, edited):
    edited("src/replication/store/columns.toml", lambda text: text + 'zeta = "of one table"\n')
    assert made_anew(Layout(STUDY, project)) == set()


@pytest.mark.parametrize("name", ["workflow/published/kernel_mse.csv", "workflow/published/settings.yaml"])
def test_other_published_values_are_compared_again(project, edited, name):
    edited(name, lambda text: text + "\n")
    assert made_anew(Layout(STUDY, project)) == with_followers({"compare_published"})


def test_another_jax_makes_anew_what_computes_with_it(monkeypatch):
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "9.9" if name == "jaxlib" else version(name))
    assert made_anew(Layout(STUDY)) == with_followers({*COMPUTE, "grid", "training_set", "report"})


# --- settings ---

TABLES = {"tabulate_kernels", "tabulate_outputs"}
THEORY = {"analytic_kernel", "predict"}

# Of each key, the rules whose jobs depend on it, or are new; beside them the report, which shows the configuration.
DEPEND = {
    r"data\.grid_points": {"grid", "training_set", "compare_published"},
    r"data\.target\b.*": {"grid", "training_set", "compare_published", "spiking_reset", "spiking_learning"},
    r"data\.reference_point": {
        *("analytic_kernel", "steepness", "train", "compare_surrogates", "claims", "compare_published"),
        *("figure_1", "figure_2"),
    },
    r"data\.training_sets\.A\..*": {"training_set", "compare_published"},
    r"data\.training_sets\.[BS]\..*": {"training_set"},
    r"network\.hidden_layers": {*THEORY, "train", "compare_surrogates", "compare_published"},
    r"network\.sigma_.": {*THEORY, "steepness", "train", "compare_surrogates", *REAL, "compare_published"},
    r"training\.learning_rate": {"predict", "train", "divergence", "compare_surrogates", "compare_published"},
    r"training\.(seed|device)": {"train", "compare_published"},
    r"training\.largest_loss": set(),  # it stops a training, and changes none
    r"activations\.erf_2\.m": {"analytic_kernel", "train", "real_regression", "compare_published", *KERNEL_FIGURES},
    r"activations\.erf_\d+\.m": {"analytic_kernel", "train", "compare_published", *KERNEL_FIGURES},
    r"activations\.sign\.name": {"predict", *TRAIN - SPIKING, "compare_surrogates"},
    r"surrogates\.erf_derivative_1\.k": {*("train", "steepness", *REAL, "spiking_reset", "compare_published", *THEORY)},
    r"activations\.spiking(_recurrent)?\..*": {"predict", "train", "figure_s5"},
    r"experiments\.spiking\.(encoding|network)\..*|experiments\.spiking\.learning_rate": {"predict", "train"},
    r"experiments\.spiking\.(output_scale|surrogate|steps.*)": {"predict", "train"},
    r"experiments\.spiking\.training_set": {"predict", "train", "figure_s5"},
    r"experiments\.spiking\.networks": {"train", "tabulate_outputs"},
    r"experiments\.spiking\.widths\[\d\]\.width": {"train", "tabulate_outputs"},
    r"surrogates\.(box|triangle)_1\.half_width": {"compare_surrogates", "figure_s3", "divergence", "figure_s1"},
    r"surrogates\.super_spike_1\.slope": {"compare_surrogates", "figure_s3", "spiking_growth", "spiking_learning"},
    r"surrogates\.\w+\.(slope|width)": {"compare_surrogates", "figure_s3"},
    r"experiments\.(sg_)?ntk\.(output_scale|surrogate)": {"analytic_kernel", "train", "compare_published"},
    r"experiments\.sign\w*\.output_scale": {"predict", "train", "claims"},
    r"experiments\.sign\w*\.(surrogate|steps.*)": {"predict", "train"},
    r"experiments\.(sg_)?ntk\.training_set": {"train", "compare_published"},
    r"experiments\.sign\.training_set": {"predict", "train", "figure_3"},
    r"experiments\.sign_small_output\.training_set": {"predict", "train", "figure_b2"},
    r"experiments\.(sg_)?ntk\.networks": {"train", "tabulate_kernels", "compare_published"},
    r"experiments\.sign\w*\.networks": {"train", "tabulate_outputs"},
    r"experiments\.(sg_)?ntk\.steps.*": {"train"},
    r"experiments\.\w+\.widths\[\d\]\.(vectorize|xla_flags)": {"train"},
    r"experiments\.(sg_)?ntk\.widths\[\d\]\.width": {"train", "tabulate_kernels"},
    r"experiments\.sign\w*\.widths\[\d\]\.width": {"train", "tabulate_outputs"},
    r"steepness\.(m|hidden_layers)\b.*": {"steepness"},
    r"steepness\.surrogate": {"steepness"},
    r"steepness\.training_set": {"steepness", "claims"},
    r"divergence\.compare_at": {"claims"},
    r"divergence\.surrogates\.\w+": {"divergence", "figure_s1", "claims"},
    r"divergence\..*": {"divergence"},
    r"surrogate_comparison\.surrogates.*": {"compare_surrogates", "figure_s3"},
    r"surrogate_comparison\..*": {"compare_surrogates"},
    r"real_data\.images.*": {"real_regression", "real_networks", "figure_s4", "claims"},
    r"real_data\.hidden_layers.*": {"real_regression", "figure_s4"},
    r"real_data\.smooth_activation": {"real_regression", "figure_s4"},
    r"real_data\.ridges.*": REGRESS,
    r"real_data\.ridge_images": {"real_regression"},
    r"real_data\.networks\.hidden_layers": {"real_networks", "real_regression", "claims"},
    r"real_data\.networks\.(steps|learning_rate)": {"real_networks", "real_regression"},
    r"real_data\.networks\.widths\[2\]": {"real_networks", "figure_s4", "claims"},
    r"real_data\.networks\.widths.*": {"real_networks", "figure_s4"},
    r"real_data\.networks\..*": {"real_networks"},
    r"real_data\.convolution\..*": {"real_convolution"},
    r"real_data\..*": REAL,
    r"spiking_reset\..*": {"spiking_reset"},
    r"spiking_depth\.measured\.from_layer": {"claims", "figure_s7"},
    r"spiking_depth\.(measured\..*)": {"spiking_growth"},
    r"spiking_depth\.(learning\..*|currents\.(dimension|seed|.*_points))": {"spiking_learning"},
    r"spiking_depth\..*": {"spiking_growth", "spiking_learning"},
    r"claims\.confidence": {"claims", "compare_surrogates"},
    r"claims\..*": {"claims"},
    r"resources\..*": set(),
}

# Text has other values by key; numbers are one more, where that is allowed.
OTHERWISE = {
    r"data\.training_sets\.A\.source": "grid",
    r"data\.training_sets\.[BS]\.source": "uniform",
    r"training\.device": "gpu",
    r"activations\.sign\.name": "heaviside",
    r"experiments\.(sg_ntk|sign\w*|spiking)\.surrogate": "gaussian_1",
    r"experiments\.(sg_)?ntk\.training_set": "B",
    r"(experiments\.(sign\w*|spiking)|steepness)\.training_set": "A",
    r"experiments\.\w+\.widths\[\d\]\.xla_flags": "",
    r"experiments\.(sg_)?ntk\.output_scale": 0.5,
    r"steepness\.surrogate": "gaussian_1",
    r"steepness\.hidden_layers\[\d\]": 4,
    r"divergence\.compare_at": 60,
    r"divergence\.surrogates\.diverges": "gaussian_1",
    r"real_data\.surrogate": "gaussian_1",
    r"real_data\.smooth_activation": "erf_5",
    r"real_data\.ridges\[0\]": 0.005,
    r"real_data\.networks\.hidden_layers": 3,
    r"spiking_reset\.surrogate": "gaussian_1",
    r"spiking_depth\.surrogate": "laplace_1",
}

# Keys that are not changed alone: names, by which others find what they mean, and what depends on another key.
TOGETHER = (
    r"run|activations\.(erf_\d+|spiking\w*)\.name|surrogates\.\w+\.name|experiments\.\w+\.(record|activations.*)|experiments\.ntk\.surrogate"
    r"|\w+\.activation|divergence\.(steps\[[06]\]|network\.hidden_layers|surrogates\.learns)"
    r"|surrogate_comparison\.surrogates.*|real_data\.(data_set|hidden_layers\[0\])|spiking_depth\.libraries.*|claims\.experiments\..*|figures\..*"
    r"|experiments\.\w+\.widths\[\d\]\.networks_per_job"
)


def layout_of(study):
    """Of other settings and the same code, whose digests are taken from before: they are most of the work."""
    after = Layout(study)
    after._codes.update(BEFORE._codes)
    return after


def found(table, path):
    """The value of the first pattern that is the whole path."""
    return next((value for pattern, value in table.items() if re.fullmatch(pattern, path)), None)


def changed_a_little(path, value):
    """The study with another number, one that is allowed."""
    for other in (value + 1, value - 1, value * 0.99):
        with contextlib.suppress(settings.ConfigurationError):
            return settings.read(changed(path, other))
    raise AssertionError(f"{path}: no other value is allowed")


LEAVES = {path: value for path, value in leaves() if not re.fullmatch(TOGETHER, path)}


@pytest.mark.parametrize("path", LEAVES)
def test_another_setting_makes_anew_what_depends_on_it(path):
    other = found(OTHERWISE, path)
    study = changed_a_little(path, LEAVES[path]) if other is None else settings.read(changed(path, other))
    after = layout_of(study)
    first = changed_jobs(after, but=("inputs",))
    first |= {job for job in changed_jobs(after) & MADE_FROM.keys() if after.needs(job) != BEFORE.needs(job)}
    assert {rule for rule, _ in first} == {"report", *found(DEPEND, path)}
    followers = first
    while more := {job for job in after.jobs - followers for need in after.needs(job) if need[::2] in followers}:
        followers = followers | more
    assert changed_jobs(after) == followers


def test_another_cut_into_jobs_trains_again_and_changes_no_table():
    after = Layout(settings.read(changed("experiments.sign.widths[0].networks_per_job", 100)))
    assert made_anew(after) == {"train", "report"}


def test_what_is_dropped_leaves_the_rest_as_it_was():
    config = copy.deepcopy(CONFIG)
    config["experiments"] |= {"ntk": None, "sg_ntk": None, "sign_small_output": None, "spiking": None}
    config |= dict.fromkeys(("steepness", "divergence", "surrogate_comparison", "real_data"))
    config |= dict.fromkeys(("spiking_reset", "spiking_depth"))
    after = Layout(settings.read(config))
    assert made_anew(after) == {"claims", "report", "figure_b1"}  # which has the training sets that are learned
    assert after.figures == ["figure_3", "figure_b1", "figure_s2"]
    assert set(after.graph) == {
        *("grid", "training_set", "predict", "train", "tabulate_outputs", "claims", "report"),
        *after.figures,
    }
