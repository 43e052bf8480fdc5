"""Draws the errors of kernel regression and of trained networks on real data (Figure S.4)."""

from typing import TYPE_CHECKING

import job
import pandas as pd

from sgntk import plotting

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

errors, networks = (
    pd.concat([files.read(path) for path in snakemake.input[name]], ignore_index=True)
    for name in ("errors", "network_errors")
)
figure = plotting.real_data_figure(errors, networks)
plotting.save(figure, snakemake.output.pdf, snakemake.output.png)
