"""Where everything of a run is, what it is made from, and what a job asks for: the workflow's rules are wired with it.

What a job's outputs are made from is a mapping of plain values, `made_from`: the settings that they depend on, digests
of the code and of the files that they come from, of what its inputs are made from, and the versions of JAX where it
computes. Snakemake keeps it as a parameter, and makes anew whatever has another one; tables carry it, and are checked
against it when they are read.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from replication.code import Code
from replication.figures import FIGURES
from replication.references import Reference, Sources, references
from replication.rules import RESETS, RULES, Rule, figures_of
from replication.settings import Study

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""

COMPUTES = ("jax", "jaxlib")
"""Packages whose version decides digits."""

Job = tuple[str, tuple[tuple[str, str], ...]]
"""A rule's name, and the values of its wildcards."""


@dataclass(frozen=True)
class Layout:
    """The files of a study's run.

    Attributes:
        study: the settings.
        root: the repository that the code is read from.
        folder: of all results, relative to the working directory.
    """

    study: Study
    root: Path = ROOT
    folder: str = "results"
    _sources_of: dict[Job, Sources] = field(default_factory=dict, init=False, repr=False)
    _wholes: dict[Job, dict[str, Any]] = field(default_factory=dict, init=False, repr=False)
    _codes: dict[str, dict[str, Any]] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def _code(self) -> Code:
        return Code(self.root / "src")

    @property
    def run(self) -> str:
        """The folder of the run."""
        return f"{self.folder}/{self.study.run}"

    @property
    def figures(self) -> list[str]:
        """The figures that the study has, in their order."""
        return figures_of(self.study)

    @property
    def rules(self) -> list[str]:
        """The rules that the study may need."""
        return [name for name in RULES if name not in FIGURES or name in self.figures]

    # --- files ---

    def script(self, rule: str) -> str:
        """A rule's script, in the folder of scripts."""
        return RULES[rule].script

    def description(self, rule: str) -> str:
        """What a rule makes, in a sentence."""
        return RULES[rule].description

    def outputs(self, rule: str) -> dict[str, str]:
        """A rule's output files, with wildcards."""
        return {name: f"{self.run}/{pattern}" for name, pattern in RULES[rule].outputs.items()}

    def log(self, rule: str) -> str:
        """A job's log, with the rule's wildcards."""
        return f"{self.run}/logs/{self._place(rule)}.log"

    def benchmark(self, rule: str) -> str:
        """What a job took, with the rule's wildcards."""
        return f"{self.run}/benchmarks/{self._place(rule)}.tsv"

    def benchmark_of(self, job: Job) -> str:
        """What one job took."""
        return self.benchmark(job[0]).format(**dict(job[1]))

    def path(self, reference: Reference) -> str:
        """The file of a job's output."""
        return self.outputs(reference.rule)[reference.output].format(**dict(reference.wildcards))

    def inputs(self, rule: str, **wildcards: str) -> dict[str, str | list[str]]:
        """A job's input files, by name."""
        needs = self._sources((rule, tuple(wildcards.items()))).inputs
        return {
            name: [self.path(one) for one in need] if isinstance(need, list) else self.path(need)
            for name, need in needs.items()
        }

    @cached_property
    def wildcards(self) -> dict[str, str]:
        """A regular expression for each wildcard: the names that the study has."""
        study = self.study
        names: dict[str, Iterable[str]] = {
            "experiment": study.experiments,
            "activation": study.activations,
            "training_set": study.data.training_sets,
            "surrogate": study.surrogates,
            "reset": RESETS,
        }
        patterns = {name: "|".join(known) or "(?!)" for name, known in names.items()}
        return patterns | dict.fromkeys(("width", "first", "last", "hidden_layers", "images"), r"\d+")

    # --- the run as a whole ---

    @cached_property
    def targets(self) -> list[str]:
        """All that a run is for: report, claims, figures, and the tables of every experiment."""
        return [
            self.path(Reference(rule, output, wildcards))
            for rule, wildcards in self._wanted()
            for output in RULES[rule].outputs
        ]

    def _wanted(self) -> Iterator[Job]:
        yield from (_job(name) for name in ("report", "claims", *self.figures))
        for name, experiment in self.study.experiments.items():
            rule = "tabulate_outputs" if experiment.record == "outputs" else "tabulate_kernels"
            yield _job(rule, experiment=name)

    @cached_property
    def jobs(self) -> frozenset[Job]:
        """All jobs of the run."""
        found: set[Job] = set()
        waiting = list(self._wanted())
        while waiting:
            job = waiting.pop()
            if job not in found:
                found.add(job)
                waiting += [(need.rule, need.wildcards) for need in self.needs(job)]
        return frozenset(found)

    @cached_property
    def names(self) -> list[str]:
        """What a user may ask for: rules without wildcards, and every file."""
        files = [self.path(Reference(rule, name, pairs)) for rule, pairs in self.jobs for name in RULES[rule].outputs]
        return [*(rule for rule in self.rules if "{" not in self.log(rule)), *sorted(files)]

    @cached_property
    def graph(self) -> dict[str, set[str]]:
        """The rules of the run, and which others each needs."""
        graph: dict[str, set[str]] = {rule: set() for rule, _ in self.jobs}
        for job in self.jobs:
            graph[job[0]] |= {need.rule for need in self.needs(job)}
        return graph

    # --- what a job depends on ---

    def made_from(self, rule: str, **wildcards: str) -> dict[str, Any]:
        """What the outputs of a job are made from, as JSON has it."""
        job = (rule, tuple(wildcards.items()))
        return self._whole(job) | self._sources(job).part

    def read_from(self, rule: str, **wildcards: str) -> dict[str, Any]:
        """What the files that a job reads are made from, by file."""
        needs = self.needs((rule, tuple(wildcards.items())))
        return {
            self.path(need): self.made_from(need.rule, **dict(need.wildcards)) | {"output": need.output}
            for need in needs
        }

    def options(self, rule: str, **wildcards: str) -> dict[str, Any]:
        """What a job is told beside `made_from`: settings that change no value, and where files are."""
        sources = self._sources((rule, tuple(wildcards.items())))
        return sources.options | {name: str(self.root / path) for name, path in sources.files.items()}

    def _sources(self, job: Job) -> Sources:
        if job not in self._sources_of:
            rule, wildcards = job
            self._sources_of[job] = RULES[rule].sources(self.study, **dict(wildcards))
        return self._sources_of[job]

    def needs(self, job: Job) -> list[Reference]:
        """What a job reads."""
        return references(self._sources(job).inputs)

    def _whole(self, job: Job) -> dict[str, Any]:
        """`made_from`, but for what tells apart the pieces of one whole."""
        if job not in self._wholes:
            rule, sources = RULES[job[0]], self._sources(job)
            inputs = {
                name: sorted({self._digest(one) for one in need}) if isinstance(need, list) else self._digest(need)
                for name, need in sources.inputs.items()
            }
            files = {name: _sha256((self.root / path).read_bytes()) for name, path in sources.files.items()}
            self._wholes[job] = {
                "rule": rule.name,
                "settings": sources.settings,
                "inputs": inputs,
                "files": files,
                **self._code_of(rule),
            }
        return self._wholes[job]

    def _digest(self, need: Reference) -> str:
        whole = {"output": need.output, **self._whole((need.rule, need.wildcards))}
        return _sha256(json.dumps(whole, sort_keys=True).encode())

    def _code_of(self, rule: Rule) -> dict[str, Any]:
        """A digest of a rule's code, and the versions of JAX if it computes."""
        if rule.name not in self._codes:
            roots = [self.root / "scripts" / rule.script, *(self.root / "src" / module for module in rule.modules)]
            versions = self._versions if "jax" in self._code.packages(roots) else {}
            self._codes[rule.name] = {"code": self._code.digest(roots), "versions": versions}
        return self._codes[rule.name]

    @cached_property
    def _versions(self) -> dict[str, str]:
        return {package: metadata.version(package) for package in COMPUTES}

    # --- what a job asks for ---

    def resources(self, rule: str) -> dict[str, Any]:
        """What a job asks of a scheduler, the more the more often it failed."""

        def request(wildcards: Any, attempt: int) -> Any:
            if rule == "train":
                networks = int(wildcards.last) - int(wildcards.first) + 1
                first = self.study.training_request(wildcards.experiment, int(wildcards.width), networks)
            else:
                first = self.study.request(rule if rule not in self.figures else "figures")
            return first.times(attempt)

        asked: dict[str, Any] = {
            "mem_mb": lambda wildcards, attempt: request(wildcards, attempt).memory_mb,
            "runtime": lambda wildcards, attempt: request(wildcards, attempt).minutes,
        }
        return asked | ({"gpu": int(self.study.training.device == "gpu")} if rule == "train" else {})

    def _place(self, rule: str) -> str:
        """Where logs and benchmarks of a rule's jobs are: the rule's name, then its wildcards."""
        pattern = next(iter(RULES[rule].outputs.values()))
        wildcards = [part for part in Path(pattern).with_suffix("").parts if "{" in part]
        return "/".join([rule, *wildcards])


def _job(rule: str, **wildcards: str) -> Job:
    return rule, tuple(wildcards.items())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
