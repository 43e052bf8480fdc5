"""Empirical beside analytic kernels, and their mean squared difference."""

from typing import TYPE_CHECKING

import job

from sgntk import tables

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

expected = [tables.Batch(*batch) for batch in snakemake.params.batches]
batches = [(batch, files.read(path)) for batch, path in zip(expected, snakemake.input.batches, strict=True)]
kernels = tables.kernel_values(
    tables.join_batches(batches, expected),
    files.read(snakemake.input.analytic),
    files.read(snakemake.input.grid),
)
files.write(kernels, snakemake.output.kernels)
mse = tables.kernel_mse(kernels)
files.write(mse, snakemake.output.mse)
files.write(tables.mean_kernel_mse(mse), snakemake.output.mean)
