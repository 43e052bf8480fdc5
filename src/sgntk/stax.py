"""neural-tangents: the same networks there, to compare with, and a layer that gives its architectures an SG-NTK."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

from sgntk._architecture import Architecture
from sgntk._gaussian import Scalar
from sgntk._kernels import Preactivations, tangent_of
from sgntk._neural_tangents import Bool, Diagonal, Kernel, get_diagonal_outer_prods, layer, requires, stax
from sgntk._spiking import leaky_integration
from sgntk._surrogate_gradient import with_surrogate
from sgntk._validation import check_count, check_positive
from sgntk.activations import Activation, Erf, Sign
from sgntk.surrogates import Surrogate

__all__ = ["LeakyIntegrator", "SurrogateActivation", "serial"]

Triple = tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]


def serial(arch: Architecture, width: int, outputs: int = 1) -> Triple:
    """The network as neural-tangents' `stax.serial(Dense, activation, ..., Dense)` (Novak et al. 2020).

    With `Dense(n, W_std, b_std)` in NTK parametrization, `z -> W_std/sqrt(n_in) W z + b_std b`, the output

        f(x) = kappa h^L(x) = kappa sigma_w/sqrt(n) W^L act(h^{L-1}(x)) + kappa sigma_b b^L

    is a Dense layer with `W_std = kappa sigma_w` and `b_std = kappa sigma_b`: `output_scale` needs no layer of its own.

    neural-tangents knows no surrogates: its tangent kernels are those of gradient descent, with 0 for the derivative of
    sign, so that its NTK of a sign network is that of the last layer alone.

    Args:
        arch: the network; its surrogate plays no part.
        width: number of units in each hidden layer, which a `Layer` multiplies by its own factor; the infinite-width
            kernels do not depend on it.
        outputs: number of outputs.

    Returns:
        neural-tangents' `(init_fn, apply_fn, kernel_fn)`.

    Raises:
        ValueError: if neural-tangents has no counterpart of the activation here, or the width is not a whole number
            above 0.
    """
    check_count("serial", width=width)
    check_count("serial", outputs=outputs)
    hidden = [
        part
        for layer, units in zip(arch.layers, arch.widths(width), strict=True)
        for part in (stax.Dense(units, layer.sigma_w, layer.sigma_b), _activation(layer.activation))
    ]
    kappa = arch.output_scale
    return stax.serial(*hidden, stax.Dense(outputs, kappa * arch.sigma_w, kappa * arch.sigma_b))


def _activation(activation: Activation) -> Triple:
    match activation:
        case Erf(m):
            return stax.Erf(b=m)
        case Sign():
            return stax.Sign()
    raise ValueError(f"serial: activation must be Erf or Sign; got {activation!r}")


def SurrogateActivation(activation: Activation, surrogate: Surrogate | None = None) -> Triple:
    """A layer for `neural_tangents.stax` that is differentiated with a surrogate: NNGP, and SG-NTK in the field `ntk`.

        init, apply, kernel = nt.stax.serial(nt.stax.Conv(64, (3, 3)), SurrogateActivation(sgntk.Sign(), surrogate),
                                             nt.stax.GlobalAvgPool(), nt.stax.Dense(1))
        kernel(x1, x2, "ntk")    # I(x1, x2): the true derivative at x1, the surrogate at x2

    With `(u, v)` the Gaussian pre-activations at a point of x1 and one of x2, the layer takes

        nngp <- E[act(u) act(v)]        ntk <- ntk E[act'(u) s(v)]

    The derivative of `apply` is the surrogate, so that gradient descent with it is surrogate gradient learning. What
    the layers around it do to `ntk` is linear and treats x1 and x2 apart (Dense, Conv, AvgPool, GlobalAvgPool,
    FanInSum, Flatten, Identity, with rectangular inputs, `diagonal_batch`, jit and `nt.batch`), and so holds for a
    kernel that is not symmetric. `kernel(x2, x1, "ntk")` is another kernel, with the surrogate at x1, and not the
    transpose.

    neural-tangents computes in JAX's default precision. Near equal points `b - c^2/a` cancels: enable float64.

    Not supported: masks (an error says so); `nt.predict`, which takes kernels for symmetric without
    a check: use `sgntk.predict`, or solve by LU; and `nt.empirical_ntk_fn`, which knows one Jacobian.

    Args:
        activation: `act`.
        surrogate: `s`; None for `act'`, that is, the NTK.

    Raises:
        TypeError: if one of them is of another kind.
        ValueError: if the activation has jumps and there is no surrogate; in the kernel function, if the input of the
            layer is not Gaussian, that is, comes from no random affine layer.
    """
    arch = Architecture(activation, surrogate)  # which checks both
    arch.check_learns()
    surrogate = arch.effective_surrogate
    activate = with_surrogate(activation, surrogate)

    def init_fn(rng: Any, input_shape: Any) -> tuple[Any, tuple[()]]:
        return input_shape, ()

    def apply_fn(params: Any, inputs: Any, **kwargs: Any) -> Any:
        if not isinstance(inputs, jax.Array):
            # Not a NotImplementedError: neural-tangents takes that for a layer without a finite counterpart.
            raise ValueError("SurrogateActivation: masked inputs are not supported")
        return activate(inputs)

    @requires(diagonal_spatial=Diagonal())  # type: ignore[untyped-decorator]
    def kernel_fn(k: Kernel, **kwargs: Any) -> Kernel:
        if not k.is_gaussian:
            raise ValueError(
                "SurrogateActivation: its input must be Gaussian; put a random affine layer, such as Dense or Conv, "
                "before it"
            )
        flags = k.diagonal_batch, k.diagonal_spatial
        first = get_diagonal_outer_prods(k.cov1, k.cov2, *flags, lambda a, b: a + jnp.zeros_like(b))
        second = get_diagonal_outer_prods(k.cov1, k.cov2, *flags, lambda a, b: jnp.zeros_like(a) + b)
        (a11, a12, a22), (b11, b12, b22) = first, second
        moments = Preactivations.of(a12, b12, k.nngp)
        ntk = None if k.ntk is None else tangent_of(k.ntk, moments, activation, surrogate)
        return k.replace(
            nngp=moments.activations(activation).c,
            ntk=ntk,
            cov1=Preactivations.of(a11, b11, k.cov1).activations(activation).c,
            cov2=None if k.cov2 is None else Preactivations.of(a22, b22, k.cov2).activations(activation).c,
            is_gaussian=False,
        )

    for function in (init_fn, apply_fn, kernel_fn):
        function.__name__ = "SurrogateActivation"
    return layer(lambda: (init_fn, apply_fn, kernel_fn))()


def LeakyIntegrator(leak: Scalar, *, time_axis: int = 1, batch_axis: int = 0, channel_axis: int = -1) -> Triple:
    """A layer for `neural_tangents.stax` that integrates over time and leaks: `u_t = leak u_{t-1} + i_t`, `u_0 = 0`.

    Inputs are of shape (points, T, d), or (points, T, height, width, channels). With `SurrogateActivation` it makes
    layers of spiking units without reset, and convolutional ones by filters of size 1 along time:

        nt.stax.serial(nt.stax.Conv(64, (1, 3, 3)), LeakyIntegrator(0.9), SurrogateActivation(sgntk.Heaviside(1.0), s),
                       nt.stax.GlobalAvgPool(), nt.stax.Dense(1))

    With B as in `u = B i`, it takes a kernel K of time to `B K B^T`, NNGP and SG-NTK alike.

    Args:
        leak: share of the membrane potential that is left after a step, in [0, 1].
        time_axis: the inputs' axis of steps.
        batch_axis: the inputs' axis of points.
        channel_axis: the inputs' axis of channels.

    Raises:
        ValueError: if the leak is out of its range.
    """
    check_positive("LeakyIntegrator", zero_allowed=True, leak=leak)
    if not isinstance(leak, jax.core.Tracer) and leak > 1:
        raise ValueError(f"LeakyIntegrator: leak must lie in [0, 1]; got {leak!r}")
    init_fn, aggregate, aggregate_kernel = stax.Aggregate(
        aggregate_axis=time_axis, batch_axis=batch_axis, channel_axis=channel_axis
    )

    def pattern(shape: tuple[int, ...], dtype: Any) -> jax.Array:
        steps = shape[time_axis]
        return jnp.broadcast_to(leaky_integration(leak, steps, dtype).T, (shape[batch_axis], steps, steps))

    def apply_fn(params: Any, inputs: Any, **kwargs: Any) -> Any:
        return aggregate(params, inputs, pattern=pattern(inputs.shape, inputs.dtype))

    @requires(  # type: ignore[untyped-decorator]
        batch_axis=batch_axis, channel_axis=channel_axis, diagonal_spatial=Diagonal(input=Bool.NO, output=Bool.NO)
    )
    def kernel_fn(k: Kernel, **kwargs: Any) -> Kernel:
        patterns = tuple(pattern(shape, k.nngp.dtype) for shape in (k.shape1, k.shape2))
        return aggregate_kernel(k, pattern=patterns)

    for function in (init_fn, apply_fn, kernel_fn):
        function.__name__ = "LeakyIntegrator"
    return layer(lambda: (init_fn, apply_fn, kernel_fn))()
