"""Spiking networks in discrete time: what there is beside the functions that take every architecture.

`sgntk.nngp`, `sg_ntk`, `predict`, `init`, `apply` and `empirical_sg_ntk` take a `SpikingArchitecture` and inputs of
shape (points, T, d). Here are kernels over time, networks with a reset, and a network of a given width as one object.
"""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from sgntk import _networks as networks
from sgntk import _spiking_kernels as kernels
from sgntk import _spiking_networks as spiking_networks
from sgntk._spiking import SpikingArchitecture
from sgntk._spiking_networks import SpikingLayer

__all__ = ["SpikingLayer", "SpikingNetwork", "nngp_over_time", "sg_ntk_over_time", "spikes"]


def nngp_over_time(
    arch: SpikingArchitecture, x1: ArrayLike, x2: ArrayLike | None = None
) -> Float[np.ndarray, "n1 n2 T T"] | Float[Array, "n1 n2 T T"]:
    """`kappa^2 C^L[t, t']`, the covariance of the readout's currents at step t for x1 and t' for x2.

    Args:
        arch: the network.
        x1: inputs, shape (n1, T, d).
        x2: inputs, shape (n2, T, d); None means `x1`.

    Raises:
        ValueError: if an input has another shape, or is not finite; or if the network has a reset.
    """
    return kernels.evaluate("nngp", arch, x1, x2, over_time=True)


def sg_ntk_over_time(
    arch: SpikingArchitecture, x1: ArrayLike, x2: ArrayLike | None = None
) -> Float[np.ndarray, "n1 n2 T T"] | Float[Array, "n1 n2 T T"]:
    """`kappa^2 Theta^L[t, t']`: how learning the readout's current at t' of x2 moves that at t of x1.

    Arguments and errors as `nngp_over_time`.
    """
    return kernels.evaluate("sg_ntk", arch, x1, x2, over_time=True)


@dataclass(frozen=True)
class SpikingNetwork:
    """An architecture with a width: a model with `init(key, x)` and `apply(params, x)`.

    Attributes:
        arch: the architecture.
        width: number of units in each hidden layer.
    """

    arch: SpikingArchitecture
    width: int

    def init(self, key: Any, x: Float[Array, "n T d"]) -> tuple[SpikingLayer, ...]:
        """Weights of one network, as from `sgntk.init`."""
        return networks.init(self.arch, key, width=self.width, input_dim=x.shape[-1])

    def apply(self, params: tuple[SpikingLayer, ...], x: Float[Array, "n T d"]) -> Float[Array, " n"]:
        """Outputs, shape (n,); differentiating them uses the surrogate."""
        return spiking_networks.forward(self.arch, self.arch.surrogate, params, jnp.asarray(x))[:, 0]


def spikes(
    arch: SpikingArchitecture, params: tuple[SpikingLayer, ...], x: ArrayLike
) -> list[Float[Array, "n T width"]]:
    """Spikes of each hidden layer, shape (n, T, width), for inputs of shape (n, T, d)."""
    return spiking_networks.layer_spikes(arch, arch.surrogate, params, jnp.asarray(x))
