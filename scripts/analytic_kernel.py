"""The analytic kernel K(x, x0) that an experiment's networks are compared with."""

from typing import TYPE_CHECKING

import job_log
import pandas as pd

import sgntk
from sgntk import config, tables

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job_log.start(snakemake.log[0])

grid = pd.read_parquet(snakemake.input.grid)
x = grid[["x1", "x2"]].to_numpy()
reference = snakemake.params.reference_point
arch = config.build_architecture(snakemake.params.architecture)
kernel = sgntk.sg_ntk(arch, x, x[reference : reference + 1])
tables.write(
    pd.DataFrame({"activation": snakemake.wildcards.activation, "point": grid["point"], "analytic": kernel[:, 0]}),
    snakemake.output[0],
)
