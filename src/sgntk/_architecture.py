"""The multilayer perceptron in NTK parametrization that every part of the library works on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike

from sgntk._gaussian import Scalar
from sgntk._pytree import Pytree
from sgntk._validation import check_count, check_inputs, check_positive
from sgntk.activations import Activation
from sgntk.surrogates import Surrogate


@dataclass(frozen=True)
class Layer(Pytree):
    """A hidden layer, where it differs from the rest of its network; None means as in the `Architecture`.

    Attributes:
        width: number of units, as a multiple of the network's width. Infinite-width kernels do not depend on it.
        sigma_w: standard deviation of the weights into the layer, `sigma_w > 0`.
        sigma_b: standard deviation of its biases, `sigma_b >= 0`.
        activation: `act` of its units.
        surrogate: what backpropagation uses in place of `act'`.

    Raises:
        TypeError: if `activation` or `surrogate` is of another kind.
        ValueError: if a number is out of its range.
    """

    width: float = 1.0
    sigma_w: Scalar | None = None
    sigma_b: Scalar | None = None
    activation: Activation | None = None
    surrogate: Surrogate | None = None

    structure = ("width",)

    def __post_init__(self) -> None:
        self._numbers_to_float()
        check_positive("Layer", width=self.width)
        if self.sigma_w is not None:
            check_positive("Layer", sigma_w=self.sigma_w)
        if self.sigma_b is not None:
            check_positive("Layer", zero_allowed=True, sigma_b=self.sigma_b)
        _check_kinds("Layer", self.activation, self.surrogate)


@dataclass(frozen=True)
class HiddenLayer(Pytree):
    """A hidden layer with all that it is made of; its surrogate is centred at the threshold."""

    sigma_w: Scalar
    sigma_b: Scalar
    activation: Activation
    surrogate: Surrogate


@dataclass(frozen=True)
class Architecture(Pytree):
    """A multilayer perceptron, and the derivative that trains it.

        h^1(x) = sigma_w/sqrt(d)        W^1 x               + sigma_b b^1
        h^l(x) = sigma_w/sqrt(n_{l-1})  W^l act(h^{l-1}(x)) + sigma_b b^l        all W, b ~ N(0, 1)
        f(x)   = output_scale h^L(x)

    Attributes:
        activation: `act`, for example `Erf(5.0)` or `Sign()`.
        surrogate: `s`, which backpropagation uses in place of `act'`, centred at the activation's threshold: `s(z -
            theta)` for a step at theta, and for a staircase the sum of `height s(z - theta)` over its steps. None for
            `act'`, that is, gradient descent.
        hidden_layers: number of hidden layers, `L - 1 >= 1`; or a sequence of `Layer`, for layers that differ.
        sigma_w: standard deviation of the weights, `sigma_w > 0`.
        sigma_b: standard deviation of the biases, `sigma_b >= 0`.
        output_scale: `kappa > 0`, multiplying the output, and thereby every kernel by `kappa^2`.

    Raises:
        TypeError: if `activation`, `surrogate` or a layer is of another kind.
        ValueError: if a number is out of its range.
    """

    activation: Activation
    surrogate: Surrogate | None = None
    hidden_layers: int | Sequence[Layer] = 2
    sigma_w: Scalar = 1.0
    sigma_b: Scalar = 0.0
    output_scale: Scalar = 1.0

    structure = ("hidden_layers",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden_layers", _checked_layers(self.hidden_layers))
        self._numbers_to_float()
        if self.activation is None:
            raise TypeError("Architecture: activation must be an Activation, such as sgntk.Sign(); got None")
        _check_kinds("Architecture", self.activation, self.surrogate)
        check_positive("Architecture", sigma_w=self.sigma_w, output_scale=self.output_scale)
        check_positive("Architecture", zero_allowed=True, sigma_b=self.sigma_b)

    @property
    def depth(self) -> int:
        """Number of hidden layers."""
        return self.hidden_layers if isinstance(self.hidden_layers, int) else len(self.hidden_layers)

    @property
    def is_uniform(self) -> bool:
        """Whether all hidden layers are alike, because they were given as a number."""
        return isinstance(self.hidden_layers, int)

    @property
    def layers(self) -> tuple[HiddenLayer, ...]:
        """The hidden layers, with what each takes over from the architecture."""
        if isinstance(self.hidden_layers, int):
            return (self._hidden_layer(Layer()),) * self.hidden_layers
        return tuple(map(self._hidden_layer, self.hidden_layers))

    def _hidden_layer(self, layer: Layer) -> HiddenLayer:
        own, surrogate = layer.activation, self.surrogate if layer.surrogate is None else layer.surrogate
        activation = self.activation if own is None else own
        return HiddenLayer(
            self.sigma_w if layer.sigma_w is None else layer.sigma_w,
            self.sigma_b if layer.sigma_b is None else layer.sigma_b,
            activation,
            activation.derivative if surrogate is None else activation.centred(surrogate),
        )

    def widths(self, width: int) -> tuple[int, ...]:
        """Number of units of each hidden layer in a network of that width, at least 1."""
        if isinstance(self.hidden_layers, int):
            return (width,) * self.hidden_layers
        return tuple(max(1, round(layer.width * width)) for layer in self.hidden_layers)

    @property
    def exact(self) -> "Architecture":
        """The same network without surrogates: backpropagation uses every activation's own derivative."""
        layers = self.hidden_layers
        if not isinstance(layers, int):
            layers = tuple(replace(layer, surrogate=None) for layer in layers)
        return replace(self, surrogate=None, hidden_layers=layers)

    @property
    def has_jumps(self) -> bool:
        """Whether an activation has jumps, so that its derivative is no function."""
        return any(layer.activation.has_jumps for layer in self.layers)

    def check_inputs(self, owner: str, name: str, x: ArrayLike, *sizes: int) -> np.ndarray:
        """`x` as an array of floats, checked to be finite and of shape (points, d), with d of `sizes` if given."""
        return check_inputs(owner, name, x, *sizes)

    def check_has_jacobian(self, owner: str) -> None:
        """Raises ValueError if an activation has jumps: the Jacobian of a finite network says nothing then."""
        if self.has_jumps:
            raise ValueError(
                f"{owner}: the Jacobian of a network with {self.activation} is 0 almost everywhere but for the last "
                "layer, and infinite at the jumps, so its kernel says nothing about learning. "
                "Use a steep smooth activation, such as Erf(20.0)"
            )

    def check_has_ntk(self) -> None:
        """Raises ValueError if an activation has jumps: the NTK is infinite then."""
        steps = next((layer.activation for layer in self.layers if layer.activation.has_jumps), None)
        if steps is not None:
            raise ValueError(
                f"ntk: the NTK of {steps} is infinite on the diagonal: as a smooth step steepens, "
                "E[act'(u)^2] grows without bound, and gradient descent has no infinite-width limit. "
                "Use sg_ntk with a surrogate, or off_diagonal_limit=True for the limit between different points"
            )

    @property
    def effective_surrogate(self) -> Surrogate:
        """What backpropagation uses in the first layer: the centred surrogate, or the activation's own derivative."""
        return self.layers[0].surrogate

    def describe(self) -> str:
        """Its hidden layers, for messages."""
        kinds = dict.fromkeys(str(layer.activation) for layer in self.layers)
        return f"{self.depth} hidden layers of {' and '.join(kinds)}"

    def check_learns(self) -> None:
        """Raises ValueError if there is nothing to learn with: an activation has jumps, and there is no surrogate."""
        for layer in self.layers:
            layer.surrogate(jnp.zeros(1))  # a sum of Dirac deltas says that it is no function


def _checked_layers(layers: object) -> int | tuple[Layer, ...]:
    if not isinstance(layers, list | tuple):
        check_count("Architecture", hidden_layers=layers)
        return int(layers)  # type: ignore[call-overload]
    if not layers or not all(isinstance(layer, Layer) for layer in layers):
        raise TypeError(
            "Architecture: hidden_layers must be a whole number >= 1, or a sequence of at least one sgntk.Layer; "
            f"got {layers!r}"
        )
    return tuple(layers)


def _check_kinds(owner: str, activation: object, surrogate: object) -> None:
    if not isinstance(activation, Activation | None):
        raise TypeError(f"{owner}: activation must be an Activation, such as sgntk.Sign(); got {activation!r}")
    if not isinstance(surrogate, Surrogate | None):
        raise TypeError(
            f"{owner}: surrogate must be a Surrogate, such as surrogates.ErfDerivative(1.0), or None for the "
            f"activation's own derivative; got {surrogate!r}"
        )
