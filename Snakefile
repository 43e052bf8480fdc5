# The replication as one DAG: data sets -> analytic kernels and trained ensembles -> tables -> figures and claims -> report.
from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/common.smk"
include: "workflow/rules/rules.smk"


onstart:
    start_run()


rule all:
    default_target: True
    input:
        LAYOUT.targets,


onsuccess:
    if any(job.rule.name == "claims" for job in workflow.dag.jobs):
        print(Path(LAYOUT.outputs("claims")["markdown"]).read_text())
