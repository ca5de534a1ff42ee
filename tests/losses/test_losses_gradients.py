"""Every gradient against central differences in float64, with weights of every rank."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from loss_rows import ROWS, Row, row_name

from nnscratch import losses
from nnscratch.cache import Cache

WEIGHTS = {
    "none": None,
    "number": 3.0,
    "vector": np.array([1.0, 0.0, 2.5, 0.5, 3.0]),
    "column": np.array([[1.0], [0.0], [2.5], [0.5], [3.0]]),
}
REDUCTIONS = ("sum_over_batch_size", "sum", "mean_with_sample_weight", "none")


def central_differences(f: Callable[[np.ndarray], float], x: np.ndarray) -> np.ndarray:
    gradient = np.empty_like(x)
    step = 1e-6
    for place in np.ndindex(x.shape):
        ends = []
        for sign in (1.0, -1.0):
            moved = x.copy()
            moved[place] += sign * step
            ends.append(f(moved))
        gradient[place] = (ends[0] - ends[1]) / (2 * step)
    return gradient


def worst_gap(loss: losses.Loss, y_true: Any, x: np.ndarray, weight: Any, **logits: Any) -> float:
    def total(at: np.ndarray) -> float:
        given = {"logits": at} if logits else {}
        return float(np.sum(loss.forward(y_true, at, Cache(), weight, **given)))

    cache = Cache()
    loss.forward(y_true, x, cache, weight, **({"logits": x} if logits else {}))
    gradient = loss.backward(cache)
    wanted = central_differences(total, x)
    return float(np.abs(gradient - wanted).max() / max(1.0, float(np.abs(wanted).max())))


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize("row", ROWS, ids=row_name)
def test_gradient_is_the_derivative(row: Row, weight: str, reduction: str) -> None:
    loss = getattr(losses, row.name)(dtype="float64", reduction=reduction, **row.options)
    y_true, y_pred = row.data(seed=4)
    assert worst_gap(loss, y_true, y_pred, WEIGHTS[weight]) < 1e-8


@pytest.mark.parametrize("weight", WEIGHTS)
@pytest.mark.parametrize(
    "name", ["CategoricalCrossentropy", "SparseCategoricalCrossentropy", "BinaryCrossentropy"]
)
def test_gradient_by_the_logits_behind_an_output(name: str, weight: str) -> None:
    row = next(row for row in ROWS if row.name == name)
    loss = getattr(losses, name)(dtype="float64")
    y_true, _ = row.data()
    z = np.random.default_rng(1).normal(size=(5, 3))
    assert worst_gap(loss, y_true, z, WEIGHTS[weight], logits=True) < 1e-8


@pytest.mark.parametrize("axis", [0, 1, 2, -1])
@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("name", ["CategoricalCrossentropy", "BinaryCrossentropy"])
def test_gradient_along_another_axis(name: str, from_logits: bool, axis: int) -> None:
    rng = np.random.default_rng(2)
    y_true, y_pred = rng.uniform(0.1, 0.9, size=(2, 2, 3, 2))
    y_true /= y_true.sum(axis=axis, keepdims=True)
    loss = getattr(losses, name)(from_logits, axis=axis, dtype="float64")
    assert worst_gap(loss, y_true, y_pred, None) < 1e-8


@pytest.mark.parametrize("shape", [(4,), (4, 3, 2)])
@pytest.mark.parametrize("name", ["MeanSquaredError", "Huber", "CosineSimilarity", "Poisson"])
def test_gradient_at_other_ranks(name: str, shape: tuple[int, ...]) -> None:
    y_true, y_pred = np.random.default_rng(3).uniform(0.1, 2.0, size=(2, *shape))
    loss = getattr(losses, name)(dtype="float64")
    assert worst_gap(loss, y_true, y_pred, None) < 1e-8


@pytest.mark.parametrize(
    ("true_shape", "pred_shape"), [((4,), (4, 1)), ((4, 1), (4,)), ((4, 3), (4, 1))]
)
def test_gradient_has_the_shape_of_the_output_whatever_the_targets(
    true_shape: tuple[int, ...], pred_shape: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(5)
    y_true, y_pred = rng.normal(size=true_shape), rng.normal(size=pred_shape)
    assert worst_gap(losses.MeanSquaredError(dtype="float64"), y_true, y_pred, None) < 1e-8


class ForgetsTheTwo(losses.MeanSquaredError):
    def slopes(self, out: np.ndarray, cache: Cache) -> None:
        out[...] = cache.error


def test_the_check_finds_a_wrong_gradient() -> None:
    rng = np.random.default_rng(6)
    y_true, y_pred = rng.normal(size=(2, 4, 3))
    assert worst_gap(ForgetsTheTwo(dtype="float64"), y_true, y_pred, None) > 1e-2
