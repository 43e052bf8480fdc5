"""What ran on a device during a trace of `jax.profiler`: each kernel's share, and what bounds the whole."""

from pathlib import Path

import jax
import pandas as pd

CONTAINERS = ("while", "call", "conditional")
"""Operations of the CPU that hold others."""


def read(folder):
    """Kernels of the newest trace in a folder, or the CPU's operations: name, and start and duration in ns."""
    trace = max(Path(folder).rglob("*.xplane.pb"), key=lambda path: path.stat().st_mtime)
    planes = list(jax.profiler.ProfileData.from_file(str(trace)).planes)
    lines = [line for plane in planes if plane.name.startswith("/device:GPU") for line in plane.lines]
    streams = [line for line in lines if line.name.startswith("Stream")] or lines
    events = [event for line in streams for event in line.events]
    if not lines:
        every = (event for plane in planes for line in plane.lines for event in line.events)
        events = [event for event in every if _is_operation(event)]
    rows = [(event.name, event.start_ns, event.duration_ns) for event in events]
    return pd.DataFrame(rows, columns=["kernel", "start", "duration"])


def _is_operation(event):
    name = dict(event.stats).get("hlo_op", "")
    return event.name == name and not name.startswith(CONTAINERS)


def busy(kernels):
    """Nanoseconds in which at least one kernel runs."""
    ordered = kernels.sort_values("start")
    ends = (ordered["start"] + ordered["duration"]).cummax()
    gaps = (ordered["start"] - ends.shift()).clip(lower=0).sum()
    return ends.iloc[-1] - ordered["start"].iloc[0] - gaps


def by_name(kernels, steps):
    """Rows by kernel: calls a step, time a call and share of the time of all, the longest first."""
    table = kernels.groupby("kernel")["duration"].agg(["count", "mean", "sum"]).sort_values("sum", ascending=False)
    return [
        {
            "rank": rank,
            "kernel": name,
            "calls / step": float(count / steps),
            "us / call": float(mean / 1e3),
            "share": float(total / table["sum"].sum()),
        }
        for rank, (name, count, mean, total) in enumerate(table.itertuples(), 1)
    ]


def summary(kernels, steps, traffic, operations, rates):
    """What bounds the steps of a trace.

    Args:
        kernels: from `read`.
        steps: of training, in the trace.
        traffic: bytes that a step must move.
        operations: of a step's large products.
        rates: `bandwidth` in bytes and `float32` in operations a second, as measured on the device.

    Returns:
        us a step, from the first kernel's start to the last one's end; the part of them with no kernel running; kernels
        a step; the shares of bandwidth and products while kernels run; and in words which of these is the bound.
    """
    ends = kernels["start"] + kernels["duration"]
    span, running = ends.max() - kernels["start"].min(), busy(kernels)
    idle = 1 - running / span
    bandwidth = traffic * steps / (running / 1e9) / rates["bandwidth"]
    products = operations * steps / (running / 1e9) / rates["float32"]
    return {
        "us / step": float(span / steps / 1e3),
        "idle": float(idle),
        "kernels / step": len(kernels) / steps,
        "bandwidth": float(bandwidth),
        "products": float(products),
        "bound": _bound(idle, bandwidth, products),
    }


def _bound(idle, bandwidth, products):
    if idle > 0.5:
        return "starting kernels: for most of the time none runs"
    if max(bandwidth, products) < 0.5:
        return "many short kernels: they run for most of the time, far from either rate"
    return "moving the weights" if bandwidth > products else "float32 products"
