"""Draws the mode that may diverge, while networks learn (Figure S.1)."""

from typing import TYPE_CHECKING

import job
import pandas as pd

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

divergence = pd.concat([files.read(path) for path in snakemake.input.divergence], ignore_index=True)
figure = plotting.divergence_figure(divergence, snakemake.params.surrogates)
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
