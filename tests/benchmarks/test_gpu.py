"""The benchmark for a GPU, as far as a CPU can show that it works."""

import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "benchmarks/gpu.py"


@pytest.fixture
def benchmarks(monkeypatch):
    """The modules of the benchmark, which import each other as scripts of one folder do."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.setenv("JAX_PLATFORMS", "cpu")
    import agreement
    import costs
    import experiment
    import gpu
    import gpu_report
    import kernel_times

    return SimpleNamespace(
        agreement=agreement, costs=costs, experiment=experiment, gpu=gpu, report=gpu_report, kernel_times=kernel_times
    )


def start(*arguments, **environment):
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_everything_at_small_sizes_on_a_cpu(tmp_path):
    done = start("--small", "--output", tmp_path)
    assert done.returncode == 0, done.stderr

    training = pd.read_csv(tmp_path / "training.csv")
    cases = {(method, "float32", width) for method in ("direct", "delayed", "incremental") for width in (20, 100)}
    assert {*zip(training["method"], training["products"], training["n"], strict=True)} == {
        *cases,
        ("direct", "tensorfloat32", 100),
    }
    assert {*training["in full"]} == {"yes"}
    assert (training[["steps", "networks at once"]] == [100, 20]).all(axis=None)
    assert (training[["wall, s", "compile, s", "us / step", "bandwidth", "peak, GiB"]] > 0).all(axis=None)

    outputs = pd.read_parquet(tmp_path / "outputs/direct_20.parquet")
    assert len(outputs) == 20 * 100
    assert outputs["output"].std() > 0.1

    published = pd.read_csv(tmp_path / "agreement_published.csv")
    assert len(published) == len(training)
    # The published run has 500 networks, of which these 20 are none: three standard errors, and a fifth more or less
    # spread at most, of which 20 networks have a relative standard error of a sixth at a point, less over the grid.
    assert (published["difference, standard errors"].abs() < 3).all()
    np.testing.assert_allclose(published["variance ratio"], published["variance ratio, CPU"], rtol=0.4)

    profile = pd.read_csv(tmp_path / "profile.csv")
    assert [*zip(profile["method"], profile["n"], strict=True)] == [("direct", 100), ("direct", 20)]
    assert (profile["kernels / step"] > 5).all()
    assert profile["idle"].between(0, 1).all()
    assert pd.read_csv(tmp_path / "profile_kernels.csv").groupby(["method", "n"])["share"].sum().round(6).eq(1).all()

    (kernel,) = pd.read_csv(tmp_path / "kernels.csv").to_dict("records")
    assert (kernel["points"], kernel["difference from the CPU"]) == (200, 0)

    page = (tmp_path / "performance.md").read_text()
    assert "All of Figure 3 by `incremental`:" in page
    assert "no test of Kolmogorov and Smirnov" in page or "point by point" in page
    assert page in done.stdout


@pytest.mark.slow
def test_what_was_measured_before_an_interruption_is_there(tmp_path):
    arguments = [sys.executable, SCRIPT, "--small", "--output", tmp_path]
    with subprocess.Popen(arguments, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}) as process:
        training = tmp_path / "training.csv"
        while not training.exists():
            assert process.poll() is None
            time.sleep(0.1)
        time.sleep(1)  # the next measurement runs
        running = psutil.Process(process.pid).children()
        process.terminate()
        assert process.wait(timeout=10) == 143
        assert psutil.wait_procs(running, timeout=10)[1] == []
    assert pd.read_csv(training)["in full"].iloc[0] == "yes"
    assert "| direct | float32 | 20 |" in (tmp_path / "performance.md").read_text()


def test_a_missing_package_is_named_in_one_line():
    done = start(PYTHONPATH="")
    missing = subprocess.run([sys.executable, "-I", "-c", "import sgntk"], capture_output=True, check=False).returncode
    if not missing:
        pytest.skip("the packages are installed here")
    assert done.returncode == 1
    assert done.stderr == "gpu.py: Python finds no sgntk, replication; see docs/performance.md, On a GPU\n"


def test_without_a_gpu_it_ends_at_once(tmp_path):
    done = start("--output", tmp_path, CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 1
    assert done.stderr.startswith("gpu.py: JAX finds no GPU")
    assert done.stderr.count("\n") == 1


# --- what is trained in full ---


class Trained:
    """In place of measurements: training that takes a known time a step, and how much time is left."""

    def __init__(self, folder, step_seconds, left):
        self.folder, self.step_seconds, self.left = folder, step_seconds, left
        self.ran = []

    def run(self, name, *arguments, at_most, products):
        method, width, seconds = arguments[1], arguments[2], arguments[arguments.index("--seconds") + 1]
        step = self.step_seconds.get((method, width, products))
        if step is None:
            return {}, "failed with exit code 1"
        self.ran.append((name, seconds))
        steps = min(30_000, 1000 * int(1 + seconds / step / 1000)) if seconds < np.inf else 30_000
        looks = [
            {"step": done, "seconds": 3 + done * step, "compiling": 3.0} for done in (10, 1000, steps) if done <= steps
        ]
        finished = steps == 30_000
        self.left -= 3 + steps * step
        values = {"finished": finished, "memory": 2**30, "looks": looks}
        return values | ({"wall": 3 + steps * step} if finished else {}), ""


def test_the_fastest_are_trained_in_full_first_and_the_others_are_marked(benchmarks, tmp_path, monkeypatch):
    gpu = benchmarks.gpu
    speeds = {
        ("direct", 500, "float32"): 2e-3,
        ("delayed", 500, "float32"): 1e-3,
        ("incremental", 500, "float32"): 1e-2,
        ("direct", 500, "tensorfloat32"): 5e-4,
        ("direct", 20, "float32"): 1e-4,
    }
    measurements = Trained(tmp_path, speeds, left=200)
    report = benchmarks.report.Report(tmp_path, benchmarks.experiment.load(), small=False)
    report.rates = {
        "device": "a GPU",
        "jax": "0",
        "memory": 2**36,
        "bandwidth": 3e12,
        "float32": 5e13,
        "tensorfloat32": 3e14,
        "small operation": 5e-6,
    }
    benchmark = gpu.Benchmark(tmp_path, measurements, report, gpu.FULL)
    monkeypatch.setattr(benchmark, "compare", lambda *_: None)

    cases = [gpu.Case(method, width, products) for method, width, products in speeds] + [gpu.Case("delayed", 100)]
    waiting = [case for case in cases if not benchmark.train(case, 8, 60)]
    assert [str(case) for case in waiting] == [
        *("direct_500", "delayed_500", "incremental_500", "direct_500_tensorfloat32", "delayed_100")
    ]
    measurements.left = 150
    benchmark.train_in_full(benchmark.by_speed(waiting))
    # delayed takes 33 s of the 150, direct 63 s of the 117, incremental 300 s, and TensorFloat-32 18 s of the 54.
    in_full = ["delayed_500", "direct_500", "direct_500_tensorfloat32"]
    assert measurements.ran[len(speeds) :] == [(name, np.inf) for name in in_full]

    rows = {str(case): row for case, row in report.training.items()}
    assert {name: row["in full"] for name, row in rows.items()} == {
        "direct_500": "yes",
        "delayed_500": "yes",
        "incremental_500": "no",
        "direct_500_tensorfloat32": "yes",
        "direct_20": "yes",
        "delayed_100": "no",
    }
    assert rows["incremental_500"]["wall, s"] == pytest.approx(300)
    assert rows["delayed_500"]["wall, s"] == pytest.approx(30)
    # Three passes through 500 matrices of 500 x 500 float32 in 1 ms, of 3 TB/s.
    assert rows["delayed_500"]["bandwidth"] == pytest.approx(3 * 4 * 500**3 / 1e-3 / 3e12)
    assert rows["delayed_100"]["us / step"] is None
    assert "delayed_100: failed with exit code 1." in report.notes
    page = (tmp_path / "performance.md").read_text()
    assert "| incremental | float32 | 500 | 500 | no | 1000 | 300 |" in page
    assert "All of Figure 3" not in page


# --- what is counted ---


def test_seconds_of_a_step_leave_compiling_out(benchmarks):
    looks = [
        {"step": 0, "seconds": 0.0, "compiling": 0.0},
        {"step": 10, "seconds": 6.0, "compiling": 5.0},
        {"step": 1000, "seconds": 10.0, "compiling": 8.0},
        {"step": 2000, "seconds": 11.0, "compiling": 8.0},
        {"step": 4000, "seconds": 13.0, "compiling": 8.0},
    ]
    assert benchmarks.costs.step_seconds(looks) == pytest.approx(1e-3)
    assert benchmarks.costs.step_seconds(looks[:3]) == pytest.approx(2e-3)


def test_networks_at_once(benchmarks):
    at_once = benchmarks.costs.networks_at_once
    assert at_once(500, 500, 2**36) == 500
    assert at_once(500, 10_000, 2**36) == 14  # 4.85 GB a network: 36 shares
    assert at_once(500, 10_000, 2**30) == 1


def test_busy_time_and_shares_of_kernels(benchmarks):
    times = benchmarks.kernel_times
    kernels = pd.DataFrame(
        # Two that overlap, a gap of 50, one, a gap of 100, one within the one before.
        [("a", 0, 100), ("b", 50, 100), ("a", 200, 100), ("c", 400, 100), ("b", 420, 20)],
        columns=["kernel", "start", "duration"],
    ).sample(frac=1, random_state=0)
    assert times.busy(kernels) == 350
    first, *_ = times.by_name(kernels, steps=2)
    assert first == {"rank": 1, "kernel": "a", "calls / step": 1.0, "us / call": 0.1, "share": pytest.approx(200 / 420)}
    rates = {"bandwidth": 1e9, "float32": 1e9}
    found = times.summary(kernels, steps=2, traffic=100, operations=10, rates=rates)
    assert found["us / step"] == pytest.approx(0.25)
    assert found["idle"] == pytest.approx(0.3)
    assert (found["bandwidth"], found["products"]) == (pytest.approx(200 / 350), pytest.approx(20 / 350))
    assert found["bound"] == "moving the weights"
    few = times.summary(kernels, steps=2, traffic=10, operations=10, rates=rates)
    assert few["bound"].startswith("many short kernels")
    apart = kernels.assign(start=10 * kernels["start"])
    assert times.summary(apart, 2, 100, 10, rates)["bound"].startswith("starting kernels")


# --- agreement ---


def outputs(shift=0.0, scale=1.0, seed=0):
    """Of 200 networks at 50 points."""
    values = shift + scale * np.random.default_rng(seed).normal(size=(200, 50))
    index = pd.MultiIndex.from_product([range(200), range(50)], names=["network", "point"])
    table = pd.DataFrame({"output": values.ravel()}, index=index).reset_index()
    return table.assign(activation="sign", width=20, step=10)


@pytest.mark.parametrize(("change", "agrees"), [({}, True), ({"shift": 0.6}, False), ({"scale": 1.8}, False)])
def test_agreement_with_outputs_point_by_point(benchmarks, change, agrees):
    (row,) = benchmarks.agreement.with_outputs(outputs(seed=1, **change), outputs()).to_dict("records")
    # 50 points: one of two hundred runs has a larger difference of means than 4.
    assert (row["largest difference of means, standard errors"] < 4) == (change.get("shift", 0) == 0)
    assert (row["p of Kolmogorov and Smirnov, all points"] > 0.01) == agrees
    # The quotient of two standard deviations has a relative error of 7 %, and the largest of 50 is three times as far.
    scale = change.get("scale", 1.0)
    assert scale < row["largest quotient of standard deviations"] < 1.3 * scale


def test_agreement_of_one_and_the_same(benchmarks):
    (row,) = benchmarks.agreement.with_outputs(outputs(), outputs()).to_dict("records")
    assert [*row.values()] == [20, 10, 0.0, 1.0, 1.0]


def test_agreement_with_what_is_published(benchmarks):
    predicted = pd.DataFrame(
        {"activation": "sign", "kernel": "sg_ntk", "step": 10, "point": range(50), "mean": 0.0, "std": 1.0}
    )
    published = pd.DataFrame(
        [["sign", 20, 10, 0.0, 0.003, 1.0]],
        columns=["activation", "width", "step", "squared_distance", "standard_error", "variance_ratio"],
    )
    (same,) = benchmarks.agreement.with_published(outputs(), predicted, published).to_dict("records")
    assert abs(same["difference, standard errors"]) < 4
    assert same["variance ratio"] == pytest.approx(1, rel=0.05)  # 10,000 numbers: 1.4 %
    (shifted,) = benchmarks.agreement.with_published(outputs(shift=0.3), predicted, published).to_dict("records")
    assert shifted["difference, standard errors"] > 4
