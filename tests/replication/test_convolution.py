"""Kernels of convolutional networks against those of networks that see one patch of an image."""

import numpy as np
import pytest

import sgntk
from replication import real_data
from sgntk import surrogates

convolution = pytest.importorskip("replication.convolution", exc_type=ImportError)

ARCH = sgntk.Architecture(sgntk.Sign(), surrogates.ErfDerivative(1.0), hidden_layers=1, sigma_w=1.2, sigma_b=0.3)


def patches(images):
    """The 3 x 3 neighbourhood of every other pixel, 0 beyond the edge, as a vector; shape (places, images, 9)."""
    padded = np.pad(images, ((0, 0), (0, 1), (0, 1)))  # as 'SAME' pads 8 pixels for a filter of 3 and a stride of 2
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::2, ::2]
    return np.moveaxis(windows.reshape(len(images), -1, 9), 0, 1)


def test_one_convolution_is_the_mean_over_its_places_of_a_network_that_sees_one():
    """The dense layer after it takes the mean over all places: its weights are independent."""
    data = real_data.load("digits", images=25, held_out=2, test_images=3, seed=1)  # two blocks
    found = convolution.kernels_of(ARCH, data, filters=[3], stride=2)
    here, others = patches(data.x_train), patches(data.x_others)

    def mean(kernel, first, second):
        return np.mean([kernel(ARCH, one, other) for one, other in zip(first, second, strict=True)], axis=0)

    np.testing.assert_allclose(found.prior, mean(sgntk.nngp, here, here), rtol=1e-9)
    np.testing.assert_allclose(found.prior_to, mean(sgntk.nngp, others, here), rtol=1e-9)
    np.testing.assert_allclose(found.dynamics, mean(sgntk.sg_ntk, here, here), rtol=1e-9)
    np.testing.assert_allclose(found.dynamics_to, mean(sgntk.sg_ntk, others, here), rtol=1e-9)
    np.testing.assert_allclose(found.own, np.diag(mean(sgntk.nngp, others, others)), rtol=1e-9)
    assert np.abs(found.dynamics / found.dynamics.T - 1).max() > 0.01  # not symmetric, so that the sides are told apart
