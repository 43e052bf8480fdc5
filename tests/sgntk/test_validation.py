"""Every check says what was expected and what came."""

import math
import re

import numpy as np
import pytest

from sgntk._validation import check_count, check_inputs, check_positive, check_targets


@pytest.mark.parametrize("value", [0, 0.0, -1.0, math.nan, math.inf, -math.inf, True, "2", None, 1j, [1.0]])
def test_positive_rejects(value):
    with pytest.raises(ValueError, match=r"^Owner: m must be a finite number > 0; got ") as caught:
        check_positive("Owner", m=value)
    assert str(caught.value).endswith(f"got {value!r}")


@pytest.mark.parametrize("value", [1, 0.5, np.float32(2), np.int64(3), 1e-300])
def test_positive_accepts(value):
    check_positive("Owner", m=value)


def test_zero_where_it_is_allowed():
    check_positive("Owner", zero_allowed=True, sigma_b=0)
    with pytest.raises(ValueError, match=r"^Owner: sigma_b must be a finite number >= 0; got -0.5$"):
        check_positive("Owner", zero_allowed=True, sigma_b=-0.5)


@pytest.mark.parametrize("value", [0, -3, 1.0, 2.5, True, "3", None, math.nan])
def test_count_rejects(value):
    message = re.escape(f"Owner: width must be a whole number >= 1; got {value!r}")
    with pytest.raises(ValueError, match=f"^{message}$"):
        check_count("Owner", width=value)


def test_count_accepts():
    check_count("Owner", width=1)
    check_count("Owner", width=np.int32(7))
    check_count("Owner", least=0, steps=0)


def test_first_bad_value_of_several_is_named():
    with pytest.raises(ValueError, match=r"Owner: depth must be .* got 0"):
        check_count("Owner", width=2, depth=0)


@pytest.mark.parametrize(
    ("x", "dimension", "message"),
    [
        (np.zeros(3), None, "x must have shape (points, dimension); got (3,)"),
        (np.zeros((2, 3, 4)), None, "x must have shape (points, dimension); got (2, 3, 4)"),
        (1.0, None, "x must have shape (points, dimension); got ()"),
        (np.zeros((0, 2)), None, "x must have shape (points, dimension); got (0, 2)"),
        (np.zeros((2, 0)), None, "x must have shape (points, dimension); got (2, 0)"),
        (np.zeros((4, 3)), 2, "x must have shape (points, 2); got (4, 3)"),
        (np.array([[1.0, 2.0], [3.0, math.nan]]), 2, "x must be finite; got nan at index (1, 1)"),
        (np.array([[1.0, -math.inf], [math.nan, 0.0]]), 2, "x must be finite; got -inf at index (0, 1)"),
        (np.array([["a", "b"]]), 2, "x must hold real numbers; got dtype <U1"),
        (np.array([[1j, 0j]]), 2, "x must hold real numbers; got dtype complex128"),
    ],
)
def test_inputs_reject(x, dimension, message):
    with pytest.raises(ValueError, match=f"^{re.escape('Owner: ' + message)}$"):
        check_inputs("Owner", "x", x, dimension)


def test_inputs_come_back_as_they_are():
    x = np.arange(6, dtype=np.float32).reshape(3, 2)
    assert check_inputs("Owner", "x", x, 2) is x


@pytest.mark.usefixtures("annotations_unchecked")
def test_nested_lists_are_inputs_too():
    np.testing.assert_array_equal(check_inputs("Owner", "x", [[1, 2], [3, 4]], 2), [[1, 2], [3, 4]])


@pytest.mark.parametrize("shape", [(4,), (3, 1, 1), (3, 0), (1, 3), ()])
def test_targets_reject_other_shapes(shape):
    message = re.escape(f"Owner: y must have shape (3,) or (3, outputs), a target a point; got {shape}")
    with pytest.raises(ValueError, match=f"^{message}$"):
        check_targets("Owner", "y", np.zeros(shape), 3)


def test_targets_reject_nan():
    with pytest.raises(ValueError, match=r"^Owner: y must be finite; got nan at index \(2,\)$"):
        check_targets("Owner", "y", np.array([0.0, 1.0, math.nan]), 3)
