"""Laws that hold for all data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from loss_rows import ROWS, Row, row_name

from nnscratch import losses
from nnscratch.cache import Cache

LOGITS = arrays(np.float64, (4, 3), elements=st.floats(-30, 30))
REALS = arrays(np.float64, (4, 3), elements=st.floats(-10, 10))
LABELS = arrays(np.int64, (4,), elements=st.integers(0, 2))


def both(loss: losses.Loss, y_true: np.ndarray, y_pred: np.ndarray) -> tuple[float, np.ndarray]:
    cache = Cache()
    value = loss.forward(y_true, y_pred, cache)
    return float(value), loss.backward(cache)


@given(z=LOGITS, labels=LABELS)
@settings(deadline=None)
def test_class_numbers_and_one_hot_targets_give_the_same(z: np.ndarray, labels: np.ndarray) -> None:
    one = both(losses.CategoricalCrossentropy(True, dtype="float64"), np.eye(3)[labels], z)
    other = both(losses.SparseCategoricalCrossentropy(True, dtype="float64"), labels, z)
    assert one[0] == pytest.approx(other[0], rel=1e-13, abs=1e-300)
    np.testing.assert_allclose(one[1], other[1], rtol=1e-13, atol=1e-16)


@given(z=LOGITS, labels=LABELS, shift=st.floats(-100, 100))
@settings(deadline=None)
def test_a_constant_added_to_all_logits_changes_nothing(
    z: np.ndarray, labels: np.ndarray, shift: float
) -> None:
    loss = losses.SparseCategoricalCrossentropy(True, dtype="float64")
    one, other = both(loss, labels, z), both(loss, labels, z + shift)
    assert one[0] == pytest.approx(other[0], rel=1e-11, abs=1e-12)
    np.testing.assert_allclose(one[1], other[1], rtol=1e-9, atol=1e-13)


@given(z=LOGITS, labels=LABELS)
@settings(deadline=None)
def test_the_gradient_by_logits_sums_to_zero_over_classes(
    z: np.ndarray, labels: np.ndarray
) -> None:
    _, gradient = both(losses.CategoricalCrossentropy(True, dtype="float64"), np.eye(3)[labels], z)
    np.testing.assert_allclose(gradient.sum(axis=1), 0.0, atol=1e-15)


@given(z=REALS, labels=LABELS)
@settings(deadline=None)
def test_probabilities_and_logits_give_the_same_far_from_the_clip(
    z: np.ndarray, labels: np.ndarray
) -> None:
    z = z / 3
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    y = np.eye(3)[labels]
    for loss in (losses.CategoricalCrossentropy, losses.BinaryCrossentropy):
        prediction = p if loss is losses.CategoricalCrossentropy else 1 / (1 + np.exp(-z))
        one, _ = both(loss(dtype="float64"), y, prediction)
        other, _ = both(loss(True, dtype="float64"), y, z)
        assert one == pytest.approx(other, rel=1e-10)


@given(z=LOGITS, y=arrays(np.float64, (4, 3), elements=st.floats(0, 1)))
@settings(deadline=None)
def test_binary_crossentropy_does_not_care_which_answer_is_called_yes(
    z: np.ndarray, y: np.ndarray
) -> None:
    loss = losses.BinaryCrossentropy(True, dtype="float64")
    one, other = both(loss, y, z), both(loss, 1 - y, -z)
    assert one[0] == pytest.approx(other[0], rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(one[1], -other[1], rtol=1e-9, atol=1e-14)


@given(y=REALS, p=REALS)
@settings(deadline=None)
def test_huber_lies_between_its_parents(y: np.ndarray, p: np.ndarray) -> None:
    squared, absolute = losses.mean_squared_error(y, p), losses.mean_absolute_error(y, p)
    for values in (losses.huber(y, p), losses.log_cosh(y, p)):
        assert (values <= squared / 2 + 2e-8).all()
        assert (values <= absolute + 2e-8).all()
    np.testing.assert_allclose(losses.huber(y, p, delta=100.0), squared / 2, rtol=1e-12)


@given(weights=arrays(np.int64, (5,), elements=st.integers(0, 3)))
@settings(deadline=None, max_examples=20)
@pytest.mark.parametrize("row", [row for row in ROWS if not row.couples], ids=row_name)
def test_a_whole_weight_is_so_many_copies(row: Row, weights: np.ndarray) -> None:
    y_true, y_pred = row.data()
    copies = np.repeat(np.arange(5), weights)
    loss = getattr(losses, row.name)(dtype="float64", reduction="sum", **row.options)
    weighted, repeated = Cache(), Cache()
    one = loss.forward(y_true, y_pred, weighted, weights)
    other = loss.forward(y_true[copies], y_pred[copies], repeated)
    assert np.sum(one) == pytest.approx(float(np.sum(other)), rel=1e-13, abs=1e-15)
    folded = np.zeros_like(y_pred)
    np.add.at(folded, copies, loss.backward(repeated))
    np.testing.assert_allclose(loss.backward(weighted), folded, rtol=1e-12, atol=1e-15)


@given(order=st.permutations(range(5)))
@settings(deadline=None, max_examples=20)
@pytest.mark.parametrize("row", ROWS, ids=row_name)
def test_the_order_of_samples_does_not_matter(row: Row, order: list[int]) -> None:
    y_true, y_pred = row.data()
    loss = getattr(losses, row.name)(dtype="float64", **row.options)
    one, other = both(loss, y_true, y_pred), both(loss, y_true[order], y_pred[order])
    assert one[0] == pytest.approx(other[0], rel=1e-13)
    np.testing.assert_allclose(one[1][order], other[1], rtol=1e-13, atol=1e-16)
