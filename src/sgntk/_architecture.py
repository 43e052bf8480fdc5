"""The multilayer perceptron in NTK parametrization that every part of the library works on."""

from dataclasses import dataclass

import jax.numpy as jnp

from sgntk._gaussian import Scalar
from sgntk._pytree import Pytree
from sgntk._validation import check_count, check_positive
from sgntk.activations import Activation
from sgntk.surrogates import Surrogate


@dataclass(frozen=True)
class Architecture(Pytree):
    """A multilayer perceptron with one output, and the derivative that trains it.

        h^1(x) = sigma_w/sqrt(d)        W^1 x               + sigma_b b^1
        h^l(x) = sigma_w/sqrt(n_{l-1})  W^l act(h^{l-1}(x)) + sigma_b b^l        all W, b ~ N(0, 1)
        f(x)   = output_scale h^L(x)

    Attributes:
        activation: `act`, for example `Erf(5.0)` or `Sign()`.
        surrogate: `s`, which backpropagation uses in place of `act'`, centred at the activation's threshold: `s(z -
            theta)` for a step at theta, and for a staircase the sum of `height s(z - theta)` over its steps. None for
            `act'`, that is, gradient descent.
        hidden_layers: number of hidden layers, `L - 1 >= 1`.
        sigma_w: standard deviation of the weights, `sigma_w > 0`.
        sigma_b: standard deviation of the biases, `sigma_b >= 0`.
        output_scale: `kappa > 0`, multiplying the output, and thereby every kernel by `kappa^2`.

    Raises:
        TypeError: if `activation` or `surrogate` is of another kind.
        ValueError: if a number is out of its range.
    """

    activation: Activation
    surrogate: Surrogate | None = None
    hidden_layers: int = 2
    sigma_w: Scalar = 1.0
    sigma_b: Scalar = 0.0
    output_scale: Scalar = 1.0

    structure = ("hidden_layers",)

    def __post_init__(self) -> None:
        self._numbers_to_float()
        if not isinstance(self.activation, Activation):
            raise TypeError(
                f"Architecture: activation must be an Activation, such as sgntk.Sign(); got {self.activation!r}"
            )
        if not isinstance(self.surrogate, Surrogate | None):
            raise TypeError(
                "Architecture: surrogate must be a Surrogate, such as surrogates.ErfDerivative(1.0), or None for the "
                f"activation's own derivative; got {self.surrogate!r}"
            )
        check_count("Architecture", hidden_layers=self.hidden_layers)
        check_positive("Architecture", sigma_w=self.sigma_w, output_scale=self.output_scale)
        check_positive("Architecture", zero_allowed=True, sigma_b=self.sigma_b)

    @property
    def effective_surrogate(self) -> Surrogate:
        """What backpropagation uses: the surrogate, centred at the threshold, or the activation's own derivative."""
        return self.activation.derivative if self.surrogate is None else self.activation.centred(self.surrogate)

    def check_learns(self) -> None:
        """Raises ValueError if there is nothing to learn with: the activation has jumps, and there is no surrogate."""
        self.effective_surrogate(jnp.zeros(1))  # a sum of Dirac deltas says that it is no function
