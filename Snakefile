# The replication as one DAG: data sets -> analytic kernels and trained ensembles -> tables -> figures and claims -> report.
from snakemake.utils import min_version

min_version("9.27")


include: "workflow/rules/common.smk"
include: "workflow/rules/rules.smk"


onstart:
    start_run()


rule all:
    """The whole run: report, claims, figures, tables"""
    default_target: True
    input:
        LAYOUT.targets,


onsuccess:
    TERMINAL.ends_well()


onerror:
    TERMINAL.fails()
