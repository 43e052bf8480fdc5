"""Surrogate gradient learning of ensembles: gradient descent, with the surrogate in backpropagation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jax.typing import ArrayLike, DTypeLike
from jaxtyping import Array, Float

from sgntk import _delayed as delayed
from sgntk import _direct as direct
from sgntk import _incremental as incremental
from sgntk._architecture import Architecture
from sgntk._compat import shard_map
from sgntk._direct import Data, Plan, State, outputs_like
from sgntk._losses import Loss, LossName, check_labels, find_loss, squared_error
from sgntk._models import Network, Trainable, Tree, draw_ensemble, is_array, partition, strip
from sgntk._networks import check_keys
from sgntk._precision import full_float32
from sgntk._pytree import as_float, is_traced
from sgntk._spiking import AnyArchitecture
from sgntk._validation import check_array, check_count, check_dtype, check_positive, check_targets

STEPS_PER_CALL = 1000
"""Steps between two looks at the state, for progress and losses: long enough that looking costs nothing."""

LARGEST_LOSS = 1e6
"""A loss above it ends training: far above what targets of order 1 give, far below the largest float32."""

NETWORKS = PartitionSpec("networks")  # type: ignore[no-untyped-call]
"""How arrays are split over several devices: along their leading axis."""

SHORTCUTS = {"incremental": incremental, "delayed": delayed}
"""Methods that are faster than the direct one where they are right, the fastest first.

