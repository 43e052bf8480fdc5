# The configuration, checked before any job starts; the names of files; and which of them belong together.
import yaml

from sgntk.config import ConfigurationError, read_study

SCHEMA = Path(workflow.current_basedir) / "../schemas/config.schema.yaml"
try:
    STUDY = read_study(config, yaml.safe_load(SCHEMA.read_text()))
except ConfigurationError as error:
    sys.exit(f"Configuration error: {error}")

RESULTS = f"results/{STUDY.run}"
GRID = f"{RESULTS}/datasets/grid.parquet"
TRAINING_SET = f"{RESULTS}/datasets/training_{{training_set}}.parquet"
ANALYTIC_KERNEL = f"{RESULTS}/kernels/{{experiment}}.parquet"
PREDICTION = f"{RESULTS}/kernels/{{experiment}}_prediction.parquet"
BATCH = "{experiment}/{activation}/width_{width}/networks_{first}-{last}"
TABLE = f"{RESULTS}/tables/{{experiment}}_{{table}}.parquet"
FIGURE = f"{RESULTS}/figures/{{figure}}"


wildcard_constraints:
    experiment="|".join(STUDY.experiments),
    activation="|".join(STUDY.activations),
    training_set="|".join(STUDY.data["training_sets"]),
    width=r"\d+",
    first=r"\d+",
    last=r"\d+",


def library(*modules):
    """Source files of the library that a rule's result depends on."""
    return [f"src/sgntk/{module}.py" for module in modules]


def experiment_of(wildcards):
    return STUDY.experiments[wildcards.experiment]


def training_set_of(wildcards):
    return TRAINING_SET.format(training_set=experiment_of(wildcards).training_set)


def architecture_of(wildcards):
    return STUDY.architecture(wildcards.experiment, wildcards.activation)


def architectures_of(wildcards):
    """The networks of an experiment, by the name of their activation."""
    activations = experiment_of(wildcards).activations
    return {name: STUDY.architecture(wildcards.experiment, name) for name in activations}


def ensembles_with_batches(wildcards):
    """Activation and width of every batch of an experiment, with the batch's file."""
    experiment = experiment_of(wildcards)
    return [
        (
            (activation, plan.width),
            f"{RESULTS}/ensembles/{BATCH}.parquet".format(
                experiment=experiment.name,
                activation=activation,
                width=plan.width,
                first=first,
                last=last,
            ),
        )
        for activation in experiment.activations
        for plan in experiment.widths
        for first, last in experiment.batches(plan.width)
    ]


def batches_of(wildcards):
    return [path for _, path in ensembles_with_batches(wildcards)]


def ensembles_of(wildcards):
    return [ensemble for ensemble, _ in ensembles_with_batches(wildcards)]


def tables_of(experiment):
    """The tables of an experiment, by name."""
    names = {
        "outputs": ["outputs", "ensemble", "distances"],
        "empirical_ntk": ["kernels", "kernel_mse", "kernel_mse_mean"],
        "empirical_sg_ntk": ["kernels", "kernel_mse", "kernel_mse_mean"],
    }
    return {name: TABLE.format(experiment=experiment.name, table=name) for name in names[experiment.record]}


def figure_files(figure):
    return multiext(FIGURE.format(figure=figure), ".pdf", ".png")


def shown_experiment(figure):
    return STUDY.experiments[STUDY.figures[figure]]


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


FIGURES = {
    "figure_1": plot_kernels,
    "figure_2": plot_kernels,
    "figure_3": plot_ensembles,
    "figure_b1": plot_target,
    "figure_b2": plot_ensembles,
    "figure_b3": plot_convergence,
    "figure_b4": plot_convergence,
}
