# Batches joined and compared with theory: what the figures are drawn from.
KERNEL_TABLES = ["kernels", "kernel_mse"]
OUTPUT_TABLES = ["outputs", "ensemble", "predictions", "distances"]


def table_files(experiment):
    """The tables of an experiment, by name."""
    names = OUTPUT_TABLES if experiment.record == "outputs" else KERNEL_TABLES
    return {name: f"{RESULTS}/tables/{experiment.name}_{name}.parquet" for name in names}


def tables_of_all_experiments():
    return [table_files(experiment).values() for experiment in STUDY.experiments.values()]


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


def theory_of(pattern):
    """The analytic kernels, or the predictions, for all activations of an experiment."""

    def files(wildcards):
        return expand(
            pattern,
            experiment=wildcards.experiment,
            activation=experiment_of(wildcards).activations,
        )

    return files


rule tabulate_kernels:
    input:
        library("tables"),
        batches=batches_of,
        analytic=theory_of(ANALYTIC_KERNEL),
        grid=GRID,
    output:
        kernels=f"{RESULTS}/tables/{{experiment}}_kernels.parquet",
        mse=f"{RESULTS}/tables/{{experiment}}_kernel_mse.parquet",
    log:
        f"{RESULTS}/logs/tabulate_kernels/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/tabulate_kernels/{{experiment}}.tsv"
    conda:
        "../../environment.yml"
    params:
        ensembles=ensembles_of,
        networks=lambda wildcards: experiment_of(wildcards).networks,
    script:
        "../../scripts/tabulate_kernels.py"


rule tabulate_outputs:
    input:
        library("statistics", "tables"),
        batches=batches_of,
        predictions=theory_of(PREDICTION),
        grid=GRID,
    output:
        outputs=f"{RESULTS}/tables/{{experiment}}_outputs.parquet",
        ensemble=f"{RESULTS}/tables/{{experiment}}_ensemble.parquet",
        predictions=f"{RESULTS}/tables/{{experiment}}_predictions.parquet",
        distances=f"{RESULTS}/tables/{{experiment}}_distances.parquet",
    log:
        f"{RESULTS}/logs/tabulate_outputs/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/tabulate_outputs/{{experiment}}.tsv"
    conda:
        "../../environment.yml"
    params:
        ensembles=ensembles_of,
        networks=lambda wildcards: experiment_of(wildcards).networks,
    script:
        "../../scripts/tabulate_outputs.py"
