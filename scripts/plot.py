"""Draws a figure from its tables."""

from typing import TYPE_CHECKING

from replication.figures import FIGURES, FORMATS, style
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
tables = {name: job.read_all(name) if isinstance(path, list) else job.read(name) for name, path in job.inputs.items()}
style.set_theme()
figure = FIGURES[job.made_from["rule"]].draw(tables, job.settings)
style.save(figure, {kind: job.path(kind) for kind in FORMATS})
