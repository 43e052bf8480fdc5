"""Gaussian processes that wide networks follow after training: kernel regression with an asymmetric kernel."""

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
from jax.typing import ArrayLike
from jaxtyping import Array, Float64

from sgntk._blocks import block_starts
from sgntk._gaussian import Scalar, safe_sqrt
from sgntk._kernels import nngp, nngp_and
from sgntk._pytree import as_float, is_traced
from sgntk._spiking import AnyArchitecture
from sgntk._validation import check_count, check_positive, check_targets
from sgntk.dynamics import KERNELS, Spectrum, spectrum_of

__all__ = ["ConditionWarning", "Posterior", "coefficients_after", "converged_weights", "predict", "weights_after"]

LARGEST_CONDITION = 1e12
"""Condition number of a kernel matrix from which fewer than 4 digits of a prediction are sure."""

TEST_POINTS = 256
"""Test points that are looked at together where the kernel to all of them may not fit the memory."""

if TYPE_CHECKING:
    Numbers = np.ndarray  # what they are but under a transformation
else:
    Numbers = np.ndarray | Array


class ConditionWarning(UserWarning):
    """The kernel matrix of the training points is nearly singular: rounding costs most digits of the prediction."""


@dataclass(frozen=True)
class Posterior:
    """Distribution of the trained network's output at n test points; a pytree, too.

    Attributes:
        mean: shape (n,), or (n, k) for k outputs; float64.
        variance: of each output, shape (n,); None if it was not asked for.
        cov: covariance of each output, shape (n, n); None if it was not asked for. The outputs are independent.
    """

    mean: Numbers
    variance: Numbers | None = None
    cov: Numbers | None = None

    @property
    def std(self) -> Numbers:
        """Standard deviation, shape (n,); variances that rounding left below 0 count as 0.

        Raises:
            ValueError: if it was not asked for.
        """
        if self.variance is None:
            raise ValueError("std: it was not asked for; use predict(..., compute='std') or 'cov', and no f0")
        if isinstance(self.variance, jax.Array):
            return safe_sqrt(self.variance)
        return np.sqrt(np.maximum(self.variance, 0.0))


jax.tree_util.register_dataclass(Posterior, data_fields=["mean", "variance", "cov"], meta_fields=[])


