"""Kernels of erf_m networks as the activation steepens towards sign: m -> infinity."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from jaxtyping import Float

import sgntk
from sgntk.activations import Activation
from sgntk.prediction import converged_weights
from sgntk.surrogates import Surrogate

KERNELS: dict[str, Callable[..., np.ndarray]] = {
    "ntk": partial(sgntk.ntk, off_diagonal_limit=True),
    "sg_ntk": sgntk.sg_ntk,
}
"""Kernels by name; the NTK of sign, the limit, exists off the diagonal alone."""


def sweep(
    surrogate: Surrogate,
    *,
    steepness: Sequence[float],
    hidden_layers: Iterable[int],
    sigma_w: float,
    sigma_b: float,
    x: Float[np.ndarray, "n d"],
    reference: int,
    x_train: Float[np.ndarray, "points d"],
    y_train: Float[np.ndarray, " points"],
) -> pd.DataFrame:
    """NTK and SG-NTK of erf_m for each m and depth, their limits, and the regression with them.

    Returns:
        One row for each kernel, depth, m and input: `kernel`, `hidden_layers`, `m`, `point` (index of the input),
        `analytic` (`K(x, x[reference])`), `limit` (its value for sign; infinite for the NTK where x is x[reference])
        and `mean` (mean of the network after training to convergence under this kernel).
    """
    # One matrix holds all: from x0 and the training points, to the inputs and the training points.
    to, of = np.concatenate([x, x_train]), np.concatenate([x[[reference]], x_train])

    def matrix(kernel: str, activation: Activation, depth: int) -> Float[np.ndarray, "to of"]:
        return KERNELS[kernel](
            sgntk.Architecture(activation, surrogate, depth, sigma_w=sigma_w, sigma_b=sigma_b), to, of
        )

    tables = []
    for kernel, depth in product(KERNELS, hidden_layers):
        limit = matrix(kernel, sgntk.Sign(), depth)[: len(x), 0]
        for m in steepness:
            values = matrix(kernel, sgntk.Erf(m), depth)
            weights = converged_weights(dynamics=values[len(x) :, 1:], to_test=values[: len(x), 1:])
            tables.append(
                pd.DataFrame(
                    {
                        "kernel": kernel,
                        "hidden_layers": depth,
                        "m": float(m),
                        "point": np.arange(len(x)),
                        "analytic": values[: len(x), 0],
                        "limit": limit,
                        "mean": weights.T @ y_train,
                    }
                )
            )
    return pd.concat(tables, ignore_index=True)
