# The configuration, checked before any job starts; the names of files; and which of them belong together.
import yaml

from sgntk import locking, provenance
from sgntk.config import ConfigurationError, read_study
from sgntk.files import remove_temporary

SCHEMA = Path(workflow.current_basedir) / "../schemas/config.schema.yaml"
try:
    STUDY = read_study(config, yaml.safe_load(SCHEMA.read_text()))
except ConfigurationError as error:
    sys.exit(f"Configuration error: {error}")

# A job ends with the process that started it (scripts/job.py): also with one that is killed.
shell.prefix(f"set -euo pipefail; export SNAKEMAKE_PROCESS={os.getpid()}; ")

RESULTS = f"results/{STUDY.run}"
GRID = f"{RESULTS}/datasets/grid.parquet"
TRAINING_SET = f"{RESULTS}/datasets/training_{{training_set}}.parquet"
ANALYTIC_KERNEL = f"{RESULTS}/kernels/{{experiment}}.parquet"
PREDICTION = f"{RESULTS}/kernels/{{experiment}}_prediction.parquet"
BATCH = "{experiment}/{activation}/width_{width}/networks_{first}-{last}"
ENSEMBLE = f"{RESULTS}/ensembles/{BATCH}.parquet"
TABLE = f"{RESULTS}/tables/{{experiment}}_{{table}}.parquet"
STEEPNESS = f"{RESULTS}/kernels/steepness.parquet"
DIVERGENCE = f"{RESULTS}/tables/divergence_{{surrogate}}.parquet"
SURROGATE_KERNELS = f"{RESULTS}/tables/surrogate_kernels.parquet"
SURROGATE_ERRORS = f"{RESULTS}/tables/surrogate_errors.parquet"
REAL_DATA = {
    name: f"{RESULTS}/tables/{{data_set}}_{name}.parquet"
    for name in ("outputs", "predictions", "errors", "network_errors")
}
SPREAD = f"{RESULTS}/claims/spread.parquet"
FIGURE = f"{RESULTS}/figures/{{figure}}"
PUBLISHED = f"{RESULTS}/tables/published.parquet"
PUBLISHED_FIGURES = {"ntk": "figure_b3", "sg_ntk": "figure_b4"}
PUBLISHED_SETTINGS = {kernel: STUDY.settings(STUDY.figures[figure]) for kernel, figure in PUBLISHED_FIGURES.items()}
CLAIMS, CLAIMS_TEXT = multiext(f"{RESULTS}/claims/claims", ".json", ".md")
REPORT = f"{RESULTS}/report.html"
RULE_GRAPH = f"{RESULTS}/rule_graph.dot"
RULES = sorted(str(path) for path in Path("workflow/rules").glob("*.smk"))

# m of each activation erf(m z): of these the paper published kernel errors.
PUBLISHED_STEEPNESS = {name: entry["m"] for name, entry in STUDY.activations.items() if entry["name"] == "erf"}


wildcard_constraints:
    experiment="|".join(STUDY.experiments),
    activation="|".join(STUDY.activations),
    training_set="|".join(STUDY.data["training_sets"]),
    surrogate="|".join(STUDY.divergence["surrogates"].values()),
    data_set="|".join(STUDY.real_data["data_sets"]),
    width=r"\d+",
    first=r"\d+",
    last=r"\d+",


def start_run():
    """Keeps other runs out of the folder of results, until this process ends in whatever way."""
    global LOCK  # the lock is held while the file is open
    try:
        LOCK = locking.lock(RESULTS)
    except locking.LockedError as error:
        sys.exit(f"Error: {error}")
    remove_temporary(RESULTS)


NETWORK_MODULES = [
    "activations",
    "architecture",
    "compat",
    "gaussian",
    "piecewise",
    "surrogates",
]

TRAINING_MODULES = [
    "delayed",
    "empirical",
    "incremental",
    "networks",
    "recording",
    "training",
]


def library(*modules):
    """Source files of the library that a rule's result depends on."""
    return [f"src/sgntk/{module}.py" for module in modules]


def request(rule):
    """Memory and time that a rule's jobs ask for, the more the more often they failed."""
    first = STUDY.request(rule)
    return {
        "mem_mb": lambda wildcards, attempt: first.times(attempt).memory_mb,
        "runtime": lambda wildcards, attempt: first.times(attempt).minutes,
    }


def training_request(wildcards, attempt):
    networks = int(wildcards.last) - int(wildcards.first) + 1
    return STUDY.training_request(wildcards.experiment, int(wildcards.width), networks).times(attempt)


