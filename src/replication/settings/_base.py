"""What settings are made of: closed models, numbers within bounds, names, and lists; and how each says no."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

LONGEST_SHOWN = 200
"""Letters of a value that a message shows."""


class ConfigurationError(ValueError):
    """The configuration is not valid; the message names the key, its value and what is allowed."""


def shown(value: object) -> str:
    """A value as messages show it."""
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def one_of(got: object, known: Iterable[str]) -> str:
    """What is expected where names are known: one of them, and which is nearest to what was got, if one is near."""
    names = list(known)
    near = difflib.get_close_matches(str(got), names, n=1)
    return f"one of {', '.join(names)}" + "".join(f"; did you mean {name}?" for name in near)


def error(key: str, got: object, expected: str) -> ConfigurationError:
    """The usual line."""
    return ConfigurationError(f"{key}: got {shown(got)}; expected {expected}")


def refusal(line: str, key: str = "") -> PydanticCustomError:
    """What a validator raises: the rest of the line, after the key; `key` is that of a part of what is validated."""
    return PydanticCustomError("refused", "refused", {"line": line, "key": key})


def refused(got: object, expected: str, key: str = "") -> PydanticCustomError:
    """A refusal in the usual words."""
    return refusal(f"got {shown(got)}; expected {expected}", key)


class Model(BaseModel):
    """A mapping with the keys that its fields say, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @model_validator(mode="before")
    @classmethod
    def _check_keys(cls, given: Any) -> Any:
        if isinstance(given, Mapping):
            known = cls.model_fields
            for key, value in given.items():
                if key not in known:
                    raise refusal(f"got {shown(value)}; unknown key, expected {one_of(key, known)}", str(key))
            for key, field in known.items():
                if field.is_required() and key not in given:
                    raise refusal(f"missing; {field.description}", key)
        return given


# --- numbers ---


@dataclass(frozen=True)
class Bounds:
    """Bounds of an `int` or `float`: never a bool, nan or text; an integer stays one."""

    above: float | None = None
    least: int | None = None
    below: float | None = None
    most: int | None = None

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        bounds = {"gt": self.above, "ge": self.least, "lt": self.below, "le": self.most}
        given: dict[str, Any] = {name: bound for name, bound in bounds.items() if bound is not None}
        inner = (
            core_schema.int_schema(strict=True, **given)
            if source is int
            else core_schema.float_schema(strict=True, allow_inf_nan=False, **given)
        )

        def validate(value: Any, check: Callable[[Any], Any]) -> Any:
            meant = meant_by(value, source) if isinstance(value, str) else None
            if meant is not None:
                allowed = f"{self}; YAML reads {value} as text: write {meant}"
                raise refusal(f"got the text {value!r}; expected {allowed}")
            check(value)
            return value

        serialization = core_schema.plain_serializer_function_ser_schema(lambda value: value)
        return core_schema.no_info_wrap_validator_function(validate, inner, serialization=serialization)

    def __str__(self) -> str:
        bounds = {">": self.above, ">=": self.least, "<": self.below, "<=": self.most}
        words = [f"{symbol} {bound}" for symbol, bound in bounds.items() if bound is not None]
        return " ".join(["a number", " and ".join(words)]).strip()


def meant_by(text: str, kind: type) -> str | None:
    """A number that YAML 1.1 takes for text, for want of a dot or a sign of the exponent, as it would read it."""
    match = re.fullmatch(r"([-+]?\d+|[-+]?(?=\.\d))(\.\d*)?[eE]([-+]?)(\d+)", text)
    if match is None:
        return None
    whole, fraction, sign, exponent = match.groups()
    number = float(text)
    if kind is int and number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    return f"{whole}{fraction if fraction and fraction != '.' else '.0'}e{sign or '+'}{exponent}"


Real = Annotated[float, Bounds()]
Positive = Annotated[float, Bounds(above=0)]
NotNegative = Annotated[float, Bounds(least=0)]
Share = Annotated[float, Bounds(above=0, below=1)]
Count = Annotated[int, Bounds(least=1)]
Several = Annotated[int, Bounds(least=2)]
Index = Annotated[int, Bounds(least=0)]
Seed = Annotated[int, Bounds(least=0, most=2**32 - 1)]


# --- names ---

T = TypeVar("T")
V = TypeVar("V", bound=tuple[Any, ...])


def _distinct(named: dict[str, T]) -> dict[str, T]:
    seen: dict[str, str] = {}
    for name in named:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise refusal(
                f"got {other!r} and {name!r}; expected names that differ in more than upper and lower case, since to "
                "some file systems they are one"
            )
    return named


Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=100)]  # with others, part of a path
Named = Annotated[dict[Name, T], AfterValidator(_distinct)]


# --- lists, which become tuples ---


def as_tuple(given: Any) -> tuple[Any, ...]:
    """A list as a tuple; nothing else."""
    if not isinstance(given, list | tuple):
        raise refused(given, "array")
    return tuple(given)


def _each_once(values: V) -> V:
    if len(set(values)) < len(values):
        raise refused(values, "each entry once")
    return values


def _ascending(values: V, info: Any) -> V:  # pydantic's ValidationInfo, which beartype cannot check
    if any(first >= second for first, second in pairwise(values)):
        raise refused(values, f"ascending {info.field_name}")
    return values


ARRAY = BeforeValidator(as_tuple)
EACH_ONCE = AfterValidator(_each_once)
ASCENDING = AfterValidator(_ascending)

Array = Annotated[tuple[T, ...], Field(min_length=1), ARRAY]
Distinct = Annotated[tuple[T, ...], Field(min_length=1), ARRAY, EACH_ONCE]
Ascending = Annotated[tuple[T, ...], Field(min_length=1), ARRAY, ASCENDING]
