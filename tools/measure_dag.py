"""What the DAG itself costs: processor time and memory of a dry run, and of a run that has nothing to do.

`python tools/measure_dag.py 100 1000 10000` prints a row for each of these numbers of training jobs. Nothing is
trained: the files of the sweep, up to 100 widths, are empty ones in a temporary copy of the repository.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
PARTS = ["Snakefile", "environment.yml", "profiles", "scripts", "src", "workflow"]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
TARGET = "results/sweep/tables/ensembles/sign/outputs.parquet"
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)
"""


def snakemake(*arguments: str) -> list[str]:
    """The command for the sweep's table."""
    return [str(SNAKEMAKE), TARGET, "--cores", "1", "--configfile", "sweep.yaml", *arguments]


def sweep(widths: int, networks: int, networks_per_job: int) -> dict[str, object]:
    """The changes to the paper's configuration for a sweep of Figure 3."""
    plans = [{"width": width, "networks_per_job": networks_per_job, "vectorize": 1} for width in range(10, 10 + widths)]
    return {"run": "sweep", "experiments": {"sign": {"networks": networks, "widths": plans}}}


def measure(folder: Path, *arguments: str) -> tuple[float, int]:
    """Seconds of processor time, and peak MB, of one call of snakemake."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *snakemake(*arguments)], cwd=folder, check=True, capture_output=True, text=True
    )
    seconds, megabytes = done.stdout.split()
    return float(seconds), int(megabytes)


def main(counts: list[int]) -> None:
    """Prints the table."""
    print("| training jobs | dry run, s | MB | nothing to do, s | MB |")
    print("| --- | --- | --- | --- | --- |")
    for count in counts:
        widths = min(100, count // 10)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for part in PARTS:
                copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
                copy(ROOT / part, folder / part)
            configuration = sweep(widths, networks=10 * count // widths, networks_per_job=10)
            (folder / "sweep.yaml").write_text(yaml.safe_dump(configuration))
            dry = measure(folder, "--dry-run", "--quiet")
            # Empty files, older first, that snakemake then takes for its own.
            plan = subprocess.run(
                snakemake("--summary"),
                cwd=folder,
                check=True,
                capture_output=True,
                text=True,
            ).stdout
            for line in plan.splitlines()[1:]:
                path = folder / line.split("\t")[0]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
            measure(folder, "--touch", "--quiet")
            idle = measure(folder, "--quiet")
        print(f"| {count} | {dry[0]:.1f} | {dry[1]} | {idle[0]:.1f} | {idle[1]} |", flush=True)


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]])
