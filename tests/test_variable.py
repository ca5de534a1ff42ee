"""Variables: where they start, how they change, how gradients gather, how they act as arrays."""

from __future__ import annotations

import copy
import operator
import pickle

import numpy as np
import pytest

from nnscratch import config
from nnscratch.errors import DataError, ShapeError
from nnscratch.naming import name_scope
from nnscratch.variable import Variable

# -- the start --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "dtype", "expected"),
    [
        (np.ones(2), None, "float64"),
        (np.ones(2, "float32"), None, "float32"),
        (np.float64(1), None, "float64"),
        ([1.0, 2.0], None, "float32"),
        (1.0, None, "float32"),
        ([1, 2], None, "int64"),
        (0, "int", "int64"),
        (np.ones(2), "float32", "float32"),
    ],
)
def test_dtype(start, dtype, expected):
    assert Variable(start, dtype=dtype).dtype == expected


def test_floatx_decides_where_nothing_else_does():
    config.set_floatx("float64")
    assert Variable(1.0).dtype == "float64"
    assert Variable(lambda shape, dtype: np.zeros(shape), shape=(2,)).dtype == "float64"


def test_the_value_is_a_copy_of_what_it_was_made_from():
    start = np.zeros(3)
    v = Variable(start)
    v.assign([1, 2, 3])
    assert start.tolist() == [0, 0, 0]


def test_a_function_makes_the_value():
    v = Variable(lambda shape, dtype: np.full(shape, 2, dtype), shape=(2, 3), name="w")
    assert (v.shape, v.ndim, v.dtype) == ((2, 3), 2, "float32")
    assert (v.value == 2).all()
    with pytest.raises(ValueError, match="full shape"):
        Variable(lambda shape, dtype: np.zeros(1), shape=(None, 3))
    with pytest.raises(ValueError, match="full shape"):
        Variable(lambda shape, dtype: np.zeros(1))
    with pytest.raises(ShapeError, match=r"\(3,\).*\(2,\)"):
        Variable(lambda shape, dtype: np.zeros(3), shape=(2,))


def test_paths_and_names():
    with name_scope("model"), name_scope("dense"):
        assert Variable(0.0, name="bias").path == "model/dense/bias"
    assert [Variable(0.0).name, Variable(0.0).name] == ["variable", "variable_1"]
    with pytest.raises(ValueError, match="without '/'"):
        Variable(0.0, name="a/b")


@pytest.mark.parametrize("start", [["a"], [[1.0], [1.0, 2.0]], None, [1j]])
def test_what_is_no_number_is_refused(start):
    with pytest.raises(ValueError):  # noqa: PT011  (numpy words it for ragged rows)
        Variable(start)


# -- the value --------------------------------------------------------------------------------


def test_assign_writes_into_the_live_array():
    v = Variable(np.zeros(2), name="w")
    live = v.value
    assert v.assign([1, 2]) is live
    v.assign_add([10, 20])
    v.assign_sub(1)
    assert live.tolist() == [10, 21]


@pytest.mark.parametrize("wrong", [1.0, [1.0], [1.0, 2.0, 3.0], [[1.0, 2.0]]])
def test_assign_does_not_broadcast(wrong):
    v = Variable(np.zeros(2), name="w")
    with pytest.raises(ShapeError, match=r"'w' of shape \(2,\)"):
        v.assign(wrong)
    assert v.value.tolist() == [0, 0]


def test_assign_add_refuses_to_grow():
    v = Variable(np.zeros(2), name="w")
    with pytest.raises(ShapeError):
        v.assign_add([[1.0, 1.0], [1.0, 1.0]])


def test_assign_refuses_strings():
    with pytest.raises(DataError, match="`value` must hold real numbers"):
        Variable(np.zeros(2)).assign(["a", "b"])


def test_numpy_gives_a_copy():
    v = Variable(np.zeros(2))
    v.numpy()[0] = 5
    assert v.value.tolist() == [0, 0]


# -- the gradient -----------------------------------------------------------------------------


def test_the_first_addition_overwrites_and_the_next_add():
    v = Variable(np.zeros(2), name="w")
    assert v.grad is None
    v.add_grad(np.multiply, np.array([1.0, 2.0]), 3.0)
    memory = v.grad
    assert memory.tolist() == [3, 6]
    v.add_grad(np.sum, np.ones((4, 2)), axis=0)
    assert memory.tolist() == [7, 10]
    v.clear_grad()
    assert v.grad is None
    v.add_grad(np.multiply, np.ones(2), 1.0)
    assert v.grad is memory
    assert memory.tolist() == [1, 1]


