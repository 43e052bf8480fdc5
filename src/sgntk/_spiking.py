"""Networks of leaky integrate-and-fire units in discrete time, in NTK parametrization."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Array, Float

from sgntk._architecture import Architecture
from sgntk._gaussian import Scalar
from sgntk._pytree import Pytree
from sgntk._validation import check_count, check_finite, check_positive
from sgntk.surrogates import ErfDerivative, JumpDerivative, Sum, Surrogate

READOUTS = ("mean", "last", "leaky")
RESETS = ("none", "subtract", "zero")

PerLayer = Scalar | Sequence[Scalar]
"""A number for all hidden layers, or one a layer."""


@dataclass(frozen=True)
class SpikingArchitecture(Pytree):
    """Layers of leaky integrate-and-fire units, feed-forward or recurrent, and the surrogate that trains them.

    With inputs `x_t` in R^d at the steps t = 1, ..., T, `z^0 = x`, `z^l = s^l`, `s_0 = 0` and `u_0 = 0`:

        i^l_t = sigma_w/sqrt(n_{l-1}) W^l z^{l-1}_t + recurrence/sqrt(n_l) V^l s^l_{t-1} + sigma_b b^l     current
        u^l_t = leak u^l_{t-1} + i^l_t                                                                     membrane
        s^l_t = 1{u^l_t > threshold}                                                                       spikes
        f(x)  = output_scale sum_t r_t i^L_t         the readout: no recurrence there, and no spikes

    All W, V, b ~ N(0, 1), the same at all steps. Learning is backpropagation through time with `s(u - threshold)` for
    the derivative of the step: the surrogate is centred at the threshold.

    With a reset the membrane is no longer Gaussian. The kernels in closed form are those of units without; finite
    networks can have one, and `sgntk.spiking.nngp_with_reset` estimates their NNGP. The reset is not differentiated:

        subtract    u_t = leak u_{t-1} + i_t - threshold s_{t-1}
        zero        u_t = leak u_{t-1} (1 - s_{t-1}) + i_t

    Attributes:
        surrogate: `s`.
        threshold: where a unit spikes; a number, or one for each hidden layer.
        leak: share of the membrane potential that is left after a step, in [0, 1]; a number, or one a hidden layer.
        recurrence: standard deviation of the recurrent weights, at least 0, where 0 is a feed-forward layer; a number,
            or one for each hidden layer.
        hidden_layers: number of spiking layers, `L - 1 >= 1`.
        sigma_w: standard deviation of the weights, `sigma_w > 0`.
        sigma_b: standard deviation of the biases, `sigma_b >= 0`.
        output_scale: `kappa > 0`, multiplying the output, and thereby every kernel by `kappa^2`.
        readout: the weights `r_t`: "mean" for 1/T, "last" for the last step alone, "leaky" for a leaky integrator with
            the last hidden layer's leak, `r_t = leak^(T - t)`; or T numbers.
        reset: "none", "subtract" or "zero".
        steepness: m, of a smooth spike `(1 + erf(m (u - threshold)))/2` in place of the step, whose empirical kernels
            exist; None for the step.

    Raises:
        TypeError: if `surrogate` is none.
        ValueError: if a number is out of its range, or there are not as many as layers.
    """

    surrogate: Surrogate
    threshold: PerLayer = 1.0
    leak: PerLayer = 0.9
    recurrence: PerLayer = 0.0
    hidden_layers: int = 2
    sigma_w: Scalar = 1.0
    sigma_b: Scalar = 0.0
    output_scale: Scalar = 1.0
    readout: Literal["mean", "last", "leaky"] | Sequence[Scalar] = "mean"
    reset: Literal["none", "subtract", "zero"] = "none"
    steepness: Scalar | None = None

    structure = ("hidden_layers",)

    def __post_init__(self) -> None:
        owner = "SpikingArchitecture"
        check_count(owner, hidden_layers=self.hidden_layers)
        for name in ("threshold", "leak", "recurrence", "readout"):
            object.__setattr__(self, name, _as_tuple(getattr(self, name)))
        self._numbers_to_float()
        if not isinstance(self.surrogate, Surrogate):
            raise TypeError(
                f"{owner}: surrogate must be a Surrogate, such as surrogates.SuperSpike(25.0); got {self.surrogate!r}"
            )
        for name in ("threshold", "leak", "recurrence"):
            self._check_layers(name, getattr(self, name))
        check_positive(owner, sigma_w=self.sigma_w, output_scale=self.output_scale)
        check_positive(owner, zero_allowed=True, sigma_b=self.sigma_b)
        if self.steepness is not None:
            check_positive(owner, steepness=self.steepness)
        if isinstance(self.readout, str) and self.readout not in READOUTS:
            raise ValueError(f"{owner}: readout must be one of {', '.join(READOUTS)}, or numbers; got {self.readout!r}")
        if self.reset not in RESETS:
            raise ValueError(f"{owner}: reset must be one of {', '.join(RESETS)}; got {self.reset!r}")

    def _check_layers(self, name: str, value: Any) -> None:
        if isinstance(value, tuple) and len(value) != self.hidden_layers:
            raise ValueError(
                f"SpikingArchitecture: {name} must be a number, or {self.hidden_layers} numbers, one for each hidden "
                f"layer; got {len(value)}"
            )
        for number in value if isinstance(value, tuple) else (value,):
            if name == "threshold":
                _check_finite(name, number)
            else:
                check_positive("SpikingArchitecture", zero_allowed=True, **{name: number})
            if name == "leak" and not isinstance(number, jax.core.Tracer) and number > 1:
                raise ValueError(f"SpikingArchitecture: leak must lie in [0, 1]; got {number!r}")

    def per_layer(self, name: Literal["threshold", "leak", "recurrence"]) -> tuple[Scalar, ...]:
        """The numbers of that name, one for each hidden layer."""
        value = getattr(self, name)
        return value if isinstance(value, tuple) else (value,) * self.hidden_layers

    @property
    def has_jumps(self) -> bool:
        """Whether spikes are steps, whose derivative automatic differentiation drops without a word."""
        return self.steepness is None

    @property
    def derivative(self) -> Surrogate:
        """The spike's own derivative, at the threshold: with it, surrogate gradient learning is gradient descent."""
        if self.steepness is None:
            return JumpDerivative(((0.0, 1.0),))
        return Sum(((0.5, ErfDerivative(self.steepness)),))

    @property
    def softness(self) -> Scalar:
        """`q = 1 / (2 m^2)`: a smooth spike is a step at a threshold that is blurred with this variance."""
        return 0.0 if self.steepness is None else 1 / (2 * self.steepness**2)

    @property
    def exact(self) -> "SpikingArchitecture":
        """The same network with the spike's own derivative in place of the surrogate."""
        return replace(self, surrogate=self.derivative)

    def widths(self, width: int) -> tuple[int, ...]:
        """Number of units of each hidden layer in a network of that width."""
        return (width,) * self.hidden_layers

    def check_learns(self) -> None:
        """There always is a surrogate to learn with."""

    def check_inputs(self, owner: str, name: str, x: ArrayLike, *sizes: int) -> np.ndarray:
        """`x` as an array of floats, checked to be finite and of shape (points, T, d), with `sizes` for d or (T, d)."""
        steps, dimension = (None, None, *sizes)[-2:]
        return check_sequences(owner, name, x, (steps, dimension))

    def check_has_jacobian(self, owner: str) -> None:
        """Raises ValueError if the Jacobian says nothing: spikes are steps, or a reset is not differentiated."""
        if self.has_jumps:
            raise ValueError(
                f"{owner}: the Jacobian of a network of spikes is 0 almost everywhere but for the readout, and "
                "infinite where a unit is at its threshold, so its kernel says nothing about learning. "
                "Use a smooth spike: SpikingArchitecture(..., steepness=20.0)"
            )
        if self.reset != "none":
            raise ValueError(
                f"{owner}: reset {self.reset!r} is not differentiated, so there is no true Jacobian; use none"
            )

    def check_has_ntk(self) -> None:
        """Raises ValueError if spikes are steps: the NTK is infinite then."""
        if self.has_jumps:
            raise ValueError(
                "ntk: the NTK of a network of spikes is infinite on the diagonal: as a smooth step steepens, its "
                "squared slope grows without bound. Use sg_ntk, or a smooth spike: "
                "SpikingArchitecture(..., steepness=20.0)"
            )

    def readout_weights(self, steps: int, dtype: DTypeLike) -> Float[Array, " T"]:
        """`r_t` for inputs of `T = steps` steps.

        Raises:
            ValueError: if weights were given, and they are not as many.
        """
        if self.readout == "mean":
            return jnp.full(steps, 1 / steps, dtype)
        if self.readout == "last":
            return jnp.zeros(steps, dtype).at[-1].set(1)
        if self.readout == "leaky":
            return leaky_integration(self.per_layer("leak")[-1], steps, dtype)[-1]
        if len(self.readout) != steps:
            raise ValueError(
                f"SpikingArchitecture: readout has {len(self.readout)} weights, and the inputs have {steps} steps"
            )
        return jnp.stack([jnp.asarray(weight, dtype) for weight in self.readout])


