"""Empirical beside analytic kernels, and their mean squared difference."""

from typing import TYPE_CHECKING

import job
import pandas as pd

from sgntk import tables

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])

batches = [
    (activation, width, pd.read_parquet(path))
    for (activation, width), path in zip(snakemake.params.ensembles, snakemake.input.batches, strict=True)
]
kernels = tables.kernel_values(
    tables.join_batches(batches, snakemake.params.networks),
    pd.read_parquet(snakemake.input.analytic),
    pd.read_parquet(snakemake.input.grid),
)
tables.write(kernels, snakemake.output.kernels)
mse = tables.kernel_mse(kernels)
tables.write(mse, snakemake.output.mse)
tables.write(tables.mean_kernel_mse(mse), snakemake.output.mean)
