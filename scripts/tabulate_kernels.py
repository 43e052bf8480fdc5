"""Empirical beside analytic kernels, and their mean squared difference."""

from typing import TYPE_CHECKING

from replication import ensembles
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
batches = [
    (ensembles.Batch.trained_from(source), table)
    for source, table in zip(job.sources("batches"), job.read_all("batches"), strict=True)
]

joined = ensembles.join_batches(batches, job.settings["networks"])
kernels = ensembles.kernel_values(joined, job.read("analytic"), job.read("grid"))
mse = ensembles.kernel_mse(kernels)
job.write(kernels, "kernels")
job.write(mse, "kernel_mse")
job.write(ensembles.mean_kernel_mse(mse), "kernel_mse_mean")