def predict(
    arch: AnyArchitecture,
    x_train: ArrayLike,
    y_train: ArrayLike,
    x_test: ArrayLike,
    *,
    kernel: Literal["nngp", "ntk", "sg_ntk"] = "sg_ntk",
    steps: int | None = None,
    learning_rate: Scalar | None = None,
    ridge: Scalar = 0.0,
    f0: tuple[ArrayLike, ArrayLike] | None = None,
    compute: Literal["mean", "std", "cov"] = "cov",
    out: np.ndarray | None = None,
) -> Posterior:
    """Output of the infinitely wide network after learning from a random start (paper, section 3).

    With I the kernel of the learning dynamics, S the NNGP, X and y the training set:

        mean(x)    = Z(x)^T y                                         Z(x) = P^T I(x, X)^T
        cov(x, x') = S(x, x') - S(x, X) Z(x') - Z(x)^T S(X, x') + Z(x)^T S(X, X) Z(x')

    where `P = I(X, X)^-1` at convergence, and `P = I(X, X)^-1 (1 - (1 - eta/N I(X, X))^t)` after `t` steps of gradient
    descent with rate `eta` on `1/(2N) sum (f - y)^2`. As I need not be symmetric, an LU factorization solves at
    convergence, and the finite sum that P is at finite t is built by doubling, which needs neither an inverse nor
    eigenvalues. With `kernel="nngp"` the result at convergence is Gaussian process regression.

    Within `jax.jit`, `jax.vmap` or `jax.grad` it is traced, in the precision of the inputs, and looks at no values.

    Args:
        arch: the network.
        x_train: training inputs X, shape (N, d); (N, T, d) for a `SpikingArchitecture`.
        y_train: training targets y, shape (N,), or (N, k) for k outputs.
        x_test: test inputs, shape (n, d) or (n, T, d).
        kernel: the kernel of the learning dynamics.
        steps: gradient descent steps t; None for convergence.
        learning_rate: `eta`; given if and only if `steps` is.
        ridge: `r >= 0`, which adds `r` to the diagonal of I(X, X) in P: what learning reaches when the weights are also
            drawn back to where they started, by `r/(2N)` times their squared distance. With `kernel="nngp"` the mean is
            that of Gaussian process regression with noise of variance r.
        f0: outputs at the start of one network, at X and at the test points: `mean` is what that network has become,
            `f0(x) + Z(x)^T (y - f0(X))`, and has no variance. None for a random start.
        compute: "mean" alone, which solves for y only and needs no NNGP; "std", mean and variances; or "cov", all.
        out: for `compute="mean"` after some steps, where to write I(X, X): a float64 array of shape (N, N), for example
            a `numpy.memmap` for more training points than the memory has room for. Nothing else grows like N^2 then:
            the steps are taken one by one (`coefficients_after`), and the test points in blocks. No spectrum is
            computed, so that no warning comes of a mode that diverges.

    An asymmetric kernel matrix may have eigenvalues with a negative real part (`sgntk.dynamics.spectrum`). Then there
    is no convergence to predict: `steps=None` raises. The prediction at a finite time holds, as long as the growing
    mode is small, and comes with a warning.

    Raises:
        ValueError: if an argument has another shape or range; if the kernel matrix is singular, so that gradient
            descent converges to no unique function; if there is no convergence, and `steps` is None; or if the
            dynamics diverge beyond the range of float64 within `steps`.

    Warns:
        DivergenceWarning: if learning diverges along a mode, and `steps` is given.
        ConditionWarning: if the kernel matrix is nearly singular, and `steps` is None.
    """
    if kernel not in KERNELS:
        raise ValueError(f"predict: kernel must be one of {', '.join(KERNELS)}; got {kernel!r}")
    if compute not in ("mean", "std", "cov"):
        raise ValueError(f"predict: compute must be one of mean, std, cov; got {compute!r}")
    if (steps is None) != (learning_rate is None):
        raise ValueError(f"predict: give steps and learning_rate together, or neither; got {steps} and {learning_rate}")
    if steps is not None:
        check_count("predict", least=0, steps=steps)
        check_positive("predict", learning_rate=learning_rate)
    check_positive("predict", zero_allowed=True, ridge=ridge)
    if out is not None and (compute != "mean" or steps is None):
        raise ValueError(f"predict: out is for compute='mean' after some steps; got compute={compute!r}, steps={steps}")
    if is_traced(arch, x_train, y_train, x_test, learning_rate, ridge, f0):
        x_train, y_train, x_test = map(jnp.asarray, (x_train, y_train, x_test))
    else:
        x_train = arch.check_inputs("predict", "x_train", x_train)
        y_train = check_targets("predict", "y_train", y_train, len(x_train)).astype(np.float64)
        x_test = arch.check_inputs("predict", "x_test", x_test, *x_train.shape[1:])
    start: Any = 0.0, 0.0
    if f0 is not None:
        start = _check_start(f0, y_train, len(x_test))
    with np.errstate(over="ignore", invalid="ignore"):
        what = compute if f0 is None else "mean"
        if out is None:
            posterior = _posterior(arch, x_train, y_train - start[0], x_test, kernel, steps, learning_rate, ridge, what)
        else:
            dynamics = KERNELS[kernel](arch, x_train, out=out)
            time: Any = {"steps": steps, "learning_rate": learning_rate}
            coefficients = coefficients_after(dynamics, y_train - start[0], ridge=as_float(ridge), **time)
            posterior = Posterior(_mean_by_blocks(KERNELS[kernel], arch, x_test, x_train, coefficients))
        posterior = Posterior(start[1] + posterior.mean, posterior.variance, posterior.cov)
    if not is_traced(posterior) and not all(np.isfinite(part).all() for part in jax.tree.leaves(posterior)):
        raise ValueError(f"predict: the dynamics diverge beyond the range of float64 within {steps} steps")
    return posterior


def _posterior(
    arch: AnyArchitecture,
    x_train: Any,
    y_train: Any,
    x_test: Any,
    kernel: Literal["nngp", "ntk", "sg_ntk"],
    steps: int | None,
    learning_rate: Scalar | None,
    ridge: Scalar,
    compute: str,
) -> Posterior:
    """The equations, for arrays of NumPy or tracers."""
    if compute == "mean":
        dynamics, to_test = KERNELS[kernel](arch, x_train), KERNELS[kernel](arch, x_test, x_train)
        if steps is None:
            return Posterior(to_test @ _solve(dynamics, y_train, ridge))
        return Posterior(to_test @ (_learned_inverse(dynamics, learning_rate, steps, ridge) @ y_train))
    prior, dynamics = nngp_and(kernel, arch, x_train)
    prior_to_test, to_test = nngp_and(kernel, arch, x_test, x_train)
    if steps is None:
        weights = _solve(dynamics, to_test.T, ridge, transposed=True)
    else:
        weights = (to_test @ _learned_inverse(dynamics, learning_rate, steps, ridge)).T
    mean, learned = weights.T @ y_train, prior @ weights
    if compute == "std":
        own = _own_variances(arch, x_test)
        return Posterior(mean, own - 2 * (prior_to_test * weights.T).sum(1) + (weights * learned).sum(0))
    cross = prior_to_test @ weights
    cov = nngp(arch, x_test) - cross - cross.T + weights.T @ learned
    return Posterior(mean, cov.diagonal(), cov)


