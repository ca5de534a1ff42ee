"""The error function against the C library's."""

import math

import numpy as np
import pytest

from nnscratch.activations.erf import erf, erfc

X = np.concatenate([np.linspace(-30, 30, 24001), [0.0, -0.0, 1.0, -1.0, 8.0, 26.5, 1e-300, 1e308]])


@pytest.mark.parametrize(("ours", "theirs"), [(erf, math.erf), (erfc, math.erfc)])
def test_accuracy(ours, theirs):
    expected = np.array([theirs(v) for v in X])
    np.testing.assert_allclose(ours(X), expected, rtol=4e-15, atol=1e-305)


def test_float32_is_rounded_from_float64_and_shape_kept():
    x = np.linspace(-4, 4, 12, dtype=np.float32).reshape(3, 4)
    expected = np.array([math.erf(float(v)) for v in x.flat], dtype=np.float32).reshape(3, 4)
    assert erf(x).dtype == np.float32
    np.testing.assert_array_equal(erf(x), expected)


def test_not_a_number_stays_one():
    assert np.isnan(erf(np.array([np.nan]))).all()
    np.testing.assert_array_equal(erfc(np.array([np.inf, -np.inf])), [0.0, 2.0])
