# The replication as one DAG: data sets -> analytic kernels and trained ensembles -> tables -> figures and claims -> report.
from snakemake.utils import min_version

min_version("9.27")


configfile: "workflow/config/paper.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/datasets.smk"
include: "workflow/rules/kernels.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/beyond.smk"
include: "workflow/rules/published.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/report.smk"


onstart:
    start_run()


rule all:
    default_target: True
    input:
        REPORT,
        [figure_files(figure) for figure in FIGURES],
        [tables_of(experiment).values() for experiment in STUDY.experiments.values()],
        rules.claims.output,


onsuccess:
    if Path(CLAIMS_TEXT).exists():
        print(Path(CLAIMS_TEXT).read_text())