def test_what_is_frozen_takes_no_gradient():
    v = Variable(np.zeros(2), trainable=False)
    v.add_grad(np.multiply, np.ones(2), 1.0)
    assert v.grad is None


def test_set_grad_copies_and_checks():
    v = Variable(np.zeros(2, "float32"), name="w", trainable=False)
    given = np.ones(2)
    v.set_grad(given)
    v.grad[0] = 5
    assert given.tolist() == [1, 1]
    assert v.grad.dtype == "float32"
    with pytest.raises(ShapeError, match=r"'w'.*\(2,\).*\(3,\)"):
        v.set_grad(np.zeros(3))
    assert v.grad.tolist() == [5, 1]


# -- moving -----------------------------------------------------------------------------------


def test_move_takes_value_and_gradient_along():
    v = Variable(np.array([1.0, 2.0]))
    v.set_grad([3.0, 4.0])
    value, grad = np.zeros(2), np.zeros(2)
    v.move(value, grad, None)
    assert v.value is value
    assert v.grad is grad
    assert (value.tolist(), grad.tolist()) == ([1, 2], [3, 4])
    v.assign([5, 6])
    assert value.tolist() == [5, 6]


def test_move_does_not_revive_a_cleared_gradient():
    v = Variable(np.zeros(1))
    v.set_grad([7.0])
    v.clear_grad()
    grad = np.zeros(1)
    v.move(np.zeros(1), grad, None)
    assert v.grad is None
    assert grad.tolist() == [0]


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
def test_a_copy_has_memory_of_its_own(twin):
    v = Variable(np.zeros(2), name="w")
    v.set_grad([1.0, 2.0])
    other = twin(v)
    other.assign([5, 5])
    assert v.value.tolist() == [0, 0]
    assert other.grad.tolist() == [1, 2]
    assert other.arena is None


# -- as an array ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operation",
    [
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.floordiv,
        operator.mod,
        operator.pow,
    ],
)
def test_arithmetic(operation):
    a, b = np.array([3.0, 5.0]), np.array([2.0, 4.0])
    v, w = Variable(a), Variable(b)
    for result in (operation(v, b), operation(a, w), operation(v, w)):
        assert type(result) is np.ndarray
        np.testing.assert_array_equal(result, operation(a, b))
    np.testing.assert_array_equal(operation(v, 2), operation(a, 2))
    np.testing.assert_array_equal(operation(2, v), operation(2, a))


@pytest.mark.parametrize(
    "operation",
    [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge],
)
def test_comparisons_are_elementwise(operation):
    a = np.array([1.0, 2.0, 3.0])
    np.testing.assert_array_equal(operation(Variable(a), 2.0), operation(a, 2.0))
    np.testing.assert_array_equal(operation(Variable(a), Variable(a[::-1])), operation(a, a[::-1]))


def test_signs_and_products():
    a = np.array([[1.0, -2.0], [3.0, 4.0]])
    v = Variable(a)
    for operation in (operator.neg, operator.pos, operator.abs):
        np.testing.assert_array_equal(operation(v), operation(a))
    np.testing.assert_array_equal(v @ a, a @ a)
    np.testing.assert_array_equal(a @ v, a @ a)


def test_numpy_functions_take_it():
    v = Variable(np.array([1.0, 4.0]))
    assert np.sqrt(v).tolist() == [1, 2]
    assert np.sum(v) == 5
    assert np.asarray(v, dtype="float32").dtype == "float32"
    assert np.array(v) is not v.value
    assert not np.shares_memory(np.array(v, copy=True), v.value)
    assert [float(x) for x in v] == [1, 4]
    assert (len(v), v[1], v[::-1].tolist()) == (2, 4.0, [4, 1])


def test_scalars_convert():
    assert float(Variable(2.5)) == 2.5
    assert int(Variable(3)) == 3
    assert [10, 20, 30][Variable(1)] == 20
    with pytest.raises(TypeError):
        operator.index(Variable(1.0))


def test_it_has_no_truth_value_but_can_be_a_key():
    v, w = Variable(np.zeros(2), name="w"), Variable(np.zeros(2), name="w")
    with pytest.raises(TypeError, match=r"'w'.*truth value"):
        bool(v)
    assert {v: 1, w: 2}[v] == 1


def test_repr_names_it():
    text = repr(Variable(np.zeros(2, "float32"), name="w"))
    assert "path=w" in text
    assert "shape=(2,)" in text
    assert "float32" in text
