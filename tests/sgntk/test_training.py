"""Training ensembles: one step by hand, independence of batching, records, and divergence."""

import os
import re
import subprocess
import sys
from functools import partial
from itertools import pairwise
from pathlib import Path

import direct_method
import jax
import jax.numpy as jnp
import numpy as np
import optax
import oracles
import pytest

import sgntk
from sgntk import TrainingError
from sgntk import _training as training
from sgntk._networks import init_ensemble
from sgntk.surrogates import ErfDerivative, StraightThrough, SuperSpike

PLAIN = {"sigma_w": 1.3, "sigma_b": 0.4, "output_scale": 0.7}
ERF = sgntk.Architecture(sgntk.Erf(3.0), ErfDerivative(0.8), **PLAIN)
SIGN = sgntk.Architecture(sgntk.Sign(), ErfDerivative(0.8), **PLAIN)
KEYS = sgntk.split_keys(8, 5)
RNG = np.random.default_rng(9)
X, Y = RNG.normal(size=(6, 2)), RNG.normal(size=6)
train = partial(sgntk.train_ensemble, learning_rate=0.1, width=24)


def leaves(params):
    return [np.asarray(leaf) for leaf in jax.tree.leaves(params)]


def assert_same_bytes(ours, theirs):
    for one, other in zip(leaves(ours), leaves(theirs), strict=True):
        np.testing.assert_array_equal(one, other)


# --- what a step does ---


STRAIGHT_THROUGH, SOFT = (StraightThrough(), np.ones_like), (ErfDerivative(0.8), oracles.erf_derivative(0.8))
OWN = (None, oracles.erf_derivative(3.0))


@pytest.mark.parametrize(
    ("activation", "act", "learning", "method"),
    [
        *((sgntk.Erf(3.0), oracles.erf(3.0), learning, "direct") for learning in (OWN, SOFT, STRAIGHT_THROUGH)),
        *((sgntk.Sign(), np.sign, learning, "direct") for learning in (SOFT, STRAIGHT_THROUGH)),
        *((sgntk.Sign(), np.sign, learning, "incremental") for learning in (SOFT, STRAIGHT_THROUGH)),
        *((sgntk.Erf(3.0), oracles.erf(3.0), learning, "delayed") for learning in (OWN, SOFT, STRAIGHT_THROUGH)),
        *((sgntk.Sign(), np.sign, learning, "delayed") for learning in (SOFT, STRAIGHT_THROUGH)),
    ],
)
def test_one_step_by_hand(activation, act, learning, method):
    surrogate, s = learning
    arch = sgntk.Architecture(activation, surrogate, **PLAIN)
    run = train(arch, KEYS, X, Y, steps=1, method=method)
    start = init_ensemble(arch, KEYS, width=24, input_dim=2)
    for network in range(len(KEYS)):
        params = jax.tree.map(lambda leaf, index=network: leaf[index], start)
        expected = oracles.TwoHiddenLayers(act, params, **PLAIN).gradient_step(X, Y, s, 0.1)
        for ours, theirs in zip(leaves(run.params), expected, strict=True):
            np.testing.assert_allclose(ours[network], theirs, rtol=0, atol=2e-6)  # float32, weights of order 1


@pytest.mark.usefixtures("x64")
def test_many_steps_by_hand_in_float64():
    params = jax.tree.map(lambda leaf: leaf[0].astype(jnp.float64), init_ensemble(ERF, KEYS, width=24, input_dim=2))
    trained = direct_method.train(ERF, params, jnp.asarray(X), jnp.asarray(Y), 0.1, 50)
    by_hand = params
    for _ in range(50):
        network = oracles.TwoHiddenLayers(oracles.erf(3.0), by_hand, **PLAIN)
        step = network.gradient_step(X, Y, oracles.erf_derivative(0.8), 0.1)
        by_hand = [tuple(step[i : i + 2]) for i in (0, 2, 4)]
    for ours, theirs in zip(leaves(trained), leaves(by_hand), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-11, atol=1e-11)  # 50 steps of float64


@pytest.mark.parametrize("arch", [ERF, SIGN])
def test_training_fits_the_targets(arch):
    run = sgntk.train_ensemble(arch, KEYS, X[:3], Y[:3], width=200, learning_rate=0.5, steps=2000)
    assert np.mean((run.records[0] - Y[:3]) ** 2) < 0.01 * np.mean(Y[:3] ** 2)


