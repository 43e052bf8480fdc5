"""What is wrong with a configuration, in one line: the key, its value, and what is allowed."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from replication.settings._base import Model, one_of, shown
from replication.settings.activations import Activation
from replication.settings.surrogates import Surrogate

KINDS = {
    "int_type": "integer",
    "float_type": "number",
    "finite_number": "number",
    "string_type": "string",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "string_pattern_mismatch": "a name of letters, digits and underscores that starts with a letter",
}
"""What is expected, by pydantic's name of the violation."""

TEMPLATES = {
    "greater_than": "a number > {gt:.15g}",
    "greater_than_equal": "a number >= {ge:.15g}",
    "less_than": "a number < {lt:.15g}",
    "less_than_equal": "a number <= {le:.15g}",
    "too_short": "at least {min_length} entries",
    "too_long": "at most {max_length} entries",
    "string_too_long": "a name of at most {max_length} letters",
}
"""The same where it depends on the field."""

NAMED: dict[str, type[Model]] = {"activations": Activation, "surrogates": Surrogate}
"""Where the model depends on the name that is given: pydantic adds this name to the place."""


def describe(error: ValidationError, config: object) -> str:
    """The violation nearest to the root of the configuration, the first of these.

    Args:
        error: the violations.
        config: what was read. An experiment that lacks a setting may be another of it, misspelt.
    """
    violations = [violation for violation in error.errors(include_url=False) if not _follows(violation)]
    violation = min(violations, key=lambda violation: len(violation["loc"]))
    place: list[Any] = list(violation["loc"])
    kind, got = violation["type"], violation["input"]
    context = violation.get("ctx", {})
    if place[-1:] == ["[key]"]:  # a name is wrong, not what it names
        place = place[:-2]
    if len(place) > 2 and place[0] in NAMED:
        del place[2]  # the name that chose the model
    key = join(place)
    match kind:
        case "refused":
            line = f"{_below(key, context['key']) or 'configuration'}: {context['line']}"
            return line + (_misspelt(place[1], config) if place[:1] == ["experiments"] and len(place) == 2 else "")
        case "union_tag_not_found":
            return f"{key}.name: missing; {NAMED[place[0]].model_fields['name'].description}"
        case "union_tag_invalid":
            names = _quoted(context["expected_tags"])
            return f"{key}.name: got {shown(got['name'])}; expected {one_of(got['name'], names)}"
        case "literal_error":
            expected = one_of(got, _quoted(context["expected"]))
        case _ if kind in TEMPLATES:
            expected = TEMPLATES[kind].format(**context)
        case _:
            expected = KINDS.get(kind, violation["msg"])
    return f"{key or 'configuration'}: got {shown(got)}; expected {expected}"


def _misspelt(name: str, config: object) -> str:
    """Which other experiment may be meant."""
    experiments = config.get("experiments") if isinstance(config, Mapping) else None
    others = [str(other) for other in experiments or () if other != name]
    return "".join(f"; or did you mean experiments.{near}?" for near in difflib.get_close_matches(name, others, n=1))


def _follows(violation: ErrorDetails) -> bool:
    """Whether a list is too short only since its entries are refused, which pydantic does not count."""
    return violation["type"] == "too_short" and len(violation["input"]) >= violation["ctx"]["min_length"]


def join(place: Iterable[Any]) -> str:
    """A place in the configuration, as in `experiments.sign.widths[0].width`."""
    key = ""
    for part in place:
        key = f"{key}[{part}]" if isinstance(part, int) else _below(key, str(part))
    return key


def _below(key: str, name: str) -> str:
    return f"{key}.{name}" if key and name else key or name


def _quoted(alternatives: str) -> list[str]:
    """'a', 'b' or 'c' without quotes."""
    return re.findall(r"'([^']*)'", alternatives)
