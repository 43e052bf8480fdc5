"""How a run was made: code, packages, machine, and what its jobs took."""

import hashlib
import os
import platform
import re
import subprocess
from collections.abc import Collection, Iterable, Mapping
from graphlib import TopologicalSorter
from importlib import metadata
from pathlib import Path

import pandas as pd

from replication.report.tables import NOTHING, Table, number
from replication.settings import Study

PACKAGES = ["sgntk", "jax", "jaxlib", "neural-tangents", "numpy", "scipy", "pandas", "pyarrow", "matplotlib", "seaborn"]
PACKAGES += ["snakemake", "pydantic", "jinja2", "docutils"]

Graph = Mapping[str, Collection[str]]
"""The rules, and those that each needs."""


def summary(study: Study) -> list[Table]:
    """Code, machine and seeds."""
    seeds = {"networks": str(study.training.seed)}
    seeds |= {f"training set {name}": str(chosen.seed) for name, chosen in study.data.training_sets.items()}
    return [
        _listed("Code", ["what", "which"], {"commit": commit()} | versions()),
        _listed("Machine", ["what", "which"], machine()),
        _listed("Seeds", ["of", "seed"], seeds),
    ]


def _listed(caption: str, columns: list[str], entries: Mapping[str, str]) -> Table:
    return Table(caption, columns, [[name, value] for name, value in entries.items()])


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


def measured(jobs: Iterable[tuple[str, str | Path]]) -> pd.DataFrame:
    """Of each rule: jobs, seconds and peak memory in MiB, from the benchmarks that its jobs left.

    Args:
        jobs: rule and benchmark of each job; one that has left none is not counted.
    """
    rows = []
    for rule, benchmark in jobs:
        if Path(benchmark).exists():
            taken = pd.read_csv(benchmark, sep="\t")[["s", "max_rss"]].apply(pd.to_numeric, errors="coerce")
            rows.append({"rule": rule, "jobs": 1, "seconds": taken["s"].sum(), "memory": taken["max_rss"].max()})
    table = pd.DataFrame(rows, columns=["rule", "jobs", "seconds", "memory"])
    return table.groupby("rule", as_index=False).agg({"jobs": "sum", "seconds": "sum", "memory": "max"})


def rules(graph: Graph, measured: pd.DataFrame) -> Table:
    """What each rule needs and what its jobs took, each rule after those that it needs."""
    order = list(TopologicalSorter({name: sorted(graph[name]) for name in sorted(graph)}).static_order())
    taken = measured.set_index("rule").reindex(order)
    taken.loc["all rules"] = [taken["jobs"].sum(), taken["seconds"].sum(), taken["memory"].max()]
    needs = [*(", ".join(sorted(graph[name])) or "nothing" for name in order), ""]
    texts = [taken["jobs"].map(number), taken["seconds"].map(_duration), taken["memory"].map(_whole)]
    headings = ["rule", "jobs", "time of all jobs, h:mm:ss", "peak memory of a job, MiB", "needs"]
    rows = [list(row) for row in zip(taken.index, *texts, needs, strict=True)]
    return Table("Jobs of this run, each on one core", headings, rows)


def _duration(seconds: float) -> str:
    """Hours, minutes and seconds; nothing for what was not measured."""
    if pd.isna(seconds):
        return NOTHING
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def _whole(value: float) -> str:
    """A number without decimals; nothing for what was not measured."""
    return NOTHING if pd.isna(value) else f"{value:,.0f}"


def digests(tables: Mapping[str, pd.DataFrame]) -> Table:
    """The tables by their files."""
    rows = [
        [path, f"{len(table):,}", hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]]
        for path, table in sorted(tables.items())
    ]
    return Table("Tables: rows, and the first 16 digits of SHA-256", ["file", "rows", "SHA-256"], rows)
