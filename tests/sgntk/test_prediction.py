"""Predictions against explicit gradient descent, Gaussian process regression, and their limits."""

import dataclasses
import re
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk
from sgntk.dynamics import DivergenceWarning
from sgntk.prediction import ConditionWarning
from sgntk.surrogates import Box, ErfDerivative

ERF = sgntk.Architecture(sgntk.Erf(2.0), ErfDerivative(0.7), sigma_w=1.1, sigma_b=0.3)
SIGN = dataclasses.replace(ERF, activation=sgntk.Sign())
RNG = np.random.default_rng(6)
# Unequal norms, so that the surrogate-gradient kernel is not symmetric.
X = RNG.normal(size=(6, 2)) * np.linspace(0.5, 2, 6)[:, None]
Y = RNG.normal(size=6)
X_TEST = RNG.normal(size=(4, 2))
KERNELS = {"nngp": sgntk.nngp, "ntk": sgntk.ntk, "sg_ntk": sgntk.sg_ntk}


def train_linearized(arch, kernel, rate, steps):
    """Gradient descent of the linearized network, step by step: mean and covariance of the outputs at X_TEST and X.

    The outputs f at all points start from N(0, S). A step takes `rate I(., X) (f(X) - y)` from them, which is linear:
    f <- A f + b, so the mean goes to A mean + b and the covariance to A cov A^T.
    """
    points = np.concatenate([X_TEST, X])
    mean, cov = np.zeros(len(points)), sgntk.nngp(arch, points)
    to_training = KERNELS[kernel](arch, points, X)
    select = np.eye(len(points))[len(X_TEST) :]
    step = np.eye(len(points)) - rate * to_training @ select
    for _ in range(steps):
        mean, cov = step @ mean + rate * to_training @ Y, step @ cov @ step.T
    return mean[: len(X_TEST)], cov[: len(X_TEST), : len(X_TEST)]


@pytest.mark.parametrize("steps", [0, 1, 2, 7, 100, 1000])
@pytest.mark.parametrize(
    ("arch", "kernel"), [(ERF, "nngp"), (ERF, "ntk"), (ERF, "sg_ntk"), (SIGN, "sg_ntk"), (SIGN, "nngp")]
)
def test_finite_time_against_a_loop_of_linear_steps(arch, kernel, steps):
    post = sgntk.predict(arch, X, Y, X_TEST, kernel=kernel, steps=steps, learning_rate=0.1)
    mean, cov = train_linearized(arch, kernel, 0.1 / len(X), steps)
    # Float64; a thousand steps add their rounding up.
    np.testing.assert_allclose(post.mean, mean, rtol=0, atol=1e-11)
    np.testing.assert_allclose(post.cov, cov, rtol=0, atol=1e-11)
    assert post.mean.dtype == post.cov.dtype == np.float64


def test_the_kernel_tested_is_not_symmetric():
    kernel = sgntk.sg_ntk(SIGN, X)
    assert np.max(np.abs(kernel / kernel.T - 1)) > 0.1


@pytest.mark.parametrize(
    ("arch", "kernel"), [(ERF, "nngp"), (ERF, "ntk"), (ERF, "sg_ntk"), (SIGN, "sg_ntk"), (SIGN, "nngp")]
)
def test_many_steps_reach_convergence(arch, kernel):
    converged = sgntk.predict(arch, X, Y, X_TEST, kernel=kernel)
    late = sgntk.predict(arch, X, Y, X_TEST, kernel=kernel, steps=10**9, learning_rate=0.1)
    # The smallest eigenvalue, above 1e-3, has long converged; the condition number, up to 1e4, amplifies rounding.
    np.testing.assert_allclose(late.mean, converged.mean, rtol=0, atol=1e-9)
    np.testing.assert_allclose(late.cov, converged.cov, rtol=0, atol=1e-9)


