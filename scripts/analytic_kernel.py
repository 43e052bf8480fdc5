"""The analytic kernels K(x, x0) that an experiment's networks are compared with."""

from typing import TYPE_CHECKING

import pandas as pd

import sgntk
from replication import build
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
grid = job.read("grid")
x = grid[["x1", "x2"]].to_numpy()
reference = job.settings["reference_point"]
kernels = []
for name, description in job.settings["architectures"].items():
    kernel = sgntk.sg_ntk(build.architecture(description), x, x[reference : reference + 1])
    kernels.append(pd.DataFrame({"activation": name, "point": grid["point"], "analytic": kernel[:, 0]}))
job.write(pd.concat(kernels))
