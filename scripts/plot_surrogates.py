"""Draws SG-NTKs of many surrogates, and the errors of what is learned with them (Figure S.3)."""

from typing import TYPE_CHECKING

import job

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

figure = plotting.surrogates_figure(
    files.read(snakemake.input.kernels), files.read(snakemake.input.errors), snakemake.params.surrogates
)
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
