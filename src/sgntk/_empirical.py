"""Tangent kernels of finite networks."""

from functools import partial

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from sgntk import _spiking_networks as spiking
from sgntk._architecture import Architecture
from sgntk._networks import AnyParams, Params, forward
from sgntk._precision import full_float32
from sgntk._pytree import is_traced
from sgntk._spiking import SpikingArchitecture
from sgntk._validation import check_inputs
from sgntk.surrogates import Surrogate


def empirical_ntk(
    arch: Architecture | SpikingArchitecture, params: AnyParams, x1: ArrayLike, x2: ArrayLike | None = None
) -> Float[Array, "n1 n2"]:
    """Empirical NTK `J(x1) J(x2)^T` of one network, with `J` the Jacobian by the parameters (paper, section 2).

    Args:
        arch: the network; its surrogate plays no part.
        params: as from `init`.
        x1: inputs, shape (n1, d); (n1, T, d) for a `SpikingArchitecture`.
        x2: inputs, shape (n2, d) or (n2, T, d); None means `x1`.

    Returns:
        The kernel, shape (n1, n2), in the parameters' dtype.

    Raises:
        ValueError: if an input has another shape or is not finite, the activation has jumps, or spikes are
            steps.
    """
    return _evaluate("empirical_ntk", arch, _derivative(arch), params, x1, x2)


def empirical_sg_ntk(
    arch: Architecture | SpikingArchitecture, params: AnyParams, x1: ArrayLike, x2: ArrayLike | None = None
) -> Float[Array, "n1 n2"]:
    """Empirical SG-NTK `J(x1) J~(x2)^T` of one network (paper, section 3).

    The Jacobian `J` at `x1` carries the true derivative; the quasi-Jacobian `J~` at `x2`, the training points, is what
    backpropagation with the surrogate gives.

    Args:
        arch: the network, with its surrogate.
        params: as from `init`.
        x1: inputs, shape (n1, d); (n1, T, d) for a `SpikingArchitecture`.
        x2: inputs, shape (n2, d) or (n2, T, d); None means `x1`.

    Returns:
        The kernel, shape (n1, n2), in the parameters' dtype.

    Raises:
        ValueError: if an input has another shape or is not finite, the activation has jumps, or spikes are
            steps.
    """
    return _evaluate("empirical_sg_ntk", arch, arch.effective_surrogate, params, x1, x2)


def _derivative(arch: Architecture | SpikingArchitecture) -> Surrogate:
    return arch.derivative if isinstance(arch, SpikingArchitecture) else arch.activation.derivative


def _evaluate(
    owner: str,
    arch: Architecture | SpikingArchitecture,
    surrogate: Surrogate,
    params: AnyParams,
    x1: ArrayLike,
    x2: ArrayLike | None,
) -> Float[Array, "n1 n2"]:
    if isinstance(arch, SpikingArchitecture):
        return spiking.evaluate_empirical(owner, arch, surrogate, params, x1, x2)
    if arch.activation.has_jumps:
        raise ValueError(
            f"{owner}: the Jacobian of a network with {arch.activation} is 0 almost everywhere but for the last layer, "
            "and infinite at the jumps, so its kernel says nothing about learning. "
            "Use a steep smooth activation, such as Erf(20.0)"
        )
    if is_traced(arch, params, x1, x2):
        x1 = jnp.asarray(x1)
        with full_float32():
            return _tangent_kernel(arch, surrogate, params, x1, x1 if x2 is None else jnp.asarray(x2))
    dimension = params[0].weight.shape[0]
    x1 = check_inputs(owner, "x1", x1, dimension)
    x2 = x1 if x2 is None else check_inputs(owner, "x2", x2, dimension)
    dtype = params[0].weight.dtype
    with full_float32():
        return tangent_kernel(arch, surrogate, params, jnp.asarray(x1, dtype), jnp.asarray(x2, dtype))


def _tangent_kernel(
    arch: Architecture,
    surrogate: Surrogate,
    params: Params,
    x1: Float[Array, "n1 d"],
    x2: Float[Array, "n2 d"],
) -> Float[Array, "n1 n2"]:
    """`J(x1) J~(x2)^T` with the true derivative in `J` and `surrogate` in `J~`; no checks, and traceable.

    A column is one reverse pass at a point of `x2`, followed by one forward-mode pass along that gradient for all of
    `x1`: neither Jacobian is ever held.
    """

    def column(point: Float[Array, " d"]) -> Float[Array, " n1"]:
        gradient = jax.grad(lambda p: forward(arch, surrogate, p, point[None])[0, 0])(params)
        true_forward = partial(forward, arch, arch.activation.derivative, x=x1)
        return jax.jvp(true_forward, (params,), (gradient,))[1][:, 0]

    return jax.lax.map(column, x2).T


# With the architecture's numbers as constants, which float32 rounds once; under a transformation they are traced.
tangent_kernel = jax.jit(_tangent_kernel, static_argnums=(0, 1))
