"""Checks of targets against a model's output, made once before training begins."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nnscratch.casting import as_numeric
from nnscratch.errors import DataError, ShapeError
from nnscratch.typing import Array, ArrayLike

OutputShape = tuple[int | None, ...]


def check_shape(
    loss: str, y_true: ArrayLike, output_shape: OutputShape, wanted: str | None = None
) -> Array:
    """Refuse targets whose shape is not that of the output.

    Targets (n,) for an output (n, 1), and the reverse, are the one exception: the last axis of
    length 1 is added or dropped. Any other difference is refused, although NumPy and Keras would
    broadcast some of them without a word, such as (n, 1) against (n, 10).

    Args:
        loss: name of the loss, for the message.
        y_true: targets of all samples.
        output_shape: shape of the model's output, the batch axis first; None is any size.
        wanted: what the targets should be, for the message.

    Returns:
        The targets as an array.

    Raises:
        ShapeError: the shapes do not fit.

    >>> check_shape("mse", [1.0, 2.0], (None, 1)).shape
    (2,)
    """
    y = as_numeric(y_true, "y")
    if _fits(y.shape, output_shape):
        return y
    wanted = f", {wanted}" if wanted else ""
    raise ShapeError(
        f"{loss}: the targets do not fit the model's output. Expected y of shape "
        f"{_text(output_shape)}{wanted}. Received y of shape {y.shape}.{_way_out(y, output_shape)}"
    )


def check_labels(
    loss: str, y_true: ArrayLike, output_shape: OutputShape, ignore_class: int | None
) -> None:
    """Refuse targets that are not class numbers of the output's classes.

    Args:
        loss: name of the loss, for the message.
        y_true: targets of all samples.
        output_shape: shape of the model's output, classes on the last axis.
        ignore_class: a further label that is allowed, or None.

    Raises:
        ShapeError: not one label per sample (or per position).
        DataError: a label is not an integer, or not the number of a class.
    """
    y = as_numeric(y_true, "y")
    per_sample = output_shape[:-1]
    if not (_same(y.shape, per_sample) or _same(y.shape, (*per_sample, 1))):
        hint = ""
        if _same(y.shape, output_shape):
            hint = (
                " These look one-hot: use categorical_crossentropy, or give the class numbers "
                "with np.argmax(y, axis=-1)."
            )
        raise ShapeError(
            f"{loss}: expected one class number per sample, y of shape {_text(per_sample)}. "
            f"Received y of shape {y.shape} for an output of shape {_text(output_shape)}.{hint}"
        )
    labels = y if ignore_class is None else y[y != ignore_class]
    check_range(loss, labels, output_shape[-1])


def check_range(loss: str, labels: Array, classes: int | None) -> None:
    """Refuse class numbers that are not integers from 0 to `classes` - 1, with a `DataError`.

    >>> check_range("scce", np.array([0, 2]), 3)
    """
    if labels.dtype.kind == "f" and not np.array_equal(labels, np.trunc(labels)):
        bad = labels[labels != np.trunc(labels)].flat[0]
        raise DataError(
            f"{loss}: class numbers must be integers. Received the label {bad}. For soft or "
            "one-hot targets use categorical_crossentropy."
        )
    if labels.size and classes is not None and (labels.min() < 0 or labels.max() >= classes):
        bad = labels.min() if labels.min() < 0 else labels.max()
        hint = " Labels from 1 on? Subtract 1." if bad == classes and labels.min() > 0 else ""
        raise DataError(
            f"{loss}: the output has {classes} classes, so labels must lie in 0..{classes - 1}. "
            f"Received the label {bad:g}.{hint}"
        )


def check_probabilities(loss: str, y: Array) -> None:
    """Refuse targets outside [0, 1] with a `DataError`: no probability of the class 1."""
    if y.size and (y.min() < 0 or y.max() > 1):
        bad = y.min() if y.min() < 0 else y.max()
        raise DataError(
            f"{loss}: targets are probabilities of the class 1 and must lie in [0, 1]. Received "
            f"{bad:g}. Write two classes as 0 and 1; for more classes use a softmax output with "
            "sparse_categorical_crossentropy."
        )


def check_one_column(loss: str) -> None:
    """Warn that a distribution over one class leaves nothing to learn."""
    warnings.warn(
        f"{loss}: the predictions have one column, and one class alone always has probability 1. "
        "For two classes use binary_crossentropy with a sigmoid.",
        SyntaxWarning,
        stacklevel=3,
    )


def _fits(shape: tuple[int, ...], output: OutputShape) -> bool:
    if _same(shape, output):
        return True
    column = len(output) == len(shape) + 1 and output[-1] == 1
    if column and _same(shape, output[:-1]):
        return True
    return len(shape) == len(output) + 1 and shape[-1] == 1 and _same(shape[:-1], output)


def _same(shape: tuple[int, ...], output: OutputShape) -> bool:
    return len(shape) == len(output) and all(
        theirs is None or ours == theirs for ours, theirs in zip(shape[1:], output[1:], strict=True)
    )


def _text(shape: OutputShape) -> str:
    sizes = [
        "n" if i == 0 else "any" if size is None else str(size) for i, size in enumerate(shape)
    ]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _way_out(y: Array, output: OutputShape) -> str:
    classes: Any = output[-1] if output else None
    one_label = y.ndim == len(output) - 1 or (y.ndim == len(output) and y.shape[-1] == 1)
    if one_label and classes is not None and classes > 1 and y.dtype.kind in "biu":
        return (
            f" For class numbers use sparse_categorical_crossentropy, or make them one-hot with "
            f"to_categorical(y, {classes})."
        )
    if one_label and classes is not None and classes > 1:
        return f" One target per sample goes with an output of one unit, not {classes}."
    if y.ndim == len(output) and classes is not None and y.ndim > 1:
        return f" The last layer has {classes} units; the targets ask for {y.shape[-1]}."
    return ""
