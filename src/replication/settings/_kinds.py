"""Choices by name: of several models, the one whose `name` is given."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, Union, get_args

from pydantic import Discriminator, Field, create_model

from replication.settings._base import Model

M = TypeVar("M", bound=Model)


def kind(base: type[M], name: str, description: str, **parameters: Any) -> type[M]:
    """A model below a base, which has a field `name`: the one of this name, with a type and a `Field` a parameter."""
    chosen = (Literal[name], Field(description=base.model_fields["name"].description))
    class_name = name.title().replace("_", "")
    fields: dict[str, Any] = {"name": chosen, **parameters}
    return create_model(class_name, __base__=base, __module__=base.__module__, __doc__=description, **fields)


def by_name(*models: type[M]) -> dict[str, type[M]]:
    """Models by the name that chooses them."""
    return dict(sorted((get_args(model.model_fields["name"].annotation)[0], model) for model in models))


def one_of(models: Mapping[str, type[Model]]) -> Any:
    """The type of a field that holds any of the models."""
    return Annotated[Union[tuple(models.values())], Discriminator("name")]  # noqa: UP007 (of a tuple)
