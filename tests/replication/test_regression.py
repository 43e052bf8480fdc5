"""Regression on images against the library's own, and the choice of a ridge."""

import numpy as np
import pytest

import sgntk
from replication import real_data, regression
from sgntk import surrogates

SIGN = sgntk.Architecture(sgntk.Sign(), surrogates.ErfDerivative(1.0), hidden_layers=1, sigma_b=0.1)
ERF = sgntk.Architecture(sgntk.Erf(2.0), None, hidden_layers=1, sigma_b=0.1)
DATA = real_data.load("digits", images=60, held_out=20, test_images=10, seed=1)


def kernels(kernel):
    arch = ERF if kernel == "ntk" else SIGN
    prior = regression.gaussian_process(arch, DATA)
    return arch, prior if kernel == "nngp" else regression.tangent(getattr(sgntk, kernel), arch, DATA, prior)


@pytest.mark.parametrize("kernel", ["nngp", "sg_ntk", "ntk"])
def test_mean_and_std_are_those_of_predict(kernel):
    arch, found = kernels(kernel)
    ours = regression.regress(found, DATA, ridges=[0.3], ridge_images=60)
    theirs = sgntk.predict(arch, DATA.train, DATA.y_train, DATA.others, kernel=kernel, ridge=0.3, compute="std")
    np.testing.assert_allclose(ours.mean, theirs.mean, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(ours.std, theirs.std, rtol=1e-7)
    assert ours.ridge == 0.3


def test_mean_after_some_steps_is_that_of_predict():
    arch, found = kernels("sg_ntk")
    time = {"steps": 30, "learning_rate": 0.5}
    theirs = sgntk.predict(arch, DATA.train, DATA.y_train, DATA.others, compute="mean", **time)
    np.testing.assert_allclose(regression.mean_after(found, DATA, **time), theirs.mean, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("images", [15, 60])
def test_the_ridge_has_the_least_error_on_the_held_out_images_alone(images):
    arch, found = kernels("nngp")
    ridges = [0.0, 0.1, 1.0, 10.0, 100.0]
    chosen = regression.chosen_ridge(found.first(images), DATA, ridges)
    errors = [np.mean((_mean(arch, images, ridge) - DATA.y_others[:20]) ** 2) for ridge in ridges]
    assert chosen == ridges[int(np.argmin(errors))]
    # Where what is held out says the opposite of what is learned, the larger the ridge the better.
    assert regression.chosen_ridge(found, DATA._replace(y_others=-DATA.y_others), ridges) == 100.0


def _mean(arch, images, ridge):
    learned = DATA.train[:images], DATA.y_train[:images], DATA.others[:20]
    return sgntk.predict(arch, *learned, kernel="nngp", ridge=ridge, compute="mean").mean
