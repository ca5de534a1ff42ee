"""Values and gradients of every activation against Keras on TensorFlow."""

import json
from pathlib import Path

import numpy as np
import pytest

from nnscratch import activations
from nnscratch.cache import Cache

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "activations.npz")
CASES = [
    (kind, case, name, parameters, dtype)
    for kind, cases in json.loads(str(GOLDEN["cases"])).items()
    for case, (name, parameters) in cases.items()
    for dtype in ("float32", "float64")
]
# Differences such as 1 - tanh² lose digits on both sides; what is lost grows with z where the
# difference is multiplied by z (silu, mish) or z³ (the approximate gelu). In units of epsilon,
# where 8 is the rule.
CANCELLATION = {"silu": 32, "mish": 96, "gelu_approximate": 96}


def activation(name, parameters):
    return type(getattr(activations, name))(**parameters)


@pytest.mark.parametrize(
    ("kind", "case", "name", "parameters", "dtype"), CASES, ids=[f"{c[1]}-{c[4]}" for c in CASES]
)
def test_equals_keras(kind, case, name, parameters, dtype):
    z = GOLDEN[f"{kind}/{dtype}/z"]
    da = GOLDEN[f"{case if name == 'glu' else kind}/{dtype}/da"]
    rule, cache = activation(name, parameters), Cache()
    a = rule.forward(z, cache).copy()
    dz = rule.backward(da, cache)

    assert a.dtype == dz.dtype == dtype
    eps, tiny = np.finfo(dtype).eps, np.finfo(dtype).tiny
    rtol = 1e-13 if dtype == "float64" else 8 * eps
    atol = CANCELLATION.get(case, 8) * eps
    np.testing.assert_allclose(a, GOLDEN[f"{case}/{dtype}/a"], rtol=rtol, atol=atol)
    expected = GOLDEN[f"{case}/{dtype}/dz"]
    if kind == "line":  # TensorFlow takes a subnormal z for 0, and with it the derivative at 0
        normal = (z == 0) | (np.abs(z) >= 2 * tiny)
        assert np.isfinite(dz[~normal]).all()
        dz, expected = dz[normal], expected[normal]
    np.testing.assert_allclose(dz, expected, rtol=rtol, atol=atol)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["relu", "leaky_relu", "relu6", "hard_tanh", "sparse_plus"])
def test_piecewise_linear_functions_agree_to_the_bit(name, dtype):
    z, da = GOLDEN[f"line/{dtype}/z"], GOLDEN[f"line/{dtype}/da"]
    normal = (z == 0) | (np.abs(z) >= 2 * np.finfo(dtype).tiny)
    rule, cache = getattr(activations, name), Cache()
    if name != "sparse_plus":
        np.testing.assert_array_equal(
            rule.forward(z, cache)[normal], GOLDEN[f"{name}/{dtype}/a"][normal]
        )
    rule.forward(z, cache)
    np.testing.assert_array_equal(
        rule.backward(da, cache)[normal], GOLDEN[f"{name}/{dtype}/dz"][normal]
    )


def test_small_values_of_probabilities_keep_their_digits():
    """Relative agreement, without absolute slack, far out in the tails."""
    for name in ("sigmoid", "exponential", "softplus", "softmax_axis0"):
        for dtype, rtol in (("float32", 1e-6), ("float64", 1e-14)):
            kind = "block" if name == "softmax_axis0" else "line"
            a = activation(name.partition("_")[0], {"axis": 0} if kind == "block" else {})(
                GOLDEN[f"{kind}/{dtype}/z"]
            )
            np.testing.assert_allclose(
                a, GOLDEN[f"{name}/{dtype}/a"], rtol=rtol, atol=4 * np.finfo(dtype).tiny
            )


def test_versions_are_recorded():
    versions = json.loads(str(GOLDEN["versions"]))
    assert versions["keras"] == "3.15.1"
    assert set(versions) == {"keras", "tensorflow", "numpy"}