def experiment_of(wildcards):
    return STUDY.experiments[wildcards.experiment]


def shown_experiment(figure):
    return STUDY.experiments[STUDY.figures[figure]]


def training_set_of(wildcards):
    return TRAINING_SET.format(training_set=experiment_of(wildcards).training_set)


def architecture_of(wildcards):
    return STUDY.architecture(wildcards.experiment, wildcards.activation)


def architectures_of(wildcards):
    """The networks of an experiment, by the name of their activation."""
    activations = experiment_of(wildcards).activations
    return {name: STUDY.architecture(wildcards.experiment, name) for name in activations}


def batch_files(experiment):
    """The file of each batch of an experiment, by its activation, width, first and last network."""
    batches = [
        (activation, plan.width, first, last)
        for activation in experiment.activations
        for plan in experiment.widths
        for first, last in experiment.batches(plan.width)
    ]
    keys = ("activation", "width", "first", "last")
    return {batch: ENSEMBLE.format(experiment=experiment.name, **dict(zip(keys, batch))) for batch in batches}


def batches_of(wildcards):
    return list(batch_files(experiment_of(wildcards)).values())


def batch_names_of(wildcards):
    """Activation, width, first and last network of each of `batches_of`."""
    return list(batch_files(experiment_of(wildcards)))


def trained_batches():
    """Names of the training jobs of the configuration: the paths of their files below the folder of ensembles."""
    paths = [path for experiment in STUDY.experiments.values() for path in batch_files(experiment).values()]
    return [path.removeprefix(f"{RESULTS}/ensembles/").removesuffix(".parquet") for path in paths]


def tables_of(experiment):
    """The tables of an experiment, by name."""
    names = {
        "outputs": ["outputs", "ensemble", "distances", "learning"],
        "empirical_ntk": ["kernels", "kernel_mse", "kernel_mse_mean"],
        "empirical_sg_ntk": ["kernels", "kernel_mse", "kernel_mse_mean"],
    }
    return {name: TABLE.format(experiment=experiment.name, table=name) for name in names[experiment.record]}


def divergence_tables():
    return expand(DIVERGENCE, surrogate=STUDY.divergence["surrogates"].values())


def real_data_tables(name):
    return expand(REAL_DATA[name], data_set=STUDY.real_data["data_sets"])


def claimed_experiment(role):
    return STUDY.experiments[STUDY.claims["experiments"][role]]


def evidence_files():
    """What the claims are tested on, by the name of their evidence."""
    outputs, small_outputs = (claimed_experiment(role) for role in ("outputs", "small_outputs"))
    return {
        "ntk": tables_of(claimed_experiment("ntk"))["kernels"],
        "sg_ntk": tables_of(claimed_experiment("sg_ntk"))["kernels"],
        "outputs": tables_of(outputs)["outputs"],
        "predictions": PREDICTION.format(experiment=outputs.name),
        "small_outputs": tables_of(small_outputs)["outputs"],
        "small_predictions": PREDICTION.format(experiment=small_outputs.name),
        "steepness": STEEPNESS,
        "divergence": divergence_tables(),
        "surrogate_errors": SURROGATE_ERRORS,
        "real_outputs": real_data_tables("outputs"),
        "real_predictions": real_data_tables("predictions"),
        "grid": GRID,
        "training_set": TRAINING_SET.format(training_set=STUDY.steepness["training_set"]),
    }


def provenance_of_tables():
    """What each table of the study is made from, by its file."""
    tables_made_from = {
        GRID: provenance.grid(STUDY),
        STEEPNESS: provenance.steepness(STUDY),
        SPREAD: provenance.spread(STUDY),
        SURROGATE_KERNELS: provenance.surrogate_comparison(STUDY, "surrogate_kernels"),
        SURROGATE_ERRORS: provenance.surrogate_comparison(STUDY, "surrogate_errors"),
        PUBLISHED: provenance.published(
            STUDY,
            {kernel: shown_experiment(figure) for kernel, figure in PUBLISHED_FIGURES.items()},
        ),
    }
    for name in STUDY.divergence["surrogates"].values():
        tables_made_from[DIVERGENCE.format(surrogate=name)] = provenance.divergence(STUDY, name)
    for name in STUDY.real_data["data_sets"]:
        for table, path in REAL_DATA.items():
            tables_made_from[path.format(data_set=name)] = provenance.real_data(STUDY, name, table)
    for name in STUDY.data["training_sets"]:
        tables_made_from[TRAINING_SET.format(training_set=name)] = provenance.training_set(STUDY, name)
    for name, experiment in STUDY.experiments.items():
        tables_made_from[ANALYTIC_KERNEL.format(experiment=name)] = provenance.analytic_kernel(STUDY, experiment)
        tables_made_from[PREDICTION.format(experiment=name)] = provenance.prediction(STUDY, experiment)
        for batch, path in batch_files(experiment).items():
            tables_made_from[path] = provenance.batch(STUDY, experiment, *batch)
        for table, path in tables_of(experiment).items():
            tables_made_from[path] = provenance.joined(STUDY, experiment, table)
    return tables_made_from


