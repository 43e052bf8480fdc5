"""Frozen dataclasses whose numbers are the leaves of a pytree: one compilation serves all their values."""

import abc
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from numbers import Real
from typing import Any, ClassVar

import jax
import numpy as np

Children = tuple[Any, ...]
Structure = tuple[tuple[str, ...], tuple[tuple[str, Any], ...]]
"""Names of the children, and of the other fields with their values."""


class Pytree(abc.ABC):  # noqa: B024 (its subclasses have abstract methods)
    """Base class: each subclass, a frozen dataclass, is a pytree of its numbers and of the pytrees in it.

    What is no number is structure: strings, functions, the fields that `structure` names unless they hold pytrees, and
    all of what is no dataclass. An instance rebuilt from leaves is not checked again, for JAX also puts tracers and
    placeholders there.
    """

    structure: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)

        def unflatten(structure: "Structure | Pytree", children: Iterable[Any]) -> Any:
            if isinstance(structure, Pytree):
                return structure
            instance = object.__new__(cls)
            names, others = structure
            for name, value in (*zip(names, children, strict=True), *others):
                object.__setattr__(instance, name, value)
            return instance

        jax.tree_util.register_pytree_with_keys(cls, _flatten_with_keys, unflatten, _flatten)

    def _numbers_to_float(self) -> None:
        """Every number among the fields, also in tuples, as a `float`; tracers stay. Call it in `__post_init__`."""
        if is_dataclass(self):
            for name in {field.name for field in fields(self)} - {*self.structure}:
                object.__setattr__(self, name, as_float(getattr(self, name)))


def as_float(value: Any) -> Any:
    """A number of any type as a `float`, so that equal ones are one; anything else, and tracers, unchanged."""
    if isinstance(value, tuple):
        return tuple(as_float(part) for part in value)
    if isinstance(value, jax.core.Tracer | bool | np.bool_):
        return value
    if isinstance(value, Real) or (isinstance(value, np.ndarray | jax.Array) and value.ndim == 0):
        return float(value)
    return value


def is_traced(*trees: Any) -> bool:
    """Whether a leaf is a tracer: then a function is to be traced, and no value can be looked at."""
    return any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves(trees))


def _is_structure(tree: Pytree, name: str, value: Any) -> bool:
    if isinstance(value, tuple) and any(isinstance(part, Pytree) for part in value):
        return False
    return (
        name in tree.structure or isinstance(value, str | bool) or (callable(value) and not isinstance(value, Pytree))
    )


def _flatten(tree: Pytree) -> tuple[Children, Structure | Pytree]:
    if not is_dataclass(tree):
        return (), tree
    values = {field.name: getattr(tree, field.name) for field in fields(tree)}
    others = {name for name, value in values.items() if _is_structure(tree, name, value)}
    children = {name: value for name, value in values.items() if name not in others}
    return tuple(children.values()), (tuple(children), tuple((name, values[name]) for name in values if name in others))


def _flatten_with_keys(tree: Pytree) -> tuple[tuple[tuple[Any, Any], ...], Structure | Pytree]:
    values, structure = _flatten(tree)
    names = () if isinstance(structure, Pytree) else structure[0]
    return tuple(zip(map(jax.tree_util.GetAttrKey, names), values, strict=True)), structure
