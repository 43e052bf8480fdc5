"""Outputs of trained networks, their statistics, and how far their mean is from the predictions."""

from typing import TYPE_CHECKING

import job

from sgntk import tables

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

expected = [tables.Batch(*batch) for batch in snakemake.params.batches]
batches = [(batch, files.read(path)) for batch, path in zip(expected, snakemake.input.batches, strict=True)]
grid = files.read(snakemake.input.grid)
outputs = (
    tables.join_batches(batches, expected)
    .rename(columns={"value": "output"})
    .merge(grid[["point", "alpha"]], on="point")
)
predictions = files.read(snakemake.input.predictions)
files.write(outputs, snakemake.output.outputs)
files.write(tables.ensemble_statistics(outputs), snakemake.output.ensemble)
files.write(tables.distances(outputs, predictions), snakemake.output.distances)
files.write(tables.learning(outputs, predictions), snakemake.output.learning)
