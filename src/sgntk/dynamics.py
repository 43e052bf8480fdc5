"""What the kernel's eigenvalues say of learning: how fast each mode is learned, and whether any diverges.

Gradient descent with rate `eta` on `1/(2N) sum (f - y)^2` takes the errors `e = f(X) - y` at the training points, in
the infinite-width limit, through

    e <- (1 - eta/N I(X, X)) e

so that along a mode of I with eigenvalue lambda they shrink by `|1 - eta/N lambda|` a step. Without symmetry, lambda
may be complex, or have a negative real part: then the factor is above 1 at every learning rate, and surrogate gradient
learning diverges along that mode. And where I is not normal, errors may grow for a while although every mode shrinks:
at the start by up to `eta/N` times the numerical abscissa of -I a step, in all by the largest norm of
`(1 - eta/N I)^t`.
"""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Complex128, Float64

from sgntk._depth import DepthMap, depth_map, learning_rate_equivalents
from sgntk._kernels import nngp, ntk, sg_ntk
from sgntk._spiking import AnyArchitecture
from sgntk._validation import check_positive

__all__ = [
    "DepthMap",
    "DivergenceWarning",
    "Spectrum",
    "TransientGrowthWarning",
    "depth_map",
    "learning_rate_equivalents",
    "spectrum",
    "spectrum_of",
    "transient_growth",
]

KERNELS = {"nngp": nngp, "ntk": ntk, "sg_ntk": sg_ntk}
"""The kernels of a learning dynamics, by name."""


class DivergenceWarning(UserWarning):
    """Learning diverges along a mode of the kernel, at every learning rate."""


class TransientGrowthWarning(UserWarning):
    """Errors may grow before they shrink, although every mode of the kernel shrinks."""


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of the kernel matrix `I(X, X)` of N training points, and what follows from them.

    Attributes:
        eigenvalues: shape (N,), complex, by descending real part.
        modes: shape (N, N); column i is the right eigenvector of eigenvalue i, of length 1.
        asymmetry: `|I - I^T| / |I|` in the Frobenius norm; 0 for a symmetric kernel, at most 2.
        numerical_abscissa: that of -I, the largest eigenvalue of `-(I + I^T)/2`: the norm of the errors can grow at the
            start, by `eta/N` times this a step, if and only if it is above 0.
    """

    eigenvalues: Complex128[np.ndarray, " n"]
    modes: Complex128[np.ndarray, "n n"]
    asymmetry: float
    numerical_abscissa: float

    @property
    def tolerance(self) -> float:
        """What rounding can make of an eigenvalue that is 0: `N eps` times the largest modulus."""
        return len(self.eigenvalues) * float(np.finfo(np.float64).eps * np.abs(self.eigenvalues).max())

    @property
    def diverging(self) -> Complex128[np.ndarray, " k"]:
        """The eigenvalues with a negative real part, below `-tolerance`."""
        return self.eigenvalues[self.eigenvalues.real < -self.tolerance]

    @property
    def largest_learning_rate(self) -> float:
        """Below it no mode grows: the least `2 N Re(lambda) / |lambda|^2`, which is `2 N / lambda` if lambda is real.

        0 where a mode diverges at every learning rate.
        """
        if len(self.diverging):
            return 0.0
        moving = self.eigenvalues[np.abs(self.eigenvalues) > self.tolerance]
        bounds = 2 * len(self.eigenvalues) * np.maximum(moving.real, 0) / np.abs(moving) ** 2
        return float(bounds.min(initial=np.inf))

    def factors(self, learning_rate: float) -> Float64[np.ndarray, " n"]:
        """`|1 - eta/N lambda|`, by which each mode's error is multiplied in a step; shape (N,)."""
        check_positive("factors", learning_rate=learning_rate)
        return np.abs(1 - learning_rate / len(self.eigenvalues) * self.eigenvalues)

    def coefficients(self, errors: Float64[np.ndarray, "*networks n"]) -> Complex128[np.ndarray, "*networks n"]:
        """Coefficients `c` of errors `e = f(X) - y` in the modes, `e = modes c`; shape (..., N)."""
        return np.linalg.solve(self.modes, errors[..., None])[..., 0]

    def steps_to_learn(self, learning_rate: float, remaining: float = np.exp(-1)) -> Float64[np.ndarray, " n"]:
        """Steps after which each mode's error has shrunk to `remaining` of itself; infinite where it does not shrink.

        Args:
            learning_rate: `eta > 0`.
            remaining: a share in (0, 1).
        """
        if not 0 < remaining < 1:
            raise ValueError(f"steps_to_learn: remaining must lie between 0 and 1; got {remaining!r}")
        factors = self.factors(learning_rate)
        with np.errstate(divide="ignore"):
            steps = np.log(remaining) / np.log(factors)
        return np.where(factors < 1, np.maximum(steps, 0.0), np.inf)

    def warn(self, owner: str) -> None:
        """Warns, with numbers, if learning diverges along a mode, or else if errors may grow before they shrink."""
        if len(self.diverging):
            warnings.warn(self.describe_divergence(owner), DivergenceWarning, stacklevel=3)
        elif self.numerical_abscissa > self.tolerance:
            warnings.warn(
                f"{owner}: errors may grow before they shrink: every eigenvalue of the kernel matrix has a positive "
                f"real part, the lowest being {self.eigenvalues[-1].real:.4g}, but its symmetric part has the "
                f"eigenvalue {-self.numerical_abscissa:.4g}. sgntk.dynamics.transient_growth says by how much",
                TransientGrowthWarning,
                stacklevel=3,
            )

    def describe_divergence(self, owner: str) -> str:
        """The eigenvalues with a negative real part, in a sentence."""
        worst = self.diverging[np.argmin(self.diverging.real)]
        shown = f"{worst.real:.4g}" if abs(worst.imag) <= self.tolerance else f"{worst:.4g}"
        return (
            f"{owner}: {len(self.diverging)} of {len(self.eigenvalues)} eigenvalues of the kernel matrix have a "
            f"negative real part, the lowest being {shown} (the largest: {self.eigenvalues[0].real:.4g}): learning "
            "diverges along that mode at every learning rate. The matrix is not symmetric (|I - I^T|/|I| = "
            f"{self.asymmetry:.2g}); inputs of equal norm, or another surrogate, may help"
        )


