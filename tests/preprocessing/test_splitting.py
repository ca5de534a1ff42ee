"""Splits and folds: scikit-learn's where the definitions coincide, and what must hold elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch import preprocessing as ours
from nnscratch.errors import DataError, ShapeError

sklearn = pytest.importorskip("sklearn.model_selection")

N = 47
X = np.arange(N)
Y = np.random.default_rng(1).integers(0, 3, N)
GROUPS = np.random.default_rng(2).permutation(np.repeat(np.arange(7), [3, 4, 5, 6, 8, 10, 11]))
split = ours.train_validation_test_split

PAIRS = [
    (ours.KFold(5), sklearn.KFold(5)),
    (ours.KFold(4, shuffle=True, seed=3), sklearn.KFold(4, shuffle=True, random_state=3)),
    (ours.StratifiedKFold(4), sklearn.StratifiedKFold(4)),
    (
        ours.StratifiedKFold(3, shuffle=True, seed=5),
        sklearn.StratifiedKFold(3, shuffle=True, random_state=5),
    ),
    (ours.GroupKFold(3), sklearn.GroupKFold(3)),
    (
        ours.RepeatedKFold(n_splits=3, n_repeats=2, seed=7),
        sklearn.RepeatedKFold(n_splits=3, n_repeats=2, random_state=7),
    ),
    (
        ours.RepeatedStratifiedKFold(n_splits=3, n_repeats=2, seed=7),
        sklearn.RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=7),
    ),
    (ours.TimeSeriesSplit(4), sklearn.TimeSeriesSplit(4)),
    (
        ours.TimeSeriesSplit(3, max_train_size=10, test_size=5, gap=2),
        sklearn.TimeSeriesSplit(3, max_train_size=10, test_size=5, gap=2),
    ),
]


@pytest.mark.parametrize(("mine", "theirs"), PAIRS, ids=lambda s: type(s).__name__)
def test_folds_are_scikit_learns(mine, theirs):
    found = list(mine.split(X, Y, GROUPS))
    expected = list(theirs.split(X, Y, GROUPS))
    assert len(found) == len(expected) == mine.get_n_splits() == theirs.get_n_splits()
    for (train, test), (train_there, test_there) in zip(found, expected, strict=True):
        np.testing.assert_array_equal(train, train_there)
        np.testing.assert_array_equal(test, test_there)


def test_labels_may_be_words():
    words = np.array(["b", "a", "c"])[Y]
    found = [test.tolist() for _, test in ours.StratifiedKFold(4).split(X, words)]
    expected = [test.tolist() for _, test in sklearn.StratifiedKFold(4).split(X, words)]
    assert found == expected


@pytest.mark.parametrize("size", [0.2, 0.1, 0.33, 7])
@pytest.mark.parametrize("shuffle", [True, False])
def test_two_parts_are_scikit_learns(size, shuffle):
    (x_train, y_train), (x_test, y_test) = split(
        X, Y, test_size=size, validation_size=0, shuffle=shuffle, seed=11 if shuffle else None
    )
    expected = sklearn.train_test_split(
        X, Y, test_size=size, shuffle=shuffle, random_state=11 if shuffle else None
    )
    for found, there in zip((x_train, x_test, y_train, y_test), expected, strict=True):
        np.testing.assert_array_equal(found, there)


@pytest.mark.parametrize("options", [{}, {"stratify": Y}, {"groups": GROUPS}, {"shuffle": False}])
def test_every_row_is_in_one_part(options):
    parts = split(X, test_size=0.2, validation_size=0.2, seed=1, **options)
    assert sorted(np.concatenate(parts).tolist()) == X.tolist()
    assert [len(part) for part in parts[1:]] == [9, 10] or "groups" in options


@given(st.lists(st.integers(5, 60), min_size=2, max_size=4), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_each_part_has_its_share_of_every_label(counts, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    parts = split(y, stratify=y, test_size=0.25, validation_size=0.2, seed=seed)
    for part in parts:
        for label, count in enumerate(counts):
            assert abs(np.sum(part == label) - count * len(part) / len(y)) < 2


@given(st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_no_group_is_in_two_parts(seed):
    parts = split(GROUPS, groups=GROUPS, seed=seed)
    kinds = [set(part.tolist()) for part in parts]
    assert not kinds[0] & kinds[1]
    assert not (kinds[0] | kinds[1]) & kinds[2]
    assert len(parts[2]) >= 10


def test_in_time_the_last_rows_test_and_a_gap_is_left():
    train, validation, test = split(
        np.arange(20), test_size=4, validation_size=3, shuffle=False, gap=2
    )
    assert train.tolist() == list(range(9))
    assert validation.tolist() == [11, 12, 13]
    assert test.tolist() == [16, 17, 18, 19]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"test_size": 1.5}, ValueError, "`test_size` must be a number of rows from 1 to 46"),
        ({"validation_size": 99}, ValueError, "`validation_size` must be"),
        ({"test_size": 40, "validation_size": 7}, DataError, "leave none for training"),
        ({"stratify": Y, "groups": GROUPS}, ValueError, "one of `stratify` and `groups`"),
        ({"gap": 2}, ValueError, "only with shuffle=False"),
        ({"shuffle": False, "stratify": Y}, ValueError, "only with shuffle=True"),
        ({"stratify": Y[:3]}, ShapeError, r"`stratify` must have one entry per row"),
        ({"stratify": np.arange(N)}, DataError, "have fewer than 3 rows"),
        ({"groups": np.zeros(N)}, DataError, "1 groups are too few"),
        ({"shuffle": False, "gap": 30}, DataError, "none for training with gap=30"),
    ],
)
def test_bad_splits_are_named(options, error, message):
    with pytest.raises(error, match=message):
        split(X, Y, **options)


def test_arrays_must_be_equally_long():
    with pytest.raises(ShapeError, match=r"same number of rows. Received: \[47, 3\]"):
        split(X, Y[:3])
    with pytest.raises(ValueError, match="at least one array"):
        split()


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ours.KFold(1), ValueError, "`n_splits` must be"),
        (lambda: ours.KFold(3, seed=1), ValueError, "no effect without shuffle"),
        (lambda: list(ours.KFold(50).split(X)), DataError, "50 folds need as many rows"),
        (lambda: list(ours.StratifiedKFold(3).split(X, Y[:3])), ShapeError, "`y` must hold"),
        (lambda: list(ours.StratifiedKFold(30).split(X, Y)), DataError, "most frequent label"),
        (lambda: list(ours.GroupKFold(3).split(X)), ShapeError, "`groups` must hold"),
        (lambda: list(ours.GroupKFold(20).split(X, groups=GROUPS)), DataError, "many groups"),
        (lambda: list(ours.TimeSeriesSplit(50).split(X)), DataError, "too few for 50 folds"),
    ],
)
def test_bad_folds_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
