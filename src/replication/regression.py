"""Regression with kernels of images: its mean, its uncertainty, and a ridge chosen on images that are held out."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float64

import sgntk
from replication.real_data import Split
from sgntk.prediction import coefficients_after, converged_weights

Kernel = Callable[..., np.ndarray]
"""Such as `sgntk.sg_ntk`, for one architecture: of `x1` and `x2`, or of `x1` with itself."""


class Kernels(NamedTuple):
    """Kernels of n training images with each other, and of m other images with them.

    Attributes:
        prior: NNGP of the training images.
        prior_to: NNGP of the others with them.
        own: NNGP of each other image with itself.
        dynamics: kernel of learning, of the training images.
        dynamics_to: the same of the others with them, which carry the true derivative.
    """

    prior: Float64[np.ndarray, "n n"]
    prior_to: Float64[np.ndarray, "m n"]
    own: Float64[np.ndarray, " m"]
    dynamics: Float64[np.ndarray, "n n"]
    dynamics_to: Float64[np.ndarray, "m n"]

    def first(self, images: int) -> "Kernels":
        """Of the first training images alone."""
        prior, prior_to, own, dynamics, dynamics_to = self
        return Kernels(
            prior[:images, :images], prior_to[:, :images], own, dynamics[:images, :images], dynamics_to[:, :images]
        )


def gaussian_process(arch: sgntk.Architecture, data: Split) -> Kernels:
    """Those of regression with the NNGP: it is the kernel of learning, too."""
    prior, prior_to = sgntk.nngp(arch, data.train), sgntk.nngp(arch, data.others, data.train)
    return Kernels(prior, prior_to, np.diag(sgntk.nngp(arch, data.others)), prior, prior_to)


def tangent(kernel: Kernel, arch: sgntk.Architecture, data: Split, prior: Kernels) -> Kernels:
    """Those of learning with a tangent kernel, given those of the NNGP."""
    dynamics = kernel(arch, data.train)
    return prior._replace(dynamics=dynamics, dynamics_to=kernel(arch, data.others, data.train))


class Prediction(NamedTuple):
    """What regression says at the other images.

    Attributes:
        ridge: that was chosen.
        mean: of each output.
        std: standard deviation over the networks that it describes, the same for every output.
    """

    ridge: float
    mean: Float64[np.ndarray, "m classes"]
    std: Float64[np.ndarray, " m"]


def regress(kernels: Kernels, data: Split, *, ridges: Sequence[float], ridge_images: int) -> Prediction:
    """Mean and standard deviation at convergence, as `sgntk.predict` has them, with a ridge.

    The ridge is the one that leaves the least squared error on the held-out images, having learned from the first
    `ridge_images` training images, or all if there are fewer.
    """
    ridge = chosen_ridge(kernels.first(ridge_images), data, ridges)
    weights = converged_weights(kernels.dynamics, kernels.dynamics_to, ridge=ridge)
    learned = kernels.prior @ weights
    variance = kernels.own - 2 * np.sum(kernels.prior_to.T * weights, axis=0) + np.sum(weights * learned, axis=0)
    return Prediction(ridge, weights.T @ data.y_train, np.sqrt(np.maximum(variance, 0.0)))


def chosen_ridge(kernels: Kernels, data: Split, ridges: Sequence[float]) -> float:
    """The ridge with the least squared error on the held-out images."""
    y, to_held_out = data.y_train[: len(kernels.dynamics)], kernels.dynamics_to[: data.held_out]
    wanted = data.y_others[: data.held_out]

    def error(ridge: float) -> float:
        weights = converged_weights(kernels.dynamics, to_held_out, ridge=ridge)
        return float(np.mean((weights.T @ y - wanted) ** 2))

    return min(ridges, key=error)


def mean_after(kernels: Kernels, data: Split, **training: Any) -> Float64[np.ndarray, "m classes"]:
    """Mean after `steps` of gradient descent with a `learning_rate` on all training images."""
    return kernels.dynamics_to @ coefficients_after(kernels.dynamics, data.y_train, **training)
