"""Activations and crossentropies far from zero, beside arithmetic of fifty digits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnscratch import activations, losses
from nnscratch.cache import Cache

mpmath = pytest.importorskip("mpmath", reason="arithmetic of any length: pip install mpmath")
mpmath.mp.dps = 60
mpf = mpmath.mpf


def ulps(found: float, true, dtype: str) -> float:
    """Return the distance in units in the last place of the true value, subnormals included."""
    limits = np.finfo(dtype)
    if abs(true) > mpf(float(limits.max)):
        return 0.0 if np.isinf(found) and (found > 0) == (true > 0) else np.inf
    if not np.isfinite(found):
        return np.inf
    unit = max(mpf(float(np.spacing(np.abs(np.asarray(float(true), dtype))))), limits.tiny)
    return float(abs(mpf(float(found)) - true) / unit)


def numbers(dtype: str):
    large = 300.0 if dtype == "float32" else 3000.0
    special = [0.0, -0.0, 1e-40, -1e-40, 88.0, -88.0, 104.0, -104.0, 710.0, -745.0, 1e30, -1e30]
    return st.one_of(
        st.sampled_from(special), st.floats(-large, large, width=32 if dtype == "float32" else 64)
    ).map(lambda value: float(np.asarray(value, dtype)))


def rows(dtype: str):
    return st.lists(numbers(dtype), min_size=2, max_size=5)


def log1p_exp(z):
    return mpmath.log1p(mpmath.exp(z)) if z < 0 else z + mpmath.log1p(mpmath.exp(-z))


SCALAR = {
    "sigmoid": (lambda z: 1 / (1 + mpmath.exp(-z)), 8),
    "softplus": (log1p_exp, 8),
    "log_sigmoid": (lambda z: -log1p_exp(-z), 8),
    "tanh": (mpmath.tanh, 8),
    "exponential": (mpmath.exp, 8),
    "softsign": (lambda z: z / (1 + abs(z)), 4),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", SCALAR)
def test_functions_of_one_number(name, dtype):
    function, tolerance = SCALAR[name]

    @given(numbers(dtype))
    def check(z):
        with np.errstate(over="ignore"):
            found = getattr(activations, name)(np.array([z], dtype))
        assert ulps(found[0], function(mpf(z)), dtype) <= tolerance

    check()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax_and_its_logarithm(dtype):
    @given(rows(dtype))
    def check(values):
        z = np.array([values], dtype)
        true = [mpf(v) for v in values]
        highest = max(true)
        total = mpmath.fsum(mpmath.exp(v - highest) for v in true)
        soft, log_soft = activations.softmax(z)[0], activations.log_softmax(z)[0]
        for i, v in enumerate(true):
            p = mpmath.exp(v - highest) / total
            if abs(v - highest) < 80:  # beyond, the rounded difference decides, not the function
                assert abs(mpf(float(soft[i])) - p) <= 1e3 * np.finfo(dtype).eps * p
            assert 0 <= soft[i] <= 1
            expected = v - highest - mpmath.log(total)
            scale = max(1, abs(v - highest))
            assert abs(mpf(float(log_soft[i])) - expected) <= 8 * np.finfo(dtype).eps * scale

    check()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_crossentropies_and_their_gradients_from_logits(dtype):
    eps = float(np.finfo(dtype).eps)

    @given(rows(dtype), st.data())
    def check(values, data):
        label = data.draw(st.integers(0, len(values) - 1))
        z, y = np.array([values], dtype), np.eye(len(values), dtype=dtype)[[label]]
        true = [mpf(v) for v in values]
        highest = max(true)
        total = mpmath.fsum(mpmath.exp(v - highest) for v in true)
        expected = highest - true[label] + mpmath.log(total)
        loss, cache = losses.CategoricalCrossentropy(from_logits=True, dtype=dtype), Cache()
        found = loss.forward(y, z, cache)
        assert abs(mpf(float(found)) - expected) <= 16 * eps * max(1, abs(expected))
        gradient = loss.backward(cache)
        assert np.isfinite(gradient).all()
        assert abs(float(gradient.sum())) <= 8 * eps
        sparse = losses.SparseCategoricalCrossentropy(from_logits=True, dtype=dtype)
        assert float(sparse(np.array([label]), z)) == pytest.approx(float(found), rel=8 * eps)

    check()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_binary_crossentropy_from_logits(dtype):
    eps = float(np.finfo(dtype).eps)

    @given(numbers(dtype), st.sampled_from([0.0, 1.0]))
    def check(z, y):
        expected = log1p_exp(mpf(z)) - y * mpf(z)
        loss, cache = losses.BinaryCrossentropy(from_logits=True, dtype=dtype), Cache()
        found = loss.forward(np.array([[y]], dtype), np.array([[z]], dtype), cache)
        assert abs(mpf(float(found)) - expected) <= 8 * eps * max(abs(expected), eps)
        assert np.isfinite(loss.backward(cache)).all()

    check()
