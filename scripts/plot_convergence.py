"""Draws the mean squared error of empirical kernels against width (Figures B.3 and B.4)."""

from typing import TYPE_CHECKING

import job
import pandas as pd

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])

figure = plotting.convergence_figure(
    pd.read_parquet(snakemake.input.kernel_mse),
    pd.read_parquet(snakemake.input.mean),
    snakemake.params.activations,
)
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
