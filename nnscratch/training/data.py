"""Data as it arrives, checked and brought into shape before the first step."""

from __future__ import annotations

import functools
import math
import numbers
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch import config, crew
from nnscratch.casting import as_numeric
from nnscratch.errors import DataError, ShapeError
from nnscratch.structure import flatten, is_nested
from nnscratch.typing import Array, Shape

LONG = 1 << 24
"""Bytes that take one thread longer to read than it takes to wake another: a millisecond."""


@dataclass(frozen=True)
class Data:
    """Rows to train on, evaluate or predict: lists of arrays of equal length.

    Attributes:
        inputs: one array (N, …) per input of the model.
        targets: one array (N, …) per output, None where an output has none; empty without targets.
        weights: the weights of the rows, one array per output, or None; empty without weights.
    """

    inputs: list[Array]
    targets: list[Array | None]
    weights: list[Array | None]

    def __len__(self) -> int:
        return len(self.inputs[0])

    def __getitem__(self, rows: Any) -> Data:
        return self.transform(lambda array: array[rows])

    def transform(self, function: Callable[[Array], Array]) -> Data:
        """Apply a function to every array."""
        lists = (
            [None if array is None else function(array) for array in part]
            for part in (self.inputs, self.targets, self.weights)
        )
        return Data(*lists)  # type: ignore[arg-type]

    def target(self, output: int) -> Array | None:
        """Return the targets of one output."""
        return self.targets[output] if output < len(self.targets) else None

    def weight(self, output: int) -> Array | None:
        """Return the weights for one output; one array of weights holds for all outputs."""
        if len(self.weights) == 1:
            return self.weights[0]
        return self.weights[output] if output < len(self.weights) else None


def checked_data(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    input_names: Sequence[str] = ("x",),
    output_names: Sequence[str] = ("y",),
) -> Data:
    """Turn what `fit`, `evaluate` or `predict` received into `Data`, or say what is wrong with it.

    Args:
        x: inputs: an array, or a list or dict of arrays for a model with several inputs.
        y: targets, likewise.
        sample_weight: weight of each row in the loss; also per output.
        class_weight: dict from class index to weight; instead of `sample_weight`.
        input_names: names of the model's inputs, in order.
        output_names: names of the model's outputs, in order.

    Raises:
        DataError: not numbers, empty, or NaN or infinite while the NaN policy is `"raise"`.
        ShapeError: lengths differ, or an argument has no batch axis.
    """
    if x is None:
        raise DataError("`x` is missing: an array of shape (N, …) was expected. Received: None")
    if isinstance(sample_weight, dict) and not set(sample_weight) & set(output_names):
        raise DataError(
            "`sample_weight` must be an array with one weight per row. Received a dict; a dict "
            "from class to weight goes into `class_weight`."
        )
    if class_weight is not None and sample_weight is not None:
        raise ValueError(
            "`class_weight` and `sample_weight` cannot be given together; multiply the "
            "class weights into `sample_weight`."
        )
    inputs = dict(_named("x", x, input_names))
    targets = dict(_named("y", y, output_names))
    weights = dict(_named("sample_weight", sample_weight, output_names))
    _check_lengths({**inputs, **targets, **weights})
    found = Data(list(inputs.values()), list(targets.values()), list(weights.values()))
    if class_weight is not None:
        found.weights.append(weights_of_classes(found.target(0), class_weight))
    return found


def _named(argument: str, given: Any, names: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Yield what to call each array and the array, in the order of `names`."""
    if given is None:
        return
    several = len(names) > 1
    if isinstance(given, dict):
        missing = [name for name in names if name not in given]
        if missing and argument == "x":
            raise DataError(
                f"`{argument}` lacks {missing}. Expected a dict with the keys {list(names)}. "
                f"Received the keys {list(given)}."
            )
        for name in names:
            yield f"{argument}[{name!r}]", _checked_or_none(given.get(name), argument)
    elif several or _is_list_of_arrays(given):
        parts = flatten(given) if is_nested(given) else [given]
        if len(parts) != len(names) and (argument != "sample_weight" or len(parts) != 1):
            raise DataError(
                f"The model needs {len(names)} arrays in `{argument}` ({', '.join(names)}). "
                f"Received {len(parts)}."
            )
        for i, part in enumerate(parts):
            yield f"{argument}[{i}]", _checked_or_none(part, argument)
    else:
        yield argument, _checked_array(given, argument)


def _is_list_of_arrays(given: Any) -> bool:
    return isinstance(given, (list, tuple)) and len(given) == 1 and np.ndim(given[0]) > 1


def _checked_or_none(values: Any, argument: str) -> Array | None:
    return None if values is None else _checked_array(values, argument)


def _check_lengths(arrays: dict[str, Array | None]) -> None:
    lengths = {name: len(array) for name, array in arrays.items() if array is not None}
    if len(set(lengths.values())) > 1:
        sizes = ", ".join(f"len({name})={length}" for name, length in lengths.items())
        raise ShapeError(f"All arrays must have the same number of rows. Received: {sizes}")


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
    """Raise if an element is NaN or infinite.

    A sum is finite only if all its terms are; min and max decide where a sum overflows.
    """
    if array.dtype.kind != "f":
        return
    if np.isfinite(_total(array)) or (np.isfinite(array.min()) and np.isfinite(array.max())):
        return
    row = int(np.argmax(~np.isfinite(array).reshape(len(array), -1).all(axis=1)))
    bad = int(np.count_nonzero(~np.isfinite(array)))
    raise DataError(
        f"`{argument}` holds {bad} values that are NaN or infinite, the first in row {row}. "
        "Remove or replace them, or accept them as Keras does with "
        "nnscratch.config.set_nan_policy('keras')."
    )


def _total(array: Array) -> Any:
    """Return the sum of all elements; a long array is read by several threads."""
    threads = min(crew.cores(), len(array)) if array.nbytes >= LONG else 1
    parts = np.array_split(array, threads)
    totals = [np.zeros((), array.dtype) for _ in parts]

    def add(part: Array, total: Array) -> None:
        with np.errstate(over="ignore", invalid="ignore"):
            np.add.reduce(part, axis=None, out=total)

    with crew.crew_of(threads):
        pairs = zip(parts, totals, strict=True)
        crew.together([functools.partial(add, part, total) for part, total in pairs])
    with np.errstate(over="ignore", invalid="ignore"):
        return np.add.reduce(totals)


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
        whole, real = isinstance(label, numbers.Integral), isinstance(weight, numbers.Real)
        if not whole or not real or not math.isfinite(weight):
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
    real = isinstance(validation_split, numbers.Real)
    if not real or not 0 < validation_split < 1:
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


def fitted_to(data: Data, input_shapes: Sequence[Shape], model: str) -> Data:
    """Fit the inputs' axes to the model's: a last axis of one is added or dropped.

    Args:
        data: checked data.
        input_shapes: shape of each of the model's inputs, None for the batch.
        model: the model's name, for the error.

    Raises:
        ShapeError: an input's shape is another.
    """
    pairs = zip(data.inputs, input_shapes, strict=True)
    return Data([_fitted(x, shape, model) for x, shape in pairs], data.targets, data.weights)


def _fitted(given: Array, input_shape: Shape, model: str) -> Array:
    x = given
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
            f"Received: x.shape={given.shape}.{hint}"
        )
    return x
