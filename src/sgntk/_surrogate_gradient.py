"""A function that is differentiated with a surrogate."""

from collections.abc import Callable

import jax
from jaxtyping import Array, Float

from sgntk.surrogates import Surrogate


def activation_with_surrogate(
    activation: Callable[[Float[Array, "*n"]], Float[Array, "*n"]], surrogate: Surrogate
) -> Callable[[Float[Array, "*n"]], Float[Array, "*n"]]:
    """`activation` with `surrogate` for its derivative."""

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
