"""Tangent kernels of finite networks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from sgntk._architecture import Architecture
from sgntk._models import Model, Tree, combine, learns, partition
from sgntk._networks import Params, affine, forward
from sgntk._precision import full_float32
from sgntk._pytree import is_traced
from sgntk._spiking import AnyArchitecture, SpikingArchitecture
from sgntk._validation import check_array


def empirical_ntk(
    model: AnyArchitecture | Model, params: Tree, x1: ArrayLike, x2: ArrayLike | None = None
) -> Float[Array, "n1 n2 *outputs"]:
    """Empirical NTK `J(x1) J(x2)^T` of one network, with `J` the Jacobian by the parameters (paper, section 2).

    Args:
        model: an `Architecture`, whose surrogate plays no part; or a `Model` with its `exact_apply`.
        params: as from `init`.
        x1: inputs, shape (n1, d); (n1, T, d) for a `SpikingArchitecture`, and (n1, ...) for a model.
        x2: inputs, shape (n2, d), or the like; None means `x1`.

    Returns:
        The kernel in the parameters' dtype: shape (n1, n2), or (n1, n2, outputs, outputs) of a network with several.

    Raises:
        ValueError: if an input has another shape or is not finite, the activation has jumps, or the model has no
            `exact_apply`.
    """
    return _evaluate(
        "empirical_ntk", model.exact if isinstance(model, AnyArchitecture) else _exact(model), params, x1, x2
    )


def empirical_sg_ntk(
    model: AnyArchitecture | Model, params: Tree, x1: ArrayLike, x2: ArrayLike | None = None
) -> Float[Array, "n1 n2 *outputs"]:
    """Empirical SG-NTK `J(x1) J~(x2)^T` of one network (paper, section 3).

    The Jacobian `J` at `x1` carries the true derivative; the quasi-Jacobian `J~` at `x2`, the training points, is what
    backpropagation with the surrogate gives. For an `Architecture` it is computed layer by layer, with `a` the inputs
    of a layer of fan-in n, and `delta` the derivatives of the output by its pre-activations,

        I(x, x') = sum_l (sigma_w^2/n a_l(x).a_l(x') + sigma_b^2) delta_l(x).delta~_l(x')

    so that no Jacobian is ever held.

    Args:
        model: an `Architecture` with its surrogate; or a `Model` whose `apply` is differentiated with surrogates, and
            its `exact_apply` with the true derivatives.
        params: as from `init`.
        x1: inputs, shape (n1, d); (n1, T, d) for a `SpikingArchitecture`, and (n1, ...) for a model.
        x2: inputs, shape (n2, d), or the like; None means `x1`.

    Returns:
        The kernel in the parameters' dtype: shape (n1, n2), or (n1, n2, outputs, outputs) of a network with several.

    Raises:
        ValueError: if an input has another shape or is not finite, the activation has jumps, or the model has no
            `exact_apply`.
    """
    return _evaluate("empirical_sg_ntk", model, params, x1, x2)


def _exact(model: Model) -> Model:
    return model._replace(apply=model.exact_apply)  # type: ignore[arg-type]


def _evaluate(
    owner: str, model: AnyArchitecture | Model, params: Tree, x1: ArrayLike, x2: ArrayLike | None
) -> Float[Array, "n1 n2 *outputs"]:
    _check_has_jacobian(owner, model)
    if is_traced(model, params, x1, x2):
        x1 = jnp.asarray(x1)
        x2 = x1 if x2 is None else jnp.asarray(x2)
        evaluate: Any = _of_kind
    else:
        x1 = _check(owner, "x1", model, params, x1)
        x2 = x1 if x2 is None else _check(owner, "x2", model, params, x2)
        evaluate = tangent_kernel
    with full_float32():
        return evaluate(model, params, x1, x2)


def _check(owner: str, name: str, model: AnyArchitecture | Model, params: Tree, x: ArrayLike) -> Array:
    """The inputs, in the parameters' dtype for an architecture."""
    if isinstance(model, Model):
        return jnp.asarray(check_array(owner, name, x))
    weight = params[0].weight
    return jnp.asarray(model.check_inputs(owner, name, x, weight.shape[0]), weight.dtype)


def _check_has_jacobian(owner: str, model: AnyArchitecture | Model) -> None:
    if not isinstance(model, Model):
        model.check_has_jacobian(owner)
    elif model.exact_apply is None:
        raise ValueError(f"{owner}: the model needs exact_apply, its outputs with the activations' own derivatives")


def _of_kind(model: AnyArchitecture | Model, params: Tree, x1: Array, x2: Array) -> Float[Array, "n1 n2 *outputs"]:
    """`J(x1) J~(x2)^T`; no checks, and traceable."""
    if isinstance(model, Architecture):
        return _layer_by_layer(model, params, x1, x2)
    if isinstance(model, SpikingArchitecture):
        model = Model(None, partial(forward, model), partial(forward, model.exact))  # type: ignore[arg-type]
    return _column_by_column(model, params, x1, x2)


# With the model's numbers as constants, which float32 rounds once; under a transformation they are traced.
tangent_kernel = jax.jit(_of_kind, static_argnums=0)


def _layer_by_layer(
    arch: Architecture, params: Params, x1: Float[Array, "n1 d"], x2: Float[Array, "n2 d"]
) -> Float[Array, "n1 n2 *outputs"]:
    pairs = zip(
        params,
        (*arch.layers, arch),
        *(_backpropagate(a, params, x) for a, x in ((arch.exact, x1), (arch, x2))),
        strict=True,
    )
    total = sum(
        (layer.sigma_w**2 / weights.weight.shape[0] * (a1 @ a2.T) + layer.sigma_b**2)[:, None, :, None]
        * _products(delta1, delta2)
        for weights, layer, (a1, delta1), (a2, delta2) in pairs
    )
    return total[:, 0, :, 0] if total.shape[1] == 1 else jnp.swapaxes(total, 1, 2)


def _products(
    delta1: Float[Array, "n1 outputs fan_out"], delta2: Float[Array, "n2 outputs fan_out"]
) -> Float[Array, "n1 outputs n2 outputs"]:
    """Scalar products over the units, as one product of matrices."""
    first, second = (delta.reshape(-1, delta.shape[-1]) for delta in (delta1, delta2))
    return (first @ second.T).reshape(*delta1.shape[:2], *delta2.shape[:2])


def _backpropagate(
    arch: Architecture, params: Params, x: Float[Array, "n d"]
) -> list[tuple[Float[Array, "n fan_in"], Float[Array, "n outputs fan_out"]]]:
    """Of each layer its inputs, and the derivatives of every output by its pre-activations."""
    *hidden, readout = params
    inputs, derivatives = [x], []
    for layer, weights in zip(arch.layers, hidden, strict=True):
        z = affine(layer, weights, inputs[-1])
        inputs.append(layer.activation(z))
        derivatives.append(layer.surrogate(z))
    outputs = readout.weight.shape[1]
    delta = arch.output_scale * jnp.broadcast_to(jnp.eye(outputs, dtype=x.dtype), (len(x), outputs, outputs))
    deltas = [delta]
    following: Any = (*arch.layers[1:], arch)
    for layer, weights, derivative in reversed([*zip(following, params[1:], derivatives, strict=True)]):
        delta = layer.sigma_w / weights.weight.shape[0] ** 0.5 * (delta @ weights.weight.T) * derivative[:, None, :]
        deltas.append(delta)
    return [*zip(inputs, reversed(deltas), strict=True)]


def _column_by_column(model: Model, params: Tree, x1: Array, x2: Array) -> Float[Array, "n1 n2 *outputs"]:
    """A column is a reverse pass at a point of `x2` for each output, and along it a forward-mode pass for all `x1`."""
    learning, rest = partition(params, learns)

    def outputs(apply: Callable[..., Any], x: Array, values: Tree) -> Float[Array, "n outputs"]:
        return apply(combine(values, rest), x).reshape(len(x), -1)

    def column(point: Array) -> Float[Array, "outputs n1 outputs"]:
        there, pull = jax.vjp(lambda values: outputs(model.apply, point[None], values)[0], learning)

        def along(direction: Float[Array, " outputs"]) -> Float[Array, "n1 outputs"]:
            here = partial(outputs, model.exact_apply, x1)  # type: ignore[arg-type]
            return jax.jvp(here, (learning,), pull(direction))[1]

        return jax.lax.map(along, jnp.eye(len(there), dtype=there.dtype))

    kernel = jnp.moveaxis(jax.lax.map(column, x2), (0, 1), (1, 3))  # (n1, n2, outputs of x1, outputs of x2)
    return kernel[:, :, 0, 0] if kernel.shape[2] == 1 else kernel
