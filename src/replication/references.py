"""Names for what the rules of the workflow make: which file it is, `replication.layout` knows."""

from typing import NamedTuple


class Reference(NamedTuple):
    """An output of a rule, for given values of the rule's wildcards."""

    rule: str
    output: str
    wildcards: tuple[tuple[str, str], ...]


def made_by(rule: str, output: str = "table", **wildcards: object) -> Reference:
    """The output of that name, of the job of a rule that has these wildcards."""
    return Reference(rule, output, tuple((name, str(value)) for name, value in wildcards.items()))


Needs = dict[str, Reference | list[Reference]]
"""What something is made from, by name: one output, or several."""


def references(needs: Needs) -> list[Reference]:
    """All of them, one by one."""
    return [one for need in needs.values() for one in (need if isinstance(need, list) else [need])]
