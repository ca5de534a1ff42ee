"""The data of the experiments: handwritten digits, those in the package or MNIST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nnscratch.datasets import digits, mnist
from nnscratch.errors import unknown_name
from nnscratch.typing import Array
from nnscratch.utils import to_categorical

SOURCES: dict[str, tuple[Callable[[], Any], float]] = {
    "digits": (digits.load_data, 16.0),
    "mnist": (mnist.load_data, 255.0),
}
"""By name: where the images come from and their brightest value."""

FAST_ROWS = 2000
"""So many training images are enough for a quick look."""


@dataclass(frozen=True, eq=False)
class Data:
    """Images as rows of numbers from 0 to 1, and their labels one-hot.

    Attributes:
        name: what the data is called in titles.
        x_train: training images.
        y_train: their labels.
        x_test: test images.
        y_test: their labels.

    Shapes: x (N, D) float32; y (N, M) float32.
    """

    name: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array

    def some(self, rows: int | None) -> Data:
        """Return the same with so many training rows only, evenly spread over all; all for None.

        The digits' file has one writer after another, so its first rows would be those of a few.
        """
        if rows is None or rows >= len(self.x_train):
            return self
        chosen = np.arange(rows) * len(self.x_train) // rows
        return replace(self, x_train=self.x_train[chosen], y_train=self.y_train[chosen])

    def with_wrong_labels(self, share: float, seed: int = 0) -> Data:
        """Return the same with a share of the training labels drawn anew from all classes.

        One in M of them comes out right by chance. The test labels stay as they are.
        """
        rng = np.random.default_rng(seed)
        classes = self.y_train.shape[1]
        y = self.y_train.copy()
        chosen = np.flatnonzero(rng.random(len(y)) < share)
        y[chosen] = np.eye(classes, dtype=y.dtype)[rng.integers(0, classes, len(chosen))]
        return replace(self, y_train=y)

    @property
    def label(self) -> str:
        """Name and size, for titles: `"digits, 1,437 rows"`."""
        return f"{self.name}, {len(self.x_train):,} rows"


def load(data: str | Data = "digits", rows: int | None = None, fast: bool = False) -> Data:
    """Return the data of an experiment.

    Args:
        data: `"digits"`, the 1,797 images of 8×8 in the package; `"mnist"`; or `Data` of one's own.
        rows: number of training rows; all by default.
        fast: take 2,000 training rows at most unless `rows` says otherwise.

    Raises:
        ValueError: there is no data of this name.
        DatasetError: MNIST is not on this machine and cannot be downloaded.

    >>> load("digits", rows=300).label
    'digits, 300 rows'
    """
    if isinstance(data, str):
        if data not in SOURCES:
            raise unknown_name("data", data, SOURCES)
        data = _loaded(data)
    return data.some(FAST_ROWS if rows is None and fast else rows)


def _loaded(name: str) -> Data:
    read, brightest = SOURCES[name]
    parts: list[Array] = []
    for x, y in read():
        parts.append(x.reshape(len(x), -1).astype(np.float32) / np.float32(brightest))
        parts.append(to_categorical(y, 10).astype(np.float32))
    return Data(name, *parts)
