# Inputs on the circle, with their targets.
rule grid:
    input:
        library("datasets"),
    output:
        GRID,
    log:
        f"{RESULTS}/logs/grid.log",
    benchmark:
        f"{RESULTS}/benchmarks/grid.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("grid"),
    params:
        made_from=made_from,
        data=STUDY.data,
    script:
        "../../scripts/make_grid.py"


rule training_set:
    input:
        library("datasets"),
    output:
        TRAINING_SET,
    log:
        f"{RESULTS}/logs/training_set_{{training_set}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/training_set_{{training_set}}.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("training_set"),
    params:
        made_from=made_from,
        data=STUDY.data,
    script:
        "../../scripts/make_training_set.py"
