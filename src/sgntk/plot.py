"""Pictures of kernels, surrogates, predictions and spectra; needs matplotlib (`pip install 'sgntk[plot]'`).

Each function draws into the axes `ax`, or into new ones, and returns them.
"""

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
import numpy as np
from jax.typing import ArrayLike
from jaxtyping import Float64

from sgntk.activations import Activation
from sgntk.dynamics import Spectrum
from sgntk.prediction import Posterior
from sgntk.surrogates import Surrogate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["kernel", "posterior", "spectrum", "surrogate"]

BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#707070"
"""Told apart by everyone (Okabe & Ito 2008)."""


def kernel(matrix: Float64[np.ndarray, "n1 n2"], ax: "Axes | None" = None) -> "Axes":
    """A kernel matrix: rows are points of x1, columns points of x2."""
    ax = _axes(ax)
    extreme = np.abs(matrix).max()
    image = ax.imshow(matrix, cmap="RdBu_r", vmin=-extreme, vmax=extreme, interpolation="nearest")
    ax.figure.colorbar(image, ax=ax, label="kernel")
    ax.set(xlabel="point of x2", ylabel="point of x1")
    return ax


def surrogate(
    surrogate: Surrogate, activation: Activation | None = None, reach: float = 3.0, ax: "Axes | None" = None
) -> "Axes":
    """A surrogate, and the activation beside it, at the place where backpropagation with that activation has it.

    Args:
        surrogate: `s`.
        activation: `act`, whose thresholds the surrogate sits at; None for the surrogate alone.
        reach: pre-activations from `-reach` to `reach` are shown.
        ax: where to draw.
    """
    ax = _axes(ax)
    z = jnp.linspace(-reach, reach, 1001)
    centred = surrogate
    if activation is not None:
        ax.plot(z, np.asarray(activation(z)), color=GREY, linestyle="--", label="activation")
        centred = activation.centred(surrogate)
    ax.plot(z, np.asarray(centred(z)), color=BLUE, label="surrogate")
    ax.set(xlabel="pre-activation z", ylabel="value")
    ax.legend(frameon=False)
    return ax


def posterior(
    x: ArrayLike,
    post: Posterior,
    x_train: ArrayLike | None = None,
    y_train: ArrayLike | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """A prediction over one coordinate: its mean, a band of two standard deviations, and the training points.

    Args:
        x: the coordinate of the test points, shape (n,).
        post: as from `predict`, of one output.
        x_train: the coordinate of the training points, shape (N,).
        y_train: their targets, shape (N,).
        ax: where to draw.
    """
    ax = _axes(ax)
    order = np.argsort(np.asarray(x))
    along, mean = np.asarray(x)[order], np.asarray(post.mean)[order]
    if post.variance is not None:
        band = 2 * np.asarray(post.std)[order]
        ax.fill_between(along, mean - band, mean + band, color=BLUE, alpha=0.2, linewidth=0, label="two std")
    ax.plot(along, mean, color=BLUE, label="mean")
    if x_train is not None and y_train is not None:
        ax.plot(np.asarray(x_train), np.asarray(y_train), "o", color=ORANGE, label="training points", clip_on=False)
    ax.set(xlabel="x", ylabel="output f(x)")
    ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
    return ax


def spectrum(spectrum: Spectrum, ax: "Axes | None" = None) -> "Axes":
    """Eigenvalues of a kernel by rank: their real parts, those in another colour along which learning diverges."""
    ax = _axes(ax)
    values, rank = spectrum.eigenvalues.real, np.arange(1, len(spectrum.eigenvalues) + 1)
    diverging = values < -spectrum.tolerance
    ax.plot(rank[~diverging], values[~diverging], "o", color=BLUE, label="learned")
    if diverging.any():
        ax.plot(rank[diverging], values[diverging], "s", color=ORANGE, label="diverging")
    least = max(spectrum.tolerance, np.abs(values[np.abs(values) > spectrum.tolerance]).min(initial=np.inf))
    ax.set_yscale("symlog", linthresh=least if np.isfinite(least) else 1.0)
    ax.axhline(0, color=GREY, linewidth=0.8)
    ax.locator_params(axis="x", integer=True)
    ax.set(xlabel="mode", ylabel="real part of the eigenvalue")
    ax.legend(frameon=False)
    return ax


def _axes(ax: "Axes | None") -> Any:
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise ImportError("sgntk.plot needs matplotlib: pip install 'sgntk[plot]'") from error
    return pyplot.subplots(figsize=(4.5, 3), layout="constrained")[1]
