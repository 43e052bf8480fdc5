"""What training descends: the loss of a network's outputs, by name or a function of one's own."""

from collections.abc import Callable
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

Loss = Callable[[Any, Any], Any]
"""The loss, a scalar, of outputs (N,) or (N, outputs) and targets."""

LossName = Literal["squared_error", "cross_entropy"]


def squared_error(outputs: Float[Array, "n *outputs"], y: Float[Array, "n *outputs"]) -> Float[Array, ""]:
    """`1/(2N) sum_i |f(x_i) - y_i|^2`."""
    squares = (outputs - y) ** 2
    return 0.5 * jnp.mean(squares if squares.ndim == 1 else jnp.sum(squares, axis=1))


def cross_entropy(
    outputs: Float[Array, "n outputs"], y: Int[Array, " n"] | Float[Array, "n outputs"]
) -> Float[Array, ""]:
    """`-1/N sum_i log softmax(f(x_i))[y_i]` for labels y; for probabilities (N, outputs) their mean."""
    log_probability = jax.nn.log_softmax(outputs, axis=1)
    if y.ndim == 2:
        return -jnp.mean(jnp.sum(y * log_probability, axis=1))
    return -jnp.mean(jnp.take_along_axis(log_probability, y[:, None], axis=1))


LOSSES: dict[str, Loss] = {"squared_error": squared_error, "cross_entropy": cross_entropy}


def find_loss(loss: LossName | Loss) -> Loss:
    """The loss of that name, or the function itself."""
    if isinstance(loss, str) and loss not in LOSSES:
        raise ValueError(f"train_ensemble: loss must be a function, or one of {', '.join(LOSSES)}; got {loss!r}")
    return LOSSES[loss] if isinstance(loss, str) else loss


def check_labels(y: np.ndarray, outputs: int) -> None:
    """Raises ValueError unless y has labels 0 to outputs - 1, or a probability an output, at least two of them."""
    labels = y.ndim == 1
    if outputs < 2 or (labels and (y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= outputs)):
        raise ValueError(
            "train_ensemble: cross_entropy needs at least two outputs, and y to be whole numbers from 0 to outputs - 1 "
            f"or of shape (N, outputs); got {outputs} outputs, and y of dtype {y.dtype} and shape {y.shape}"
            + (f" with values from {y.min()} to {y.max()}" if labels else "")
        )
