"""Cross-validation as the objective: each trial trains on every fold, its score is the mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nnscratch.tuner.splits import class_numbers

Arguments = tuple[tuple[Any, ...], dict[str, Any]]


def folds(cv: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Iterator[Arguments]:
    """Yield the arguments of `fit` for each fold; the given ones as they are without `cv`.

    Args:
        cv: a splitter with a method `split(x, y)` that yields row numbers for training and
            validation, or None. One-hot rows reach it as class numbers; `groups`, if there are
            any among the keyword arguments, as its third argument.
        args: the arguments of `search`.
        kwargs: its keyword arguments.

    Raises:
        ValueError: there is nothing to split, or a validation besides the folds.

    >>> class Halves:
    ...     def split(self, x, y):
    ...         yield [0, 1], [2, 3]
    ...         yield [2, 3], [0, 1]
    >>> x = np.arange(4)
    >>> for _, fit in folds(Halves(), (x, -x), {}):
    ...     print(fit["x"].tolist(), fit["validation_data"][1].tolist())
    [0, 1] [-2, -3]
    [2, 3] [0, -1]
    """
    if cv is None:
        yield args, dict(kwargs)
        return
    rest = dict(kwargs)
    given = dict(zip(("x", "y"), args, strict=False))
    x = given.get("x", rest.pop("x", None))
    y = given.get("y", rest.pop("y", None))
    weights = rest.pop("sample_weight", None)
    _check(x, y, args, rest)
    labels = class_numbers(np.asarray(_first(y)))
    given_to_cv = [_first(x), _first(y) if labels is None else labels]
    groups = rest.pop("groups", None)
    if groups is not None:
        given_to_cv.append(groups)
    for training, validation in cv.split(*given_to_cv):
        parts = [rows(x, validation), rows(y, validation)]
        fit = {**rest, "x": rows(x, training), "y": rows(y, training)}
        if weights is not None:
            fit["sample_weight"] = rows(weights, training)
            parts.append(rows(weights, validation))
        yield (), {**fit, "validation_data": tuple(parts)}


def rows(data: Any, numbers: Any) -> Any:
    """Return rows of an array, or of every array in a list, a tuple or a dict."""
    if isinstance(data, Mapping):
        return {name: rows(part, numbers) for name, part in data.items()}
    if isinstance(data, (list, tuple)) and len(data) and hasattr(data[0], "shape"):
        return type(data)(rows(part, numbers) for part in data)
    return np.asarray(data)[np.asarray(numbers)]


def _check(x: Any, y: Any, args: tuple[Any, ...], rest: Mapping[str, Any]) -> None:
    if x is None or y is None or len(args) > 2:
        raise ValueError(
            "Cross-validation splits the arrays `x` and `y`: search(x, y, cv=…). Received: "
            f"{len(args)} positional arguments and {', '.join(rest) or 'no keywords'}"
        )
    for name in ("validation_data", "validation_split"):
        if rest.get(name):
            raise ValueError(
                f"`cv` makes the validation data itself; leave `{name}` out. The test data is for "
                "the one model that is chosen in the end."
            )


def _first(data: Any) -> Any:
    if isinstance(data, Mapping):
        return next(iter(data.values()))
    if isinstance(data, (list, tuple)) and len(data) and hasattr(data[0], "shape"):
        return data[0]
    return data
