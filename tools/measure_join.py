"""What joining an ensemble costs: `python tools/measure_join.py 10000 100000` prints a row for each number of networks.

Batches of 500 networks at 100 grid points, with random outputs, go through the functions of the pipeline. Each row
is measured in a process of its own, since a process never gives back the peak of its memory.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from replication import ensembles
from replication.store import tables

BATCH, POINTS = 500, 100


def batch(first: int) -> pd.DataFrame:
    """A recorded table as a training job writes it."""
    axes = [[30_000], range(first, first + BATCH), range(POINTS)]
    index = pd.MultiIndex.from_product(axes, names=["step", "network", "point"])
    values = np.random.default_rng(first).standard_normal(len(index), dtype=np.float32)
    return pd.DataFrame({"value": values}, index=index).reset_index()


def measure(networks: int) -> str:
    """A row of the table."""
    names = [ensembles.Batch("sign", 500, first, first + BATCH - 1) for first in range(0, networks, BATCH)]
    batches = [(name, batch(name.first)) for name in names]
    predictions = pd.DataFrame(
        {"activation": "sign", "kernel": "sg_ntk", "step": float("nan"), "point": range(POINTS), "mean": 0.0}
    )
    start = time.process_time()
    outputs = ensembles.join_batches(batches, networks).rename(columns={"value": "output"})
    outputs["alpha"] = outputs["point"] * 0.1
    ensembles.ensemble_statistics(outputs)
    ensembles.distances(outputs, predictions)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "outputs.parquet")
        tables.write(outputs, path)
        size = path.stat().st_size / 1e6
    seconds = time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return f"| {networks} | {len(outputs)} | {seconds:.1f} | {memory} | {size:.0f} |"


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[0] == "--one":
        print(measure(int(arguments[1])))
    else:
        print("| networks | rows | seconds | MB | table, MB |")
        print("| --- | --- | --- | --- | --- |", flush=True)
        for networks in arguments:
            subprocess.run([sys.executable, __file__, "--one", networks], check=True)
