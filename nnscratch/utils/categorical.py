"""Class labels to one-hot rows."""

from __future__ import annotations

import numpy as np

from nnscratch.typing import Array, ArrayLike, IntArray


def to_categorical(x: ArrayLike, num_classes: int | None = None) -> Array:
    """Turn class labels into one-hot rows.

    out[i, c] = 1 where c = x[i], else 0.

    Args:
        x: labels, whole numbers from 0 to `num_classes - 1`, of any shape; a last axis of
            length 1 is dropped, unless it is the only one.
        num_classes: number of classes; None (or 0) takes the largest label plus 1.

    Shapes:
        x (N,) or (N, 1), out (N, num_classes); in general x.shape + (num_classes,).

    Raises:
        ValueError: a label is not a whole number, is negative, or is not below `num_classes`.
            (Keras cuts 1.7 to 1 and takes -1 for the last class, without a word.)

    >>> to_categorical([0, 2, 1]).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    >>> to_categorical([[1], [0]], num_classes=3).tolist()
    [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    labels = _whole_numbers(np.asarray(x))
    if labels.ndim > 1 and labels.shape[-1] == 1:
        labels = labels[..., 0]
    classes = _number_of_classes(labels, num_classes)
    flat = labels.reshape(-1)
    out = np.zeros((flat.size, classes))
    out[np.arange(flat.size), flat] = 1
    return out.reshape((*labels.shape, classes))


def _whole_numbers(x: Array) -> IntArray:
    """Return `x` as integers if it holds nothing else."""
    if x.dtype.kind not in "biuf":
        raise ValueError(
            f"`x` must hold whole numbers, the labels of classes. Received: {x.dtype} values. "
            "For labels that are names, use `np.unique(x, return_inverse=True)[1]` first."
        )
    if x.dtype.kind == "f" and not np.all(np.isfinite(x) & (x == np.floor(x))):
        wrong = x[~(np.isfinite(x) & (x == np.floor(x)))].flat[0]
        raise ValueError(
            f"`x` must hold whole numbers, the labels of classes. Received: {float(wrong)}. "
            "Round the labels first, or use `x` as it is if it is one-hot or a probability."
        )
    return x.astype(np.int64)


def _number_of_classes(labels: IntArray, num_classes: int | None) -> int:
    """Return the number of classes after checking that every label is one of them."""
    if num_classes is not None and num_classes < 0:
        raise ValueError(f"`num_classes` must not be negative. Received: {num_classes}")
    if labels.size == 0:
        if not num_classes:
            raise ValueError("`x` is empty: pass `num_classes`, which cannot be found from it.")
        return int(num_classes)
    lowest, highest = int(labels.min()), int(labels.max())
    classes = int(num_classes) if num_classes else max(highest + 1, 1)
    if lowest < 0 or highest >= classes:
        raise ValueError(
            f"Labels in `x` must be from 0 to {classes - 1}. "
            f"Received: labels from {lowest} to {highest}"
            + (f" with `num_classes={num_classes}`." if num_classes else ".")
            + " Shift the labels so that they start at 0, or raise `num_classes`."
        )
    return classes
