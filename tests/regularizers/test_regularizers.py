"""Penalties and their gradients against Keras on TensorFlow, names and configurations."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from nnscratch import config, regularizers
from nnscratch.gradcheck import check_regularizer
from nnscratch.regularizers import L1, L2, OrthogonalRegularizer, Regularizer
from nnscratch.serialization import register_keras_serializable
from nnscratch.variable import Variable

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "regularizers.npz")
CASES = json.loads(str(GOLDEN["cases"]))
CONFIGS = json.loads(str(GOLDEN["configs"]))
WEIGHTS = arrays(
    np.float64, array_shapes(min_dims=1, max_dims=3, max_side=4), elements=st.floats(-9, 9)
)

TABLE = {
    "L1": L1(0.3),
    "L2": L2(0.3),
    "L1L2": regularizers.L1L2(0.1, 0.2),
    "OrthogonalRegularizer": OrthogonalRegularizer(0.3, "columns"),
}
ALIASES = {
    "l1": "L1",
    "l2": "L2",
    "l1_l2": "L1L2",
    "orthogonal_regularizer": "OrthogonalRegularizer",
}


def test_every_export_has_a_row():
    functions = {"Regularizer", "get", "serialize", "deserialize"}
    assert set(regularizers.__all__) == {*TABLE, *ALIASES, *functions}
    for alias, name in ALIASES.items():
        assert getattr(regularizers, alias) is getattr(regularizers, name)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_equals_keras(case, dtype):
    name, parameters = CASES[case]
    regularizer, w = getattr(regularizers, name)(**parameters), GOLDEN[f"{dtype}/w"]
    rtol = 1e-13 if dtype == "float64" else 2e-6
    penalty = regularizer(w)
    assert penalty.dtype == dtype
    # the recorded loss is three times the penalty
    np.testing.assert_allclose(3 * penalty, GOLDEN[f"{case}/{dtype}/penalty"], rtol=rtol)
    expected = GOLDEN[f"{case}/{dtype}/gradient"]
    gradient = regularizer.gradient(w)
    assert gradient.dtype == dtype
    atol = 4 * np.finfo(dtype).eps * np.abs(expected).max() if "ortho" in case else 0
    np.testing.assert_allclose(3 * gradient, expected, rtol=rtol, atol=atol)


@pytest.mark.parametrize("regularizer", TABLE.values(), ids=TABLE)
def test_gradient(regularizer):
    w = np.random.default_rng(0).normal(size=(4, 3))
    check_regularizer(regularizer, w).assert_ok()
    out = np.full((4, 3), np.nan)
    assert regularizer.gradient(w, out=out) is out
    np.testing.assert_array_equal(out, regularizer.gradient(w))


@pytest.mark.parametrize("regularizer", TABLE.values(), ids=TABLE)
def test_gradient_fits_the_variable(regularizer):
    w = np.random.default_rng(0).normal(size=(4, 3))
    variable = Variable(w)
    variable.add_grad(np.multiply, np.ones_like(w), 2.0)
    variable.add_grad(regularizer.gradient, variable.value)
    np.testing.assert_array_equal(variable.grad, 2.0 + regularizer.gradient(w))


@pytest.mark.parametrize("regularizer", TABLE.values(), ids=TABLE)
@given(w=WEIGHTS)
def test_penalties_are_even_and_not_negative(regularizer, w):
    if isinstance(regularizer, OrthogonalRegularizer):
        w = np.stack([w.ravel(), np.ones(w.size)], axis=1)
    assert regularizer(w) >= 0
    assert regularizer(-w) == pytest.approx(regularizer(w))


@given(w=WEIGHTS)
def test_l1_l2_is_the_sum_of_both(w):
    both = regularizers.L1L2(0.25, 0.5)
    assert both(w) == pytest.approx(L1(0.25)(w) + L2(0.5)(w), abs=1e-12)


def test_orthogonal_penalty_by_hand():
    assert OrthogonalRegularizer(1.0)(np.eye(3)) == 0.0
    parallel = np.array([[1.0, 2.0], [-3.0, -6.0]])
    assert OrthogonalRegularizer(1.0)(parallel) == pytest.approx(1.0)
    rows, columns = OrthogonalRegularizer(1.0), OrthogonalRegularizer(1.0, "columns")
    w = np.random.default_rng(1).normal(size=(3, 5))
    assert rows(w) == columns(w.T)


def test_a_row_of_zeros_has_no_direction_and_no_nan():
    w = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 1.0]])
    gradient = OrthogonalRegularizer(1.0).gradient(w)
    assert np.isfinite(gradient).all()
    assert OrthogonalRegularizer(1.0)(w) == pytest.approx(4 / 5 / 3)


def test_factors_go_through_float32_also_in_float64():
    config.set_floatx("float64")
    assert L2(0.1)(np.array([1.0])) == float(np.float32(0.1))
    assert L1(0.1)(np.array([1.0])) == float(np.float32(0.1))


@pytest.mark.parametrize("case", CASES)
def test_configurations_are_those_of_keras(case):
    name, parameters = CASES[case]
    regularizer = getattr(regularizers, name)(**parameters)
    assert regularizers.serialize(regularizer) == CONFIGS[case]
    again = regularizers.deserialize(json.loads(json.dumps(CONFIGS[case])))
    assert type(again) is type(regularizer)
    assert again.get_config() == regularizer.get_config()


@pytest.mark.parametrize("name", [*TABLE, *ALIASES, "l1l2"])
def test_get_by_name(name):
    expected = {**ALIASES, "l1l2": "L1L2"}.get(name, name)
    assert type(regularizers.get(name)).__name__ == expected


def test_get():
    assert regularizers.get(None) is None
    assert regularizers.serialize(None) is None
    assert regularizers.deserialize(None) is None
    penalty = L2(0.5)
    assert regularizers.get(penalty) is penalty
    assert regularizers.get(L2).l2 == 0.01
    assert regularizers.get({"class_name": "L2", "config": {"l2": 0.5}}).l2 == 0.5
    assert L1(None).l1 == L1().l1
    assert L2(None).l2 == 0.01
    assert regularizers.L1L2(None, None).get_config() == {"l1": 0.0, "l2": 0.0}


def test_errors_show_the_way_out():
    with pytest.raises(ValueError, match=r"'orthogonal_regulariser'. Did you mean 'orthogonal_reg"):
        regularizers.get("orthogonal_regulariser")
    with pytest.raises(TypeError, match=r"has no gradient\. Subclass"):
        regularizers.get(lambda w: 0.1 * w.sum())
    with pytest.raises(TypeError, match=r"regularizers.L2\(0.01\)"):
        regularizers.get(0.01)
    for bad in (-1.0, float("nan"), float("inf"), "0.1"):
        with pytest.raises(ValueError, match="`l2` must be a finite number of at least 0"):
            L2(bad)
    with pytest.raises(ValueError, match="Did you mean 'rows'"):
        OrthogonalRegularizer(mode="row")
    with pytest.raises(ValueError, match="needs a matrix"):
        OrthogonalRegularizer()(np.ones(3))
    with pytest.raises(ValueError, match="at least two"):
        OrthogonalRegularizer()(np.ones((1, 3)))
    base, w = Regularizer(), np.ones(1)
    for method in (lambda: base(w), lambda: base.gradient(w), base.get_config):
        with pytest.raises(NotImplementedError, match="Regularizer must implement"):
            method()


@register_keras_serializable(package="tests")
class Squares(Regularizer):
    def __call__(self, x):
        return np.sum(x**2)

    def gradient(self, x, out=None):
        return np.multiply(x, 2.0, out=out)

    def get_config(self):
        return {}


def test_own_regularizer_is_registered():
    config = regularizers.serialize(Squares())
    assert config["registered_name"] == "tests>Squares"
    assert isinstance(regularizers.get(config), Squares)
