"""Measures a GPU: Figure 3 by each method of training, its outputs against the CPU's, a profile, and kernels.

From a checkout, with nothing installed: `PYTHONPATH=src python benchmarks/gpu.py`. It keeps within `--minutes`, and
after every measurement writes all tables anew, with `performance.md` to read. `--small` shows on a CPU that it works.

Every ensemble first trains for a few seconds; those that need longer follow in full, the fastest first and one of them
before profile and kernels, as far as time allows. What was not trained in full is worked out from the steps that were,
and marked so.
"""

import argparse
import importlib.util
import math
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

if missing := [
    name
    for name in ("jax", "jaxtyping", "numpy", "pandas", "pyarrow", "scipy", "yaml", "sgntk", "replication")
    if importlib.util.find_spec(name) is None
]:
    sys.exit(f"gpu.py: Python finds no {', '.join(missing)}; see docs/performance.md, On a GPU")
os.environ["JAX_PLATFORMS"] = "cpu"  # this process leaves the GPU to the measurements

import agreement
import costs
import experiment
import kernel_times
import pandas as pd
from gpu_report import Report
from measurements import Measurements

ROOT = Path(__file__).resolve().parent.parent
NO_REFERENCE = (
    "The repository has no table of the CPU's outputs, and none was given: so there is no test of Kolmogorov and "
    "Smirnov, and the comparison is with what docs/results has of the published run."
)
START = 15
"""Seconds for Python, JAX and CUDA to start, and to read compiled programs."""


@dataclass(frozen=True)
class Case:
    """An ensemble by one method, with products in float32, or in TensorFloat-32 as is a GPU's default."""

    method: str
    width: int
    products: str = "float32"

    def __str__(self):
        return f"{self.method}_{self.width}" + ("" if self.products == "float32" else f"_{self.products}")


@dataclass(frozen=True)
class Sizes:
    """How much is measured.

    Attributes:
        seconds: of the first, short training of each case, compiling apart.
        profiled: methods of which a step of the widest networks is looked into.
        profiled_steps: of training, in a trace.
        kernels: pairs of points and of rows and columns that are computed at once.
        copied: bytes, for the bandwidth.
        product: rows of the matrices, for the rate of products.
        at_most: seconds of one measurement, but for the training in full.
    """

    seconds: float
    profiled: tuple[str, ...]
    profiled_steps: int
    kernels: tuple[tuple[int, int], ...]
    copied: int
    product: int
    at_most: float = 60


FULL = Sizes(8, costs.METHODS, 100, ((10_000, 2**12), (20_000, 2**9), (20_000, 2**12)), 2**32, 8192)
SMALL = Sizes(60, ("direct",), 10, ((200, 2**6),), 2**24, 256)


