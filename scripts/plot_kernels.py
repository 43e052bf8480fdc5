"""Draws empirical kernels against the analytic kernel (Figures 1 and 2)."""

from typing import TYPE_CHECKING

import job

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

kernels = files.read(snakemake.input.kernels)
steps = [kernels["step"].min(), kernels["step"].max()]
figure = plotting.kernel_figure(
    kernels[kernels["step"].isin(steps)], snakemake.params.record, snakemake.params.activations
)
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
