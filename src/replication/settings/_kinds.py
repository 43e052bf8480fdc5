"""Choices by name: of several models, the one whose `name` is given."""

from typing import Annotated, Any, TypeVar, Union, get_args

from pydantic import Discriminator

from replication.settings._base import Model

M = TypeVar("M", bound=Model)


def kinds(base: type[M]) -> dict[str, type[M]]:
    """The models below a base that have none below them, by the name that chooses them."""
    found: dict[str, type[M]] = {}
    for below in base.__subclasses__():
        found |= kinds(below) or {get_args(below.model_fields["name"].annotation)[0]: below}
    return dict(sorted(found.items()))


def one_of(base: type[Model]) -> Any:
    """The type of a field that holds any of the `kinds`."""
    return Annotated[Union[tuple(kinds(base).values())], Discriminator("name")]  # noqa: UP007 (of a tuple)