def spectrum(
    arch: AnyArchitecture, x_train: ArrayLike, *, kernel: Literal["nngp", "ntk", "sg_ntk"] = "sg_ntk"
) -> Spectrum:
    """Spectrum of the kernel that governs learning, with a warning if learning diverges along a mode.

    Another warning says if errors may grow before they shrink.

    Args:
        arch: the network.
        x_train: training inputs X, shape (N, d); (N, T, d) for a `SpikingArchitecture`.
        kernel: the kernel of the learning dynamics.

    Raises:
        ValueError: if the inputs have another shape or are not finite, the kernel has another name, or the architecture
            has none of that kind.
    """
    if kernel not in KERNELS:
        raise ValueError(f"spectrum: kernel must be one of {', '.join(KERNELS)}; got {kernel!r}")
    result = spectrum_of(KERNELS[kernel](arch, x_train))
    result.warn("spectrum")
    return result


def spectrum_of(matrix: Float64[np.ndarray, "n n"]) -> Spectrum:
    """Spectrum of a kernel matrix that is there already; says nothing of divergence."""
    values, modes = np.linalg.eig(matrix)
    order = np.argsort(-values.real, kind="stable")
    asymmetry = float(np.linalg.norm(matrix - matrix.T) / np.linalg.norm(matrix))
    abscissa = -float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[0])
    return Spectrum(values[order].astype(np.complex128), modes[:, order].astype(np.complex128), asymmetry, abscissa)


def transient_growth(matrix: Float64[np.ndarray, "n n"], learning_rate: float) -> float:
    """The factor by which the norm of the errors can grow while learning: the largest `|(1 - eta/N I)^t|_2` over t.

    1 if errors never grow, as with every symmetric kernel and a stable learning rate; infinite if a mode diverges.

    Args:
        matrix: the kernel `I(X, X)` of N training points.
        learning_rate: `eta > 0`.

    Looked at are the steps 2^k and 3 * 2^k, between which the norm changes little, until all modes are learned.
    """
    check_positive("transient_growth", learning_rate=learning_rate)
    step = np.eye(len(matrix)) - learning_rate / len(matrix) * matrix
    radius = np.abs(np.linalg.eigvals(step)).max()
    if radius > 1 + len(matrix) * np.finfo(np.float64).eps:
        return float("inf")
    largest, power = 1.0, step
    for _ in range(64):
        largest = max(largest, *(float(np.linalg.norm(product, 2)) for product in (power, power @ power @ power)))
        power = power @ power
        if np.linalg.norm(power) < 1e-3:
            break
    return float(largest)
