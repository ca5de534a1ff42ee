"""The distance of two tensors."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parity.arithmetic import deviation, scale_of


def test_the_error_is_relative_to_the_largest_element() -> None:
    d = deviation(np.array([[1.0, -200.0], [3.0, 4.0]]), np.array([[1.0, -200.0], [3.0, 4.5]]))
    assert d.error == pytest.approx(0.5 / 200.0)
    assert (d.index, d.reference, d.candidate) == ((1, 1), 4.0, 4.5)


def test_equal_tensors_have_no_error_even_where_they_are_infinite() -> None:
    values = np.array([np.inf, -np.inf, np.nan, 2.0])
    assert deviation(values, values.copy()).error == 0.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite_on_one_side_is_infinitely_far(bad: float) -> None:
    d = deviation(np.array([1.0, 2.0]), np.array([1.0, bad]))
    assert d.error == math.inf
    assert d.index == (1,)
    assert d.note == "not finite"


def test_an_all_zero_reference_wants_exact_zeros() -> None:
    assert deviation(np.zeros(3), np.zeros(3)).error == 0.0
    assert deviation(np.zeros(3), np.array([0.0, 0.0, 1e-300])).error == math.inf


def test_subnormal_numbers_count_as_zero() -> None:
    assert deviation(np.zeros(1, "float32"), np.array([1e-39], "float32")).error == 0.0
    assert deviation(np.zeros(1, "float32"), np.array([2e-38], "float32")).error == math.inf
    assert deviation(np.zeros(1), np.array([1e-39])).error == math.inf


def test_a_given_scale_replaces_the_tensors_own() -> None:
    assert deviation(np.array([1e-9]), np.array([2e-9]), scale=1.0).error == pytest.approx(1e-9)


def test_shapes_and_types_must_agree() -> None:
    assert "shape" in deviation(np.zeros((2, 1)), np.zeros(2)).note
    assert "dtype" in deviation(np.zeros(2, "float32"), np.zeros(2, "float64")).note
    assert "dtype" in deviation(np.zeros(2, "int64"), np.zeros(2)).note
    assert deviation(np.array(3, "int64"), np.array(3, "int32")).error == 0.0


def test_an_empty_tensor_agrees_with_an_empty_tensor() -> None:
    assert deviation(np.zeros((0, 3)), np.zeros((0, 3))).error == 0.0


def test_scale_ignores_what_is_not_finite() -> None:
    assert scale_of(np.array([np.nan, -7.0, np.inf])) == 7.0
    assert scale_of(np.array([])) == 0.0


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=8),
    st.floats(0.25, 4.0),
    st.integers(0, 7),
    st.floats(1e-6, 10.0),
)
def test_scaling_both_sides_changes_nothing(
    values: list[float], factor: float, place: int, change: float
) -> None:
    reference = np.array([*values, 1.0])
    candidate = reference.copy()
    candidate[place % len(candidate)] += change
    plain = deviation(reference, candidate).error
    scaled = deviation(reference * factor, candidate * factor).error
    assert scaled == pytest.approx(plain, rel=1e-6)
