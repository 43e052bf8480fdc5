"""Draws kernel errors against the published ones."""

from typing import TYPE_CHECKING

import job

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

figure = plotting.published_figure(files.read(snakemake.input.published))
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
