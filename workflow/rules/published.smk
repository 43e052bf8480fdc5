# Our kernel errors beside those that the paper published.
rule compare_published:
    input:
        library("published", "tables"),
        **{kernel: kernel_errors(figure) for kernel, figure in PUBLISHED_FIGURES.items()},
        values="workflow/published/kernel_mse.csv",
        conditions="workflow/published/settings.yaml",
    output:
        PUBLISHED,
    log:
        f"{RESULTS}/logs/compare_published.log",
    benchmark:
        f"{RESULTS}/benchmarks/compare_published.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("compare_published"),
    params:
        made_from=made_from,
        settings=PUBLISHED_SETTINGS,
        steepness=PUBLISHED_STEEPNESS,
    script:
        "../../scripts/compare_published.py"
