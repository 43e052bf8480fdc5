"""Draws the target function with the training sets (Figure B.1)."""

from typing import TYPE_CHECKING

import job

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

names = snakemake.params.training_sets
figure = plotting.target_figure(
    grid=files.read(snakemake.input.grid),
    training_sets={name: files.read(path) for name, path in zip(names, snakemake.input.training_sets, strict=True)},
)
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
