"""Laws that hold for every input."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nnscratch import activations as act
from nnscratch.cache import Cache

MATRICES = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=5),
    elements=st.floats(-50, 50),
)
pytestmark = pytest.mark.filterwarnings("ignore:softmax over axis")

MONOTONE = """
relu leaky_relu relu6 elu selu celu sigmoid tanh softplus softsign hard_sigmoid hard_tanh
log_sigmoid sparse_plus sparse_sigmoid exponential tanh_shrink soft_shrink hard_shrink squareplus
linear
"""
VECTORS = arrays(np.float64, st.integers(2, 20), elements=st.floats(-30, 30))


@pytest.mark.parametrize("name", ["softmax", "sparsemax"])
@given(z=MATRICES, axis=st.sampled_from([-1, 0, 1]))
def test_outputs_sum_to_one(name, z, axis):
    a = getattr(act, name)(z, axis=axis)
    assert (a >= 0).all()
    np.testing.assert_allclose(a.sum(axis=axis), 1.0, rtol=1e-12)


@pytest.mark.parametrize("name", ["softmax", "sparsemax", "log_softmax"])
@given(z=MATRICES, shift=st.floats(-50, 50))
def test_a_constant_added_to_z_changes_the_logarithm_or_nothing(name, z, shift):
    np.testing.assert_allclose(getattr(act, name)(z + shift), getattr(act, name)(z), atol=1e-11)


@pytest.mark.parametrize("name", ["softmax", "sparsemax"])
@given(z=MATRICES, seed=st.integers(0, 99))
def test_gradients_along_the_simplex_sum_to_zero(name, z, seed):
    rule, cache = getattr(act, name), Cache()
    rule.forward(z, cache)
    dz = rule.backward(np.random.default_rng(seed).normal(size=z.shape), cache)
    np.testing.assert_allclose(dz.sum(axis=-1), 0.0, atol=1e-12)


@given(z=MATRICES)
def test_log_softmax_is_the_logarithm_of_softmax(z):
    np.testing.assert_allclose(np.exp(act.log_softmax(z)), act.softmax(z), rtol=1e-12)


@given(z=arrays(np.float64, (3, 4), elements=st.floats(-3, 3)))
def test_sparsemax_is_the_nearest_point_of_the_simplex(z):
    """z - a is orthogonal to the face a lies on and does not gain off it (the KKT conditions)."""
    a = act.sparsemax(z)
    tau = (z - a).max(axis=-1, keepdims=True)
    np.testing.assert_allclose(np.where(a > 0, z - a - tau, 0.0), 0.0, atol=1e-12)


@pytest.mark.parametrize(
    "name",
    MONOTONE.split(),
)
@given(z=VECTORS)
def test_monotone(name, z):
    a = getattr(act, name)(np.sort(z))
    assert (np.diff(a) >= -1e-14 * np.abs(a[1:]).max()).all()


@pytest.mark.parametrize(
    "name", ["tanh", "softsign", "hard_tanh", "tanh_shrink", "soft_shrink", "hard_shrink"]
)
@given(z=VECTORS)
def test_odd(name, z):
    function = getattr(act, name)
    np.testing.assert_allclose(function(-z), -function(z), rtol=1e-14)


@given(z=VECTORS)
def test_relations_between_functions(z):
    np.testing.assert_allclose(act.sigmoid(z) + act.sigmoid(-z), 1.0, rtol=1e-14)
    np.testing.assert_allclose(act.tanh(z), 2 * act.sigmoid(2 * z) - 1, atol=1e-14)
    np.testing.assert_allclose(act.softplus(z) - act.softplus(-z), z, atol=1e-13)
    np.testing.assert_allclose(act.silu(z), z * act.sigmoid(z), atol=1e-14)
    np.testing.assert_allclose(np.exp(act.log_sigmoid(z)), act.sigmoid(z), rtol=1e-13)
    np.testing.assert_allclose(act.gelu(z) - act.gelu(-z), z, atol=1e-13)
    np.testing.assert_allclose(
        act.softmax(np.stack([z, np.zeros_like(z)], axis=1))[:, 0], act.sigmoid(z), rtol=1e-13
    )
