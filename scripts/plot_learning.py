"""Draws an ensemble while it learns, against the prediction for each step (Figure S.2)."""

from typing import TYPE_CHECKING

import job

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

figure = plotting.learning_figure(
    files.read(snakemake.input.ensemble),
    files.read(snakemake.input.learning),
    files.read(snakemake.input.predictions),
)
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
