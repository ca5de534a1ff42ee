"""The splitter that `cv=` stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnscratch.preprocessing import KFold, StratifiedKFold
from nnscratch.typing import Array, IntArray


class Folds:
    """k folds of shuffled rows, with all classes alike in each where there are classes.

    Args:
        count: k.
        seed: seed of the shuffling.

    >>> y = np.repeat([0, 1], [6, 3])
    >>> [sorted(y[validation].tolist()) for _, validation in Folds(3, 0).split(y, y)]
    [[0, 0, 1], [0, 0, 1], [0, 0, 1]]
    """

    def __init__(self, count: int, seed: int) -> None:
        self.count = count
        self.seed = seed

    def split(self, x: Array, y: Array) -> Iterator[tuple[IntArray, IntArray]]:
        """Yield row numbers for training and for validation.

        Args:
            x: the inputs.
            y: class numbers, or numbers to be predicted.
        """
        kind = KFold if class_numbers(np.asarray(y)) is None else StratifiedKFold
        yield from kind(self.count, shuffle=True, seed=self.seed).split(x, y)


def class_numbers(y: Array) -> Array | None:
    """Return the class of each row; None where `y` has no classes.

    >>> class_numbers(np.eye(3)), class_numbers(np.array([0.5, 0.25])) is None
    (array([0, 1, 2]), True)
    """
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all():
        return np.asarray(y.argmax(axis=1))
    whole = y.ndim == 1 and (y.dtype.kind in "iubUSO" or bool(np.all(y == np.floor(y))))
    return y if whole else None


def as_splitter(cv: Any, seed: int) -> Any:
    """Return a splitter for a number of folds, and a splitter as it is.

    Args:
        cv: either.
        seed: the seed of the search.

    Raises:
        TypeError: it is neither.
        ValueError: fewer than two folds.
    """
    if isinstance(cv, int) and not isinstance(cv, bool):
        if cv < 2:
            raise ValueError(f"Cross-validation needs at least 2 folds. Received: cv={cv}")
        return Folds(cv, seed)
    if isinstance(cv, str) or not hasattr(cv, "split"):
        raise TypeError(
            "`cv` must be a number of folds or have a method `split(x, y)`. Received: "
            f"cv={cv!r} of type {type(cv).__name__}"
        )
    return cv
