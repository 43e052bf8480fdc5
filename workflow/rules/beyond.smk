# Beyond the paper: learning that diverges, surrogates compared, and real data.
rule divergence:
    input:
        library(*NETWORK_MODULES, *TRAINING_MODULES, "divergence", "dynamics", "kernels"),
    output:
        DIVERGENCE,
    log:
        f"{RESULTS}/logs/divergence/{{surrogate}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/divergence/{{surrogate}}.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("divergence"),
    params:
        made_from=made_from,
        # What the table is made from, and no more: the configuration says it once.
        experiment=lambda wildcards: provenance.divergence(STUDY, wildcards.surrogate),
    script:
        "../../scripts/follow_divergence.py"


rule compare_surrogates:
    input:
        library(*NETWORK_MODULES, "comparison", "datasets", "dynamics", "kernels", "prediction"),
        grid=GRID,
    output:
        kernels=SURROGATE_KERNELS,
        errors=SURROGATE_ERRORS,
    log:
        f"{RESULTS}/logs/compare_surrogates.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare_surrogates.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("compare_surrogates"),
    params:
        made_from=made_from,
        experiment=provenance.surrogate_comparison(STUDY, "surrogate_kernels"),
    script:
        "../../scripts/compare_surrogates.py"


rule real_data:
    input:
        library(*NETWORK_MODULES, *TRAINING_MODULES, "dynamics", "kernels", "prediction", "real_data"),
    output:
        **REAL_DATA,
    log:
        f"{RESULTS}/logs/real_data/{{data_set}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/real_data/{{data_set}}.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("real_data"),
    params:
        made_from=made_from,
        experiment=lambda wildcards: provenance.real_data(STUDY, wildcards.data_set, "outputs"),
    script:
        "../../scripts/learn_real_data.py"
