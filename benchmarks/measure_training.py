"""Measures one way of training, in a process of its own, and prints a line of JSON. `training.py` calls it."""

import argparse
import json
import os
import resource
import sys
import time

if "--all-cores" not in sys.argv:  # before JAX starts its threads
    os.environ["NPROC"] = "1"
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false"

import jax
import jax.numpy as jnp
import numpy as np

import sgntk
from replication import datasets
from sgntk._networks import forward, init_ensemble
from sgntk.surrogates import ErfDerivative

TARGET = [(4.0, 1, 2), (-0.8, 3, 0), (1.2, 0, 2), (-0.8, 2, 1)]
LEARNING_RATE = 0.1
ARCHITECTURE = sgntk.Architecture(sgntk.Sign(), ErfDerivative(1.0), hidden_layers=2, sigma_w=1.0, sigma_b=0.1)


def problem(points):
    x = datasets.circle(np.linspace(-np.pi, np.pi, points, endpoint=False))
    return x.astype(np.float32), datasets.polynomial(x, TARGET).astype(np.float32)


def eager(keys, width, steps, points):
    """Plainly written: a loop over steps, operation by operation, all networks side by side, both losses each step."""
    x, y = problem(points)
    x_test, y_test = problem(100)
    params = init_ensemble(ARCHITECTURE, keys, width=width, input_dim=2)

    def loss(p, x, y):
        return 0.5 * jnp.mean((forward(ARCHITECTURE, p, x)[:, 0] - y) ** 2)

    gradient = jax.vmap(jax.grad(loss), in_axes=(0, None, None))
    losses = jax.vmap(loss, in_axes=(0, None, None))
    for _ in range(steps):
        changes = gradient(params, x, y)
        params = jax.tree.map(lambda value, change: value - LEARNING_RATE * change, params, changes)
        history = losses(params, x, y), losses(params, x_test, y_test)
    jax.block_until_ready((params, history))


def library(method):
    def train(keys, width, steps, points):
        x, y = problem(points)
        settings = {"width": width, "learning_rate": LEARNING_RATE, "steps": steps, "method": method}
        jax.block_until_ready(sgntk.train_ensemble(ARCHITECTURE, keys, x, y, **settings).params)

    return train


METHODS = {"eager": eager, **{name: library(name) for name in ("direct", "delayed", "incremental")}}


def matrix_product_rate(size=1024, repeats=5):
    """Floating point operations a second of a float32 product of square matrices."""
    matrix = jnp.ones((size, size))
    product = jax.jit(jnp.matmul)
    jax.block_until_ready(product(matrix, matrix))
    fastest = min(seconds(lambda: jax.block_until_ready(product(matrix, matrix))) for _ in range(repeats))
    return 2 * size**3 / fastest


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("method", choices=[*METHODS, "product"])
    parser.add_argument("--width", type=int, default=500)
    parser.add_argument("--networks", type=int, default=2)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--points", type=int, default=15)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--all-cores", action="store_true", help="let JAX use every core; otherwise it keeps to one")
    options = parser.parse_args()
    if options.method == "product":
        print(json.dumps({"rate": matrix_product_rate()}))
        return
    train, keys = METHODS[options.method], sgntk.split_keys(seed=10, count=options.networks)
    few, many = options.steps, 2 * options.steps
    for steps in (few, many):  # compile
        train(keys, options.width, steps, options.points)
    # The difference of two lengths leaves out the drawing of weights and the start of the call.
    times = [
        [seconds(lambda steps=steps: train(keys, options.width, steps, options.points)) for steps in (few, many)]
        for _ in range(options.repeats)
    ]
    short, long = np.min(times, axis=0)
    print(
        json.dumps(
            {
                "seconds": (long - short) / (many - few) / options.networks,
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
