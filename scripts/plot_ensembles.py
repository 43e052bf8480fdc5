"""Draws trained networks against the SG-NTK prediction (Figures 3 and B.2)."""

from typing import TYPE_CHECKING

import job
import pandas as pd

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])

figure = plotting.ensemble_figure(
    outputs=pd.read_parquet(snakemake.input.outputs),
    ensemble=pd.read_parquet(snakemake.input.ensemble),
    predictions=pd.read_parquet(snakemake.input.predictions),
    training_set=pd.read_parquet(snakemake.input.training_set),
)
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
