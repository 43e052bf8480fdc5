"""Checks at the library's boundary: each says what was expected and what came."""

import math
from numbers import Integral, Real

import jax
import numpy as np
from jax.typing import ArrayLike, DTypeLike


def check_positive(owner: str, *, zero_allowed: bool = False, **values: object) -> None:
    """Raises ValueError unless every value is a finite number above 0 (or at least 0), or a JAX tracer."""
    for name, value in values.items():
        if isinstance(value, jax.core.Tracer):
            continue  # a parameter that one differentiates by: its value is not known here
        number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
        if not number or float(value) < 0 or (float(value) == 0 and not zero_allowed):  # type: ignore[arg-type]
            bound = ">= 0" if zero_allowed else "> 0"
            raise ValueError(f"{owner}: {name} must be a finite number {bound}; got {value!r}")


def check_count(owner: str, *, least: int = 1, **values: object) -> None:
    """Raises ValueError unless every value is a whole number of at least `least`."""
    for name, value in values.items():
        if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
            raise ValueError(f"{owner}: {name} must be a whole number >= {least}; got {value!r}")


def check_inputs(owner: str, name: str, x: ArrayLike, dimension: int | None = None) -> np.ndarray:
    """`x` as an array of floats, checked to be finite and of shape (points, dimension)."""
    array = np.asarray(x)
    expected = f"(points, {'dimension' if dimension is None else dimension})"
    if array.ndim != 2 or 0 in array.shape or dimension not in (None, array.shape[1]):
        raise ValueError(f"{owner}: {name} must have shape {expected}; got {array.shape}")
    return check_finite(owner, name, array)


def check_array(owner: str, name: str, x: ArrayLike) -> np.ndarray:
    """`x` as an array, checked to be finite and to have at least one point."""
    array = np.asarray(x)
    if array.ndim < 1 or 0 in array.shape:
        raise ValueError(f"{owner}: {name} must have shape (points, ...); got {array.shape}")
    return check_finite(owner, name, array)


def check_targets(owner: str, name: str, y: ArrayLike, points: int) -> np.ndarray:
    """`y` as an array, checked to be finite and of shape (points,) or (points, outputs)."""
    array = np.asarray(y)
    if array.shape[:1] != (points,) or array.ndim > 2 or 0 in array.shape:
        raise ValueError(
            f"{owner}: {name} must have shape ({points},) or ({points}, outputs), a target a point; got {array.shape}"
        )
    return check_finite(owner, name, array)


def check_dtype(owner: str, dtype: DTypeLike) -> np.dtype:
    """`dtype`, checked to be a float that JAX has in its present mode."""
    wanted = np.dtype(dtype)
    if wanted not in (np.float32, np.float64) or jax.dtypes.canonicalize_dtype(wanted) != wanted:
        raise ValueError(
            f"{owner}: dtype must be float32, or float64 after jax.config.update('jax_enable_x64', True); got {wanted}"
        )
    return wanted


def check_finite(owner: str, name: str, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{owner}: {name} must hold real numbers; got dtype {array.dtype}")
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        index = tuple(int(i) for i in bad[0])
        raise ValueError(f"{owner}: {name} must be finite; got {array[index]} at index {index}")
    return array
