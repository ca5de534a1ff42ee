from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnscratch.compare.arithmetic import DEFAULT_RTOL, difference, digits, told

NAN, INF = math.nan, math.inf
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (4.0, 4.0, 0.0),
        (4.0, 5.0, 0.2),
        (-1.0, 1.0, 2.0),
        (0.0, 0.0, 0.0),
        (0.0, 1e-6, 1e-3),  # measured against the floor of 1e-3
        (NAN, NAN, 0.0),
        (NAN, 1.0, INF),
        (INF, INF, 0.0),
        (INF, -INF, INF),
        ([1.0, 10.0], [1.0, 10.5], 0.5 / 10.5),
        ([1.0, NAN], [1.5, NAN], 0.5 / 1.5),
        ([1.0, 2.0], [1.0], INF),
        ([], [], 0.0),
    ],
)
def test_difference_by_hand(a: object, b: object, expected: float) -> None:
    assert difference(a, b) == pytest.approx(expected, rel=1e-12)


def test_without_a_floor_small_tensors_are_measured_by_themselves() -> None:
    assert difference([1e-8], [2e-8], floor=0.0) == pytest.approx(0.5)
    assert difference([0.0], [0.0], floor=0.0) == 0.0


def test_float32_numbers_are_compared_in_float64() -> None:
    a, b = np.float32(1.0), np.nextafter(np.float32(1.0), np.float32(2.0))
    assert difference(a, b) == pytest.approx(2.0**-23, rel=1e-6)


@given(NUMBERS, NUMBERS)
def test_difference_is_symmetric_and_zero_only_for_equals(a: float, b: float) -> None:
    assert difference(a, b) == difference(b, a)
    assert (difference(a, b) == 0) == (a == b)


@pytest.mark.parametrize(
    ("relative", "expected"),
    [(0.0, 17), (1.1e-6, 5), (0.9e-6, 6), (1.0, 0), (2.0, 0), (INF, 0), (1e-30, 17)],
)
def test_digits(relative: float, expected: int) -> None:
    assert digits(relative) == expected


def test_told_says_all_of_equal_numbers() -> None:
    assert (told(0.0), told(1.1e-6)) == ("all", "5")


def test_default_tolerances_lie_between_rounding_and_the_smallest_mistakes() -> None:
    assert 1e-5 < DEFAULT_RTOL["float32"] < 1e-3
    assert 1e-13 < DEFAULT_RTOL["float64"] < 1e-8