def test_wide_networks_follow_the_prediction_at_a_finite_time():
    arch = sgntk.Architecture(sgntk.Erf(1.0), ErfDerivative(0.5), 1, sigma_w=1.2, sigma_b=0.3)
    x, y, networks, width = X[:3], Y[:3], 400, 512
    run = sgntk.train_ensemble(
        arch, sgntk.split_keys(11, networks), x, y, width=width, learning_rate=0.1, steps=50, vectorize=20
    )
    outputs = run.records[0].astype(np.float64)
    post = sgntk.predict(arch, x, y, x, steps=50, learning_rate=0.1)
    error = outputs.std(axis=0) / np.sqrt(networks)
    # Monte Carlo, four standard errors; and a correction of order 1/width to the infinite-width limit.
    assert np.all(np.abs(outputs.mean(axis=0) - post.mean) < 4 * error + 4 / width)
    # The relative standard error of a standard deviation is 1/sqrt(2 networks).
    np.testing.assert_allclose(outputs.std(axis=0), post.std, rtol=4 / np.sqrt(2 * networks) + 4 / width)
    # The test sees training: the start, and convergence, are far away.
    for other in (0, 10_000):
        far = sgntk.predict(arch, x, y, x, steps=other, learning_rate=0.1)
        assert np.any(np.abs(outputs.mean(axis=0) - far.mean) > 8 * error)


# --- batching ---


