"""Prints how fast networks are trained: every method, width and number of processes, side by side in one run.

Run it on a machine that does nothing else: `.venv/bin/python benchmarks/training.py`. `--quick` shows that it works.
"""

import argparse
import json
import subprocess
import sys
from itertools import product
from pathlib import Path

import pandas as pd

POINTS = 15
ALL_CORES = "1, all cores"  # one process to which JAX gives both
ALL_CORES_WIDTH = 500

# Method, number of networks, and widths.
CASES = [
    ("eager", 10, [20, 100, 500]),
    ("eager", 100, [20, 100, 500]),
    ("direct", 2, [20, 100, 500, 1000]),
    ("delayed", 2, [500, 1000]),
    ("incremental", 2, [20, 100, 500, 1000]),
]


def start(method, all_cores=False, **options):
    arguments = [f"--{name}={value}" for name, value in options.items()] + ["--all-cores"] * all_cores
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("measure_training.py")), method, *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )


def finish(process):
    printed, _ = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(f"{process.args} failed with exit code {process.returncode}")
    return json.loads(printed)


def steps_for(method, width, networks):
    """About a second on a machine of 2020s make."""
    expected = 4e-3 * networks if method == "eager" else 5e-6 + 2e-9 * width**2
    return max(3, round(1 / (expected * networks)))


def measure(case, width, processes, scale):
    method, networks, _ = case
    options = {"width": width, "networks": networks, "points": POINTS, "repeats": 3 if scale == 1 else 1}
    options |= {"steps": max(2, round(steps_for(method, width, networks) * scale)), "all_cores": processes == ALL_CORES}
    count = 2 if processes == 2 else 1
    results = [finish(process) for process in [start(method, **options) for _ in range(count)]]
    seconds = sum(result["seconds"] for result in results) / count**2  # processes work at the same time
    return {
        "method": method,
        "networks": networks,
        "n": width,
        "processes": processes,
        "us / step / network": seconds * 1e6,
        "GFLOP/s": 6 * POINTS * width**2 / seconds / 1e9,
        "memory / process, MiB": max(result["memory"] for result in results) / 2**20,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few steps: no timing to rely on")
    scale = 0.02 if parser.parse_args().quick else 1
    rates = {
        processes: sum(finish(process)["rate"] for process in [start("product") for _ in range(processes)])
        for processes in (1, 2)
    }
    rates[ALL_CORES] = finish(start("product", all_cores=True))["rate"]
    rows = [
        measure(case, width, processes, scale)
        for case, processes in product(CASES, (1, 2, ALL_CORES))
        for width in case[2]
        if processes != ALL_CORES or width == ALL_CORES_WIDTH
    ]
    table = pd.DataFrame(rows)
    table["share of the matrix product"] = table["GFLOP/s"] / (table["processes"].map(rates) / 1e9)
    print(
        "Matrix product, 1024 x 1024, by processes: "
        + ", ".join(f"{processes}: {rate / 1e9:.0f} GFLOP/s" for processes, rate in rates.items())
    )
    print("GFLOP/s count the three products of the direct method, 6 * 15 * n^2 operations, whatever a method computes.")
    print(table.sort_values("n", kind="stable").round(2).to_markdown(index=False))


if __name__ == "__main__":
    main()