@pytest.mark.parametrize("kernel", ["ntk", "sg_ntk"])
def test_convergence_against_the_equations(kernel):
    S, K = partial(sgntk.nngp, ERF), partial(KERNELS[kernel], ERF)
    Z = np.linalg.inv(K(X).T) @ K(X_TEST, X).T
    cov = S(X_TEST) - S(X_TEST, X) @ Z - Z.T @ S(X, X_TEST) + Z.T @ S(X) @ Z
    post = sgntk.predict(ERF, X, Y, X_TEST, kernel=kernel)
    np.testing.assert_allclose(post.mean, Z.T @ Y, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(post.cov, cov, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(post.std, np.sqrt(np.diag(cov)), rtol=1e-6)


@pytest.mark.parametrize("arch", [ERF, SIGN, sgntk.Architecture(sgntk.Sign(), sigma_b=0.1)])
def test_nngp_is_gaussian_process_regression(arch):
    S = partial(sgntk.nngp, arch)
    post = sgntk.predict(arch, X, Y, X_TEST, kernel="nngp")
    np.testing.assert_allclose(post.mean, S(X_TEST, X) @ np.linalg.solve(S(X), Y), rtol=1e-9, atol=1e-9)
    cov = S(X_TEST) - S(X_TEST, X) @ np.linalg.solve(S(X), S(X, X_TEST))
    np.testing.assert_allclose(post.cov, cov, rtol=0, atol=1e-9)


@pytest.mark.parametrize("kernel", ["nngp", "ntk", "sg_ntk"])
def test_training_points_are_met_exactly(kernel):
    post = sgntk.predict(ERF, X, Y, X, kernel=kernel)
    np.testing.assert_allclose(post.mean, Y, rtol=0, atol=1e-9)
    np.testing.assert_allclose(post.std, 0, atol=1e-5)  # the square root of rounding


def test_before_training_the_prediction_is_the_prior():
    post = sgntk.predict(SIGN, X, Y, X_TEST, steps=0, learning_rate=0.1)
    np.testing.assert_array_equal(post.mean, 0)
    np.testing.assert_array_equal(post.cov, sgntk.nngp(SIGN, X_TEST))


def test_output_scale_shrinks_the_band_and_leaves_the_mean():
    one, scaled = (sgntk.predict(dataclasses.replace(SIGN, output_scale=kappa), X, Y, X_TEST) for kappa in (1.0, 0.2))
    np.testing.assert_allclose(scaled.mean, one.mean, rtol=1e-9)
    np.testing.assert_allclose(scaled.std, 0.2 * one.std, rtol=1e-7)


def test_rounding_below_0_counts_as_0():
    post = sgntk.prediction.Posterior(np.zeros(2), np.array([-1e-18, 4.0]))
    np.testing.assert_array_equal(post.std, [0, 2])


def test_any_array_will_do():
    post = sgntk.predict(ERF, X, Y, X_TEST)
    other = sgntk.predict(ERF, jnp.asarray(X, jnp.float32), jnp.asarray(Y, jnp.float32), X_TEST.astype(np.float32))
    np.testing.assert_allclose(other.mean, post.mean, rtol=0, atol=1e-4)  # inputs rounded to float32
    assert other.mean.dtype == np.float64


# --- several outputs, ridge, a given start, parts of it ---

TIMES = [{}, {"steps": 50, "learning_rate": 0.1}]
each_time = pytest.mark.parametrize("time", TIMES, ids=["converged", "finite"])


@each_time
def test_outputs_are_learned_apart(time):
    y = np.stack([Y, -2 * Y**2], axis=1)
    both = sgntk.predict(SIGN, X, y, X_TEST, **time)
    for output in range(2):
        one = sgntk.predict(SIGN, X, y[:, output], X_TEST, **time)
        np.testing.assert_allclose(both.mean[:, output], one.mean, rtol=1e-12)
        np.testing.assert_allclose(both.cov, one.cov, rtol=1e-12)


@each_time
@pytest.mark.parametrize("ridge", [0.0, 0.1])
def test_parts_equal_the_whole(time, ridge):
    whole = sgntk.predict(SIGN, X, Y, X_TEST, ridge=ridge, **time)
    mean, std = (sgntk.predict(SIGN, X, Y, X_TEST, ridge=ridge, compute=part, **time) for part in ("mean", "std"))
    # Other orders of summation, and a condition number of 1e3.
    np.testing.assert_allclose(mean.mean, whole.mean, rtol=1e-10)
    np.testing.assert_allclose(std.mean, whole.mean, rtol=1e-10)
    np.testing.assert_allclose(std.std, whole.std, rtol=1e-8)
    assert (mean.cov, std.cov, mean.variance) == (None, None, None)
    with pytest.raises(ValueError, match=r"^std: it was not asked for"):
        _ = mean.std


@each_time
def test_one_network_from_its_start(time):
    rng = np.random.default_rng(2)
    starts = rng.multivariate_normal(np.zeros(10), sgntk.nngp(ERF, np.concatenate([X, X_TEST])), 2000)
    post = sgntk.predict(ERF, X, Y, X_TEST, **time)
    ends = np.stack([sgntk.predict(ERF, X, Y, X_TEST, f0=(f[:6], f[6:]), **time).mean for f in starts[:200]])
    single = sgntk.predict(ERF, X, Y, X_TEST, f0=(starts[0, :6], starts[0, 6:]), **time)
    assert (single.variance, single.cov) == (None, None)
    # Over random starts: four standard errors of 200 draws.
    assert np.all(np.abs(ends.mean(axis=0) - post.mean) < 4 * post.std / np.sqrt(200))
    np.testing.assert_allclose(ends.std(axis=0), post.std, rtol=4 / np.sqrt(400))


def test_ridge_is_noise_in_gaussian_process_regression():
    S, ridge = partial(sgntk.nngp, ERF), 0.3
    post = sgntk.predict(ERF, X, Y, X_TEST, kernel="nngp", ridge=ridge)
    np.testing.assert_allclose(post.mean, S(X_TEST, X) @ np.linalg.solve(S(X) + ridge * np.eye(6), Y), rtol=1e-10)


def test_ridge_is_what_weight_decay_towards_the_start_reaches():
    late = sgntk.predict(SIGN, X, Y, X_TEST, ridge=0.2, steps=10**6, learning_rate=0.1)
    converged = sgntk.predict(SIGN, X, Y, X_TEST, ridge=0.2)
    np.testing.assert_allclose(late.mean, converged.mean, rtol=1e-10)
    np.testing.assert_allclose(late.cov, converged.cov, rtol=0, atol=1e-10)


def test_a_ridge_makes_equal_training_points_learnable():
    x, y = np.concatenate([X, X]), np.concatenate([Y, Y + 1])
    post = sgntk.predict(ERF, x, y, X_TEST, ridge=2e-3)
    # Two equal points with errors of their own count as their mean, with half the ridge.
    one = sgntk.predict(ERF, X, Y + 0.5, X_TEST, ridge=1e-3)
    np.testing.assert_allclose(post.mean, one.mean, rtol=1e-8)


def test_no_eigenvalues_where_the_symmetric_part_says_enough(monkeypatch):
    monkeypatch.setattr(sgntk.prediction, "spectrum_of", None)
    sgntk.predict(ERF, X, Y, X_TEST)
    sgntk.predict(ERF, X, Y, X_TEST, steps=10, learning_rate=0.1)


def test_nearly_equal_training_points_warn():
    x = np.concatenate([X, X[:1] + 1e-6])
    with pytest.warns(
        ConditionWarning, match=r"^predict: the kernel matrix of the 7 training points is nearly singular"
    ):
        sgntk.predict(ERF, x, np.arange(7.0), X_TEST)


# --- under transformations ---


@pytest.mark.usefixtures("x64")
@each_time
@pytest.mark.parametrize("compute", ["mean", "std", "cov"])
def test_predictions_under_jit_vmap_and_grad(time, compute):
    x, y, x_test = (jnp.asarray(array) for array in (X, Y, X_TEST))
    run = partial(sgntk.predict, SIGN, ridge=0.1, compute=compute, **time)
    plain, jitted = run(X, Y, X_TEST), jax.jit(run)(x, y, x_test)
    for one, other in zip(jax.tree.leaves(jitted), jax.tree.leaves(plain), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-11)
    shifted = jax.vmap(lambda shift: run(x, y + shift, x_test).mean)(jnp.asarray([0.0, 1.0]))
    np.testing.assert_allclose(shifted[1], run(X, Y + 1, X_TEST).mean, rtol=1e-9)


@pytest.mark.usefixtures("x64")
def test_gradient_of_a_prediction_by_ridge_and_sigma_w():
    @jax.jit
    def total(sigma_w, ridge):
        arch = dataclasses.replace(SIGN, sigma_w=sigma_w)
        post = sgntk.predict(arch, jnp.asarray(X), jnp.asarray(Y), jnp.asarray(X_TEST), ridge=ridge)
        return jnp.sum(post.mean) + jnp.sum(post.std)

    slopes, h = jax.jit(jax.grad(total, argnums=(0, 1)))(1.1, 0.1), 1e-5
    differences = (
        (total(1.1 + h, 0.1) - total(1.1 - h, 0.1)) / (2 * h),
        (total(1.1, 0.1 + h) - total(1.1, 0.1 - h)) / (2 * h),
    )
    np.testing.assert_allclose(slopes, differences, rtol=1e-6)  # h^2 times a third derivative, and rounding


# --- errors ---


@pytest.mark.parametrize("kernel", ["nngp", "ntk", "sg_ntk"])
def test_equal_training_points(kernel):
    x = np.concatenate([X, X[:1]])
    with pytest.raises(ValueError, match=r"^predict: the kernel matrix of the 7 training points is singular .*equal"):
        sgntk.predict(ERF, x, np.arange(7.0), X_TEST, kernel=kernel)
    finite = sgntk.predict(ERF, x, np.arange(7.0), X_TEST, kernel=kernel, steps=100, learning_rate=0.1)
    assert np.all(np.isfinite(finite.cov))


# Eigenvalues 22.84, 1.019 and -0.130: learning diverges along the last one at every learning rate.
DIVERGING = sgntk.Architecture(sgntk.Sign(), Box(1.0), 1, sigma_w=1.0, sigma_b=1.0)
X_DIVERGING = np.array([[5.0], [7.0], [10.0]])


def test_no_prediction_for_convergence_where_learning_diverges():
    message = r"^predict: 1 of 3 eigenvalues .* the lowest being -0\.13 .* no convergence to predict"
    with pytest.raises(ValueError, match=message):
        sgntk.predict(DIVERGING, X_DIVERGING, np.ones(3), np.ones((1, 1)))


def test_prediction_at_a_finite_time_warns_where_learning_diverges():
    with pytest.warns(DivergenceWarning, match=r"^predict: 1 of 3 eigenvalues "):
        post = sgntk.predict(DIVERGING, X_DIVERGING, np.ones(3), np.ones((1, 1)), steps=10, learning_rate=0.1)
    assert np.all(np.isfinite(post.cov))


@pytest.mark.filterwarnings("ignore::sgntk.dynamics.DivergenceWarning")
def test_diverging_dynamics():
    with pytest.raises(ValueError, match=r"^predict: the dynamics diverge within 1000000 steps: .* is 1\.00433"):
        sgntk.predict(DIVERGING, X_DIVERGING, np.ones(3), np.ones((1, 1)), steps=10**6, learning_rate=0.1)


def test_learning_rate_too_large():
    with pytest.raises(
        ValueError, match=r"^predict: the dynamics diverge within 100000 steps: .* smaller learning rate"
    ):
        sgntk.predict(ERF, X, Y, X_TEST, steps=100_000, learning_rate=100.0)


@pytest.mark.filterwarnings("ignore::sgntk.dynamics.DivergenceWarning")
@pytest.mark.parametrize("exponent", [100, 150, 200, 250, 300])
def test_no_result_of_a_divergence_is_infinite(exponent):
    # At these steps the growth, 1.00433 a step, makes numbers that are finite, but whose squares are not all.
    steps = int(exponent * np.log(10) / np.log1p(0.1 / 3 * 0.13))
    try:
        post = sgntk.predict(DIVERGING, X_DIVERGING, np.ones(3), np.ones((1, 1)), steps=steps, learning_rate=0.1)
    except ValueError as error:
        assert re.match("predict: the dynamics diverge", str(error))  # noqa: PT017  (either is right)
    else:
        assert np.all(np.isfinite(post.mean))
        assert np.all(np.isfinite(post.cov))


# --- without a second matrix of N x N ---


@pytest.mark.parametrize("f0", [False, True])
@pytest.mark.parametrize("kernel", ["nngp", "sg_ntk"])
def test_a_kernel_that_is_not_in_memory_gives_the_same_mean(tmp_path, monkeypatch, kernel, f0):
    monkeypatch.setattr(sgntk.prediction, "TEST_POINTS", 3)  # so that the 4 test points are two blocks
    y = np.stack([Y, Y[::-1]], axis=1)
    arguments = {"kernel": kernel, "steps": 50, "learning_rate": 0.1, "ridge": 0.05, "compute": "mean"}
    if f0:
        arguments["f0"] = RNG.normal(size=(6, 2)), RNG.normal(size=(4, 2))
    on_disk = np.memmap(tmp_path / "kernel", np.float64, "w+", shape=(6, 6))
    post = sgntk.predict(SIGN, X, y, X_TEST, out=on_disk, **arguments)
    np.testing.assert_allclose(post.mean, sgntk.predict(SIGN, X, y, X_TEST, **arguments).mean, rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(on_disk, KERNELS[kernel](SIGN, X))
    assert post.variance is None


def test_rows_of_a_kernel_may_come_from_several_processes(tmp_path):
    """As docs/scaling.md has it: each opens the file and writes its rows."""
    np.memmap(tmp_path / "kernel", np.float64, "w+", shape=(6, 6))
    for rows in (slice(0, 4), slice(4, 6)):
        whole = np.memmap(tmp_path / "kernel", np.float64, "r+", shape=(6, 6))
        sgntk.sg_ntk(SIGN, X[rows], X, out=whole[rows])
    dynamics = np.memmap(tmp_path / "kernel", np.float64, "r", shape=(6, 6))
    coefficients = sgntk.prediction.coefficients_after(dynamics, Y, steps=30, learning_rate=0.1)
    mean, _ = train_linearized(SIGN, "sg_ntk", 0.1 / len(X), 30)
    np.testing.assert_allclose(sgntk.sg_ntk(SIGN, X_TEST, X) @ coefficients, mean, rtol=0, atol=1e-12)


def test_steps_that_diverge_are_an_error_there_too():
    with pytest.raises(ValueError, match=r"^predict: the dynamics diverge within 100000 steps\. Use a smaller"):
        sgntk.prediction.coefficients_after(sgntk.sg_ntk(ERF, X), Y, steps=100_000, learning_rate=100.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel": "gp"}, "predict: kernel must be one of nngp, ntk, sg_ntk; got 'gp'"),
        ({"steps": 3}, "predict: give steps and learning_rate together, or neither; got 3 and None"),
        ({"learning_rate": 0.1}, "predict: give steps and learning_rate together, or neither; got None and 0.1"),
        ({"steps": -1, "learning_rate": 0.1}, "predict: steps must be a whole number >= 0; got -1"),
        ({"steps": 1.5, "learning_rate": 0.1}, "predict: steps must be a whole number >= 0; got 1.5"),
        ({"steps": 1, "learning_rate": 0.0}, "predict: learning_rate must be a finite number > 0; got 0.0"),
        ({"x_train": X[0]}, "predict: x_train must have shape (points, dimension); got (2,)"),
        ({"y_train": Y[:5]}, "predict: y_train must have shape (6,) or (6, outputs), a target a point; got (5,)"),
        ({"compute": "var"}, "predict: compute must be one of mean, std, cov; got 'var'"),
        ({"ridge": -1.0}, "predict: ridge must be a finite number >= 0; got -1.0"),
        (
            {"out": np.empty((6, 6))},
            "predict: out is for compute='mean' after some steps; got compute='cov', steps=None",
        ),
        (
            {"out": np.empty((6, 5)), "compute": "mean", "steps": 1, "learning_rate": 0.1},
            "sg_ntk: out must be a NumPy array of float64 of shape (6, 6); got float64 of shape (6, 5)",
        ),
        (
            {"f0": (Y, Y)},
            "predict: f0 must have shapes (6,) and (4,), outputs at x_train and at x_test; got (6,) and (6,)",
        ),
        ({"y_train": np.where(np.arange(6) == 3, np.nan, Y)}, "predict: y_train must be finite; got nan at index (3,)"),
        ({"x_test": X_TEST[:, :1]}, "predict: x_test must have shape (points, 2); got (4, 1)"),
        ({"x_test": np.full((1, 2), np.nan)}, "predict: x_test must be finite; got nan at index (0, 0)"),
    ],
)
@pytest.mark.usefixtures("annotations_unchecked")
def test_bad_arguments(arguments, message):
    right = {"x_train": X, "y_train": Y, "x_test": X_TEST}
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        sgntk.predict(ERF, **{**right, **arguments})


def test_ntk_of_sign_explains_itself():
    with pytest.raises(ValueError, match=r"^ntk: the NTK of Sign\(\) is infinite on the diagonal"):
        sgntk.predict(SIGN, X, Y, X_TEST, kernel="ntk")
