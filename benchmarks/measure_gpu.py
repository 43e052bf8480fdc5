"""Measures one thing on JAX's default device, in a process of its own, and writes it to a file. `gpu.py` calls it.

The file appears at the first measurement and is replaced by every further one: a process that is stopped leaves what it
measured until then.
"""

import argparse
import json
import os
import resource
import sys
import time
from functools import partial
from pathlib import Path

import agreement
import experiment
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd

import sgntk
from replication import recording
from sgntk import _direct, _kernels, _training
from sgntk._losses import squared_error
from sgntk._models import Network
from sgntk._networks import init_ensemble
from sgntk._precision import full_float32

COMPILING = ("/jax/core/compile/jaxpr_to_mlir_module_duration", "/jax/core/compile/backend_compile_duration")


class Compilation:
    """Seconds that JAX has spent on compiling, from its own events."""

    def __init__(self):
        self.seconds = 0.0
        jax.monitoring.register_event_duration_secs_listener(self._add)

    def _add(self, event, seconds, **_):
        self.seconds += seconds if event in COMPILING else 0.0


class OutOfTime(Exception):
    """The training has had its seconds."""


def memory():
    """Peak so far in bytes: of the device, or of the process where the device is the CPU."""
    statistics = jax.devices()[0].memory_stats()
    return statistics["peak_bytes_in_use"] if statistics else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def write(path, values):
    temporary = Path(f"{path}.part")
    temporary.write_text(json.dumps(values))
    temporary.replace(path)


def seconds(function):
    """The shortest of five calls, after one that compiles."""
    jax.block_until_ready(function())
    times = []
    for _ in range(5):
        start = time.perf_counter()
        jax.block_until_ready(function())
        times.append(time.perf_counter() - start)
    return min(times)


# --- what the device can do ---


