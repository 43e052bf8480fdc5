"""Writes the run's report: one HTML file that needs no other."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import graph_drawing
import how_made
import job
import report_page
import yaml

from sgntk import published
from sgntk.files import replacing

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

paths, params = snakemake.input, snakemake.params
conditions = yaml.safe_load(Path(paths.conditions).read_text())
tables = {path: files.read(path) for path in paths.tables}
graph = graph_drawing.read_dot(Path(paths.graph).read_text())
graph.pop("all")  # it needs everything
page = report_page.render(
    Path(paths.template),
    config=params.config,
    claims=json.loads(Path(paths.claims).read_text()),
    figures=params.figures,
    comparison=tables[paths.published],
    reasons={kernel: published.differences(found, conditions[kernel]) for kernel, found in params.settings.items()},
    graph=graph,
    measured=how_made.measured(Path(params.benchmarks), graph.keys() - {"report"}, params.batches),
    tables=tables,
)
with replacing(snakemake.output[0]) as report:
    report.write_text(page)
