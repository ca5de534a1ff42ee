"""Sums, means and extremes over axes, under TensorFlow's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.compat.tensor import Tensor, is_recorded, tensor
from nnscratch.recording import operate

RECORDED = {"reduce_variance": "var"}
"""TensorFlow's names of reductions that have another name in `nnscratch.ops`."""


def _reduction(function: Callable[..., Any], name: str) -> Callable[..., Tensor]:
    recorded = RECORDED.get(name, name.removeprefix("reduce_"))

    def over_axes(
        input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
    ) -> Tensor:
        if is_recorded(input_tensor):
            found: Tensor = operate(recorded, input_tensor, axis, keepdims)
            return found
        values = np.asarray(tensor(input_tensor))
        axes = tuple(axis) if isinstance(axis, (list, np.ndarray)) else axis
        return tensor(function(values, axes, keepdims))

    over_axes.__name__ = over_axes.__qualname__ = name
    over_axes.__doc__ = f"Apply `{name.removeprefix('reduce_')}` over axes; over all by default."
    return over_axes


def _mean(values: Any, axis: Any, keepdims: bool) -> Any:
    mean = np.mean(values, axis=axis, keepdims=keepdims)
    return np.asarray(mean).astype(values.dtype)  # integers have an integer mean in TensorFlow


def _sum(values: Any, axis: Any, keepdims: bool) -> Any:
    return np.sum(values, axis=axis, keepdims=keepdims, dtype=values.dtype)


def _prod(values: Any, axis: Any, keepdims: bool) -> Any:
    return np.prod(values, axis=axis, keepdims=keepdims, dtype=values.dtype)


def _logsumexp(values: Any, axis: Any, keepdims: bool) -> Any:
    highest = np.max(values, axis=axis, keepdims=True)
    total = np.sum(np.exp(values - highest), axis=axis, keepdims=True)
    result = np.log(total) + highest
    return result if keepdims else np.squeeze(result, axis=axis)


def _with_keepdims(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda values, axis, keepdims: function(values, axis=axis, keepdims=keepdims)


reduce_all = _reduction(_with_keepdims(np.all), "reduce_all")
reduce_any = _reduction(_with_keepdims(np.any), "reduce_any")
reduce_logsumexp = _reduction(_logsumexp, "reduce_logsumexp")
reduce_max = _reduction(_with_keepdims(np.max), "reduce_max")
reduce_mean = _reduction(_mean, "reduce_mean")
reduce_min = _reduction(_with_keepdims(np.min), "reduce_min")
reduce_prod = _reduction(_prod, "reduce_prod")
reduce_std = _reduction(_with_keepdims(np.std), "reduce_std")
reduce_sum = _reduction(_sum, "reduce_sum")
reduce_variance = _reduction(_with_keepdims(np.var), "reduce_variance")


def argmax(
    input: Any, axis: int | None = None, output_type: Any = "int64", name: str | None = None
) -> Tensor:
    """Return where the largest value is along an axis, the first one by default.

    >>> argmax([[1.0, 3.0], [2.0, 0.0]], axis=1).numpy().tolist()
    [1, 0]
    """
    return tensor(np.argmax(np.asarray(input), axis=axis or 0), output_type)


def argmin(
    input: Any, axis: int | None = None, output_type: Any = "int64", name: str | None = None
) -> Tensor:
    """Return where the smallest value is along an axis, the first one by default.

    >>> argmin([3.0, 1.0, 2.0]).numpy().item()
    1
    """
    return tensor(np.argmin(np.asarray(input), axis=axis or 0), output_type)
