# The paper's claims, each with a verdict.
rule steepness:
    input:
        library(*NETWORK_MODULES, "dynamics", "kernels", "prediction", "steepness"),
        grid=GRID,
        training_set=TRAINING_SET.format(training_set=STUDY.steepness["training_set"]),
    output:
        STEEPNESS,
    log:
        f"{RESULTS}/logs/steepness.log",
    benchmark:
        f"{RESULTS}/benchmarks/steepness.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("steepness"),
    params:
        made_from=made_from,
        sweep=STUDY.steepness,
        surrogate=STUDY.surrogates[STUDY.steepness["surrogate"]],
        network=STUDY.network,
        reference_point=STUDY.data["reference_point"],
    script:
        "../../scripts/sweep_steepness.py"


rule claims:
    input:
        library("claims", "evidence", "further_claims", "paper_claims", "statistics", "verdicts"),
        **evidence_files(),
    output:
        json=CLAIMS,
        markdown=CLAIMS_TEXT,
        spread=SPREAD,
    log:
        f"{RESULTS}/logs/claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/claims.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("claims"),
    params:
        made_from=made_from,
        run=STUDY.run,
        claims=STUDY.claims,
        divergence={key: STUDY.divergence[key] for key in ("surrogates", "compare_at")},
        scale=claimed_experiment("small_outputs").output_scale / claimed_experiment("outputs").output_scale,
        reference_point=STUDY.data["reference_point"],
    script:
        "../../scripts/judge_claims.py"