def _mean_by_blocks(kernel: Any, arch: AnyArchitecture, x_test: Any, x_train: Any, coefficients: Any) -> np.ndarray:
    """`I(x, X) a`, a few test points at a time."""
    size = min(len(x_test), TEST_POINTS)
    mean = np.empty((len(x_test), *coefficients.shape[1:]))
    for start in block_starts(len(x_test), size):
        mean[start : start + size] = kernel(arch, x_test[start : start + size], x_train) @ coefficients
    return mean


def _own_variances(arch: AnyArchitecture, x: Any) -> Any:
    """`S(x, x)` of each point, without the matrix of all pairs."""
    if is_traced(arch, x):
        return jax.vmap(lambda point: nngp(arch, point[None])[0, 0])(x)
    size = TEST_POINTS
    return np.concatenate([np.diag(nngp(arch, x[start : start + size])) for start in range(0, len(x), size)])


def _check_start(f0: tuple[ArrayLike, ArrayLike], y_train: Any, points: int) -> tuple[Any, Any]:
    arrays = [jnp.asarray(part) if is_traced(part) else np.asarray(part, np.float64) for part in f0]
    expected = y_train.shape, (points, *y_train.shape[1:])
    if tuple(array.shape for array in arrays) != expected:
        raise ValueError(
            f"predict: f0 must have shapes {expected[0]} and {expected[1]}, outputs at x_train and at x_test; "
            f"got {' and '.join(str(array.shape) for array in arrays)}"
        )
    return arrays[0], arrays[1]


def converged_weights(
    dynamics: Float64[np.ndarray, "n n"], to_test: Float64[np.ndarray, "k n"], *, ridge: float = 0.0
) -> Float64[np.ndarray, "n k"]:
    """`Z = I(X, X)^-T I(x, X)^T`: the mean after training to convergence is `Z^T y`.

    Args:
        dynamics: `I(X, X)`, the kernel of the learning dynamics at the training points.
        to_test: `I(x, X)`, from the training points to the test points.
        ridge: what is added to the diagonal of `I(X, X)`.

    Raises:
        ValueError: if the kernel matrix is singular, or if learning diverges along one of its modes.
    """
    return _solve(dynamics, to_test.T, ridge, transposed=True)


def weights_after(
    dynamics: Float64[np.ndarray, "n n"],
    to_test: Float64[np.ndarray, "k n"],
    *,
    steps: int,
    learning_rate: float,
    ridge: float = 0.0,
) -> Float64[np.ndarray, "n k"]:
    """`Z = P^T I(x, X)^T` after some steps: the mean of the network is then `Z^T y`; arguments as `converged_weights`.

    Raises:
        ValueError: if a number is out of its range, or the dynamics diverge beyond the range of float64.
    """
    check_count("predict", least=0, steps=steps)
    check_positive("predict", learning_rate=learning_rate)
    return (to_test @ _learned_inverse(dynamics, learning_rate, steps, ridge)).T


