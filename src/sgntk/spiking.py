"""Spiking networks in discrete time: what there is beside the functions that take every architecture.

`sgntk.nngp`, `sg_ntk`, `predict`, `init`, `apply`, `train_ensemble` and `empirical_sg_ntk` take a `SpikingArchitecture`
and inputs of shape (points, T, d). Here are kernels over time, spikes, the NNGP with a reset, and neurons.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from sgntk import _networks as networks
from sgntk import _spiking_kernels as kernels
from sgntk import _spiking_networks as spiking_networks
from sgntk._precision import full_float32
from sgntk._spiking import SpikingArchitecture, check_sequences
from sgntk._spiking_networks import SpikingLayer
from sgntk._validation import check_count
from sgntk.surrogates import Surrogate

__all__ = [
    "Estimate",
    "Neuron",
    "SpikingLayer",
    "nngp_over_time",
    "nngp_with_reset",
    "sg_ntk_over_time",
    "spikes",
]


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
    return kernels.evaluate("nngp", arch, x1, x2, over_time=True)[0]


def sg_ntk_over_time(
    arch: SpikingArchitecture, x1: ArrayLike, x2: ArrayLike | None = None
) -> Float[np.ndarray, "n1 n2 T T"] | Float[Array, "n1 n2 T T"]:
    """`kappa^2 Theta^L[t, t']`: how learning the readout's current at t' of x2 moves that at t of x1.

    Arguments and errors as `nngp_over_time`.
    """
    return kernels.evaluate("sg_ntk", arch, x1, x2, over_time=True)[1]


class Estimate(NamedTuple):
    """A kernel by Monte Carlo.

    Attributes:
        value: shape (n1, n2).
        standard_error: of each entry, shape (n1, n2); entries share their random numbers, and err together.
    """

    value: Float[np.ndarray, "n1 n2"]
    standard_error: Float[np.ndarray, "n1 n2"]


def nngp_with_reset(
    arch: SpikingArchitecture,
    key: ArrayLike,
    x1: ArrayLike,
    x2: ArrayLike | None = None,
    *,
    width: int = 1000,
    count: int = 30,
) -> Estimate:
    """NNGP of a network with any reset, from the paths of the units of wide random networks.

    A unit's spikes are a function of its own currents, which are Gaussian in the limit whatever the reset is, so that
    the kernel is `kappa^2 (sigma_w^2 E[z(x1) z(x2)] + sigma_b^2 (sum_t r_t)^2)` with `z = sum_t r_t s_t` of one unit of
    the last hidden layer. The mean is over `width` units of each network, and the standard error from the spread
    between networks. One hidden layer without recurrence has no other error; else there is one of order 1/width.

    Args:
        arch: the network.
        key: a JAX key, as `sgntk.init` takes it.
        x1: inputs, shape (n1, T, d).
        x2: inputs, shape (n2, T, d); None means `x1`.
        width: units in each hidden layer of a network.
        count: number of networks, at least 2.

    Raises:
        ValueError: if an input has another shape, or is not finite; or a number is not a whole number in its range.
    """
    check_count("nngp_with_reset", width=width)
    check_count("nngp_with_reset", least=2, count=count)
    x1 = check_sequences("nngp_with_reset", "x1", x1)
    x2 = x1 if x2 is None else check_sequences("nngp_with_reset", "x2", x2, x1.shape[1:])
    keys = jax.random.split(networks.check_keys("nngp_with_reset", key, shape=(2,)), count)
    both = (jnp.asarray(x, jnp.float32) for x in (x1, x2))
    with full_float32():
        values = np.asarray(_unit_kernels(arch, width, keys, *both), np.float64)
    return Estimate(values.mean(axis=0), values.std(axis=0, ddof=1) / count**0.5)


@partial(jax.jit, static_argnums=(0, 1))
def _unit_kernels(
    arch: SpikingArchitecture, width: int, keys: Any, x1: Float[Array, "n1 T d"], x2: Float[Array, "n2 T d"]
) -> Float[Array, "networks n1 n2"]:
    """One kernel a network: the mean over its units."""
    weights = arch.readout_weights(x1.shape[1], x1.dtype)

    def kernel(key: Any) -> Float[Array, "n1 n2"]:
        params = spiking_networks.draw(arch, (x1.shape[2], *arch.widths(width), 1), x1.dtype, key)
        z1, z2 = (
            jnp.einsum("t,ntk->nk", weights, spiking_networks.layer_spikes(arch, params, x)[-1]) for x in (x1, x2)
        )
        return arch.output_scale**2 * (arch.sigma_w**2 / width * z1 @ z2.T + (arch.sigma_b * jnp.sum(weights)) ** 2)

    return jax.lax.map(kernel, keys)


def spikes(
    arch: SpikingArchitecture, params: tuple[SpikingLayer, ...], x: ArrayLike
) -> list[Float[Array, "n T width"]]:
    """Spikes of each hidden layer, shape (n, T, width), for inputs of shape (n, T, d)."""
    return spiking_networks.layer_spikes(arch, params, jnp.asarray(x))


@dataclass(frozen=True)
class Neuron:
    """A leaky integrate-and-fire unit, as libraries for spiking networks have it: `u_t = leak u_{t-1} + gain i_t`.

    Attributes:
        surrogate: what backpropagation uses for the derivative of the step.
        leak: share of the membrane potential that is left after a step.
        threshold: where it spikes.
        reset: what a spike does to the membrane, as in `SpikingArchitecture`.
        gain: what multiplies its input current.
    """

    surrogate: Surrogate
    leak: float
    threshold: float = 1.0
    reset: Literal["none", "subtract", "zero"] = "none"
    gain: float = 1.0

    def architecture(
        self,
        *,
        hidden_layers: int = 2,
        sigma_w: float = 1.0,
        sigma_b: float = 0.0,
        recurrence: float = 0.0,
        output_scale: float = 1.0,
        **others: Any,
    ) -> SpikingArchitecture:
        """A network of such units; its gain goes into the standard deviations of the weights and biases.

        Args:
            hidden_layers: number of spiking layers.
            sigma_w: standard deviation of the weights.
            sigma_b: standard deviation of the biases.
            recurrence: standard deviation of the recurrent weights.
            output_scale: what multiplies the output; the readout has no gain.
            **others: any other attribute of `SpikingArchitecture`; with `reset="none"` the network has kernels.
        """
        return SpikingArchitecture(
            **{
                "surrogate": self.surrogate,
                "threshold": self.threshold,
                "leak": self.leak,
                "reset": self.reset,
                "hidden_layers": hidden_layers,
                "sigma_w": self.gain * sigma_w,
                "sigma_b": self.gain * sigma_b,
                "recurrence": self.gain * recurrence,
                "output_scale": output_scale / self.gain,
                **others,
            }
        )
