"""Outputs of trained networks, their statistics, and how far their mean is from the predictions."""

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
grid = pd.read_parquet(snakemake.input.grid)
outputs = (
    tables.join_batches(batches, snakemake.params.networks)
    .rename(columns={"value": "output"})
    .merge(grid[["point", "alpha"]], on="point")
)
predictions = pd.read_parquet(snakemake.input.predictions)
tables.write(outputs, snakemake.output.outputs)
tables.write(tables.ensemble_statistics(outputs), snakemake.output.ensemble)
tables.write(tables.distances(outputs, predictions), snakemake.output.distances)