AnyArchitecture = Architecture | SpikingArchitecture
"""What kernels, predictions and training take alike."""


def leaky_integration(leak: Scalar, steps: int, dtype: DTypeLike) -> Float[Array, "T T"]:
    """`B` with `u = B i` for a leaky integrator: `leak^(t - tau)` for `tau <= t`, else 0."""
    age = np.arange(steps)[:, None] - np.arange(steps)[None, :]
    powers = jnp.cumprod(jnp.full(steps, leak, dtype).at[0].set(1))  # whose derivative at 0 is a number
    return jnp.where(jnp.asarray(age >= 0), powers[np.maximum(age, 0)], jnp.zeros((), dtype))


def check_sequences(owner: str, name: str, x: Any, like: tuple[int | None, int | None] = (None, None)) -> np.ndarray:
    """`x` as an array of floats, checked to be finite and of shape (points, T, d), with T and d of `like` if given."""
    array = np.asarray(x)
    fits = array.ndim == 3 and 0 not in array.shape
    if not fits or any(size not in (None, had) for size, had in zip(like, array.shape[1:], strict=True)):
        expected = ", ".join(name if size is None else str(size) for name, size in zip(("T", "d"), like, strict=True))
        raise ValueError(
            f"{owner}: {name} must have shape (points, {expected}): points, steps, dimension; got {array.shape}"
        )
    return check_finite(owner, name, array)


def _as_tuple(value: Any) -> Any:
    """Sequences as tuples, so that equal architectures hash alike."""
    if isinstance(value, str) or np.ndim(value) == 0:
        return value
    return tuple(value)


def _check_finite(name: str, number: Any) -> None:
    if isinstance(number, jax.core.Tracer):
        return
    if not isinstance(number, int | float) or isinstance(number, bool) or not math.isfinite(number):
        raise ValueError(f"SpikingArchitecture: {name} must be finite; got {number!r}")
