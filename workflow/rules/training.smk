# Ensembles, trained in batches of networks: a job that dies loses one batch.
ENSEMBLE = "{experiment}/{activation}/width_{width}"
BATCH = f"{ENSEMBLE}/networks_{{first}}-{{last}}"


rule train:
    input:
        library(
            "activations",
            "architecture",
            "empirical",
            "incremental",
            "networks",
            "recording",
            "surrogates",
            "training",
        ),
        grid=GRID,
        training_set=training_set_of,
    output:
        f"{RESULTS}/ensembles/{BATCH}.parquet",
    log:
        f"{RESULTS}/logs/train/{BATCH}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{BATCH}.tsv"
    conda:
        "../../environment.yml"
    params:
        experiment=experiment_of,
        architecture=architecture_of,
        reference_point=STUDY.data["reference_point"],
        learning_rate=STUDY.training["learning_rate"],
        seed=STUDY.training["seed"],
    script:
        "../../scripts/train.py"