Each trains an `Architecture` of one output by plain gradient descent on the squared error of all points.
"""


if TYPE_CHECKING:
    Records = np.ndarray  # what they are but under a transformation
else:
    Records = np.ndarray | Array


@dataclass(frozen=True)
class EnsembleRun:
    """What `train_ensemble` returns; a pytree, too.

    Attributes:
        params: the networks after the last step; each array has a leading axis of size `networks`, which is split over
            the devices if several were given.
        recorded_steps: the gradient descent steps that `records` belongs to.
        records: what `record` gave, shape (recorded steps, networks, ...).
        optimizer_state: the optimizer's, with the same leading axis; empty for plain gradient descent.
    """

    params: Tree
    recorded_steps: tuple[int, ...]
    records: Records
    optimizer_state: Any = ()

    def __repr__(self) -> str:
        networks = self.records.shape[1]
        return f"EnsembleRun({networks} networks, recorded_steps={self.recorded_steps}, records {self.records.shape})"


jax.tree_util.register_dataclass(
    EnsembleRun, data_fields=["params", "records", "optimizer_state"], meta_fields=["recorded_steps"]
)


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
    model: AnyArchitecture | Trainable,
    keys: ArrayLike | None,
    x: ArrayLike,
    y: ArrayLike,
    *,
    width: int | None = None,
    learning_rate: float | Float[Array, ""] | None = None,
    steps: int,
    loss: LossName | Loss = "squared_error",
    optimizer: Any = None,
    batch_size: int | None = None,
    batch_key: ArrayLike | None = None,
    outputs: int | None = None,
    dtype: DTypeLike = jnp.float32,
    params: Tree = None,
    optimizer_state: Any = None,
    record: Callable[[Tree], Array] | None = None,
    record_at: Sequence[int] | None = None,
    vectorize: int = 1,
    devices: Sequence[jax.Device] | None = None,
    largest_loss: float = LARGEST_LOSS,
    method: Literal["direct", "delayed", "incremental"] | None = None,
    progress: Callable[[int], None] | None = None,
) -> EnsembleRun:
    """Trains one network a key; by default by gradient descent on `1/(2N) sum_i (f(x_i) - y_i)^2`, in float32.

    No kernel is evaluated on the way but what `record` asks for, and the loss once in 1,000 steps. Within `jax.jit`,
    `jax.vmap` or `jax.grad` (by x, y, the learning rate, `params` or the architecture's numbers) training is traced by
    the direct method, to the last recorded step, and without a look at values.

    Args:
        model: an `Architecture` or `SpikingArchitecture` with its surrogate, or anything with `init(key, x)`, which
            draws parameters for inputs like `x`, and `apply(params, x)`: a `Model` made of two functions, or a module
            of flax.
        keys: one JAX key a network, typed or of shape (networks, 2), as from `split_keys`; None if `params` are given.
        x: training inputs, shape (N, d) for an `Architecture`, (N, T, d) for a `SpikingArchitecture`, (N, ...) for a
            model.
        y: training targets, shape (N,) or (N, outputs).
        width: number of units in each hidden layer of an `Architecture`.
        learning_rate: `eta > 0`, per step, of plain gradient descent; an optimizer has its own.
        steps: number of steps, at least 0.
        loss: "squared_error", `1/(2N) sum_i |f(x_i) - y_i|^2`; "cross_entropy", `-1/N sum_i log softmax(f(x_i))[y_i]`
            with y whole numbers from 0, or probabilities of shape (N, outputs); or a traceable function of the
            network's outputs at N points and of their targets. Outputs of shape (N, 1) come to it as (N,) if y is (N,).
        optimizer: an optimizer of optax; None for plain gradient descent.
        batch_size: points in a step, at most N; None for all. Every epoch takes the points in a new order, and leaves
            out the last ones if they fill no batch. All networks see the same batches.
        batch_key: the JAX key of these orders, given if and only if `batch_size` is.
        outputs: number of outputs of an `Architecture`; None for as many as the targets have.
        dtype: of weights and training, float32, or float64 where JAX's x64 mode is on.
        params: networks to start from in place of drawn ones, each array with a leading axis, as a run returns them.
        optimizer_state: that of the optimizer, to go on with, as a run returns it.
        record: traceable function of one network's parameters; None records its outputs at `x`, shape (N,) or
            (N, outputs).
        record_at: steps to record at, ascending, within [0, steps]; None means after the last step alone.
        vectorize: how many networks are trained side by side (`jax.vmap`); the others follow one after another. On a
            CPU 1 keeps a wide network in the cache, and more pays for narrow ones; on a GPU take as many as fit.
        devices: an equal share of the networks is trained on each of them, `vectorize` side by side on each; None means
            all on JAX's default device.
        largest_loss: a loss above it ends training; raise it for targets far larger than 1.
        method: how a step is computed; the result is the same but for rounding. "direct" trains everything; the others
            train an `Architecture` of one output by plain gradient descent on the squared error of all points:
            "delayed" from two equal hidden layers on, "incremental" sign networks with two. None means the fastest.
        progress: called with the number of steps done, about every 1,000 steps.

    Raises:
        ValueError: if an argument has another shape or range than described.
        TrainingError: if a parameter is no longer finite or a loss is above `largest_loss`, which is looked at about
            every 1,000 steps; it names the network, the step and the learning rate.
    """
    dtype = check_dtype("train_ensemble", dtype)
    traced = is_traced(model, keys, x, y, learning_rate, params)
    data = _traced_data(x, y, dtype, batch_key) if traced else _check_data(model, x, y, loss, dtype, batch_key)
    check_positive("train_ensemble", largest_loss=largest_loss)
    check_count("train_ensemble", least=0, steps=steps)
    check_count("train_ensemble", vectorize=vectorize)
    _check_optimizer(optimizer, learning_rate)
    _check_batches(batch_size, batch_key, len(data.x))
    recorded_steps = _check_recorded_steps(record_at, steps)
    model = _as_model(model, width, data, loss, outputs, dtype)

    drawn, rest = _networks(model, keys, data.x, params)
    stripped = strip(model, rest) if jax.tree.leaves(rest) else None
    plan = Plan(stripped or model, find_loss(loss), optimizer, batch_size)
    networks = len(jax.tree.leaves(drawn)[0])
    mesh = None if devices is None else _mesh(devices, networks)
    state = _start(plan, drawn) if optimizer_state is None else State(drawn, _copied(optimizer_state))
    if mesh is not None:
        state = jax.device_put(state, NamedSharding(mesh, NETWORKS))
    found = "direct" if traced else _find_method(method, plan, vectorize)
    rate = 0.0 if learning_rate is None else as_float(learning_rate)
    if isinstance(rate, jax.core.Tracer):
        rate = rate.astype(dtype)  # in x64 mode it may be a float64, and training a float32
    shared = {"plan": plan, "data": data, "vectorize": vectorize, "mesh": mesh}
    if record is not None and stripped is not None:
        record = _of_all_leaves(record, stripped)
    records: list[Any] = []
    if traced:
        for previous, step in pairwise([0, *recorded_steps]):
            train = partial(direct.train, plan, data=data, learning_rate=rate, first=previous, steps=step - previous)
            state = _for_each_network(train, vectorize, None)(state)
            records.append(_record(state.params, record=record, plan=plan, data=data, mesh=None))
        trained = state.params if stripped is None else stripped.complete(state.params)
        return EnsembleRun(trained, recorded_steps, jnp.stack(records), state.optimizer)  # type: ignore[arg-type]
    looks = sorted({0, steps, *recorded_steps, *range(0, steps, STEPS_PER_CALL)})
    with full_float32():
        for previous, step in pairwise([0, *looks]):
            if step > previous:
                state = _advance(
                    state, method=found, learning_rate=rate, first=previous, steps=step - previous, **shared
                )
                _check_losses(state.params, _losses(state.params, **shared), step, learning_rate, largest_loss)
                if progress is not None:
                    progress(step)
            if step in recorded_steps:
                records.append(np.asarray(_record(state.params, record=record, plan=plan, data=data, mesh=mesh)))
    trained = state.params if stripped is None else stripped.complete(state.params)
    return EnsembleRun(trained, recorded_steps, np.stack(records), state.optimizer)


def _check_data(
    model: AnyArchitecture | Trainable,
    x: ArrayLike,
    y: ArrayLike,
    loss: LossName | Loss,
    dtype: np.dtype,
    batch_key: ArrayLike | None,
) -> Data:
    """The training set in that dtype; whole numbers stay, but as targets of the squared error."""
    check = model.check_inputs if isinstance(model, AnyArchitecture) else check_array
    inputs = check("train_ensemble", "x", x)
    targets = check_targets("train_ensemble", "y", y, len(inputs))
    if isinstance(model, AnyArchitecture) or inputs.dtype.kind == "f":
        inputs = inputs.astype(dtype)
    if loss == "squared_error" or targets.dtype.kind == "f":
        targets = targets.astype(dtype)
    key = None if batch_key is None else check_keys("train_ensemble", batch_key, shape=(2,))
    return Data(jnp.asarray(inputs), jnp.asarray(targets), key)


def _traced_data(x: ArrayLike, y: ArrayLike, dtype: np.dtype, batch_key: ArrayLike | None) -> Data:
    """The training set as it is, floating-point numbers in that dtype."""
    x, y = (
        array.astype(dtype) if jnp.issubdtype(array.dtype, jnp.floating) else array
        for array in (jnp.asarray(x), jnp.asarray(y))
    )
    return Data(x, y, None if batch_key is None else check_keys("train_ensemble", batch_key, shape=(2,)))


def _as_model(
    model: AnyArchitecture | Trainable,
    width: int | None,
    data: Data,
    loss: LossName | Loss,
    outputs: int | None,
    dtype: np.dtype,
) -> Trainable:
    """A network of that width for an architecture; any other model as it is."""
    if not isinstance(model, AnyArchitecture):
        if not isinstance(model, Trainable):
            raise TypeError(
                "train_ensemble: model must be an Architecture, or have init(key, x) and apply(params, x); "
                f"got {model!r}"
            )
        for name, value in (("width", width), ("outputs", outputs)):
            if value is not None:
                raise ValueError(f"train_ensemble: {name} is for an Architecture; {type(model).__name__} has its own")
        return model
    check_count("train_ensemble", width=width)
    model.check_learns()
    if outputs is None:
        labels = loss == "cross_entropy" and data.y.ndim == 1
        outputs = int(data.y.max()) + 1 if labels else int(np.prod(data.y.shape[1:], dtype=int))
    check_count("train_ensemble", outputs=outputs)
    if loss == "cross_entropy":
        check_labels(np.asarray(data.y), outputs)
    elif loss == "squared_error" and outputs != np.prod(data.y.shape[1:], dtype=int):
        raise ValueError(
            f"train_ensemble: y must have a target for each of {outputs} outputs; got shape {data.y.shape}"
        )
    return Network(model, width, outputs, dtype)  # type: ignore[arg-type]


def _networks(model: Trainable, keys: ArrayLike | None, x: Array, params: Tree) -> tuple[Tree, Tree]:
    """Arrays of the networks, drawn or given, and the leaves of their parameters that are no arrays."""
    if (keys is None) == (params is None):
        raise ValueError("train_ensemble: give either keys, to draw networks, or params, to go on with these")
    if keys is not None:
        return draw_ensemble(model, check_keys("train_ensemble", keys, shape=("networks", 2)), x)
    arrays, rest = partition(params, is_array)
    sizes = {leaf.shape[:1] for leaf in jax.tree.leaves(arrays)}
    if len(sizes) != 1 or sizes == {()}:
        raise ValueError("train_ensemble: params must have arrays, all with a leading axis of one size, the networks")
    return _copied(arrays), rest


def _copied(tree: Tree) -> Tree:
    """What the caller keeps: training reuses the memory of what it is given."""
    return jax.tree.map(jnp.array, tree)


def _of_all_leaves(record: Callable[[Tree], Array], stripped: Any) -> Callable[[Tree], Array]:
    return lambda params: record(stripped.complete(params))


def _mesh(devices: Sequence[jax.Device], networks: int) -> Mesh:
    """The devices, with an equal share of the networks on each."""
    count = len(set(devices))
    if count == 0 or count != len(devices) or networks % count:
        raise ValueError(
            "train_ensemble: devices must be different ones that share the networks equally; "
            f"got {list(devices)} for {networks} networks"
        )
    return Mesh(np.array(devices), ("networks",))


def _find_method(method: str | None, plan: Plan, vectorize: int) -> str:
    """The method of that name, checked to be right for the plan; by default the fastest that is."""
    network = _plain_network(plan)
    able = [] if network is None else [name for name, engine in SHORTCUTS.items() if engine.supports(network.arch)]
    if method is None:
        wide = (name for name in able if network.width >= SHORTCUTS[name].LEAST_WIDTH and vectorize == 1)  # type: ignore[union-attr]
        return next(wide, "direct")
    if method not in {"direct", *SHORTCUTS}:
        raise ValueError(f"train_ensemble: method must be one of direct, {', '.join(SHORTCUTS)}; got {method!r}")
    if method not in {"direct", *able}:
        what = (
            "but an Architecture of one output by plain gradient descent on the squared error of all points"
            if network is None
            else network.arch.describe()  # type: ignore[union-attr]
        )
        raise ValueError(f"train_ensemble: method {method!r} cannot train {what}; use None for the fastest that can")
    return method


def _plain_network(plan: Plan) -> Network | None:
    """The network, if the plan is what the shortcuts compute."""
    plain = plan.loss is squared_error and plan.optimizer is None and plan.batch_size is None
    network = plan.model if isinstance(plan.model, Network) and isinstance(plan.model.arch, Architecture) else None
    return network if plain and network is not None and network.outputs == 1 else None


@partial(jax.jit, static_argnames=("plan", "vectorize", "mesh", "method"), donate_argnames="state")
def _advance(
    state: State,
    *,
    method: str,
    plan: Plan,
    data: Data,
    learning_rate: float | Float[Array, ""],
    first: int | Array,
    steps: int | Array,
    vectorize: int,
    mesh: Mesh | None,
) -> State:
    """`steps` steps on from the step `first`, for every network."""

    def train_one(state: State) -> State:
        if method == "direct":
            return direct.train(plan, state, data, learning_rate, first, steps)
        x, y, arch = data.x, data.y.reshape(-1), plan.model.arch  # type: ignore[union-attr]
        return State(SHORTCUTS[method].train(arch, state.params, x, y, learning_rate, steps), state.optimizer)

    return _for_each_network(train_one, vectorize, mesh)(state)


@partial(jax.jit, static_argnames=("plan", "vectorize", "mesh"))
def _losses(params: Tree, *, plan: Plan, data: Data, vectorize: int, mesh: Mesh | None) -> Float[Array, " networks"]:
    return _for_each_network(partial(plan.loss_at, data.x, data.y), vectorize, mesh)(params)


@partial(jax.jit, static_argnames=("record", "plan", "mesh"))
def _record(
    params: Tree, *, record: Callable[[Tree], Array] | None, plan: Plan, data: Data, mesh: Mesh | None
) -> Float[Array, "networks *shape"]:
    def outputs(params: Tree) -> Array:
        return outputs_like(data.y, plan.model.apply(params, data.x))

    return _for_each_network(outputs if record is None else record, 1, mesh)(params)


def _start(plan: Plan, params: Tree) -> State:
    return jax.vmap(partial(direct.start, plan))(params)


def _for_each_network(function: Callable[[Any], Any], vectorize: int, mesh: Mesh | None) -> Callable[[Any], Any]:
    """`function` of every network: on each device `vectorize` at once, and the others one after another."""
    each = partial(jax.lax.map, function, batch_size=None if vectorize == 1 else vectorize)
    return each if mesh is None else shard_map(each, mesh, NETWORKS)


def _check_recorded_steps(record_at: Sequence[int] | None, steps: int) -> tuple[int, ...]:
    recorded = (steps,) if record_at is None else tuple(record_at)
    ascending = all(first < second for first, second in pairwise(recorded))
    if not recorded or not ascending or recorded[0] < 0 or recorded[-1] > steps:
        raise ValueError(f"train_ensemble: record_at must be ascending steps within [0, {steps}]; got {list(recorded)}")
    return recorded


def _check_optimizer(optimizer: Any, learning_rate: float | Float[Array, ""] | None) -> None:
    if optimizer is None:
        if learning_rate is None:
            raise ValueError("train_ensemble: give a learning_rate, or an optimizer, which has its own")
        check_positive("train_ensemble", learning_rate=learning_rate)
    elif learning_rate is not None or not (hasattr(optimizer, "init") and hasattr(optimizer, "update")):
        raise ValueError(
            "train_ensemble: optimizer must have init and update, as those of optax have, and comes without a "
            f"learning_rate; got {type(optimizer).__name__} and learning_rate {learning_rate}"
        )


def _check_batches(batch_size: int | None, batch_key: ArrayLike | None, points: int) -> None:
    if (batch_size is None) != (batch_key is None):
        raise ValueError("train_ensemble: give batch_size and batch_key together, or neither")
    if batch_size is not None:
        check_count("train_ensemble", batch_size=batch_size)
        if batch_size > points:
            raise ValueError(f"train_ensemble: batch_size must be at most the {points} points; got {batch_size}")


def _check_losses(
    params: Tree,
    losses: Float[Array, " networks"],
    step: int,
    learning_rate: float | Float[Array, ""] | None,
    largest_loss: float,
) -> None:
    leaves = [jnp.isfinite(leaf).reshape(len(leaf), -1).all(axis=1) for leaf in jax.tree.leaves(params)]
    finite = np.all(leaves, axis=0)
    healthy = finite & (np.asarray(losses) <= largest_loss)
    if not healthy.all():
        network = int(np.argmin(healthy))
        what = f"its loss is {losses[network]:g}, expected at most {largest_loss:g}"
        if not finite[network]:
            what = "its parameters are no longer finite"
        rate = "" if learning_rate is None else f" at learning rate {learning_rate:g}"
        raise TrainingError(
            f"train_ensemble: network {network} of {len(healthy)} failed by step {step}{rate}; {what}. "
            "Use a smaller learning rate",
            network,
            step,
        )
