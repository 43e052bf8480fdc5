"""Outputs of trained networks, their statistics, and how far their mean is from the predictions."""

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

joined = ensembles.join_batches(batches, job.settings["networks"]).rename(columns={"value": "output"})
outputs = joined.merge(job.read("grid")[["point", "alpha"]], on="point")
predictions = job.read("predictions")
job.write(outputs, "outputs")
job.write(ensembles.ensemble_statistics(outputs), "ensemble")
job.write(ensembles.distances(outputs, predictions), "distances")
job.write(ensembles.learning(outputs, predictions), "learning")
