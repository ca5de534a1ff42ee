"""Data as it arrives, checked and brought into shape before the first step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.casting import as_numeric
from nnscratch.errors import DataError, ShapeError
from nnscratch.typing import Array, Shape


@dataclass(frozen=True)
class Data:
    """Rows to train on, evaluate or predict: arrays of equal length.

    Attributes:
        x: inputs (N, …).
        y: targets (N, …), or None.
        sample_weight: weights (N,) or (N, …), or None.
    """

    x: Array
    y: Array | None = None
    sample_weight: Array | None = None

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, rows: Any) -> Data:
        return Data(*(None if part is None else part[rows] for part in self.parts()))  # type: ignore[arg-type]

    def parts(self) -> tuple[Array | None, ...]:
        """Return x, y and sample_weight."""
        return self.x, self.y, self.sample_weight


def checked_data(
    x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None
) -> Data:
    """Turn what `fit`, `evaluate` or `predict` received into `Data`, or say what is wrong with it.

    Args:
        x: inputs, an array or nested lists.
        y: targets.
        sample_weight: weight of each row in the loss.
        class_weight: dict from class index to weight; instead of `sample_weight`.

    Raises:
        DataError: not numbers, empty, or NaN or infinite while the NaN policy is `"raise"`.
        ShapeError: lengths differ, or an argument has no batch axis.
    """
    if x is None:
        raise DataError("`x` is missing: an array of shape (N, …) was expected. Received: None")
    arrays = {"x": _checked_array(x, "x")}
    if y is not None:
        arrays["y"] = _checked_array(y, "y")
    if sample_weight is not None:
        arrays["sample_weight"] = _checked_weights(sample_weight)
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        sizes = ", ".join(f"len({name})={length}" for name, length in lengths.items())
        raise ShapeError(f"All arrays must have the same number of rows. Received: {sizes}")
    if class_weight is not None:
        if sample_weight is not None:
            raise ValueError(
                "`class_weight` and `sample_weight` cannot be given together; multiply the "
                "class weights into `sample_weight`."
            )
        arrays["sample_weight"] = weights_of_classes(arrays.get("y"), class_weight)
    return Data(arrays["x"], arrays.get("y"), arrays.get("sample_weight"))


def _checked_array(values: Any, argument: str) -> Array:
    array = as_numeric(values, argument)
    if array.ndim == 0:
        raise ShapeError(
            f"`{argument}` must have a batch axis, shape (N, …). Received a single number; "
            f"wrap it as [{argument}]."
        )
    if array.size == 0:
        raise DataError(f"`{argument}` holds no data. Received: shape={array.shape}")
    if config.nan_policy() == "raise":
        _check_finite(array, argument)
    return array


def _check_finite(array: Array, argument: str) -> None:
    """Raise if an element is NaN or infinite; min and max find either without a copy."""
    if array.dtype.kind != "f" or (np.isfinite(array.min()) and np.isfinite(array.max())):
        return
    row = int(np.argmax(~np.isfinite(array).reshape(len(array), -1).all(axis=1)))
    bad = int(np.count_nonzero(~np.isfinite(array)))
    raise DataError(
        f"`{argument}` holds {bad} values that are NaN or infinite, the first in row {row}. "
        "Remove or replace them, or accept them as Keras does with "
        "nnscratch.config.set_nan_policy('keras')."
    )


def _checked_weights(sample_weight: Any) -> Array:
    if isinstance(sample_weight, dict):
        raise DataError(
            "`sample_weight` must be an array with one weight per row. Received a dict; a dict "
            "from class to weight goes into `class_weight`."
        )
    return _checked_array(sample_weight, "sample_weight")


def weights_of_classes(y: Array | None, class_weight: Any) -> Array:
    """Return one weight per row from a dict of class weights; a class left out weighs 1.

    Args:
        y: class indices (N,) or (N, 1), or one-hot rows (N, C).
        class_weight: dict from class index to weight.

    Raises:
        DataError: `class_weight` is no dict of finite weights, or there are no targets.
    """
    if not isinstance(class_weight, dict) or y is None:
        raise DataError(
            "`class_weight` must be a dict from class index to weight, and needs targets. "
            f"Received: class_weight={class_weight!r}"
        )
    for label, weight in class_weight.items():
        if not isinstance(label, (int, np.integer)) or not math.isfinite(float(weight)):
            raise DataError(
                f"`class_weight` maps integers to finite numbers. Received: {label!r}: {weight!r}"
            )
    labels = y
    if y.ndim > 1:
        labels = np.argmax(y, axis=-1) if y.shape[-1] != 1 else y[..., 0]
    weights = np.ones(len(y), dtype=config.floatx())
    for label, weight in class_weight.items():
        weights[np.round(labels).astype(np.int64) == label] = weight
    return weights


def split_validation(data: Data, validation_split: float) -> tuple[Data, Data]:
    """Hold out the last rows: the training part is the first floor(N·(1 - split)) of them.

    The floor is that of the floating-point product, as in Keras, so 1000 rows with a split of 0.9
    leave 99 for training.

    Raises:
        ValueError: the split is not in [0, 1), or one part would be empty.
    """
    if not 0 < validation_split < 1:
        raise ValueError(
            "`validation_split` must be between 0 and 1 (both excluded). "
            f"Received: validation_split={validation_split!r}"
        )
    at = math.floor(len(data) * (1.0 - validation_split))
    if at == 0 or at == len(data):
        raise ValueError(
            f"{len(data)} rows cannot be split with validation_split={validation_split}: it "
            f"would leave {at} for training and {len(data) - at} for validation."
        )
    return data[:at], data[at:]


def fitted_to(data: Data, input_shape: Shape, model: str) -> Data:
    """Fit the inputs' axes to the model's: a last axis of one is added or dropped.

    Args:
        data: checked data.
        input_shape: the model's input shape, None for the batch.
        model: the model's name, for the error.

    Raises:
        ShapeError: the inputs' shape is another.
    """
    x = data.x
    if x.ndim == len(input_shape) - 1 and input_shape[-1] == 1:
        x = x[..., np.newaxis]
    elif x.ndim == len(input_shape) + 1 and x.shape[-1] == 1:
        x = x[..., 0]
    expected = input_shape[1:]
    fits = x.ndim == len(input_shape) and all(
        want is None or got == want for got, want in zip(x.shape[1:], expected, strict=True)
    )
    if not fits:
        hint = ""
        if None not in expected and math.prod(x.shape[1:]) == math.prod(expected):  # type: ignore[arg-type]
            hint = f" x.reshape({', '.join(map(str, ('len(x)', *expected)))}) would fit."
        raise ShapeError(
            f"Model {model!r} expects inputs of shape {('N', *expected)!r}. "
            f"Received: x.shape={data.x.shape}.{hint}"
        )
    return Data(x, data.y, data.sample_weight)
