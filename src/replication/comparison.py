"""What the surrogate derivative does to the SG-NTK, and to what is learned with it."""

from collections.abc import Iterator, Mapping, Sequence

import jax.numpy as jnp
import numpy as np
import pandas as pd
from jaxtyping import Float, Int

import sgntk
from replication import statistics
from sgntk.prediction import converged_weights, weights_after
from sgntk.surrogates import Surrogate

Z = np.linspace(-3, 3, 241)
"""Where surrogates are tabulated."""


def shapes(architectures: Mapping[str, sgntk.Architecture]) -> pd.DataFrame:
    """The surrogate s(z) of each architecture: `surrogate`, `z`, `derivative`."""
    z = jnp.asarray(Z, jnp.float32)
    columns = {name: np.asarray(surrogate(z), np.float64) for name, surrogate in _surrogates(architectures)}
    table = pd.DataFrame(columns).assign(z=Z)
    return table.melt(id_vars="z", var_name="surrogate", value_name="derivative")


def _surrogates(architectures: Mapping[str, sgntk.Architecture]) -> Iterator[tuple[str, Surrogate]]:
    for name, arch in architectures.items():
        assert arch.surrogate is not None  # the settings see to it
        yield name, arch.surrogate


def kernels(
    architectures: Mapping[str, sgntk.Architecture], x: Float[np.ndarray, "n d"], reference: int
) -> pd.DataFrame:
    """SG-NTK `I(x, x0)` of each architecture.

    Args:
        architectures: by the name of their surrogate.
        x: inputs.
        reference: index of x0 in `x`.

    Returns:
        One row for each architecture and input: `surrogate`, `point` (index of the input) and `analytic`.
    """
    columns = {name: sgntk.sg_ntk(arch, x, x[[reference]])[:, 0] for name, arch in architectures.items()}
    table = pd.DataFrame(columns).assign(point=np.arange(len(x)))
    return table.melt(id_vars="point", var_name="surrogate", value_name="analytic")


def generalization_errors(
    architectures: Mapping[str, sgntk.Architecture],
    x: Float[np.ndarray, "n d"],
    y: Float[np.ndarray, " n"],
    *,
    training_sets: Sequence[Int[np.ndarray, " points"]],
    steps: Sequence[int | None],
    learning_rate: float,
) -> pd.DataFrame:
    """How far the mean of infinitely wide networks is from the target, after learning from each training set.

    Args:
        architectures: by the name of their surrogate.
        x: inputs.
        y: the target at the inputs.
        training_sets: indices of the training points in `x`, an array for each set.
        steps: gradient descent steps; None for convergence.
        learning_rate: `eta`, per step.

    Returns:
        One row for each architecture, training set and step: `surrogate`, `draw` (index of the training set), `step`
        (missing for convergence) and `mse`, the mean over the inputs of `(mean - y)^2`.
    """
    rows = []
    for name, arch in architectures.items():
        kernel = sgntk.sg_ntk(arch, x)
        for draw, train in enumerate(training_sets):
            to_test = kernel[:, train]
            dynamics = to_test[train]
            for step in steps:
                if step is None:
                    weights = converged_weights(dynamics, to_test)
                else:
                    weights = weights_after(dynamics, to_test, steps=step, learning_rate=learning_rate)
                rows.append((name, draw, step, float(np.mean((weights.T @ y[train] - y) ** 2))))
    table = pd.DataFrame(rows, columns=["surrogate", "draw", "step", "mse"])
    return table.astype({"step": "Int64"})


def summary(errors: pd.DataFrame, *, confidence: float) -> pd.DataFrame:
    """Mean errors over the training sets, and how much larger they are than those of the first surrogate.

    All surrogates learn the same training sets, which differ more than the surrogates do: the differences,
    training set by training set, are known better than the means.

    Args:
        errors: table of `generalization_errors`.
        confidence: of the intervals.

    Returns:
        One row for each surrogate and step: `surrogate`, `step`, `mean` with its interval `low` to `high`, and
        `difference` with its interval `difference_low` to `difference_high`.
    """
    rows = []
    for step, table in errors.groupby("step", sort=False, dropna=False):
        by_set = table.pivot(index="draw", columns="surrogate", values="mse")[table["surrogate"].unique()]
        for name in by_set:
            row = [name, step]
            for values in (by_set[name], by_set[name] - by_set.iloc[:, 0]):
                mean = statistics.mean(values.to_numpy())
                row += [mean.value, *mean.interval(confidence)]
            rows.append(row)
    columns = ["surrogate", "step", "mean", "low", "high", "difference", "difference_low", "difference_high"]
    return pd.DataFrame(rows, columns=columns).astype({"step": "Int64"})