def coefficients_after(
    dynamics: Float64[np.ndarray, "n n"],
    y: Float64[np.ndarray, "n *k"],
    *,
    steps: int,
    learning_rate: float,
    ridge: float = 0.0,
) -> Float64[np.ndarray, "n *k"]:
    """`a = P y` after some steps, so that the mean of the network is `I(x, X) a`; arguments as `predict`.

        a <- a + eta/N (y - (I(X, X) + r) a),        a = 0 at the start

    is gradient descent in the space of functions. It takes nothing of I(X, X) but its products with k columns, so that
    `dynamics` may be a `numpy.memmap`, of which several processes wrote some rows each. Up to about `N/k` steps it is
    also faster than the doubling of `predict`, which multiplies matrices of N x N.

    Raises:
        ValueError: if a number is out of its range, or the dynamics diverge beyond the range of float64.
    """
    check_count("predict", least=0, steps=steps)
    check_positive("predict", learning_rate=learning_rate)
    check_positive("predict", zero_allowed=True, ridge=ridge)
    rate, coefficients = learning_rate / len(y), np.zeros_like(y, np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            coefficients += rate * (y - dynamics @ coefficients - ridge * coefficients)
    if not np.isfinite(coefficients).all():
        raise ValueError(
            f"predict: the dynamics diverge within {steps} steps. Use a smaller learning rate, if no eigenvalue of the "
            "kernel has a negative real part"
        )
    return coefficients


def _diverging_modes(matrix: Float64[np.ndarray, "n n"]) -> Spectrum | None:
    """The spectrum, if it has to be looked at: where `I + I^T` is positive definite, no eigenvalue is negative."""
    symmetric = (matrix + matrix.T).T  # by columns, as LAPACK has it, which then makes no copy
    _, failed = scipy.linalg.lapack.dpotrf(symmetric, lower=True, clean=False, overwrite_a=True)
    return spectrum_of(matrix) if failed else None


def _solve(matrix: Any, right: Any, ridge: Scalar, *, transposed: bool = False) -> Any:
    """`(matrix + ridge)^-1 right`, or that with the transposed matrix, by LU with partial pivoting.

    It is the transposed matrix that is factorized: its memory is laid out as LAPACK wants it.
    """
    if is_traced(matrix, right, ridge):
        matrix = matrix + ridge * jnp.eye(len(matrix), dtype=matrix.dtype)
        return jnp.linalg.solve(matrix.T if transposed else matrix, right)
    if ridge:
        matrix = matrix.copy()
        matrix.flat[:: len(matrix) + 1] += ridge
    modes = _diverging_modes(matrix)
    if modes is not None and len(modes.diverging):
        raise ValueError(
            f"{modes.describe_divergence('predict')}. There is no convergence to predict: ask for a number of steps"
        )
    norm = scipy.linalg.lapack.dlange("I", matrix.T)
    with warnings.catch_warnings(action="ignore", category=scipy.linalg.LinAlgWarning):  # said better below
        factors = scipy.linalg.lu_factor(matrix.T, check_finite=False)
    condition = 1 / max(scipy.linalg.lapack.dgecon(factors[0], norm, norm="I")[0], 1e-300)
    if not condition < 1 / np.finfo(np.float64).eps:
        raise ValueError(
            f"predict: the kernel matrix of the {len(matrix)} training points is singular (condition number "
            f"{condition:.1e}); are there equal training points? Remove them, give a ridge, or ask for a finite number "
            "of steps"
        )
    if condition > LARGEST_CONDITION:
        warnings.warn(
            f"predict: the kernel matrix of the {len(matrix)} training points is nearly singular: with a condition "
            f"number of {condition:.1e}, about {max(0, 16 - round(np.log10(condition)))} digits of the prediction are "
            "sure. Are there nearly equal training points? A ridge helps",
            ConditionWarning,
            stacklevel=4,
        )
    return scipy.linalg.lu_solve(factors, right, trans=int(not transposed), check_finite=False)


def _learned_inverse(matrix: Any, learning_rate: Scalar | None, steps: int, ridge: Scalar) -> Any:
    """`rate sum_{j < steps} (1 - rate matrix)^j = matrix^-1 (1 - (1 - rate matrix)^steps)`, by doubling; rate = eta/N.

    Going through the binary digits of `steps`: `sum_{2j} = sum_j + power_j sum_j`, and one more term at a digit of 1.
    """
    traced = is_traced(matrix, learning_rate, ridge)
    one = jnp.eye(len(matrix), dtype=matrix.dtype) if traced else np.eye(len(matrix))
    matrix, rate = matrix + ridge * one, learning_rate / len(matrix)  # type: ignore[operator]
    if not traced:
        modes = _diverging_modes(matrix)
        if modes is not None:
            modes.warn("predict")
    decay = one - rate * matrix
    total, power = 0 * matrix, one
    with np.errstate(over="ignore", invalid="ignore"):
        for digit in f"{steps:b}":
            total, power = total + power @ total, power @ power
            if digit == "1":
                total, power = total + rate * power, power @ decay
    if not traced and not np.isfinite(total).all():
        radius = np.abs(np.linalg.eigvals(decay)).max()
        raise ValueError(
            f"predict: the dynamics diverge within {steps} steps: |1 - eta/N lambda| is {radius:.6g} for an eigenvalue "
            "lambda of the kernel, and must be at most 1. Use a smaller learning rate, if no eigenvalue has a negative "
            "real part"
        )
    return total
