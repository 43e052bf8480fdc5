"""Surrogate derivatives: what backpropagation uses in place of the activation's derivative.

A surrogate is a function `s(z)` together with its Gaussian mean `M(tau) = E[s(tau Z)]`, `Z ~ N(0, 1)`, which is all
that the infinite-width kernel sees of it (`sgntk.gaussian.erf_slope_surrogate_mean`).
"""

from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float

from sgntk import gaussian
from sgntk.validation import check_positive


class Surrogate:
    """Base class. A subclass defines `__call__`, and `gaussian_mean` where it has a closed form.

    Subclasses are frozen dataclasses: two surrogates with equal parameters are equal and hash alike, so that compiled
    functions are shared between them.
    """

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """`s(z)`, element by element."""
        raise NotImplementedError

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """`M(tau) = E[s(tau Z)]`; by quadrature, for an even `s` smooth away from 0, unless overridden."""
        return gaussian.mean_by_quadrature(self, tau)


@dataclass(frozen=True)
class Identity(Surrogate):
    """The straight-through estimator, `s(z) = 1` (Bengio et al. 2013): `M(tau) = 1`."""

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.ones_like(z)

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.ones_like(tau)


@dataclass(frozen=True)
class ErfDerivative(Surrogate):
    """`s(z) = erf_k'(z) = 2k/sqrt(pi) exp(-k^2 z^2)`, the paper's surrogate: `M(tau) = s(0) / sqrt(1 + 2 k^2 tau^2)`.

    Attributes:
        k: steepness of the error function, `k > 0`.
    """

    k: float

    def __post_init__(self) -> None:
        check_positive("ErfDerivative", k=self.k)

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._peak * jnp.exp(-((self.k * z) ** 2))

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return self._peak / jnp.sqrt(1 + 2 * (self.k * tau) ** 2)

    @property
    def _peak(self) -> float:
        return 2 * self.k / jnp.pi**0.5


@dataclass(frozen=True)
class SignDerivative(Surrogate):
    """`sign' = 2 delta`: no function, but it has a Gaussian mean, `M(tau) = sqrt(2/pi) / tau`, infinite at `tau = 0`.

    It is what `ErfDerivative(k)` becomes as `k -> infinity`, and so gives the off-diagonal limit of the NTK.
    """

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        raise TypeError(
            "the derivative of sign is 0 with a Dirac delta at the jump, and cannot be evaluated; "
            "give the Architecture a surrogate, such as surrogates.ErfDerivative(1.0)"
        )

    def gaussian_mean(self, tau: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return (2 / jnp.pi) ** 0.5 / tau


CATALOGUE: dict[str, type[Surrogate]] = {"identity": Identity, "erf_derivative": ErfDerivative}
"""The surrogates that a configuration can name."""
