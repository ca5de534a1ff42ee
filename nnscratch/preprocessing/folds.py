"""k folds: every row is tested on once, by a model that has not seen it.

The rows of each fold are those of scikit-learn's splitters of the same names with
`random_state=seed`, and the objects can be given wherever those can, such as for `cv=`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnscratch.errors import DataError, ShapeError
from nnscratch.typing import Array, IntArray

Fold = tuple[IntArray, IntArray]


class _Splitter:
    """What all share: a number of folds, and rows for training that are not tested on."""

    def __init__(
        self,
        n_splits: int = 5,
        *,
        shuffle: bool = False,
        seed: int | np.random.RandomState | None = None,
    ) -> None:
        if isinstance(n_splits, bool) or not isinstance(n_splits, int) or n_splits < 2:
            raise ValueError(f"`n_splits` must be a whole number from 2. Received: {n_splits!r}")
        if seed is not None and not shuffle:
            raise ValueError("`seed` has no effect without shuffle=True.")
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.seed = seed

    def get_n_splits(self, x: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds."""
        return self.n_splits

    def split(self, x: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        """Yield the rows for training and those for testing, fold by fold.

        Args:
            x: the data; only its length counts.
            y: labels, where they do.
            groups: group of each row, where they do.
        """
        fold_of = self._fold_of(len(x), y, groups)
        for fold in range(self.n_splits):
            yield np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)

    def _fold_of(self, count: int, y: Any, groups: Any) -> IntArray:
        """Return the number of the fold that tests each row."""
        raise NotImplementedError

    def _generator(self) -> np.random.RandomState:
        given = self.seed
        return given if isinstance(given, np.random.RandomState) else np.random.RandomState(given)

    def _check_count(self, count: int, what: str) -> None:
        if count < self.n_splits:
            raise DataError(f"{self.n_splits} folds need as many {what}. Received: {count}")


class KFold(_Splitter):
    """k folds of nearly equal size.

    Args:
        n_splits: k.
        shuffle: take the rows of a fold at random; otherwise they are neighbours.
        seed: seed of the order.

    >>> [test.tolist() for _, test in KFold(3).split(np.zeros(7))]
    [[0, 1, 2], [3, 4], [5, 6]]
    """

    def _fold_of(self, count: int, y: Any, groups: Any) -> IntArray:
        self._check_count(count, "rows")
        order = np.arange(count)
        if self.shuffle:
            self._generator().shuffle(order)
        fold_of = np.empty(count, int)
        for fold, rows in enumerate(np.array_split(order, self.n_splits)):
            fold_of[rows] = fold
        return fold_of


class StratifiedKFold(_Splitter):
    """k folds, each with the same shares of the labels.

    Args:
        n_splits: k.
        shuffle: take the rows of a fold at random; otherwise they follow the order of the data.
        seed: seed of the order.

    >>> y = np.repeat([0, 1], [6, 3])
    >>> [y[test].tolist() for _, test in StratifiedKFold(3).split(y, y)]
    [[0, 0, 1], [0, 0, 1], [0, 0, 1]]
    """

    def _fold_of(self, count: int, y: Any, groups: Any) -> IntArray:
        labels: Array = np.asarray(y)
        if labels.shape != (count,):
            raise ShapeError(
                f"`y` must hold one label per row, shape ({count},). Received: shape={labels.shape}"
            )
        _, first, numbers = np.unique(labels, return_index=True, return_inverse=True)
        numbers = np.argsort(np.argsort(first))[numbers]
        counts = np.bincount(numbers)
        if self.n_splits > counts.max():
            self._check_count(int(counts.max()), "rows of the most frequent label")
        dealt = np.sort(numbers)
        fold_of = np.empty(count, int)
        rng = self._generator()
        for label in range(len(counts)):
            shares = [
                np.sum(dealt[fold :: self.n_splits] == label) for fold in range(self.n_splits)
            ]
            folds = np.repeat(np.arange(self.n_splits), shares)
            if self.shuffle:
                rng.shuffle(folds)
            fold_of[numbers == label] = folds
        return fold_of


