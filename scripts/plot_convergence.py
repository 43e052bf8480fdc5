"""Draws the mean squared error of empirical kernels against width (Figures B.3 and B.4)."""

from typing import TYPE_CHECKING

import job

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

figure = plotting.convergence_figure(
    files.read(snakemake.input.kernel_mse),
    files.read(snakemake.input.mean),
    snakemake.params.activations,
)
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
