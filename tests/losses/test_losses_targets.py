"""Targets that cannot be meant are refused before training, with the way out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnscratch import losses
from nnscratch.errors import DataError, ShapeError

CLASSES = (None, 10)
NUMBERS = np.arange(12) % 10
ONE_HOT = np.eye(10)[NUMBERS]

REFUSED: list[tuple[str, Any, tuple[int | None, ...], type[Exception], str]] = [
    ("categorical_crossentropy", NUMBERS, CLASSES, ShapeError, "to_categorical.y, 10"),
    ("categorical_crossentropy", NUMBERS[:, None], CLASSES, ShapeError, "sparse_categorical"),
    ("categorical_crossentropy", ONE_HOT[:, :9], CLASSES, ShapeError, "10 units.*ask for 9"),
    ("sparse_categorical_crossentropy", ONE_HOT, CLASSES, ShapeError, "np.argmax"),
    ("sparse_categorical_crossentropy", NUMBERS - 1, CLASSES, DataError, "label -1"),
    ("sparse_categorical_crossentropy", NUMBERS + 1, CLASSES, DataError, "label 10.*Subtract 1"),
    ("sparse_categorical_crossentropy", NUMBERS + 0.5, CLASSES, DataError, "integers.*0.5"),
    ("sparse_categorical_crossentropy", np.ones((4, 3)), CLASSES, ShapeError, r"shape \(4, 3\)"),
    ("binary_crossentropy", NUMBERS % 2, (None, 2), ShapeError, "sparse_categorical"),
    ("binary_crossentropy", NUMBERS, (None, 1), DataError, "9.*softmax"),
    ("binary_crossentropy", NUMBERS % 2 * 2 - 1, (None, 1), DataError, "0 and 1"),
    ("mse", np.ones((4, 1)), (None, 3), ShapeError, "one unit, not 3"),
    ("mse", np.ones(4), (None, 3), ShapeError, "one unit, not 3"),
    ("mse", NUMBERS, CLASSES, ShapeError, "to_categorical"),
    ("mae", np.ones((4, 2)), (None, 3), ShapeError, "3 units.*ask for 2"),
    ("huber", np.ones((4, 2)), (None, 1), ShapeError, "1 units.*ask for 2"),
    ("huber", np.ones((4, 2, 2)), (None, 3, 2), ShapeError, r"\(n, 3, 2\)"),
    ("mse", np.array(["a", "b"]), (None, 1), DataError, "strings"),
]


@pytest.mark.parametrize(("name", "y", "output", "error", "message"), REFUSED)
def test_targets_that_cannot_be_meant(
    name: str, y: Any, output: tuple[int | None, ...], error: type[Exception], message: str
) -> None:
    loss = losses.LossFunctionWrapper(losses.get(name), name=name)
    with pytest.raises(error, match=f"(?s){message}"):
        loss.check_targets(y, output)


ACCEPTED: list[tuple[str, Any, tuple[int | None, ...]]] = [
    ("categorical_crossentropy", ONE_HOT, CLASSES),
    ("categorical_crossentropy", ONE_HOT * 0.9 + 0.01, CLASSES),
    ("categorical_crossentropy", -2.0 * ONE_HOT, CLASSES),
    ("categorical_crossentropy", np.ones((4, 3, 2)), (None, 3, 2)),
    ("categorical_crossentropy", np.ones((4, 3, 2)), (None, None, 2)),
    ("sparse_categorical_crossentropy", NUMBERS, CLASSES),
    ("sparse_categorical_crossentropy", NUMBERS.astype("float32"), CLASSES),
    ("sparse_categorical_crossentropy", NUMBERS.astype("uint8")[:, None], CLASSES),
    ("sparse_categorical_crossentropy", NUMBERS.reshape(3, 4), (None, 4, 10)),
    ("sparse_categorical_crossentropy", NUMBERS > 4, (None, 2)),
    ("binary_crossentropy", NUMBERS % 2, (None, 1)),
    ("binary_crossentropy", NUMBERS % 2 == 1, (None, 1)),
    ("binary_crossentropy", np.full((4, 3), 0.25), (None, 3)),
    ("mse", np.ones(4), (None, 1)),
    ("mse", np.ones((4, 1)), (None,)),
    ("mse", np.ones((4, 3)), (32, 3)),
    ("mse", np.ones((4, 3)), (None, 3, 1)),
    ("mse", np.ones((4, 5, 3)), (None, None, 3)),
]


@pytest.mark.parametrize(("name", "y", "output"), ACCEPTED)
def test_targets_that_can(name: str, y: Any, output: tuple[int | None, ...]) -> None:
    losses.LossFunctionWrapper(losses.get(name), name=name).check_targets(y, output)


def test_an_ignored_class_need_not_exist() -> None:
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    loss.check_targets(np.array([0, -1, 2]), (None, 3))
    with pytest.raises(DataError, match="label -2"):
        loss.check_targets(np.array([0, -1, -2]), (None, 3))


def test_a_loss_of_ones_own_takes_targets_of_any_form() -> None:
    def odd(y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        return y_pred[:, 0] - y_true[:, 3]

    losses.LossFunctionWrapper(odd).check_targets(np.ones((4, 7)), (None, 2))
    losses.Loss().check_targets(np.ones((4, 7)), (None, 2))


@pytest.mark.parametrize("name", ["mse", "categorical_crossentropy", "binary_crossentropy"])
def test_keras_broadcasts_what_training_refuses(name: str) -> None:
    loss = losses.LossFunctionWrapper(losses.get(name), name=name)
    with pytest.raises(ShapeError):
        loss.check_targets(np.ones((4, 1)), (None, 3))
    if name == "mse":
        assert loss(np.ones((4, 1)), np.zeros((4, 3))) == 1.0
    else:
        with pytest.raises(ShapeError, match="shape of the predictions"):
            loss(np.ones((4, 1)), np.zeros((4, 3)))
