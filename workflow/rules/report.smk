# The run's report: one HTML file, with the graph of the rules that led to it.
rule rule_graph:
    input:
        "Snakefile",
        RULES,
    output:
        RULE_GRAPH,
    log:
        f"{RESULTS}/logs/rule_graph.log",
    benchmark:
        f"{RESULTS}/benchmarks/rule_graph.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("rule_graph"),
    params:
        config=config,
    script:
        "../../scripts/rule_graph.py"


rule report:
    input:
        "scripts/graph_drawing.py",
        "scripts/how_made.py",
        "scripts/report_page.py",
        "scripts/report_tables.py",
        "workflow/report/report.css",
        "workflow/report/workflow.rst",
        library("published"),
        [[entry["png"], entry["caption"]] for entry in REPORTED.values()],
        template="workflow/report/report.html.j2",
        conditions="workflow/published/settings.yaml",
        claims=CLAIMS,
        published=PUBLISHED,
        graph=RULE_GRAPH,
        tables=sorted({path for entry in REPORTED.values() for path in entry["tables"].values()}),
    output:
        REPORT,
    log:
        f"{RESULTS}/logs/report.log",
    benchmark:
        f"{RESULTS}/benchmarks/report.tsv"
    conda:
        "../../environment.yml"
    resources:
        **request("report"),
    params:
        made_from=made_from,
        config=config,
        figures=REPORTED,
        settings=PUBLISHED_SETTINGS,
        benchmarks=f"{RESULTS}/benchmarks",
        batches=trained_batches(),
    script:
        "../../scripts/report.py"
