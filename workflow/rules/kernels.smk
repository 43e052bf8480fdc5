# What theory says of infinitely wide networks: kernels, and predictions after training.
rule analytic_kernel:
    input:
        library("activations", "architecture", "gaussian", "kernels", "surrogates"),
        grid=GRID,
    output:
        ANALYTIC_KERNEL,
    log:
        f"{RESULTS}/logs/analytic_kernel/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/analytic_kernel/{{experiment}}.tsv"
    conda:
        "../../environment.yml"
    params:
        architectures=architectures_of,
        reference_point=STUDY.data["reference_point"],
    script:
        "../../scripts/analytic_kernel.py"


rule predict:
    input:
        library(
            "activations",
            "architecture",
            "gaussian",
            "kernels",
            "prediction",
            "surrogates",
        ),
        grid=GRID,
        training_set=training_set_of,
    output:
        PREDICTION,
    log:
        f"{RESULTS}/logs/predict/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict/{{experiment}}.tsv"
    conda:
        "../../environment.yml"
    params:
        architectures=architectures_of,
        steps=lambda wildcards: experiment_of(wildcards).steps,
        learning_rate=STUDY.training["learning_rate"],
    script:
        "../../scripts/predict.py"
