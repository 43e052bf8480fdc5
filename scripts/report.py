"""Writes the run's report: one HTML file that needs no other."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from replication import published, settings
from replication.job import start
from replication.layout import Layout
from replication.references import made_by
from replication.report import how_made, page
from replication.rules import PUBLISHED_FIGURES
from replication.store.files import replacing

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
config = job.settings["config"]
study = settings.read(config)
layout = Layout(study)
conditions = yaml.safe_load((layout.root / "workflow/published/settings.yaml").read_text())
html = page.render(
    study,
    config=config,
    claims=json.loads(Path(job.inputs["claims"]).read_text()),
    figures={
        name: {
            "png": layout.path(made_by(name, "png")),
            "svg": layout.path(made_by(name, "svg")),
            "tables": layout.inputs(name),
        }
        for name in layout.figures
    },
    tables=dict(zip(job.inputs["tables"], job.read_all("tables"), strict=True)),
    reasons={
        kernel: published.differences(study.settings(study.figures[figure]), conditions[kernel])
        for kernel, figure in PUBLISHED_FIGURES.items()
        if figure in study.figures
    },
    graph=layout.graph,
    measured=how_made.measured(
        (rule, layout.benchmark(rule).format(**dict(wildcards)))
        for rule, wildcards in sorted(layout.jobs)
        if rule != "report"  # whose benchmark is from a former run
    ),
)
with replacing(job.path("html")) as report:
    report.write_text(html)
