"""Growth of surrogate gradients with depth, and final errors."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk
from replication import build, spiking_depth, spiking_reset
from sgntk import libraries, surrogates

NETWORK = {"leak": 0.5, "sigma_w": 3.0, "sigma_b": 0.3}
SUPER_SPIKE = {"name": "super_spike", "slope": 7.0}


def places(**changes):
    chosen = {"surrogate": SUPER_SPIKE, "slopes": [0.5, 2.0], "thresholds": [0.5], "libraries": [], "network": NETWORK}
    return spiking_depth.places(build.spiking_architecture, **{**chosen, **changes})


def test_places_are_every_threshold_with_every_slope():
    found = places(thresholds=[0.5, 1.0])
    assert [(place.unit, place.slope) for place in found] == [("grid", 0.5), ("grid", 2.0)] * 2
    assert [place.arch.per_layer("threshold") for place in found] == [(0.5,), (0.5,), (1.0,), (1.0,)]
    assert [place.arch.surrogate for place in found[:2]] == [surrogates.SuperSpike(0.5), surrogates.SuperSpike(2.0)]
    assert {(place.arch.leak, place.arch.sigma_w, place.arch.sigma_b) for place in found} == {(0.5, 3.0, 0.3)}


def test_libraries_stand_at_the_slope_of_a_surrogate_that_is_as_wide():
    """Of `1/(1 + k z)^2` the half-width is `(sqrt 2 - 1)/k`, of `1/(1 + (k z)^2)` it is 1/k."""
    found = {place.unit: place for place in places(libraries=["snntorch", "spikingjelly", "norse", "spyx"])[2:]}
    assert found["spyx.LIF"].slope == pytest.approx(25, rel=1e-4)
    assert found["norse.LIFBox"].slope == pytest.approx(100, rel=1e-3)
    assert found["snntorch.Leaky"].slope == pytest.approx((2**0.5 - 1) * np.pi, rel=1e-4)
    assert found["spikingjelly.LIFNode"].arch.surrogate == libraries.spikingjelly.Sigmoid()
    # A leak where the library has none, and weights that make up for the gain.
    assert {unit: place.arch.leak for unit, place in found.items()} == {
        "snntorch.Leaky": 0.5,
        "spikingjelly.LIFNode": 0.5,
        "norse.LIFBox": 0.9,
        "spyx.LIF": 0.5,
    }
    assert {place.arch.sigma_w for place in found.values()} == {3.0}


@pytest.mark.parametrize(
    ("surrogate", "expected"), [(surrogates.Triangle(2.0), 1.0), (surrogates.Laplace(3.0), np.log(2) / 3)]
)
def test_half_widths(surrogate, expected):
    assert spiking_depth.half_width(surrogate) == pytest.approx(expected, rel=1e-5)


def test_gradients_are_those_of_backpropagation_through_the_whole_network():
    """The product of the growths is the ratio of squared gradients by the input and by the last spikes."""
    (place,) = places(slopes=[0.5])
    table = spiking_depth.measured(place, steps=3, depth=2, width=20, networks=1, points=1, seed=4)
    deep = replace(place.arch, hidden_layers=2, readout="last")
    key = sgntk.split_keys(4, 1)[0]
    params = sgntk.init(deep, key, width=20, input_dim=20)
    x = jnp.broadcast_to(jax.random.normal(jax.random.fold_in(key, 1), (1, 1, 20)), (1, 3, 20))
    by_input = jax.grad(lambda x: sgntk.apply(deep, params, x)[0, 0])(x)[0, -1]
    by_spikes = 3.0 / 20**0.5 * params[-1].weight[:, 0]
    product = table["gradient_growth"].prod()
    assert product == pytest.approx(float(np.mean(by_input**2) / np.mean(by_spikes**2)), rel=1e-4)


@pytest.mark.slow
def test_wide_networks_are_as_predicted():
    """8 networks of width 300, 4 layers and 4 inputs each: the standard errors are 1 to 2 %; the tolerance is 5 %."""
    (place,) = places(slopes=[0.5])
    predicted = spiking_depth.predicted([place], steps=4).iloc[0]
    table = spiking_depth.measured(place, steps=4, depth=8, width=300, networks=8, points=4, seed=1)
    deep = table[table["layer"] > 4].mean(numeric_only=True)
    for name in ("rate", "gradient_growth"):
        assert deep[name] == pytest.approx(predicted[name], rel=0.05), name


def test_errors_are_those_of_trained_networks_in_parts_of_the_targets():
    data = spiking_reset.task([[2.0, 1, 0]], training_points=4, test_points=1, steps=3, dimension=2, seed=1)
    (place,) = places(slopes=[0.5])
    training = {"width": 30, "steps": 5, "learning_rate": 0.1}
    table = spiking_depth.final_errors(place, data, hidden_layers=2, networks=2, seed=3, **training)
    run = sgntk.train_ensemble(
        replace(place.arch, hidden_layers=2), sgntk.split_keys(3, 2), data.x_train, data.y_train, **training
    )
    expected = np.mean((np.asarray(run.records[0]) - data.y_train) ** 2, axis=1) / np.mean(data.y_train**2)
    np.testing.assert_allclose(table["mse"], expected, rtol=1e-5)
    assert set(table.columns) == {"network", "mse", "unit", "slope", "threshold", "leak"}
