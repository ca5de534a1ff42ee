"""What the two data sets of house prices share: one file of rows, shuffled and cut in two."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nnscratch.datasets.archive import check_file
from nnscratch.datasets.places import located, way_out
from nnscratch.typing import Array

Split = tuple[tuple[Array, Array], tuple[Array, Array]]


def read_rows(path: str, url: str, title: str, sha256: str) -> tuple[Array, Array]:
    """Return the arrays `x` and `y` of a data set's file, which is found, or fetched, and checked.

    Args:
        path: name of the file, or an absolute path.
        url: where it is on the net.
        title: what to call the data set in an error.
        sha256: the SHA-256 of the file.

    Raises:
        DatasetError: the file cannot be had, or is another.
    """

    def check(part: Path) -> None:
        check_file(part, sha256, "Try again.")

    file = located(path, url, title, check)
    check_file(file, sha256, way_out(title, file))
    with np.load(file, allow_pickle=False) as archive:
        return archive["x"], archive["y"]


def checked_split(test_split: float) -> float:
    """Return a share of test rows.

    Raises:
        ValueError: it is not in [0, 1).
    """
    if not 0 <= test_split < 1:
        raise ValueError(
            "`test_split` must be a number from 0 to 1 (1 excluded), the share of rows for the "
            f"test. Received: test_split={test_split!r}"
        )
    return test_split


def shuffled_and_split(x: Array, y: Array, test_split: float, seed: int | None) -> Split:
    """Put the rows into the order that a seed gives; the first ones are for training.

    The order is that of NumPy's legacy generator, and int(N·(1 - test_split)) rows are for
    training, as in Keras.

    Args:
        x: inputs (N, D).
        y: targets (N,).
        test_split: share of the test rows.
        seed: seed of the order; None gives a new one each time.

    >>> x = np.arange(5)
    >>> (train, _), (test, _) = shuffled_and_split(x, x, 0.4, seed=113)
    >>> train.tolist(), test.tolist()
    ([1, 0, 3], [2, 4])
    """
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    at = int(len(x) * (1 - test_split))
    train, test = order[:at], order[at:]
    return (x[train], y[train]), (x[test], y[test])
