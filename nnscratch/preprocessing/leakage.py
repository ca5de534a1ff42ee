"""Leaks found: what a test should not know of training, or training of a test."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from nnscratch.outdated import note
from nnscratch.typing import Array

SAMPLED = 64
"""Rows of an array that tell it from another of the same shape, or labels from numbers."""


class LeakageWarning(UserWarning):
    """A score will look better than the model is: something leaks from one part into another."""


def check_leakage(
    train: Any,
    validation: Any = None,
    test: Any = None,
    *,
    groups: Mapping[str, Any] | None = None,
    scaler: Any = None,
) -> list[str]:
    """Look for leaks between the parts of a data set, and warn of each.

    Looked for are rows that are in two parts, groups that are, and a scaler whose statistics are
    those of all rows instead of the training rows.

    Args:
        train: inputs for training (N, …).
        validation: inputs for validation, if there are any.
        test: inputs for the test, if there are any.
        groups: group of each row of each part, under `"train"`, `"validation"` and `"test"`.
        scaler: what was fitted to scale the inputs: a `Normalization` layer, or one of
            scikit-learn's scalers with `mean_` and `var_`.

    Returns:
        What was found, in words; each is also a `LeakageWarning`.

    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     check_leakage(np.array([[1.0], [2.0]]), test=np.array([[2.0], [3.0]]))
    ['1 of 2 rows of the test part are in the training part too.']
    """
    given = {"training": train, "validation": validation, "test": test}
    parts = {name: np.asarray(part) for name, part in given.items() if part is not None}
    found = [*_shared_rows(parts), *_shared_groups(groups or {})]
    if scaler is not None:
        found += _scaled_by_all(scaler, parts)
    for finding in found:
        note(finding, LeakageWarning)
    return found


def _shared_rows(parts: Mapping[str, Array]) -> list[str]:
    found = []
    names = list(parts)
    digests = {name: _digests(part) for name, part in parts.items()}
    for i, later in enumerate(names):
        for earlier in names[:i]:
            known = set(digests[earlier])
            count = sum(digest in known for digest in digests[later])
            if count:
                found.append(
                    f"{count} of {len(digests[later])} rows of the {later} part are in the "
                    f"{earlier} part too."
                )
    return found


def _digests(part: Array) -> list[bytes]:
    rows = np.ascontiguousarray(part).reshape(len(part), -1)
    return [hashlib.blake2b(row.tobytes(), digest_size=16).digest() for row in rows]


def _shared_groups(groups: Mapping[str, Any]) -> list[str]:
    found = []
    names = list(groups)
    for i, later in enumerate(names):
        for earlier in names[:i]:
            shared = np.intersect1d(groups[later], groups[earlier])
            if len(shared):
                found.append(
                    f"{len(shared)} groups are in the {later} and the {earlier} part, for example "
                    f"{shared[0]}: split with groups=…."
                )
    return found


def _scaled_by_all(scaler: Any, parts: Mapping[str, Array]) -> list[str]:
    """Tell whether a scaler's statistics are nearer to those of all rows than of training."""
    mean: Array = np.ravel(scaler.mean_ if hasattr(scaler, "mean_") else scaler.mean)
    variance: Array = np.ravel(scaler.var_ if hasattr(scaler, "var_") else scaler.variance)
    train = parts["training"]
    together = np.concatenate(list(parts.values()))

    def distance(rows: Array) -> float:
        flat = rows.reshape(-1, mean.size)
        spread = flat.std(axis=0) + 1e-12
        apart = np.abs(flat.mean(axis=0) - mean) / spread
        return float(np.max(apart + np.abs(flat.var(axis=0) - variance) / spread**2))

    if len(parts) > 1 and distance(together) < distance(train):
        return [
            "The scaler was fitted on all rows, those of the validation and test parts included: "
            "fit it on the training rows only."
        ]
    return []


def check_sorted_labels(train: Array | None, held_out: Array | None) -> None:
    """Warn where `validation_split` cut off the end of sorted labels.

    Args:
        train: labels of the rows for training.
        held_out: labels of the last rows, held out for validation.
    """
    if train is None or held_out is None:
        return
    labels = [_as_classes(part) for part in (train, held_out)]
    if labels[0] is None or labels[1] is None:
        return
    together = np.concatenate([labels[0], labels[1]])
    steps = np.diff(together)
    tested, known = np.unique(labels[1]), np.unique(together)
    if len(tested) < len(known) and (np.all(steps >= 0) or np.all(steps <= 0)):
        note(
            f"`validation_split` holds out the last rows, and the labels are sorted: only "
            f"{len(tested)} of the {len(known)} classes are validated on, and those are rarely or "
            "never trained. Shuffle the rows first, or use train_validation_test_split(..., "
            "stratify=y).",
            LeakageWarning,
        )


def _as_classes(y: Array) -> Array | None:
    """Return class numbers, from numbers or one-hot rows; None where `y` holds no classes."""
    if y.ndim == 2 and y.shape[1] > 1:
        return y.argmax(axis=1) if _is_one_hot(y[:SAMPLED]) and _is_one_hot(y) else None
    if y.ndim > 2 or not np.all(y == np.round(y)):
        return None
    return y.reshape(-1)


def _is_one_hot(y: Array) -> bool:
    return bool(np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=1) == 1))


def fingerprint(arrays: list[Array]) -> bytes:
    """Return what tells arrays from others: their shapes and some of their rows.

    >>> x = np.arange(6.0)
    >>> fingerprint([x]) == fingerprint([x.copy()]), fingerprint([x]) == fingerprint([x + 1])
    (True, False)
    """
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(str((array.shape, array.dtype)).encode())
        digest.update(array[:: max(1, len(array) // SAMPLED)].tobytes())
    return digest.digest()


def warn_of_choice(monitors: list[str]) -> None:
    """Warn that data which chose the weights now scores them.

    Args:
        monitors: the callbacks that chose, and by what.
    """
    note(
        f"This data was the `validation_data` by which {', '.join(monitors)} chose the weights, so "
        "its score is better than new data's will be. Keep a third part for the final score: "
        "train_validation_test_split(x, y).",
        LeakageWarning,
    )
