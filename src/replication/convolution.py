"""The SG-NTK of infinitely wide convolutional networks, by neural-tangents with `sgntk.stax`."""

from collections.abc import Iterator, Sequence

import jax
import numpy as np
from jaxtyping import Float64

import sgntk
from replication.real_data import Split
from replication.regression import Kernels
from sgntk.stax import SurrogateActivation

BLOCK = 20
"""Images on each side of a block: the kernel of a layer has all pixels of each pair."""


def kernels_of(arch: sgntk.Architecture, data: Split, *, filters: Sequence[int], stride: int) -> Kernels:
    """Kernels of networks with a convolution in place of each hidden layer, and no pooling.

        z^1(x)_p = sigma_w/sqrt(k^2) sum_{q near p} w^1_q x_q + sigma_b b^1         and so on, then a dense layer

    Args:
        arch: activation, surrogate, and variances of weights and biases; its depth plays no part.
        data: the images.
        filters: size k of the k x k filters of each layer.
        stride: how many pixels on a filter's next place is, in every layer.
    """
    from neural_tangents import stax  # after sgntk.stax, which keeps it from importing TensorFlow

    weights = {"W_std": arch.sigma_w, "b_std": arch.sigma_b}
    layers = [
        layer
        for size in filters
        for layer in (
            stax.Conv(1, (size, size), (stride, stride), "SAME", **weights),
            SurrogateActivation(arch.layers[0].activation, arch.layers[0].surrogate),
        )
    ]
    _, _, kernel = stax.serial(*layers, stax.Flatten(), stax.Dense(1, **weights))
    both = jax.jit(lambda x1, x2: tuple(kernel(x1, x2, ("nngp", "ntk"))))
    x_train, x_others = data.x_train[..., None], data.x_others[..., None]
    with jax.enable_x64():  # near equal points the recursion cancels digits
        prior, dynamics = _by_blocks(both, x_train, x_train)
        prior_to, dynamics_to = _by_blocks(both, x_others, x_train)
        own = np.concatenate([np.diag(both(part, part)[0]) for part in _parts(x_others)])
    return Kernels(prior, prior_to, own, dynamics, dynamics_to)


def _parts(x: Float64[np.ndarray, "n height width 1"]) -> Iterator[Float64[np.ndarray, "_part height width 1"]]:
    return (x[start : start + BLOCK] for start in range(0, len(x), BLOCK))


def _by_blocks(both: "jax.stages.Wrapped", x1: np.ndarray, x2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both kernels of all pairs."""
    found = [[both(rows, columns) for columns in _parts(x2)] for rows in _parts(x1)]
    first, second = (np.block([[np.asarray(block[kind]) for block in row] for row in found]) for kind in (0, 1))
    return first, second
