"""How a run was made: code, packages, machine, and what its jobs took."""

import hashlib
import os
import platform
import re
import subprocess
from collections.abc import Collection
from importlib import metadata
from pathlib import Path

import pandas as pd

PACKAGES = ["sgntk", "jax", "jaxlib", "neural-tangents", "numpy", "scipy", "pandas", "pyarrow", "matplotlib", "seaborn"]
PACKAGES += ["snakemake", "jinja2", "docutils"]


def commit() -> str:
    """The commit of the working directory, marked `-dirty` where files differ from it."""
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--tags"], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return "unknown: git is not installed"
    return done.stdout.strip() or "not a git checkout"


def versions() -> dict[str, str]:
    """Python's version and those of the packages that numbers and figures come from."""
    found = {"Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def machine() -> dict[str, str]:
    """Processor, cores, memory and JAX's device, of the machine that this runs on."""
    import jax

    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "Processor": _processor(),
        "Cores": str(os.cpu_count()),
        "Memory": f"{memory:.1f} GiB",
        "System": f"{platform.system()} {platform.machine()}",
        "JAX's device": ", ".join(sorted({device.device_kind for device in jax.devices()})),
    }


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    named = (
        re.search(r"^model name\s*:\s*(.+)$", information.read_text(), re.MULTILINE) if information.exists() else None
    )
    return named[1] if named else platform.processor() or "unknown"


def digest(path: str | Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def measured(benchmarks: Path, rules: Collection[str], batches: Collection[str]) -> pd.DataFrame:
    """Of each rule: jobs, seconds and peak memory in MiB, from the benchmarks that its jobs left.

    Args:
        benchmarks: their folder.
        rules: names of the rules.
        batches: names of the training jobs of this configuration; benchmarks of others are from former ones.
    """
    rows = []
    for path in sorted(benchmarks.rglob("*.tsv")):
        name = path.relative_to(benchmarks).with_suffix("").as_posix()
        rule = next((rule for rule in sorted(rules, key=len, reverse=True) if name.startswith(rule)), None)
        if rule is None or (rule == "train" and name.removeprefix("train/") not in batches):
            continue
        taken = pd.read_csv(path, sep="\t")[["s", "max_rss"]].apply(pd.to_numeric, errors="coerce")
        rows.append({"rule": rule, "jobs": 1, "seconds": taken["s"].sum(), "memory": taken["max_rss"].max()})
    table = pd.DataFrame(rows, columns=["rule", "jobs", "seconds", "memory"])
    return table.groupby("rule", as_index=False).agg({"jobs": "sum", "seconds": "sum", "memory": "max"})
