"""What is wrong with a configuration, in one line: the key, its value, and what is allowed."""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from replication.settings._base import Model, shown
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


def describe(error: ValidationError) -> str:
    """The violation nearest to the root of the configuration, the first of these."""
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
            return f"{_below(key, context['key']) or 'configuration'}: {context['line']}"
        case "union_tag_not_found":
            return f"{key}.name: missing; {NAMED[place[0]].model_fields['name'].description}"
        case "union_tag_invalid":
            return f"{key}.name: got {shown(got['name'])}; expected one of {_quoted(context['expected_tags'])}"
        case "literal_error":
            expected = f"one of {_quoted(context['expected'])}"
        case _ if kind in TEMPLATES:
            expected = TEMPLATES[kind].format(**context)
        case _:
            expected = KINDS.get(kind, violation["msg"])
    return f"{key or 'configuration'}: got {shown(got)}; expected {expected}"


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


def _quoted(alternatives: str) -> str:
    """'a', 'b' or 'c' as a list without quotes."""
    return ", ".join(re.findall(r"'([^']*)'", alternatives))