@pytest.mark.usefixtures("optimized")
@pytest.mark.parametrize(
    ("arch", "method"),
    [
        (ERF, "direct"),
        (SIGN, "incremental"),
        pytest.param(ERF, "delayed", marks=pytest.mark.slow),
        pytest.param(SIGN, "direct", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("cuts", [(0, 1, 5), pytest.param((0, 2, 4, 5), marks=pytest.mark.slow)])
def test_result_does_not_depend_on_how_keys_are_batched(arch, method, cuts):
    run = partial(train, arch, x=X, y=Y, steps=32, record_at=[0, 16, 32], method=method)
    whole = run(keys=KEYS)
    parts = [run(keys=KEYS[first:last]) for first, last in pairwise(cuts)]
    np.testing.assert_array_equal(whole.records, np.concatenate([part.records for part in parts], axis=1))
    assert_same_bytes(whole.params, jax.tree.map(lambda *leaf: np.concatenate(leaf), *(part.params for part in parts)))


@pytest.mark.parametrize(("arch", "method"), [(ERF, "direct"), (ERF, "delayed"), (SIGN, "incremental")])
@pytest.mark.parametrize("vectorize", [2, 8])
def test_vectorizing_changes_nothing_but_rounding(arch, method, vectorize):
    run = partial(train, arch, KEYS, X, Y, steps=32, method=method)
    np.testing.assert_allclose(run(vectorize=vectorize).records, run().records, rtol=0, atol=1e-5)


@pytest.mark.slow
def test_several_devices_make_the_same_networks_as_one():
    # JAX takes the number of devices when it starts: hence a process of its own.
    environment = {**os.environ, "XLA_FLAGS": f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=4"}
    script = Path(__file__).with_name("several_devices.py")
    run = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_networks_differ():
    records = train(ERF, KEYS, X, Y, steps=5).records[0]
    assert np.min(np.abs(records[1:] - records[:1]).max(axis=1)) > 0.01


# --- records ---


def test_records_at_the_steps_asked_for():
    run = train(ERF, KEYS, X, Y, steps=20, record_at=[0, 7, 20])
    assert run.recorded_steps == (0, 7, 20)
    assert run.records.shape == (3, 5, 6)
    for index, steps in enumerate(run.recorded_steps):
        alone = train(ERF, KEYS, X, Y, steps=steps)
        assert alone.recorded_steps == (steps,)
        # The compiler may order the operations of a loop of another length otherwise.
        np.testing.assert_allclose(run.records[index], alone.records[0], rtol=0, atol=1e-5)
    final = [jax.tree.map(lambda leaf, index=network: leaf[index], run.params) for network in range(len(KEYS))]
    outputs = [sgntk.apply(ERF, params, X.astype(np.float32))[:, 0] for params in final]
    np.testing.assert_allclose(run.records[-1], outputs, atol=1e-6)


def test_record_may_be_anything_traceable():
    record = lambda params: {"norm": jnp.sum(params[1].weight ** 2)}["norm"]  # noqa: E731
    run = train(ERF, KEYS, X, Y, steps=3, record=record, record_at=[0, 3])
    assert run.records.shape == (2, 5)
    start = init_ensemble(ERF, KEYS, width=24, input_dim=2)
    np.testing.assert_allclose(run.records[0], jnp.sum(start[1].weight ** 2, axis=(1, 2)), rtol=1e-5)


def test_no_steps():
    run = train(SIGN, KEYS, X, Y, steps=0)
    assert_same_bytes(run.params, init_ensemble(SIGN, KEYS, width=24, input_dim=2))
    assert run.recorded_steps == (0,)


def test_progress_is_told_about_every_thousand_steps():
    seen = []
    train(ERF, KEYS[:1], X, Y, steps=2500, record_at=[0, 1500, 2500], progress=seen.append)
    assert seen == [1000, 1500, 2000, 2500]


def test_float32_throughout():
    run = train(ERF, KEYS, X, Y, steps=2)
    assert run.records.dtype == np.float32
    assert {leaf.dtype for leaf in leaves(run.params)} == {np.dtype(np.float32)}


# --- precision ---


@pytest.mark.parametrize("chosen", [None, "tensorfloat32"])
def test_products_are_float32_on_every_device_unless_chosen_otherwise(chosen):
    seen = []

    def record(params):  # what holds while it is traced holds for its products, and for those of training
        seen.append(jax.config.jax_default_matmul_precision)
        return params[0].bias

    with jax.default_matmul_precision(chosen):
        train(ERF, KEYS, X, Y, steps=1, record=record)
        assert jax.config.jax_default_matmul_precision == chosen
    assert seen == [chosen or "float32"]


# --- divergence ---


@pytest.mark.parametrize(("arch", "method"), [(ERF, "direct"), (ERF, "delayed"), (SIGN, "incremental")])
def test_divergence(arch, method):
    message = r"^train_ensemble: network 0 of 5 failed by step \d+ at learning rate 1e\+06; .*smaller learning rate$"
    with pytest.raises(TrainingError, match=message):
        train(arch, KEYS, X, Y, learning_rate=1e6, steps=2000, method=method)


def test_a_loss_above_the_bound():
    run = partial(train, ERF, KEYS, X, Y, steps=1)
    outputs = run().records[0]
    losses = 0.5 * np.mean((outputs - Y) ** 2, axis=1)
    worst = int(np.argmax(losses))
    run(largest_loss=1.001 * losses[worst])
    message = (
        rf"^train_ensemble: network {worst} of 5 failed by step 1 at learning rate 0\.1; its loss is \S+, expected"
    )
    with pytest.raises(TrainingError, match=message) as caught:
        run(largest_loss=0.999 * losses[worst])
    assert (caught.value.network, caught.value.step) == (worst, 1)


def test_a_loss_is_looked_at_every_thousand_steps():
    with pytest.raises(TrainingError, match="failed by step 1000 at"):
        train(ERF, KEYS, X, Y, steps=3000, largest_loss=1e-12)


def test_divergence_names_the_network():
    # At the edge of stability some networks diverge and others do not; alone, each does as it does in a batch.
    keys = sgntk.split_keys(8, 12)
    run = partial(sgntk.train_ensemble, SIGN, x=X, y=Y, width=24, learning_rate=4.5, steps=3000)
    survivors, diverging = [], []
    for key in np.asarray(keys):
        try:
            run(key[None])
        except TrainingError:
            diverging.append(key)
        else:
            survivors.append(key)
    with pytest.raises(TrainingError, match=r"network 2 of 3 failed by step \d000 at learning rate 4.5;"):
        run(np.stack([*survivors[:2], diverging[0]]))


@pytest.mark.parametrize("activation", [sgntk.Erf(3.0), sgntk.Sign()])
def test_no_run_ends_with_parameters_that_are_not_finite(activation):
    arch = sgntk.Architecture(activation, StraightThrough())
    # Straight through, the middle layer's gradient grows with the square of the readout weights, and overflows first.
    for steps in range(1, 60):
        try:
            run = sgntk.train_ensemble(
                arch, KEYS, X, Y, width=24, learning_rate=30.0, steps=steps, record_at=range(steps + 1)
            )
        except TrainingError:
            break
        assert all(np.all(np.isfinite(leaf)) for leaf in leaves(run.params)), f"after {steps} steps"
        assert np.all(np.isfinite(run.records)), f"after {steps} steps"
    else:
        pytest.fail("the learning rate was too small for this test")


# --- other models, losses, optimizers, and batches ---

LABELS = np.array([0, 1, 2, 0, 1, 2])
LAYERS = [sgntk.Layer(2.0, 1.5), sgntk.Layer(activation=sgntk.Heaviside(0.2), surrogate=SuperSpike(3.0))]
MIXED = sgntk.Architecture(sgntk.Sign(), ErfDerivative(0.8), LAYERS, **PLAIN)


def gradient_step(loss, y, params, x=X, rate=0.1):
    """Of every network, by automatic differentiation of `apply`."""
    gradient = jax.vmap(jax.grad(lambda p: loss(sgntk.apply(MIXED, p, jnp.asarray(x, jnp.float32)), y)))(params)
    return jax.tree.map(lambda value, change: value - rate * change, params, gradient)


def assert_close(ours, theirs):
    for one, other in zip(leaves(ours), leaves(theirs), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=2e-6)  # float32, weights of order 1


def squared(outputs, y):
    return 0.5 * jnp.mean(jnp.sum((outputs - y) ** 2, axis=1))


def entropy(outputs, y):
    return -jnp.mean(jax.nn.log_softmax(outputs)[jnp.arange(len(y)), y])


@pytest.mark.parametrize(
    ("loss", "by_hand", "y"),
    [
        ("squared_error", squared, np.stack([Y, -Y, 2 * Y], axis=1).astype(np.float32)),
        ("cross_entropy", entropy, LABELS),
        (entropy, entropy, LABELS),
    ],
    ids=["squared_error", "cross_entropy", "own"],
)
def test_a_step_of_any_loss_with_several_outputs(loss, by_hand, y):
    start = init_ensemble(MIXED, KEYS, width=24, input_dim=2, outputs=3)
    run = train(MIXED, KEYS, X, y, steps=1, loss=loss, outputs=3)
    assert run.records.shape == (1, 5, 6, 3)
    assert_close(run.params, gradient_step(by_hand, y, start))


def test_an_optimizer_that_is_plain_gradient_descent():
    plain = train(MIXED, KEYS, X, Y, steps=20)
    by_optax = sgntk.train_ensemble(MIXED, KEYS, X, Y, width=24, steps=20, optimizer=optax.sgd(0.1))
    assert_close(by_optax.params, plain.params)


def test_going_on_from_a_run_equals_one_run():
    run = partial(sgntk.train_ensemble, MIXED, x=X, y=Y, width=24, optimizer=optax.sgd(0.05, momentum=0.9))
    whole, half = (run(keys=KEYS, steps=steps) for steps in (20, 10))
    rest = run(keys=None, steps=10, params=half.params, optimizer_state=half.optimizer_state)
    assert_same_bytes(rest.params, whole.params)
    assert_same_bytes(rest.optimizer_state, whole.optimizer_state)
    again = run(keys=KEYS, steps=10)  # training on has left alone what it was given
    assert_same_bytes(half.params, again.params)
    assert_same_bytes(half.optimizer_state, again.optimizer_state)


def test_an_epoch_takes_every_point_once_and_leaves_out_the_rest():
    seen = []

    def loss(outputs, y):
        jax.debug.callback(lambda batch: seen.append(tuple(np.asarray(batch))), y, ordered=True)
        return jnp.mean(outputs**2)

    y, run = np.arange(6.0), partial(train, ERF, KEYS[:1], X, loss=loss, batch_size=2, record=lambda _: jnp.zeros(1))
    run(y, steps=6, batch_key=jax.random.key(1))
    first, second = (sorted(sum(seen[epoch : epoch + 3], ())) for epoch in (0, 3))
    assert first == second == [*range(6)]
    assert seen[:3] != seen[3:6]


@pytest.mark.parametrize("vectorize", [1, 5])
def test_a_step_on_a_batch(vectorize):
    key = jax.random.key(3)
    order = np.asarray(jax.random.permutation(jax.random.fold_in(key, 0), 6))
    expected = init_ensemble(MIXED, KEYS, width=24, input_dim=2, outputs=3)
    for batch in (order[:2], order[2:4]):
        expected = gradient_step(entropy, LABELS[batch], expected, X[batch])
    run = train(MIXED, KEYS, X, LABELS, steps=2, loss="cross_entropy", batch_size=2, batch_key=key, vectorize=vectorize)
    assert_close(run.params, expected)


OWN_MODEL = sgntk.Model(
    init=lambda key, x: {"params": sgntk.init(MIXED, key, width=24, input_dim=x.shape[1]), "activation": jnp.sign},
    apply=lambda tree, x: sgntk.apply(MIXED, tree["params"], x),
)


def test_a_model_of_ones_own_that_holds_functions():
    run = partial(sgntk.train_ensemble, x=X, y=Y, learning_rate=0.1, steps=20)
    ours, own = run(MIXED, KEYS, width=24), run(OWN_MODEL, KEYS)
    assert own.params["activation"] is jnp.sign
    assert_close(own.params["params"], ours.params)
    np.testing.assert_allclose(own.records, ours.records, atol=1e-5)  # float32
    recorded = run(OWN_MODEL, KEYS, record=lambda tree: tree["activation"](tree["params"][0].bias))
    np.testing.assert_array_equal(recorded.records[0], np.sign(own.params["params"][0].bias))


def test_a_module_of_equinox():
    equinox = pytest.importorskip("equinox")
    spike = sgntk.with_surrogate(sgntk.Heaviside(), ErfDerivative(1.0))
    model = sgntk.Model(
        init=lambda key, x: equinox.nn.MLP(x.shape[1], 3, 32, 2, spike, key=key),
        apply=lambda module, x: jax.vmap(module)(x),
    )
    settings = {"loss": "cross_entropy", "optimizer": optax.sgd(0.3, momentum=0.9), "steps": 200}
    run = sgntk.train_ensemble(model, KEYS, X, LABELS, **settings)
    assert isinstance(run.params, equinox.nn.MLP)
    assert np.mean(run.records[0].argmax(-1) == LABELS) > 0.9


@pytest.mark.usefixtures("annotations_unchecked")
def test_what_is_no_model():
    with pytest.raises(TypeError, match=r"^train_ensemble: model must be an Architecture, or have init\(key, x\) and "):
        train(len, KEYS, X, Y, steps=1)


def test_width_is_for_an_architecture():
    with pytest.raises(ValueError, match=r"^train_ensemble: width is for an Architecture; Model has its own$"):
        train(OWN_MODEL, KEYS, X, Y, steps=1)


def test_labels_are_checked():
    with pytest.raises(ValueError, match=r"^train_ensemble: cross_entropy needs at least two outputs, and y "):
        train(ERF, KEYS, X, Y, steps=1, loss="cross_entropy", outputs=2)


def test_a_second_equal_call_compiles_nothing():
    run = partial(train, ERF, KEYS, X, Y, method="direct")
    run(steps=7, record_at=[3, 7])
    before = [function._cache_size() for function in (training._advance, training._losses, training._record)]
    run(steps=50, record_at=[0, 11, 50])
    assert [f._cache_size() for f in (training._advance, training._losses, training._record)] == before


def test_the_representation_of_a_run_is_short():
    run = train(ERF, KEYS, X, Y, steps=3)
    assert repr(run) == "EnsembleRun(5 networks, recorded_steps=(3,), records (1, 5, 6))"


# --- under transformations ---


@pytest.mark.usefixtures("x64")
def test_training_under_jit_vmap_and_grad():
    arch = sgntk.Architecture(sgntk.Erf(1.5), None, 1, **PLAIN)  # a surrogate would be what jax.grad goes through, too

    def outputs(learning_rate, y=Y):
        run = sgntk.train_ensemble(
            arch, KEYS[:2], X, y, width=8, learning_rate=learning_rate, steps=9, record_at=[4, 9], dtype=jnp.float64
        )
        return run.records

    plain = outputs(0.1)
    np.testing.assert_allclose(jax.jit(outputs)(0.1), plain, rtol=1e-12)  # float64, nine steps
    np.testing.assert_allclose(jax.vmap(outputs)(jnp.asarray([0.1, 0.2])), [plain, outputs(0.2)], rtol=1e-12)
    slope = jax.grad(lambda rate: jnp.sum(outputs(rate)))(0.1)
    difference = np.sum(outputs(0.1 + 1e-5) - outputs(0.1 - 1e-5)) / 2e-5
    assert float(slope) == pytest.approx(difference, rel=1e-7)  # h^2 times a third derivative
    whole = jax.jit(lambda rate: sgntk.train_ensemble(arch, KEYS, X, Y, width=8, learning_rate=rate, steps=2))(0.1)
    assert whole.recorded_steps == (2,)


# --- errors ---


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": X[0]}, "train_ensemble: x must have shape (points, dimension); got (2,)"),
        (
            {"x": np.where(np.arange(12).reshape(6, 2) == 4, np.nan, X)},
            "train_ensemble: x must be finite; got nan at index (2, 0)",
        ),
        ({"y": Y[:4]}, "train_ensemble: y must have shape (6,) or (6, outputs), a target a point; got (4,)"),
        ({"y": np.full(6, np.inf)}, "train_ensemble: y must be finite; got inf at index (0,)"),
        ({"learning_rate": 0.0}, "train_ensemble: learning_rate must be a finite number > 0; got 0.0"),
        ({"learning_rate": np.nan}, "train_ensemble: learning_rate must be a finite number > 0; got nan"),
        ({"steps": -1}, "train_ensemble: steps must be a whole number >= 0; got -1"),
        ({"steps": 1.0}, "train_ensemble: steps must be a whole number >= 0; got 1.0"),
        ({"vectorize": 0}, "train_ensemble: vectorize must be a whole number >= 1; got 0"),
        ({"largest_loss": 0.0}, "train_ensemble: largest_loss must be a finite number > 0; got 0.0"),
        (
            {"devices": []},
            "train_ensemble: devices must be different ones that share the networks equally; got [] for 5 networks",
        ),
        (
            {"devices": [jax.devices()[0]] * 5},
            "train_ensemble: devices must be different ones that share the networks equally; "
            f"got {[jax.devices()[0]] * 5} for 5 networks",
        ),
        ({"width": 0}, "train_ensemble: width must be a whole number >= 1; got 0"),
        ({"width": None}, "train_ensemble: width must be a whole number >= 1; got None"),
        ({"outputs": 2}, "train_ensemble: y must have a target for each of 2 outputs; got shape (6,)"),
        (
            {"loss": "hinge"},
            "train_ensemble: loss must be a function, or one of squared_error, cross_entropy; got 'hinge'",
        ),
        ({"learning_rate": None}, "train_ensemble: give a learning_rate, or an optimizer, which has its own"),
        (
            {"optimizer": optax.adam(0.1)},
            "train_ensemble: optimizer must have init and update, as those of optax have, and comes without a "
            "learning_rate; got GradientTransformationExtraArgs and learning_rate 0.1",
        ),
        ({"batch_size": 2}, "train_ensemble: give batch_size and batch_key together, or neither"),
        (
            {"batch_size": 7, "batch_key": KEYS[0]},
            "train_ensemble: batch_size must be at most the 6 points; got 7",
        ),
        ({"keys": None}, "train_ensemble: give either keys, to draw networks, or params, to go on with these"),
        (
            {"keys": None, "params": {"weight": jnp.zeros(())}},
            "train_ensemble: params must have arrays, all with a leading axis of one size, the networks",
        ),
        (
            {"method": "delayed", "y": np.ones((6, 2))},
            "train_ensemble: method 'delayed' cannot train but an Architecture of one output by plain gradient descent "
            "on the squared error of all points; use None for the fastest that can",
        ),
        ({"record_at": []}, "train_ensemble: record_at must be ascending steps within [0, 3]; got []"),
        ({"record_at": [0, 4]}, "train_ensemble: record_at must be ascending steps within [0, 3]; got [0, 4]"),
        ({"record_at": [-1, 3]}, "train_ensemble: record_at must be ascending steps within [0, 3]; got [-1, 3]"),
        ({"record_at": [2, 2]}, "train_ensemble: record_at must be ascending steps within [0, 3]; got [2, 2]"),
        ({"record_at": [3, 1]}, "train_ensemble: record_at must be ascending steps within [0, 3]; got [3, 1]"),
    ],
)
@pytest.mark.usefixtures("annotations_unchecked")
def test_bad_arguments(arguments, message):
    right = {"keys": KEYS, "x": X, "y": Y, "steps": 3}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        train(ERF, **{**right, **arguments})


def test_keys_of_wrong_shape():
    with pytest.raises(ValueError, match=r"keys must be uint32 of shape \(networks, 2\).*got uint32 of shape \(2,\)$"):
        train(ERF, KEYS[0], X, Y, steps=3)


def test_sign_without_a_surrogate():
    with pytest.raises(ValueError, match="give the Architecture a surrogate"):
        train(sgntk.Architecture(sgntk.Sign()), KEYS, X, Y, steps=3)


@pytest.mark.parametrize(("activation", "hidden_layers"), [(sgntk.Erf(3.0), 2), (sgntk.Sign(), 1), (sgntk.Sign(), 3)])
def test_shortcut_where_it_does_not_apply(activation, hidden_layers):
    arch = sgntk.Architecture(activation, StraightThrough(), hidden_layers)
    with pytest.raises(ValueError, match=r"^train_ensemble: method 'incremental' cannot train "):
        train(arch, KEYS, X, Y, steps=3, method="incremental")
