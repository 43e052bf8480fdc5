# Ensembles, trained in batches of networks: a job that dies loses one batch.
rule train:
    input:
        library(*NETWORK_MODULES, *TRAINING_MODULES),
        grid=GRID,
        training_set=training_set_of,
    output:
        ENSEMBLE,
    log:
        f"{RESULTS}/logs/train/{BATCH}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{BATCH}.tsv"
    conda:
        "../../environment.yml"
    resources:
        mem_mb=lambda wildcards, attempt: training_request(wildcards, attempt).memory_mb,
        runtime=lambda wildcards, attempt: training_request(wildcards, attempt).minutes,
        gpu=int(STUDY.training["device"] == "gpu"),
    params:
        made_from=made_from,
        # What the batch depends on, and no more: another width in the experiment leaves this one as it is.
        record=lambda wildcards: experiment_of(wildcards).record,
        networks=lambda wildcards: experiment_of(wildcards).networks,
        steps=lambda wildcards: experiment_of(wildcards).steps,
        plan=lambda wildcards: experiment_of(wildcards).plan(int(wildcards.width)),
        architecture=architecture_of,
        reference_point=STUDY.data["reference_point"],
        learning_rate=STUDY.training["learning_rate"],
        largest_loss=STUDY.training["largest_loss"],
        seed=STUDY.training["seed"],
        device=STUDY.training["device"],
    script:
        "../../scripts/train.py"
