"""What infinitely wide networks do after training: with the SG-NTK, and regression with the NNGP for comparison."""

from typing import TYPE_CHECKING, Literal

import job_log
import pandas as pd

import sgntk
from sgntk import config, tables

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job_log.start(snakemake.log[0])

grid = pd.read_parquet(snakemake.input.grid)
training_set = pd.read_parquet(snakemake.input.training_set)
arch = config.build_architecture(snakemake.params.architecture)
last_step = snakemake.params.steps[-1]
learning_rate = snakemake.params.learning_rate


def predict(kernel: Literal["sg_ntk", "nngp"], step: int | None) -> pd.DataFrame:
    posterior = sgntk.predict(
        arch,
        training_set[["x1", "x2"]].to_numpy(),
        training_set["y"].to_numpy(),
        grid[["x1", "x2"]].to_numpy(),
        kernel=kernel,
        steps=step,
        learning_rate=None if step is None else learning_rate,
    )
    return pd.DataFrame(
        {
            "activation": snakemake.wildcards.activation,
            "kernel": kernel,
            "step": pd.array([step] * len(grid), dtype="Int64"),
            "point": grid["point"],
            "alpha": grid["alpha"],
            "mean": posterior.mean,
            "std": posterior.std,
        }
    )


predictions = [predict("sg_ntk", None), predict("sg_ntk", last_step), predict("nngp", None)]
tables.write(pd.concat(predictions), snakemake.output[0])
