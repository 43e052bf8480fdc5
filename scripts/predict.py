"""What infinitely wide networks do after training: with the SG-NTK, and regression with the NNGP for comparison."""

from typing import TYPE_CHECKING, Literal

import job
import pandas as pd

import sgntk
from sgntk import config

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

grid = files.read(snakemake.input.grid)
training_set = files.read(snakemake.input.training_set)
learning_rate = snakemake.params.learning_rate


def predict(activation: str, kernel: Literal["sg_ntk", "nngp"], step: int | None) -> pd.DataFrame:
    posterior = sgntk.predict(
        config.build_architecture(snakemake.params.architectures[activation]),
        training_set[["x1", "x2"]].to_numpy(),
        training_set["y"].to_numpy(),
        grid[["x1", "x2"]].to_numpy(),
        kernel=kernel,
        steps=step,
        learning_rate=None if step is None else learning_rate,
    )
    return pd.DataFrame(
        {
            "activation": activation,
            "kernel": kernel,
            "step": pd.array([step] * len(grid), dtype="Int64"),
            "point": grid["point"],
            "alpha": grid["alpha"],
            "mean": posterior.mean,
            "std": posterior.std,
        }
    )


predictions = []
for activation in snakemake.params.architectures:
    predictions += [
        *(predict(activation, "sg_ntk", step) for step in (None, *snakemake.params.steps)),
        predict(activation, "nngp", None),
    ]
files.write(pd.concat(predictions), snakemake.output[0])
