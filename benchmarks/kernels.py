"""Prints how fast analytic kernels are: the SG-NTK of sign networks with three hidden layers, for every surrogate.

Run it on a machine that does nothing else: `.venv/bin/python benchmarks/kernels.py`. `--quick` shows that it works.
Seconds on the clock are those of a second call; processor time says what it costs where other programs run, too.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
from measure_kernel import BY_QUADRATURE, CLOSED


def measure(surrogate, points, repeats):
    script = Path(__file__).with_name("measure_kernel.py")
    command = [sys.executable, str(script), surrogate, f"--points={points}", f"--repeats={repeats}"]
    result = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return {
        "surrogate": surrogate,
        "M": "closed" if surrogate in CLOSED else "quadrature",
        "points": points,
        "wall, s": result["wall"],
        "cpu, s": result["cpu"],
        "compile, cpu s": result["compile"],
        "peak, MiB": result["memory"],
        "before, MiB": result["before"],
        "kernel, MiB": 8 * points**2 / 2**20,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few points: no timing to rely on")
    few, many, repeats = (200, 1000, 1) if parser.parse_args().quick else (2000, 10_000, 2)
    rows = [measure(surrogate, few, repeats) for surrogate in (*CLOSED, *BY_QUADRATURE)]
    table = pd.DataFrame([*rows, measure("erf_derivative", many, 1)])
    print(table.round(2).to_markdown(index=False))


if __name__ == "__main__":
    main()
