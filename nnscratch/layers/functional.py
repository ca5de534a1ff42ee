"""The combining layers as functions: each makes a layer and calls it at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnscratch.layers.extremes import Maximum, Minimum
from nnscratch.layers.joining import Concatenate, Dot
from nnscratch.layers.merging import Add, Average, Multiply, Subtract


def add(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the sum of the inputs; see `Add`.

    Args:
        inputs: arrays or symbolic tensors.
        kwargs: see `Layer`.

    >>> add([[[1.0]], [[2.0]]]).tolist()
    [[3.0]]
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the first input minus the second; see `Subtract`.

    Args:
        inputs: two arrays or symbolic tensors.
        kwargs: see `Layer`.

    >>> subtract([[[1.0]], [[2.0]]]).tolist()
    [[-1.0]]
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the product of the inputs; see `Multiply`.

    Args:
        inputs: arrays or symbolic tensors.
        kwargs: see `Layer`.

    >>> multiply([[[3.0]], [[2.0]]]).tolist()
    [[6.0]]
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the mean of the inputs; see `Average`.

    Args:
        inputs: arrays or symbolic tensors.
        kwargs: see `Layer`.

    >>> average([[[1.0]], [[2.0]]]).tolist()
    [[1.5]]
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the largest of the inputs, element by element; see `Maximum`.

    Args:
        inputs: arrays or symbolic tensors.
        kwargs: see `Layer`.

    >>> maximum([[[1.0]], [[2.0]]]).tolist()
    [[2.0]]
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Sequence[Any], **kwargs: Any) -> Any:
    """Return the smallest of the inputs, element by element; see `Minimum`.

    Args:
        inputs: arrays or symbolic tensors.
        kwargs: see `Layer`.

    >>> minimum([[[1.0]], [[2.0]]]).tolist()
    [[1.0]]
    """
    return Minimum(**kwargs)(inputs)


def concatenate(inputs: Sequence[Any], axis: int = -1, **kwargs: Any) -> Any:
    """Return the inputs one behind the other; see `Concatenate`.

    Args:
        inputs: arrays or symbolic tensors.
        axis: the axis that grows.
        kwargs: see `Layer`.

    >>> concatenate([[[1.0]], [[2.0, 3.0]]]).tolist()
    [[1.0, 2.0, 3.0]]
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


def dot(inputs: Sequence[Any], axes: int | tuple[int, int] = -1, **kwargs: Any) -> Any:
    """Return the products of the inputs, sample by sample; see `Dot`.

    Args:
        inputs: two arrays or symbolic tensors.
        axes: the axis that is summed over, or one for each input.
        kwargs: `normalize`, and see `Layer`.

    >>> dot([[[1.0, 2.0]], [[3.0, 4.0]]]).tolist()
    [[11.0]]
    """
    return Dot(axes=axes, **kwargs)(inputs)
