# What theory says of infinitely wide networks: kernels, and predictions after training.
rule analytic_kernel:
    input:
        library(*NETWORK_MODULES, "kernels"),
        grid=GRID,
    output:
        ANALYTIC_KERNEL,
    log:
        f"{RESULTS}/logs/analytic_kernel/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/analytic_kernel/{{experiment}}.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("analytic_kernel"),
    params:
        made_from=made_from,
        architectures=architectures_of,
        reference_point=STUDY.data["reference_point"],
    script:
        "../../scripts/analytic_kernel.py"


rule predict:
    input:
        library(*NETWORK_MODULES, "dynamics", "kernels", "prediction"),
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
    resources:
        **request("predict"),
    params:
        made_from=made_from,
        architectures=architectures_of,
        steps=lambda wildcards: experiment_of(wildcards).steps,
        learning_rate=STUDY.training["learning_rate"],
    script:
        "../../scripts/predict.py"
