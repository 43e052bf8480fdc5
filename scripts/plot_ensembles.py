"""Draws trained networks against the SG-NTK prediction (Figures 3 and B.2)."""

from typing import TYPE_CHECKING

import job

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

figure = plotting.ensemble_figure(
    outputs=files.read(snakemake.input.outputs),
    ensemble=files.read(snakemake.input.ensemble),
    predictions=files.read(snakemake.input.predictions),
    training_set=files.read(snakemake.input.training_set),
)
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