MADE_FROM = provenance_of_tables()


def made_from(wildcards, input, output):
    """What the tables are made from that a job reads and writes: it checks the former, and says so in the latter."""
    return {path: MADE_FROM[path] for path in [*input, *output] if path in MADE_FROM}


def figure_files(figure):
    return multiext(FIGURE.format(figure=figure), ".pdf", ".png")


def kernel_errors(figure):
    tables_shown = tables_of(shown_experiment(figure))
    return [tables_shown["kernel_mse"], tables_shown["kernel_mse_mean"]]


def plot_kernels(figure):
    experiment = shown_experiment(figure)
    return "plot_kernels.py", {"kernels": tables_of(experiment)["kernels"]}


def plot_convergence(figure):
    tables_shown = tables_of(shown_experiment(figure))
    return "plot_convergence.py", {
        "kernel_mse": tables_shown["kernel_mse"],
        "mean": tables_shown["kernel_mse_mean"],
    }


def plot_ensembles(figure):
    experiment = shown_experiment(figure)
    tables_shown = tables_of(experiment)
    return "plot_ensembles.py", {
        "outputs": tables_shown["outputs"],
        "ensemble": tables_shown["ensemble"],
        "predictions": PREDICTION.format(experiment=experiment.name),
        "training_set": TRAINING_SET.format(training_set=experiment.training_set),
    }


def plot_target(figure):
    training_sets = expand(TRAINING_SET, training_set=STUDY.data["training_sets"])
    return "plot_target.py", {"grid": GRID, "training_sets": training_sets}


def plot_published(figure):
    return "plot_published.py", {"published": PUBLISHED}


def plot_divergence(figure):
    return "plot_divergence.py", {"divergence": divergence_tables()}


def plot_learning(figure):
    experiment = shown_experiment(figure)
    tables_shown = tables_of(experiment)
    return "plot_learning.py", {
        "ensemble": tables_shown["ensemble"],
        "learning": tables_shown["learning"],
        "predictions": PREDICTION.format(experiment=experiment.name),
    }


def plot_surrogates(figure):
    return "plot_surrogates.py", {"kernels": SURROGATE_KERNELS, "errors": SURROGATE_ERRORS}


def plot_real_data(figure):
    return "plot_real_data.py", {name: real_data_tables(name) for name in ("errors", "network_errors")}


FIGURES = {
    "figure_1": plot_kernels,
    "figure_2": plot_kernels,
    "figure_3": plot_ensembles,
    "figure_b1": plot_target,
    "figure_b2": plot_ensembles,
    "figure_b3": plot_convergence,
    "figure_b4": plot_convergence,
    "figure_published": plot_published,
    "figure_s1": plot_divergence,
    "figure_s2": plot_learning,
    "figure_s3": plot_surrogates,
    "figure_s4": plot_real_data,
}


def reported(figure):
    """What the report shows of a figure: the picture, its caption, and the tables behind it."""
    plot_script, shown = FIGURES[figure](figure)
    tables_shown = tables_of(shown_experiment(figure)) if figure in STUDY.figures else {}
    if "training_sets" in shown:
        training_sets = dict(zip(STUDY.data["training_sets"], shown["training_sets"]))
        shown = {"grid": shown["grid"], **training_sets}
    by_file = {Path(path).stem: path for paths in shown.values() if isinstance(paths, list) for path in paths}
    shown = {name: path for name, path in shown.items() if not isinstance(path, list)} | by_file
    return {
        "plot": plot_script,
        "png": figure_files(figure)[1],
        "caption": f"workflow/report/{figure}.rst",
        "tables": {**tables_shown, **shown},
    }


REPORTED = {figure: reported(figure) for figure in FIGURES}
