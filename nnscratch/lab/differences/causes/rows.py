"""Which rows are learned from, in which order, in what batches and on what scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import random
from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary


def vary_batches(trial: Trial, training_only: bool = True, **changes: Any) -> None:
    """Make the trial's batches behave otherwise.

    Args:
        trial: the trial.
        training_only: whether validation's batches stay as they are.
        changes: as in `vary`.
    """
    made: list[Any] = []

    def wrapper(original: Any) -> Any:
        def batches(self: Any, *args: Any, **kwargs: Any) -> Any:
            found = original(self, *args, **kwargs)
            if not made or not training_only:
                vary(found, **changes)
            made.append(found)
            return found

        return batches

    vary(trial.trainer, batches=wrapper)


@cause(
    "rows not shuffled",
    "Rows come in their own order.",
    "weights and history, from the first step on",
)
def in_order(trial: Trial) -> bool:
    """Turn `shuffle` off."""
    if trial.fit.get("shuffle", True) is False:
        return False
    trial.fit["shuffle"] = False
    return True


@cause(
    "rows shuffled",
    "Rows are shuffled although they were not meant to be.",
    "weights and history, from the first step on",
)
def shuffled(trial: Trial) -> bool:
    """Turn `shuffle` on."""
    if trial.fit.get("shuffle", True) is not False:
        return False
    trial.fit["shuffle"] = True
    return True


@cause(
    "shuffled anew in every epoch",
    "Every epoch has an order of its own; Keras on TensorFlow repeats one permutation once a seed "
    "is set.",
    "weights and history, from the second epoch on",
)
def anew(trial: Trial) -> bool:
    """Turn `reshuffle_each_epoch` on."""
    if not trial.fit.get("shuffle", True):
        return False
    trial.fit["reshuffle_each_epoch"] = True
    return True


@cause(
    "shuffled by seed {}",
    "The order of the rows comes from another seed.",
    "weights and history, from the first step on",
    (0, 1, 42, 123),
)
def other_seed(trial: Trial, seed: int) -> bool:
    """Draw the permutation from another seed."""

    def wrapper(original: Any) -> Any:
        return lambda self: random.epoch_permutation(len(self.data), seed)

    if trial.fit.get("shuffle", True) is not True:
        return False
    vary_batches(trial, next_order=wrapper)
    return True


@cause(
    "rows drawn with replacement",
    "Each batch is drawn from all rows, as in the book's training loop.",
    "weights and history, from the first step on",
)
def with_replacement(trial: Trial) -> bool:
    """Draw every row of every batch from all rows."""
    trial.fit["sampling"] = "with_replacement"
    return bool(trial.fit.get("shuffle", True))


@cause(
    "short last batch dropped {}",
    "The last batch of an epoch is left out where it is short (`drop_last`).",
    "weights and history, from the end of the first epoch on",
    ("in training", "in training and validation"),
)
def drop_last(trial: Trial, where: str) -> bool:
    """Leave the short batch out."""

    def wrapper(original: Any) -> Any:
        def one_pass(self: Any) -> Any:
            for rows in original(self):
                count = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
                if count == self.batch_size:
                    yield rows

        return one_pass

    vary_batches(trial, training_only=where == "in training", _one_pass=wrapper)
    return True


@cause(
    "batch size {}",
    "Batches have another size: Keras takes 32 unless told otherwise.",
    "weights and history, from the first step on",
    (32, 1, 16, 64, 100, 128, "of all rows"),
)
def batch_size(trial: Trial, value: Any) -> bool:
    """Set the batch size."""
    rows = len(np.asarray(trial.y))
    size = rows if value == "of all rows" else min(value, rows)
    if size == trial.batch_size:
        return False
    trial.fit["batch_size"] = size
    return True


SCALES = {
    "divided by 255": 1 / 255,
    "times 255": 255.0,
    "divided by 16": 1 / 16,
    "divided by 127.5": 1 / 127.5,
}


@cause(
    "inputs {}",
    "The inputs are on another scale: pixels from 0 to 255 instead of 0 to 1, or divided twice.",
    "all weights, from the first step on",
    (*SCALES, "standardized", "moved to −1…1", "in columns standardized"),
)
def input_scale(trial: Trial, how: str) -> bool:
    """Scale the inputs."""
    if isinstance(trial.x, (list, tuple, dict)):
        return False
    x = np.asarray(trial.x)
    if x.dtype.kind not in "fiu":
        return False
    x = x.astype(np.result_type(x.dtype, np.float32))
    validation = trial.fit.get("validation_data")
    trial.x = _scaled(x, x, how)
    if validation is not None:
        trial.fit["validation_data"] = (_scaled(np.asarray(validation[0]), x, how), *validation[1:])
    return True


def _scaled(x: Any, like: Any, how: str) -> Any:
    if how in SCALES:
        return x * x.dtype.type(SCALES[how])
    if how == "moved to −1…1":
        low, high = float(like.min()), float(like.max())
        return (x - low) * (2.0 / ((high - low) or 1.0)) - 1.0
    axis = 0 if how == "in columns standardized" else None
    mean, deviation = like.mean(axis=axis), np.asarray(like.std(axis=axis))
    return ((x - mean) / np.where(deviation == 0, 1, deviation)).astype(x.dtype)
