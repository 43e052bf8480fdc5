"""A function that is differentiated with a surrogate."""

from collections.abc import Callable

import jax
from jaxtyping import Array, Float

Function = Callable[[Float[Array, "*n"]], Float[Array, "*n"]]


def with_surrogate(activation: Function, surrogate: Function) -> Function:
    """`activation` with `surrogate` for its derivative: an activation function for a model of one's own.

        spike = sgntk.with_surrogate(sgntk.Heaviside(), surrogates.Arctangent(2.0))
        jax.grad(spike)(0.0)    # 1.0

    Args:
        activation: any function, element by element; one of `sgntk.activations`, for example.
        surrogate: the derivative that differentiation is to use, at the same argument: for a threshold that is not 0,
            `activation.centred(surrogate)`.
    """

    @jax.custom_jvp
    def activate(z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return activation(z)

    @activate.defjvp
    def activate_jvp(
        primals: tuple[Float[Array, "*n"]], tangents: tuple[Float[Array, "*n"]]
    ) -> tuple[Float[Array, "*n"], Float[Array, "*n"]]:
        (z,), (z_tangent,) = primals, tangents
        return activation(z), surrogate(z) * z_tangent

    return activate
