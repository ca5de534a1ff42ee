"""The arena: one block of memory in which every variable is a view."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnscratch.arena import ALIGNMENT, Arena
from nnscratch.variable import Variable

shapes = st.lists(st.lists(st.integers(0, 5), max_size=3).map(tuple), min_size=1, max_size=6)


def variables_of(given_shapes):
    rng = np.random.default_rng(0)
    return [Variable(np.asarray(rng.standard_normal(s)), name="v") for s in given_shapes]


@given(shapes, st.sampled_from([1, ALIGNMENT]))
def test_every_variable_is_a_view_of_its_own_part(given_shapes, alignment):
    variables = variables_of(given_shapes)
    before = [v.numpy() for v in variables]
    arena = Arena(variables, alignment)
    for variable, value in zip(variables, before, strict=True):
        np.testing.assert_array_equal(variable.value, value)
    for i, variable in enumerate(variables):
        variable.assign(np.full(variable.shape, i + 1.0))
        variable.set_grad(np.full(variable.shape, -i - 1.0))
    expected = np.zeros(arena.size)
    for i, (start, variable) in enumerate(zip(arena.starts, variables, strict=True)):
        assert start % alignment == 0
        expected[start : start + variable.value.size] = i + 1
    np.testing.assert_array_equal(arena.values, expected)
    np.testing.assert_array_equal(arena.grads, -expected)


def test_gradients_that_were_there_move_in():
    with_grad, without = variables_of([(2,), (2,)])
    with_grad.set_grad([1.0, 2.0])
    arena = Arena([with_grad, without])
    assert arena.grads[:2].tolist() == [1, 2]
    assert np.shares_memory(with_grad.grad, arena.grads)
    assert without.grad is None
    without.add_grad(np.multiply, np.ones(2), 3.0)
    assert arena.grads[ALIGNMENT : ALIGNMENT + 2].tolist() == [3, 3]


def test_slots_become_a_parallel_vector():
    variables = variables_of([(3,), (2, 2)])
    arena = Arena(variables)
    slots = [Variable(np.full(v.shape, i + 1.0)) for i, v in enumerate(variables)]
    flat = arena.adopt(slots)
    assert flat[:3].tolist() == [1, 1, 1]
    assert flat[ALIGNMENT : ALIGNMENT + 4].tolist() == [2, 2, 2, 2]
    assert np.count_nonzero(flat) == 7
    flat *= 2
    assert slots[1].value.tolist() == [[4, 4], [4, 4]]
    assert arena.intact


def test_an_arena_knows_when_a_variable_has_left():
    a, b = variables_of([(3,), (2,)])
    first = Arena([a, b])
    assert first.intact
    second = Arena([b])
    assert not first.intact
    assert second.intact
    b.assign([8.0, 9.0])
    assert second.values[:2].tolist() == [8, 9]
    assert np.shares_memory(a.value, first.values)


def test_one_dtype_only():
    with pytest.raises(ValueError, match="one dtype"):
        Arena([Variable(np.ones(1, "float32")), Variable(np.ones(1, "float64"))])
    assert Arena([Variable(np.ones(1, "float32"))]).values.dtype == "float32"
