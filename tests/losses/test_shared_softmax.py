"""A crossentropy takes from the network's softmax what it would compute again, to the bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnscratch import activations, losses
from nnscratch.cache import Cache

RNG = np.random.default_rng(3)
Z = (4 * RNG.normal(size=(7, 5))).astype("float32")
LABELS = RNG.integers(0, 5, 7)
LOSSES = [
    (losses.SparseCategoricalCrossentropy(), LABELS),
    (losses.CategoricalCrossentropy(label_smoothing=0.1), np.eye(5, dtype="float32")[LABELS]),
]


def results(loss: Any, y: Any, z: Any, softmax: Any) -> list[Any]:
    cache = Cache()
    cache.softmax = softmax
    loss.compare(y, z, cache, z)
    values, reduced = cache.values.copy(), float(loss.reduce(cache))
    return [values, reduced, loss.differentiate(0.25, cache)]


def parts_of(z: Any) -> Any:
    cache = Cache()
    activations.Softmax().forward(z, cache)
    return cache.softmax


@pytest.mark.parametrize(("loss", "y"), LOSSES)
def test_the_numbers_are_the_same_to_the_bit(loss, y):
    for shared, own in zip(
        results(loss, y, Z, parts_of(Z)), results(loss, y, Z, None), strict=True
    ):
        np.testing.assert_array_equal(shared, own)


@pytest.mark.parametrize(("loss", "y"), LOSSES)
def test_what_the_softmax_left_is_used(loss, y):
    """Sabotage: with another softmax's sums in their place, the numbers are others."""
    z, shifted, total, a = parts_of(Z)
    wrong = results(loss, y, Z, (z, shifted, 2 * total, a))
    assert not np.array_equal(wrong[0], results(loss, y, Z, None)[0])


@pytest.mark.parametrize(("loss", "y"), LOSSES)
def test_the_softmax_of_something_else_is_not(loss, y):
    other = parts_of(Z + 1)
    for mine, own in zip(results(loss, y, Z, other), results(loss, y, Z, None), strict=True):
        np.testing.assert_array_equal(mine, own)


@pytest.mark.parametrize(("loss", "y"), LOSSES)
def test_what_the_network_keeps_is_left_as_it_is(loss, y):
    parts = parts_of(Z)
    kept = [part.copy() for part in parts]
    results(loss, y, Z, parts)
    for part, before in zip(parts, kept, strict=True):
        np.testing.assert_array_equal(part, before)


def test_a_softmax_along_another_axis_is_not():
    z = RNG.normal(size=(4, 5, 5)).astype("float32")
    cache = Cache()
    activations.Softmax(axis=1).forward(z, cache)
    y = RNG.integers(0, 5, (4, 5))
    loss = losses.SparseCategoricalCrossentropy()
    for mine, own in zip(
        results(loss, y, z, cache.softmax), results(loss, y, z, None), strict=True
    ):
        np.testing.assert_array_equal(mine, own)
