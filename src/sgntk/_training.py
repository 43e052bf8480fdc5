"""Surrogate gradient learning of ensembles: full-batch gradient descent, with the surrogate in backpropagation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jax.typing import ArrayLike
from jaxtyping import Array, Float

from sgntk import _delayed as delayed
from sgntk import _incremental as incremental
from sgntk._architecture import Architecture
from sgntk._compat import shard_map
from sgntk._networks import Params, forward, init_ensemble
from sgntk._precision import full_float32
from sgntk._validation import check_count, check_inputs, check_positive, check_targets

STEPS_PER_CALL = 1000
"""Steps between two looks at the state, for progress and losses: long enough that looking costs nothing."""

LARGEST_LOSS = 1e6
"""A loss above it ends training: far above what targets of order 1 give, far below the largest float32."""

NETWORKS = PartitionSpec("networks")  # type: ignore[no-untyped-call]
"""How arrays are split over several devices: along their leading axis."""

SHORTCUTS = {"incremental": incremental, "delayed": delayed}
"""Methods that are faster than the direct one where they are right, the fastest first."""


@dataclass(frozen=True)
class EnsembleRun:
    """What `train_ensemble` returns.

    Attributes:
        params: the networks after the last step; each array has a leading axis of size `networks`, which is split over
            the devices if several were given.
        recorded_steps: the gradient descent steps that `records` belongs to.
        records: what `record` gave, shape (recorded steps, networks, ...).
    """

    params: Params
    recorded_steps: tuple[int, ...]
    records: np.ndarray


class TrainingError(ArithmeticError):
    """A network's parameters are no longer finite, or its loss is above the bound.

    Attributes:
        network: the index of the network's key.
        step: the step at which it was noticed.
    """

    def __init__(self, message: str, network: int, step: int) -> None:
        super().__init__(message)
        self.network, self.step = network, step


def train_ensemble(
    arch: Architecture,
    keys: ArrayLike,
    x: ArrayLike,
    y: ArrayLike,
    *,
    width: int,
    learning_rate: float,
    steps: int,
    record: Callable[[Params], Array] | None = None,
    record_at: Sequence[int] | None = None,
    vectorize: int = 1,
    devices: Sequence[jax.Device] | None = None,
    largest_loss: float = LARGEST_LOSS,
    method: Literal["direct", "delayed", "incremental"] | None = None,
    progress: Callable[[int], None] | None = None,
) -> EnsembleRun:
    """Trains one network a key by gradient descent on `1/(2N) sum_i (f(x_i) - y_i)^2`, in float32.

    No kernel is evaluated on the way but what `record` asks for, and the loss once in 1,000 steps.

    Args:
        arch: the network, with its surrogate.
        keys: one JAX key a network, shape (networks, 2), as from `split_keys`.
        x: training inputs, shape (N, d).
        y: training targets, shape (N,).
        width: number of units in each hidden layer.
        learning_rate: `eta > 0`, per step.
        steps: number of gradient descent steps, at least 0.
        record: traceable function of one network's parameters; None records its outputs at `x`, shape (N,).
        record_at: steps to record at, ascending, within [0, steps]; None means after the last step alone.
        vectorize: how many networks are trained side by side (`jax.vmap`); the others follow one after another. On a
            CPU 1 keeps a wide network in the cache, and more pays for narrow ones; on a GPU take as many as fit.
        devices: an equal share of the networks is trained on each of them, `vectorize` side by side on each; None means
            all on JAX's default device.
        largest_loss: a loss above it ends training; raise it for targets far larger than 1.
        method: how a step is computed; the result is the same but for rounding. "direct" works for every architecture,
            "delayed" from two hidden layers on, "incremental" for sign networks with two hidden layers. None means the
            fastest.
        progress: called with the number of steps done, about every 1,000 steps.

    Raises:
        ValueError: if an argument has another shape or range than described.
        TrainingError: if a parameter is no longer finite or a loss is above `largest_loss`, which is looked at about
            every 1,000 steps; it names the network, the step and the learning rate.
    """
    x = check_inputs("train_ensemble", "x", x).astype(np.float32)
    y = check_targets("train_ensemble", "y", y, len(x)).astype(np.float32)
    check_positive("train_ensemble", learning_rate=learning_rate, largest_loss=largest_loss)
    check_count("train_ensemble", least=0, steps=steps)
    check_count("train_ensemble", vectorize=vectorize)
    recorded_steps = _check_recorded_steps(record_at, steps)
    arch.check_learns()
    if record is None:
        record = partial(_outputs, arch, jnp.asarray(x))

    params = init_ensemble(arch, keys, width=width, input_dim=x.shape[1])
    mesh = None if devices is None else _mesh(devices, len(params[0].bias))
    if mesh is not None:
        params = jax.device_put(params, NamedSharding(mesh, NETWORKS))
    train = _training_method(method, arch, width, vectorize)
    advance = partial(_advance, train, arch, x=x, y=y, learning_rate=learning_rate, vectorize=vectorize, mesh=mesh)
    recorder = jax.jit(_for_each_network(record, 1, mesh))
    losses = partial(_losses, arch, x=x, y=y, vectorize=vectorize, mesh=mesh)
    records = []
    looks = sorted({0, steps, *recorded_steps, *range(0, steps, STEPS_PER_CALL)})
    with full_float32():
        for previous, step in pairwise([0, *looks]):
            if step > previous:
                params = advance(params, steps=step - previous)
                _check_losses(params, losses(params), step, learning_rate, largest_loss)
                if progress is not None:
                    progress(step)
            if step in recorded_steps:
                records.append(np.asarray(recorder(params)))
    return EnsembleRun(params, recorded_steps, np.stack(records))


def _mesh(devices: Sequence[jax.Device], networks: int) -> Mesh:
    """The devices, with an equal share of the networks on each."""
    count = len(set(devices))
    if count == 0 or count != len(devices) or networks % count:
        raise ValueError(
            "train_ensemble: devices must be different ones that share the networks equally; "
            f"got {list(devices)} for {networks} networks"
        )
    return Mesh(np.array(devices), ("networks",))


def _training_method(method: str | None, arch: Architecture, width: int, vectorize: int) -> Callable[..., Params]:
    """The function that trains one network; by default the fastest that is right for the architecture."""
    if method is None and vectorize == 1:
        faster = (name for name, module in SHORTCUTS.items() if module.supports(arch) and width >= module.LEAST_WIDTH)
        method = next(faster, "direct")
    method = method or "direct"
    if method == "direct":
        return train_directly
    if method not in SHORTCUTS:
        raise ValueError(f"train_ensemble: method must be one of direct, {', '.join(SHORTCUTS)}; got {method!r}")
    if not SHORTCUTS[method].supports(arch):
        raise ValueError(
            f"train_ensemble: method {method!r} cannot train {arch.hidden_layers} hidden layers of {arch.activation}; "
            "use None for the fastest that can"
        )
    return SHORTCUTS[method].train


def train_directly(
    arch: Architecture,
    params: Params,
    x: Float[Array, "points d"],
    y: Float[Array, " points"],
    learning_rate: float | Float[Array, ""],
    steps: int,
) -> Params:
    """`steps` steps of gradient descent on `1/(2N) sum (f - y)^2` for one network; works for every architecture."""
    gradient = jax.grad(partial(_loss, arch, x, y))

    def step(p: Params, _: None) -> tuple[Params, None]:
        return jax.tree.map(lambda value, change: value - learning_rate * change, p, gradient(p)), None

    return jax.lax.scan(step, params, length=steps)[0]


@partial(jax.jit, static_argnames=("train", "arch", "steps", "vectorize", "mesh"), donate_argnames="params")
def _advance(
    train: Callable[..., Params],
    arch: Architecture,
    params: Params,
    *,
    x: Float[Array, "points d"],
    y: Float[Array, " points"],
    learning_rate: float | Float[Array, ""],
    steps: int,
    vectorize: int,
    mesh: Mesh | None,
) -> Params:
    """`steps` steps of gradient descent for every network."""

    def train_one(p: Params) -> Params:
        return train(arch, p, x, y, learning_rate, steps)

    return _for_each_network(train_one, vectorize, mesh)(params)


@partial(jax.jit, static_argnames=("arch", "vectorize", "mesh"))
def _losses(
    arch: Architecture,
    params: Params,
    *,
    x: Float[Array, "points d"],
    y: Float[Array, " points"],
    vectorize: int,
    mesh: Mesh | None,
) -> Float[Array, " networks"]:
    return _for_each_network(partial(_loss, arch, x, y), vectorize, mesh)(params)


def _for_each_network(function: Callable[[Params], Any], vectorize: int, mesh: Mesh | None) -> Callable[[Params], Any]:
    """`function` of every network: on each device `vectorize` at once, and the others one after another."""
    each = partial(jax.lax.map, function, batch_size=None if vectorize == 1 else vectorize)
    return each if mesh is None else shard_map(each, mesh, NETWORKS)


def _outputs(arch: Architecture, x: Float[Array, "points d"], params: Params) -> Float[Array, " points"]:
    return forward(arch, arch.effective_surrogate, params, x)[:, 0]


def _loss(
    arch: Architecture, x: Float[Array, "points d"], y: Float[Array, " points"], params: Params
) -> Float[Array, ""]:
    return 0.5 * jnp.mean((_outputs(arch, x, params) - y) ** 2)


def _check_recorded_steps(record_at: Sequence[int] | None, steps: int) -> tuple[int, ...]:
    recorded = (steps,) if record_at is None else tuple(record_at)
    ascending = all(first < second for first, second in pairwise(recorded))
    if not recorded or not ascending or recorded[0] < 0 or recorded[-1] > steps:
        raise ValueError(f"train_ensemble: record_at must be ascending steps within [0, {steps}]; got {list(recorded)}")
    return recorded


def _check_losses(
    params: Params, losses: Float[Array, " networks"], step: int, learning_rate: float, largest_loss: float
) -> None:
    leaves = [jnp.isfinite(leaf).reshape(len(leaf), -1).all(axis=1) for leaf in jax.tree.leaves(params)]
    finite = np.all(leaves, axis=0)
    healthy = finite & (np.asarray(losses) <= largest_loss)
    if not healthy.all():
        network = int(np.argmin(healthy))
        what = f"its loss is {losses[network]:g}, expected at most {largest_loss:g}"
        if not finite[network]:
            what = "its parameters are no longer finite"
        raise TrainingError(
            f"train_ensemble: network {network} of {len(healthy)} failed by step {step} at learning rate "
            f"{learning_rate:g}; {what}. Use a smaller learning rate",
            network,
            step,
        )
