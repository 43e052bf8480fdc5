"""Fails unless networks split over four devices are those of one; `test_training.py` starts it with four of a CPU."""

from functools import partial

import jax
import numpy as np
import pytest

import sgntk
from sgntk.surrogates import ErfDerivative

DEVICES = jax.devices()
KEYS = sgntk.split_keys(8, 8)  # two a device: a loop over a single network is compiled otherwise
RNG = np.random.default_rng(9)
X, Y = RNG.normal(size=(6, 2)), RNG.normal(size=6)


def check_same_bytes(activation, method, count):
    arch = sgntk.Architecture(activation, ErfDerivative(0.8), sigma_w=1.3, sigma_b=0.4)
    train = partial(sgntk.train_ensemble, arch, KEYS, X, Y, width=24, learning_rate=0.1, method=method)
    run = partial(train, steps=32, record_at=[0, 16, 32])
    whole, split = run(), run(devices=DEVICES[:count])
    np.testing.assert_array_equal(split.records, whole.records)
    share = len(KEYS) // count
    for ours, theirs in zip(jax.tree.leaves(split.params), jax.tree.leaves(whole.params), strict=True):
        np.testing.assert_array_equal(ours, theirs)
        assert [shard.data.shape for shard in ours.addressable_shards] == [(share, *ours.shape[1:])] * count
    return run, whole


def check_divergence_names_the_network(run, whole):
    losses = 0.5 * np.mean((whole.records[1] - Y) ** 2, axis=1)
    worst = int(np.argmax(losses))
    assert worst > 1  # on another device than the first
    with pytest.raises(sgntk.TrainingError, match=f"network {worst} of 8 failed by step 16 "):
        run(devices=DEVICES, largest_loss=0.999 * losses[worst])


assert len(DEVICES) == 4
check_same_bytes(sgntk.Erf(3.0), "direct", 2)
check_same_bytes(sgntk.Erf(3.0), "delayed", 4)
check_divergence_names_the_network(*check_same_bytes(sgntk.Sign(), "incremental", 4))
with pytest.raises(ValueError, match=r"devices must be different ones that share .*; got \[.*\] for 8 networks$"):
    sgntk.train_ensemble(
        sgntk.Architecture(sgntk.Erf(3.0)), KEYS, X, Y, width=24, learning_rate=0.1, steps=1, devices=DEVICES[:3]
    )
