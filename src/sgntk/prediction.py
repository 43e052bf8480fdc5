"""Gaussian processes that wide networks follow after training: kernel regression with an asymmetric kernel."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.linalg
from jax.typing import ArrayLike
from jaxtyping import Float64

from sgntk._architecture import Architecture
from sgntk._kernels import nngp
from sgntk._spiking import SpikingArchitecture, check_sequences
from sgntk._validation import check_count, check_inputs, check_positive, check_targets
from sgntk.dynamics import KERNELS, spectrum_of

__all__ = ["Posterior", "converged_weights", "predict", "weights_after"]


@dataclass(frozen=True)
class Posterior:
    """Distribution of the trained network's output at the test points, in float64.

    Attributes:
        mean: shape (n,).
        cov: shape (n, n).
    """

    mean: Float64[np.ndarray, " n"]
    cov: Float64[np.ndarray, "n n"]

    @property
    def std(self) -> Float64[np.ndarray, " n"]:
        """Standard deviation, shape (n,); variances that rounding left below 0 count as 0."""
        return np.sqrt(np.maximum(np.diag(self.cov), 0.0))


def predict(
    arch: Architecture | SpikingArchitecture,
    x_train: ArrayLike,
    y_train: ArrayLike,
    x_test: ArrayLike,
    *,
    kernel: Literal["nngp", "ntk", "sg_ntk"] = "sg_ntk",
    steps: int | None = None,
    learning_rate: float | None = None,
) -> Posterior:
    """Output of the infinitely wide network after learning from a random start (paper, section 3).

    With I the kernel of the learning dynamics, S the NNGP, X and y the training set:

        mean(x)    = Z(x)^T y                                         Z(x) = P^T I(x, X)^T
        cov(x, x') = S(x, x') - S(x, X) Z(x') - Z(x)^T S(X, x') + Z(x)^T S(X, X) Z(x')

    where `P = I(X, X)^-1` at convergence, and `P = I(X, X)^-1 (1 - (1 - eta/N I(X, X))^t)` after `t` steps of gradient
    descent with rate `eta` on `1/(2N) sum (f - y)^2`. As I need not be symmetric, an LU factorization solves at
    convergence, and the finite sum that P is at finite t is built by doubling, which needs neither an inverse nor
    eigenvalues. With `kernel="nngp"` the result at convergence is Gaussian process regression.

    Args:
        arch: the network.
        x_train: training inputs X, shape (N, d); (N, T, d) for a `SpikingArchitecture`.
        y_train: training targets y, shape (N,).
        x_test: test inputs, shape (n, d) or (n, T, d).
        kernel: the kernel of the learning dynamics.
        steps: gradient descent steps t; None for convergence.
        learning_rate: `eta`; given if and only if `steps` is.

    An asymmetric kernel matrix may have eigenvalues with a negative real part (`sgntk.dynamics.spectrum`). Then there
    is no convergence to predict: `steps=None` raises. The prediction at a finite time holds, as long as the growing
    mode is small, and comes with a warning.

    Raises:
        ValueError: if an argument has another shape or range; if the kernel matrix is singular, so that gradient
            descent converges to no unique function; if there is no convergence, and `steps` is None; or if the
            dynamics diverge beyond the range of float64 within `steps`.

    Warns:
        DivergenceWarning: if learning diverges along a mode, and `steps` is given.
    """
    sequences = isinstance(arch, SpikingArchitecture)
    x_train = (check_sequences if sequences else check_inputs)("predict", "x_train", x_train)
    y_train = check_targets("predict", "y_train", y_train, len(x_train)).astype(np.float64)
    if sequences:
        x_test = check_sequences("predict", "x_test", x_test, x_train.shape[1:])
    else:
        x_test = check_inputs("predict", "x_test", x_test, x_train.shape[1])
    if kernel not in KERNELS:
        raise ValueError(f"predict: kernel must be one of {', '.join(KERNELS)}; got {kernel!r}")
    dynamics = KERNELS[kernel](arch, x_train)
    to_test = KERNELS[kernel](arch, x_test, x_train)
    if steps is None and learning_rate is None:
        weights = converged_weights(dynamics, to_test)
    elif steps is None or learning_rate is None:
        raise ValueError(f"predict: give steps and learning_rate together, or neither; got {steps} and {learning_rate}")
    else:
        spectrum_of(dynamics).warn("predict")
        weights = weights_after(dynamics, to_test, steps=steps, learning_rate=learning_rate)
    with np.errstate(over="ignore", invalid="ignore"):
        cross = nngp(arch, x_test, x_train) @ weights
        cov = nngp(arch, x_test) - cross - cross.T + weights.T @ nngp(arch, x_train) @ weights
        mean = weights.T @ y_train
    if not (np.isfinite(mean).all() and np.isfinite(cov).all()):
        raise ValueError(f"predict: the dynamics diverge beyond the range of float64 within {steps} steps")
    return Posterior(mean, cov)


def converged_weights(
    dynamics: Float64[np.ndarray, "n n"], to_test: Float64[np.ndarray, "k n"]
) -> Float64[np.ndarray, "n k"]:
    """`Z = I(X, X)^-T I(x, X)^T`: the mean after training to convergence is `Z^T y`.

    Args:
        dynamics: `I(X, X)`, the kernel of the learning dynamics at the training points.
        to_test: `I(x, X)`, from the training points to the test points.

    Raises:
        ValueError: if the kernel matrix is singular, or if learning diverges along one of its modes.
    """
    modes = spectrum_of(dynamics)
    if len(modes.diverging):
        raise ValueError(
            f"{modes.describe_divergence('predict')}. There is no convergence to predict: ask for a number of steps"
        )
    return _solve_transposed(dynamics, to_test.T)


def weights_after(
    dynamics: Float64[np.ndarray, "n n"], to_test: Float64[np.ndarray, "k n"], *, steps: int, learning_rate: float
) -> Float64[np.ndarray, "n k"]:
    """`Z = P^T I(x, X)^T` after some steps: the mean of the network is then `Z^T y`; arguments as `converged_weights`.

    Raises:
        ValueError: if a number is out of its range, or the dynamics diverge beyond the range of float64.
    """
    check_count("predict", least=0, steps=steps)
    check_positive("predict", learning_rate=learning_rate)
    return (to_test @ _learned_inverse(dynamics, learning_rate / len(dynamics), steps)).T


def _solve_transposed(
    matrix: Float64[np.ndarray, "n n"], right: Float64[np.ndarray, "n k"]
) -> Float64[np.ndarray, "n k"]:
    """`matrix^-T right` by LU with partial pivoting."""
    condition = np.linalg.cond(matrix)
    if not condition < 1 / np.finfo(np.float64).eps:
        raise ValueError(
            f"predict: the kernel matrix of the {len(matrix)} training points is singular (condition number "
            f"{condition:.1e}); are there equal training points? Remove them, or ask for a finite number of steps"
        )
    return scipy.linalg.lu_solve(scipy.linalg.lu_factor(matrix), right, trans=1)


def _learned_inverse(matrix: Float64[np.ndarray, "n n"], rate: float, steps: int) -> Float64[np.ndarray, "n n"]:
    """`rate sum_{j < steps} (1 - rate matrix)^j = matrix^-1 (1 - (1 - rate matrix)^steps)`, by doubling.

    Going through the binary digits of `steps`: `sum_{2j} = sum_j + power_j sum_j`, and one more term at a digit of 1.
    """
    one = np.eye(len(matrix))
    decay = one - rate * matrix
    total, power = np.zeros_like(matrix), one
    with np.errstate(over="ignore", invalid="ignore"):
        for digit in f"{steps:b}":
            total, power = total + power @ total, power @ power
            if digit == "1":
                total, power = total + rate * power, power @ decay
    if not np.isfinite(total).all():
        radius = np.abs(np.linalg.eigvals(decay)).max()
        raise ValueError(
            f"predict: the dynamics diverge within {steps} steps: |1 - eta/N lambda| is {radius:.6g} for an eigenvalue "
            "lambda of the kernel, and must be at most 1. Use a smaller learning rate, if no eigenvalue has a negative "
            "real part"
        )
    return total