def rates(options):
    """Bandwidth of a copy, rate of float32 products, and what one small operation costs in a compiled loop."""
    device = jax.devices()[0]
    if device.platform == "cpu" and not options.small:
        sys.exit("JAX finds no GPU; is its CUDA plugin installed? --small shows on a CPU that the benchmark works")
    statistics = device.memory_stats() or {}
    numbers = jnp.zeros(options.copied // 4, jnp.float32)
    copy = seconds(partial(jax.jit(lambda x: x + 1), numbers))
    matrix = jnp.ones((options.size, options.size), jnp.float32)
    products = {name: jax.jit(partial(jnp.matmul, matrix, precision=name)) for name in ("float32", "tensorfloat32")}
    flop = 2 * options.size**3
    turns = 1000
    loop = jax.jit(lambda x: jax.lax.scan(lambda x, _: (x @ x, None), x, length=turns)[0])
    write(
        options.result,
        {
            "device": device.device_kind,
            "jax": jax.__version__,
            "memory": statistics.get("bytes_limit", os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2),
            "bandwidth": 2 * options.copied / copy,
            **{name: flop / seconds(partial(product, matrix)) for name, product in products.items()},
            "small operation": seconds(partial(loop, jnp.zeros((64, 64), jnp.float32))) / turns,
        },
    )


# --- what it is compared with ---


def predict(options):
    """What infinitely wide networks do at each recorded step, on the CPU as in every run of the workflow."""
    jax.config.update("jax_platforms", "cpu")
    agreement.predictions(experiment.load(options.small)).to_parquet(options.outputs, index=False)
    write(options.result, {})


# --- training ---


def train(options):
    """The experiment for one width, until it ends or its seconds are over; the outputs of all networks if it ended."""
    chosen = experiment.load(options.small)
    compilation = Compilation()
    start = time.perf_counter()
    looks = [{"step": 0, "seconds": 0.0, "compiling": 0.0}]

    def look(step):
        compiling = compilation.seconds
        looks.append({"step": step, "seconds": time.perf_counter() - start, "compiling": compiling})
        finished = step == chosen.steps[-1]
        write(options.result, {"finished": False, "memory": memory(), "looks": looks})
        if not finished and looks[-1]["seconds"] - compiling > options.seconds:
            raise OutOfTime

    try:
        run = sgntk.train_ensemble(
            chosen.architecture,
            sgntk.split_keys(chosen.seed, chosen.networks),
            chosen.x,
            chosen.y,
            width=options.width,
            learning_rate=chosen.learning_rate,
            steps=chosen.steps[-1],
            record=recording.outputs(chosen.architecture, chosen.grid),
            record_at=chosen.steps,
            vectorize=options.at_once,
            method=options.method,
            progress=look,
        )
    except OutOfTime:
        return
    wall = time.perf_counter() - start
    _tabulate(run, chosen, options.width).to_parquet(options.outputs, index=False)
    write(options.result, {"finished": True, "wall": wall, "memory": memory(), "looks": looks})


def _tabulate(run, chosen, width):
    """As `ensembles/<experiment>/outputs` of a run of the workflow."""
    axes = [run.recorded_steps, range(chosen.networks), range(len(chosen.grid))]
    index = pd.MultiIndex.from_product(axes, names=["step", "network", "point"])
    table = pd.DataFrame({"output": np.ravel(run.records)}, index=index).reset_index()
    return table.assign(activation=chosen.activation, width=width)


# --- profile ---


def profile(options):
    """A trace of some steps, after the same steps compiled the program."""
    chosen = experiment.load(options.small)
    plan = _direct.Plan(Network(chosen.architecture, options.width), squared_error)
    advance = partial(
        _training._advance,
        method=_training._find_method(options.method, plan, options.at_once),
        plan=plan,
        data=_direct.Data(jnp.asarray(chosen.x, jnp.float32), jnp.asarray(chosen.y, jnp.float32)),
        learning_rate=chosen.learning_rate,
        first=0,
        steps=options.steps,
        vectorize=options.at_once,
        mesh=None,
    )
    keys = sgntk.split_keys(chosen.seed, chosen.networks)
    params = init_ensemble(chosen.architecture, keys, width=options.width, input_dim=chosen.x.shape[1])
    state = _direct.State(params, ())
    with full_float32():
        state = jax.block_until_ready(advance(state))
        with jax.profiler.trace(options.trace):
            jax.block_until_ready(advance(state))


# --- kernels ---


def kernel(options):
    """An SG-NTK of random points, by square blocks of so many rows, and how far it is from the CPU's in some rows."""
    chosen = experiment.load()
    _kernels.SIDE = options.side
    x = np.random.default_rng(0).normal(size=(options.points, 10))
    compilation = Compilation()
    start = time.perf_counter()
    sgntk.sg_ntk(chosen.architecture, x)
    values = {"first, s": time.perf_counter() - start, "compile, s": compilation.seconds, "memory": memory()}
    write(options.result, values)
    start = time.perf_counter()
    ours = sgntk.sg_ntk(chosen.architecture, x)
    values |= {"wall, s": time.perf_counter() - start, "memory": memory()}
    write(options.result, values)
    with jax.default_device(jax.devices("cpu")[0]):
        cpu = sgntk.sg_ntk(chosen.architecture, x[:5], x)
    difference = np.max(np.abs(ours[:5] - cpu)) / np.max(np.abs(cpu))
    write(options.result, values | {"difference from the CPU": float(difference)})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--result", required=True, help="file to write")
    parser.add_argument("--small", action="store_true")
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("rates")
    command.set_defaults(measure=rates)
    command.add_argument("--copied", type=int, required=True, help="bytes")
    command.add_argument("--size", type=int, required=True, help="rows of the matrices that are multiplied")

    command = commands.add_parser("predict")
    command.set_defaults(measure=predict)
    command.add_argument("--outputs", required=True, help="file to write")

    for measure in (train, profile):
        command = commands.add_parser(measure.__name__)
        command.set_defaults(measure=measure)
        command.add_argument("method")
        command.add_argument("width", type=int)
        command.add_argument("--at-once", type=int, required=True)
        if measure is train:
            command.add_argument("--seconds", type=float, required=True, help="of training, compiling apart")
            command.add_argument("--outputs", required=True, help="file to write if the training ends")
        else:
            command.add_argument("--steps", type=int, required=True)
            command.add_argument("--trace", required=True, help="folder to write")

    command = commands.add_parser("kernel")
    command.set_defaults(measure=kernel)
    command.add_argument("--points", type=int, required=True)
    command.add_argument("--side", type=int, required=True, help="rows and columns that are computed at once")

    options = parser.parse_args()
    options.measure(options)


if __name__ == "__main__":
    main()
