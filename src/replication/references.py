"""What a job is made from, and names for what others make: which file it is, `replication.layout` knows."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Reference(NamedTuple):
    """An output of a rule, for given values of the rule's wildcards."""

    rule: str
    output: str
    wildcards: tuple[tuple[str, str], ...]


def made_by(rule: str, output: str = "table", **wildcards: object) -> Reference:
    """The output of that name, of the job of a rule that has these wildcards."""
    return Reference(rule, output, tuple((name, str(value)) for name, value in wildcards.items()))


def outputs_of(rule: str, *outputs: str, **wildcards: object) -> "Needs":
    """Several outputs of one job, by their names."""
    return {output: made_by(rule, output, **wildcards) for output in outputs}


Needs = dict[str, Reference | list[Reference]]
"""What something is made from, by name: one output, or several."""


def references(needs: Needs) -> list[Reference]:
    """All of them, one by one."""
    return [one for need in needs.values() for one in (need if isinstance(need, list) else [need])]


@dataclass(frozen=True)
class Sources:
    """What the outputs of a job are made from.

    Attributes:
        settings: the part of the configuration that they depend on, as JSON has it.
        inputs: outputs of other rules, by name.
        part: settings that tell apart the pieces of one whole; what is made from all pieces does not depend on them.
        options: settings on which no value depends.
        files: files of the repository, by name; their content counts.
    """

    settings: dict[str, Any] = field(default_factory=dict)
    inputs: Needs = field(default_factory=dict)
    part: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