class GroupKFold(_Splitter):
    """k folds that split no group: the largest groups first, each into the lightest fold.

    Args:
        n_splits: k.

    >>> groups = np.array([1, 1, 2, 2, 3, 3, 3])
    >>> [test.tolist() for _, test in GroupKFold(2).split(groups, groups=groups)]
    [[4, 5, 6], [0, 1, 2, 3]]
    """

    def __init__(self, n_splits: int = 5) -> None:
        super().__init__(n_splits)

    def _fold_of(self, count: int, y: Any, groups: Any) -> IntArray:
        given: Array = np.asarray(groups)
        if given.shape != (count,):
            raise ShapeError(
                f"`groups` must hold one group per row, shape ({count},). Received: "
                f"shape={given.shape}"
            )
        _, numbers = np.unique(given, return_inverse=True)
        sizes = np.bincount(numbers.ravel())
        self._check_count(len(sizes), "groups")
        weights = np.zeros(self.n_splits, int)
        fold_of_group = np.empty(len(sizes), int)
        for group in np.argsort(sizes, kind="stable")[::-1]:
            lightest = int(np.argmin(weights))
            weights[lightest] += sizes[group]
            fold_of_group[group] = lightest
        return np.asarray(fold_of_group[numbers.ravel()])


class RepeatedKFold(_Splitter):
    """k folds, several times over, shuffled anew each time.

    Args:
        n_splits: k.
        n_repeats: how often.
        seed: seed of the orders.

    >>> RepeatedKFold(n_splits=5, n_repeats=3).get_n_splits()
    15
    """

    folds: type[_Splitter] = KFold

    def __init__(self, *, n_splits: int = 5, n_repeats: int = 10, seed: int | None = None) -> None:
        super().__init__(n_splits, shuffle=True, seed=seed)
        self.n_repeats = n_repeats

    def get_n_splits(self, x: Any = None, y: Any = None, groups: Any = None) -> int:
        """Return the number of folds, repeats included."""
        return self.n_splits * self.n_repeats

    def split(self, x: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        """Yield the rows for training and those for testing, fold by fold.

        Args:
            x: the data; only its length counts.
            y: labels, where they count.
            groups: accepted for compatibility.
        """
        rng = self._generator()
        for _ in range(self.n_repeats):
            yield from self.folds(self.n_splits, shuffle=True, seed=rng).split(x, y)


class RepeatedStratifiedKFold(RepeatedKFold):
    """k folds with equal shares of the labels, several times over, shuffled anew each time.

    Args:
        n_splits: k.
        n_repeats: how often.
        seed: seed of the orders.

    >>> y = np.repeat([0, 1], [6, 4])
    >>> folds = RepeatedStratifiedKFold(n_splits=2, n_repeats=2, seed=0).split(y, y)
    >>> [int(y[test].sum()) for _, test in folds]
    [2, 2, 2, 2]
    """

    folds = StratifiedKFold


class TimeSeriesSplit(_Splitter):
    """Folds in the order of time: each tests on rows that follow those it was trained on.

    Args:
        n_splits: number of folds.
        max_train_size: most rows to train on, the latest; all earlier ones by default.
        test_size: rows to test on; N / (n_splits + 1) by default.
        gap: rows to leave out between the two.

    >>> [(len(train), test.tolist()) for train, test in TimeSeriesSplit(3).split(np.zeros(8))]
    [(2, [2, 3]), (4, [4, 5]), (6, [6, 7])]
    """

    def __init__(
        self,
        n_splits: int = 5,
        *,
        max_train_size: int | None = None,
        test_size: int | None = None,
        gap: int = 0,
    ) -> None:
        super().__init__(n_splits)
        self.max_train_size = max_train_size
        self.test_size = test_size
        self.gap = gap

    def split(self, x: Any, y: Any = None, groups: Any = None) -> Iterator[Fold]:
        """Yield the rows for training and those for testing, fold by fold.

        Args:
            x: the data; only its length counts.
            y: accepted for compatibility.
            groups: accepted for compatibility.
        """
        count = len(x)
        size = self.test_size or count // (self.n_splits + 1)
        first = count - self.n_splits * size
        if size < 1 or first - self.gap < 1:
            raise DataError(
                f"{count} rows are too few for {self.n_splits} folds of {max(size, 1)} with "
                f"gap={self.gap}."
            )
        rows = np.arange(count)
        for start in range(first, count, size):
            end = start - self.gap
            begin = max(0, end - (self.max_train_size or end))
            yield rows[begin:end], rows[start : start + size]