class Benchmark:
    """What is measured, in which order, and what becomes of it."""

    def __init__(self, folder, measurements, report, sizes, reference=None):
        self.folder, self.measurements, self.report, self.sizes = folder, measurements, report, sizes
        self.experiment, self.predicted = report.experiment, None
        self.published = pd.read_csv(ROOT / f"docs/results/paper/{self.experiment.name}_learning.csv")
        self.reference = None if reference is None else pd.read_parquet(reference)
        if reference is None:
            report.notes.append(NO_REFERENCE)

    def run(self):
        """Everything, what matters most first."""
        self.rates()
        self.predict()
        widths = sorted(self.experiment.widths)
        cases = [Case(method, width) for width in widths for method in costs.METHODS]
        cases.append(Case("direct", widths[-1], "tensorfloat32"))
        waiting = [case for case in cases if not self.train(case, self.sizes.seconds, self.sizes.at_most)]
        first, others = self.by_speed(waiting)[:1], self.by_speed(waiting)[1:]
        self.train_in_full(first)
        for case in [*(Case(method, widths[-1]) for method in self.sizes.profiled), Case("direct", widths[0])]:
            self.profile(case)
        for points, side in self.sizes.kernels:
            self.kernel(points, side)
        self.train_in_full(others)

    def rates(self):
        """What the device can do."""
        sizes = ("--copied", self.sizes.copied, "--size", self.sizes.product)
        self.report.rates, ending = self.measurements.run("rates", "rates", *sizes)
        if ending:
            log = (self.measurements.folder / "rates.log").read_text().strip()
            sys.exit(f"gpu.py: {log.splitlines()[-1] if log else ending}")
        self.report.write()

    def predict(self):
        """What infinitely wide networks do; on the CPU, but in a process that can be stopped as all others."""
        path = self.folder / "predictions.parquet"
        _, ending = self.measurements.run("predictions", "predict", "--outputs", path, at_most=self.sizes.at_most)
        if ending:
            self.report.notes.append(f"predictions: {ending}; without them nothing is compared with docs/results.")
        else:
            self.predicted = pd.read_parquet(path)

    def by_speed(self, cases):
        """Those of which a time is known, the fastest first, but those with other products than float32 last."""
        expected = {case: self.report.training[case]["wall, s"] for case in cases}
        known = [case for case in cases if expected[case] is not None]
        return sorted(known, key=lambda case: (case.products != "float32", expected[case]))

    def train_in_full(self, cases):
        """Trains those for which time remains."""
        for case in cases:
            if 1.1 * self.report.training[case]["wall, s"] + START < self.measurements.left:
                self.train(case, math.inf, math.inf)

    def train(self, case, seconds, at_most):
        """Trains until it ends or its seconds are over, and says whether it ended."""
        at_once = costs.networks_at_once(self.experiment.networks, case.width, self.report.rates["memory"])
        outputs = self.folder / "outputs" / f"{case}.parquet"
        outputs.parent.mkdir(exist_ok=True)
        values, ending = self.measurements.run(
            str(case),
            *("train", case.method, case.width, "--at-once", at_once, "--seconds", seconds, "--outputs", outputs),
            at_most=at_most,
            products=case.products,
        )
        finished = values.get("finished", False)
        if ending:
            self.report.notes.append(f"{case}: {ending}.")
        if finished or case not in self.report.training:
            self.report.training[case] = self._trained(case, at_once, values)
        self.report.write()
        if finished:
            self.compare(case, outputs)
        return finished

    def _trained(self, case, at_once, values):
        row = {
            "method": case.method,
            "products": case.products,
            "n": case.width,
            "networks at once": at_once,
            "in full": "yes" if values.get("finished") else "no",
            **dict.fromkeys(["steps", "wall, s", "compile, s", "us / step", "bandwidth", "peak, GiB"]),
        }
        if not values:
            return row
        last, step = values["looks"][-1], costs.step_seconds(values["looks"])
        before = self.report.training.get(case, {}).get("compile, s")  # a second run reads what the first compiled
        needed = costs.traffic(case.method, case.width, self.experiment.networks)
        return row | {
            "steps": last["step"],
            "wall, s": values["wall"] - last["compiling"] if "wall" in values else step * self.experiment.steps[-1],
            "compile, s": max(last["compiling"], before or 0.0),
            "us / step": step * 1e6,
            "bandwidth": needed / step / self.report.rates["bandwidth"],
            "peak, GiB": values["memory"] / 2**30,
        }

    def compare(self, case, outputs):
        """The outputs of a case that was trained in full with those of the CPU."""
        outputs, name = pd.read_parquet(outputs), {"method": case.method, "products": case.products}
        tables = {}
        if self.predicted is not None:
            tables["agreement_published"] = agreement.with_published(outputs, self.predicted, self.published)
        if self.reference is not None:
            tables["agreement_outputs"] = agreement.with_outputs(outputs, self.reference)
        for table, rows in tables.items():
            self.report.add(table, [name | row for row in rows.to_dict("records")])

    def profile(self, case):
        """A trace of some steps, and what it says."""
        steps, trace = self.sizes.profiled_steps, self.folder / "profile" / str(case)
        networks, points = self.experiment.networks, len(self.experiment.x)
        at_once = self.report.training[case]["networks at once"]
        _, ending = self.measurements.run(
            f"profile_{case}",
            *("profile", case.method, case.width, "--at-once", at_once, "--steps", steps, "--trace", trace),
            at_most=self.sizes.at_most,
        )
        kernels = None if ending else kernel_times.read(trace)
        if kernels is None or kernels.empty:
            self.report.notes.append(f"profile of {case}: {ending or 'the trace has no kernels'}.")
            return
        name = {"method": case.method, "n": case.width}
        traffic = costs.traffic(case.method, case.width, networks)
        operations = costs.operations(case.method, case.width, networks, points)
        found = kernel_times.summary(kernels, steps, traffic, operations, self.report.rates)
        self.report.add("profile", [name | found])
        self.report.add("profile_kernels", [name | row for row in kernel_times.by_name(kernels, steps)])

    def kernel(self, points, side):
        """An SG-NTK of many points."""
        name = f"kernel_{points}_{side}"
        sizes = ("--points", points, "--side", side)
        values, ending = self.measurements.run(name, "kernel", *sizes, at_most=self.sizes.at_most)
        if ending:
            self.report.notes.append(f"{name}: {ending}.")
        if values:
            peak = {"peak, GiB": values.pop("memory") / 2**30}
            self.report.add("kernels", [{"points": points, "rows at once": side, **values, **peak}])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "results/gpu", help="folder of what is written")
    parser.add_argument("--minutes", type=float, default=8.5, help="that all may take")
    parser.add_argument("--small", action="store_true", help="small sizes, on a CPU: no timing to rely on")
    parser.add_argument("--reference", type=Path, help="table of a CPU's outputs; by default that of results/paper")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # and the measurement that runs ends, too
    chosen = experiment.load(options.small)
    made_here = ROOT / f"results/paper/tables/ensembles/{chosen.name}/outputs.parquet"
    reference = options.reference or (made_here if made_here.exists() else None)
    with tempfile.TemporaryDirectory() as cache:
        measurements = Measurements(options.output / "measurements", options.minutes, options.small, cache)
        report = Report(options.output, chosen, options.small)
        Benchmark(options.output, measurements, report, SMALL if options.small else FULL, reference).run()
    print(f"\n{(options.output / 'performance.md').read_text()}")


if __name__ == "__main__":
    main()
