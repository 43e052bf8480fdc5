"""A mode that grows, in networks of finite width."""

import numpy as np
import pytest

import sgntk
from replication import divergence
from sgntk import surrogates

X, Y = np.array([[5.0], [7.0], [10.0]]), np.array([1.0, -1.0, 1.0])
STEPS = [0, 1, 10, 30]
KEYS = sgntk.split_keys(seed=3, count=5)


def follow(surrogate, width, steps=STEPS):
    arch = sgntk.Architecture(sgntk.Sign(), surrogate, hidden_layers=1, sigma_w=1.0, sigma_b=1.0)
    return divergence.follow(arch, KEYS, X, Y, width=width, learning_rate=0.1, steps=steps)


@pytest.fixture(scope="module")
def box():
    return follow(surrogates.Box(1.0), 1000)


def test_one_row_for_each_step_and_network(box):
    assert list(box["step"]) == [step for step in STEPS for _ in range(5)]
    assert list(box["network"]) == [*range(5)] * len(STEPS)


def test_the_prediction_starts_at_the_amplitude_and_grows_by_the_eigenvalue(box):
    """The eigenvalue of the published design, -0.130, and (1 + 0.1/3 0.130)^t."""
    assert box["eigenvalue"].unique() == pytest.approx([-0.130], abs=5e-4)
    start = box[box["step"] == 0]
    np.testing.assert_array_equal(start["amplitude"], start["predicted"])
    for step in STEPS:
        grown = box[box["step"] == step]["predicted"].to_numpy() / start["predicted"].to_numpy()
        np.testing.assert_allclose(grown, (1 - 0.1 / 3 * box["eigenvalue"].iloc[0]) ** step, rtol=1e-12)


def test_amplitude_and_error_are_those_of_the_outputs(box):
    arch = sgntk.Architecture(sgntk.Sign(), surrogates.Box(1.0), hidden_layers=1, sigma_w=1.0, sigma_b=1.0)
    values, modes = np.linalg.eig(sgntk.sg_ntk(arch, X))
    output = np.array([sgntk.apply(arch, sgntk.init(arch, key, width=1000, input_dim=1), X)[:, 0] for key in KEYS])
    errors = output - Y
    start = box[box["step"] == 0]
    # float32 networks: outputs of order 1 to 1e-6.
    np.testing.assert_allclose(start["mse"], np.mean(errors**2, axis=1), rtol=1e-5)
    coefficients = np.linalg.inv(modes)[np.argmin(values.real)] @ errors.T
    np.testing.assert_allclose(start["amplitude"], np.abs(coefficients), rtol=1e-4)


def test_wider_networks_stay_closer_to_the_prediction():
    """With a triangle the mode shrinks: no saturation comes in between. 100 times as wide, the kernel moves a tenth."""

    def departure(width):
        table = follow(surrogates.Triangle(1.0), width, steps=[0, 10])
        then = table[table["step"] == 10]
        return np.sqrt(np.mean((then["amplitude"] - then["predicted"]) ** 2))

    assert departure(20_000) < 0.5 * departure(200)
