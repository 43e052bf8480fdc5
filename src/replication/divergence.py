"""Networks that learn with a kernel that is not symmetric, along its slowest mode, or the one that diverges.

With `I(X, X) = V diag(lambda) V^-1`, the errors `e = f(X) - y` have the coefficients `c = V^-1 e`, and in infinitely
wide networks each follows `c_i <- (1 - eta/N lambda_i) c_i` (`sgntk.dynamics`). Where the real part of an eigenvalue is
negative, its coefficient grows, for as long as the network is wide enough to keep its kernel.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from jax.typing import ArrayLike
from jaxtyping import Float

import sgntk
from sgntk.dynamics import spectrum_of


def follow(
    arch: sgntk.Architecture,
    keys: ArrayLike,
    x: Float[np.ndarray, "n d"],
    y: Float[np.ndarray, " n"],
    *,
    width: int,
    learning_rate: float,
    steps: Sequence[int],
) -> pd.DataFrame:
    """Trains an ensemble, and follows the mode with the lowest real part of its eigenvalue.

    Args:
        arch: the network, with its surrogate.
        keys: one JAX key a network, shape (networks, 2).
        x: training inputs, shape (N, d).
        y: training targets, shape (N,).
        width: units in each hidden layer.
        learning_rate: `eta`, per step.
        steps: gradient descent steps to look at, ascending from 0.

    Returns:
        One row for each step and network: `step`, `network`, `eigenvalue` (real part), `amplitude` (modulus of the
        mode's coefficient), `predicted` (what the amplitude at the start has become in an infinitely wide network) and
        `mse` (mean squared error over the training points).
    """
    spectrum = spectrum_of(sgntk.sg_ntk(arch, x))
    run = sgntk.train_ensemble(
        arch, keys, x, y, width=width, learning_rate=learning_rate, steps=steps[-1], record_at=steps
    )
    errors = np.asarray(run.records) - y
    amplitude = np.abs(spectrum.coefficients(errors)[..., -1])  # eigenvalues descend
    growth = spectrum.factors(learning_rate)[-1] ** np.array(steps, float)
    index = pd.MultiIndex.from_product([run.recorded_steps, range(errors.shape[1])], names=["step", "network"])
    return pd.DataFrame(
        {
            "eigenvalue": spectrum.eigenvalues[-1].real,
            "amplitude": amplitude.ravel(),
            "predicted": (growth[:, None] * amplitude[0]).ravel(),
            "mse": np.mean(errors**2, axis=2, dtype=np.float64).ravel(),
        },
        index=index,
    ).reset_index()
