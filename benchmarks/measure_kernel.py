"""Measures one analytic kernel, in a process of its own, and prints a line of JSON. `kernels.py` calls it."""

import argparse
import json
import re
import time
from pathlib import Path

import numpy as np

import sgntk
from sgntk import surrogates

CLOSED = {
    "arctangent": surrogates.Arctangent(slope=2.0),
    "box": surrogates.Box(half_width=0.5),
    "erf_derivative": surrogates.ErfDerivative(1.0),
    "gaussian": surrogates.Gaussian(width=0.5),
    "laplace": surrogates.Laplace(slope=2.0),
    "leaky_box": surrogates.LeakyBox(half_width=0.5, leak=0.1),
    "multi_gaussian": surrogates.MultiGaussian(width=0.5),
    "straight_through": surrogates.StraightThrough(),
    "triangle": surrogates.Triangle(half_width=1.0),
}
BY_QUADRATURE = {
    "sech_squared": surrogates.SechSquared(slope=1.0),
    "sigmoid_derivative": surrogates.SigmoidDerivative(slope=2.0),
    "super_spike": surrogates.SuperSpike(slope=2.0),
    "one's own": surrogates.Custom(lambda z: 1 / (1 + z**4)),
}


def memory():
    """Peak so far, in MiB, as Linux has it; `ru_maxrss` would count the process that started this one."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def cost(function):
    """Seconds on the clock, and of processor time on all cores together."""
    wall, cpu = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - wall, time.process_time() - cpu


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("surrogate", choices=[*CLOSED, *BY_QUADRATURE])
    parser.add_argument("--points", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    surrogate = {**CLOSED, **BY_QUADRATURE}[options.surrogate]
    arch = sgntk.Architecture(sgntk.Sign(), surrogate, hidden_layers=3, sigma_w=1.0, sigma_b=0.1)
    x = np.random.default_rng(0).normal(size=(options.points, 10))
    before = memory()
    _, first = cost(lambda: sgntk.sg_ntk(arch, x))
    wall, cpu = np.min([cost(lambda: sgntk.sg_ntk(arch, x)) for _ in range(options.repeats)], axis=0)
    print(json.dumps({"wall": wall, "cpu": cpu, "compile": first - cpu, "before": before, "memory": memory()}))


if __name__ == "__main__":
    main()
