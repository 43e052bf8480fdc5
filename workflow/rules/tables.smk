# Batches joined and compared with theory: what the figures are drawn from.
rule tabulate_kernels:
    input:
        library("tables"),
        batches=batches_of,
        analytic=ANALYTIC_KERNEL,
        grid=GRID,
    output:
        kernels=f"{RESULTS}/tables/{{experiment}}_kernels.parquet",
        mse=f"{RESULTS}/tables/{{experiment}}_kernel_mse.parquet",
        mean=f"{RESULTS}/tables/{{experiment}}_kernel_mse_mean.parquet",
    log:
        f"{RESULTS}/logs/tabulate_kernels/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/tabulate_kernels/{{experiment}}.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("tabulate_kernels"),
    params:
        made_from=made_from,
        batches=batch_names_of,
    script:
        "../../scripts/tabulate_kernels.py"


rule tabulate_outputs:
    input:
        library("statistics", "tables"),
        batches=batches_of,
        predictions=PREDICTION,
        grid=GRID,
    output:
        outputs=f"{RESULTS}/tables/{{experiment}}_outputs.parquet",
        ensemble=f"{RESULTS}/tables/{{experiment}}_ensemble.parquet",
        distances=f"{RESULTS}/tables/{{experiment}}_distances.parquet",
        learning=f"{RESULTS}/tables/{{experiment}}_learning.parquet",
    log:
        f"{RESULTS}/logs/tabulate_outputs/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/tabulate_outputs/{{experiment}}.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("tabulate_outputs"),
    params:
        made_from=made_from,
        batches=batch_names_of,
    script:
        "../../scripts/tabulate_outputs.py"
