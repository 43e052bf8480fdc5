"""Activation functions, with the Gaussian expectations that the infinite-width kernels need of them."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sgntk import gaussian
from sgntk.surrogates import ErfDerivative, SignDerivative, Surrogate
from sgntk.validation import check_positive


class Activation:
    """An activation function `act`; subclasses are frozen dataclasses, and so can be static arguments of `jax.jit`."""

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        """`act(z)`, element by element."""
        raise NotImplementedError

    @property
    def derivative(self) -> Surrogate:
        """`act'`, in the form of a surrogate: with it, surrogate gradient learning is plain gradient descent."""
        raise NotImplementedError

    @property
    def has_jumps(self) -> bool:
        """Whether `act'` contains Dirac deltas, which automatic differentiation drops without a word."""
        return False

    def product_mean(
        self, a: Float[Array, "*#n"], b: Float[Array, "*#n"], c: Float[Array, "*#n"]
    ) -> Float[Array, "*n"]:
        """`E[act(u) act(v)]` for `(u, v) ~ N(0, [[a, c], [c, b]])`."""
        raise NotImplementedError

    def slope_surrogate_mean(
        self,
        a: Float[Array, "*#n"],
        b: Float[Array, "*#n"],
        c: Float[Array, "*#n"],
        surrogate: Surrogate,
    ) -> Float[Array, "*n"]:
        """`E[act'(u) s(v)]` for `(u, v) ~ N(0, [[a, c], [c, b]])`."""
        raise NotImplementedError


class _ErrorFunction(Activation):
    """What `Erf(m)` and its limit `Sign()` share: closed forms in `q = 1 / (2 m^2)`."""

    @property
    def softness(self) -> float:
        """`q = 1 / (2 m^2)`."""
        raise NotImplementedError

    def product_mean(
        self, a: Float[Array, "*#n"], b: Float[Array, "*#n"], c: Float[Array, "*#n"]
    ) -> Float[Array, "*n"]:
        return gaussian.erf_product_mean(a, b, c, self.softness)

    def slope_surrogate_mean(
        self,
        a: Float[Array, "*#n"],
        b: Float[Array, "*#n"],
        c: Float[Array, "*#n"],
        surrogate: Surrogate,
    ) -> Float[Array, "*n"]:
        return gaussian.erf_slope_surrogate_mean(a, b, c, self.softness, surrogate.gaussian_mean)


@dataclass(frozen=True)
class Erf(_ErrorFunction):
    """`erf_m(z) = erf(m z)`, a sign function with a soft step.

    Attributes:
        m: steepness of the step, `m > 0`.
    """

    m: float

    def __post_init__(self) -> None:
        check_positive("Erf", m=self.m)

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jax.scipy.special.erf(self.m * z)

    @property
    def derivative(self) -> ErfDerivative:
        return ErfDerivative(self.m)

    @property
    def softness(self) -> float:
        return 1 / (2 * self.m**2)


@dataclass(frozen=True)
class Sign(_ErrorFunction):
    """`sign(z)` in {-1, 0, 1}, the limit of `erf_m` as `m -> infinity`."""

    def __call__(self, z: Float[Array, "*n"]) -> Float[Array, "*n"]:
        return jnp.sign(z)

    @property
    def derivative(self) -> SignDerivative:
        return SignDerivative()

    @property
    def has_jumps(self) -> bool:
        return True

    @property
    def softness(self) -> float:
        return 0.0


CATALOGUE: dict[str, type[Activation]] = {"erf": Erf, "sign": Sign}
"""The activations that a configuration can name."""
