"""The analytic kernels K(x, x0) that an experiment's networks are compared with."""

from typing import TYPE_CHECKING

import job
import pandas as pd

import sgntk
from sgntk import config

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

grid = files.read(snakemake.input.grid)
x = grid[["x1", "x2"]].to_numpy()
reference = snakemake.params.reference_point
kernels = []
for name, description in snakemake.params.architectures.items():
    kernel = sgntk.sg_ntk(config.build_architecture(description), x, x[reference : reference + 1])
    kernels.append(pd.DataFrame({"activation": name, "point": grid["point"], "analytic": kernel[:, 0]}))
files.write(pd.concat(kernels), snakemake.output[0])
