"""What infinitely wide networks do after training: with the SG-NTK, and regression with the NNGP for comparison."""

from typing import TYPE_CHECKING, Literal

import pandas as pd

import sgntk
from replication import build, inputs
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
grid, training_set = job.read("grid"), job.read("training_set")
architectures, learning_rate = job.settings["architectures"], job.settings["learning_rate"]
x, x_train = (inputs.of(table, job.settings["encoding"]) for table in (grid, training_set))


def predict(activation: str, kernel: Literal["sg_ntk", "nngp"], step: int | None) -> pd.DataFrame:
    posterior = sgntk.predict(
        build.architecture(architectures[activation]),
        x_train,
        training_set["y"].to_numpy(),
        x,
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
for activation in architectures:
    predictions += [
        *(predict(activation, "sg_ntk", step) for step in (None, *job.settings["steps"])),
        predict(activation, "nngp", None),
    ]
job.write(pd.concat(predictions))
