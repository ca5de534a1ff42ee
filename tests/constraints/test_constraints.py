"""Projections of weights against Keras, their laws, names and configurations."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nnscratch import constraints
from nnscratch.constraints import Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "constraints.npz")
CASES = json.loads(str(GOLDEN["cases"]))
CONFIGS = json.loads(str(GOLDEN["configs"]))
KERNELS = arrays(np.float64, (4, 3), elements=st.floats(-9, 9))

# class: alias, an instance, and the norms its results may have
TABLE = {
    "Constraint": ("constraint", Constraint(), None),
    "MaxNorm": ("max_norm", MaxNorm(0.7), (0.0, 0.7)),
    "NonNeg": ("non_neg", NonNeg(), None),
    "UnitNorm": ("unit_norm", UnitNorm(), (0.0, 1.0)),
    "MinMaxNorm": ("min_max_norm", MinMaxNorm(0.5, 0.7), (0.0, 0.7)),
}


def test_every_constraint_has_a_row():
    classes = {
        name
        for name, value in vars(constraints).items()
        if isinstance(value, type) and issubclass(value, Constraint) and name[0].isupper()
    }
    assert classes == set(TABLE)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_equals_keras(case, dtype):
    name, parameters = CASES[case]
    w = GOLDEN[f"{dtype}/w"]
    w.flags.writeable = False
    projected = getattr(constraints, name)(**parameters)(w)
    assert projected.dtype == dtype
    rtol = 1e-14 if dtype == "float64" else 4e-7
    np.testing.assert_allclose(projected, GOLDEN[f"{case}/{dtype}"], rtol=rtol)


@pytest.mark.parametrize("name", TABLE)
def test_names(name):
    alias, _, _ = TABLE[name]
    assert type(constraints.get(name)).__name__ == name
    assert type(constraints.get(alias)).__name__ == name
    if name != "Constraint":
        assert getattr(constraints, alias) is getattr(constraints, name)


@pytest.mark.parametrize("case", CASES)
def test_configurations_are_those_of_keras(case):
    name, parameters = CASES[case]
    constraint = getattr(constraints, name)(**parameters)
    assert constraints.serialize(constraint) == CONFIGS[case]
    again = constraints.deserialize(json.loads(json.dumps(CONFIGS[case])))
    assert type(again) is type(constraint)
    assert again.get_config() == constraint.get_config()


@pytest.mark.parametrize("name", TABLE)
@given(w=KERNELS)
def test_a_projection_stays_where_it_is(name, w):
    _, constraint, norms = TABLE[name]
    assume((np.linalg.norm(w, axis=0) > 0.1).all())  # epsilon shortens what is near 0
    once = constraint(w)
    np.testing.assert_allclose(constraint(once), once, atol=2e-6)
    if norms is not None:
        lengths = np.linalg.norm(once, axis=0)
        assert (lengths >= norms[0]).all()
        assert (lengths <= norms[1] + 1e-12).all()


@given(w=KERNELS)
def test_non_neg(w):
    assert (NonNeg()(w) >= 0).all()
    np.testing.assert_array_equal(NonNeg()(np.abs(w)), np.abs(w))


def test_by_hand():
    w = np.array([[3.0, 0.3], [4.0, 0.4]])
    np.testing.assert_allclose(MaxNorm(1.0)(w), [[0.6, 0.3], [0.8, 0.4]], rtol=1e-6)
    np.testing.assert_allclose(MinMaxNorm(1.0, 2.0)(w), [[1.2, 0.6], [1.6, 0.8]], rtol=1e-6)
    np.testing.assert_allclose(UnitNorm(axis=1)(w)[0], [0.995037, 0.0995037], rtol=1e-6)
    np.testing.assert_array_equal(UnitNorm()(np.zeros((2, 2))), np.zeros((2, 2)))


def test_get():
    assert constraints.get(None) is None
    assert constraints.serialize(None) is None
    assert constraints.deserialize(None) is None
    assert constraints.get(np.abs) is np.abs
    assert isinstance(constraints.get(MaxNorm), MaxNorm)
    assert constraints.get({"class_name": "max_norm", "config": {"max_value": 3}}).max_value == 3
    with pytest.raises(ValueError, match=r"'max_nrm'. Did you mean 'max_norm'\?"):
        constraints.get("max_nrm")
    with pytest.raises(TypeError, match=r"constraints.MaxNorm\(2.0\)"):
        constraints.get(2.0)
