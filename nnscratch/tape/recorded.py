"""Arrays that know where on a tape they were computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from nnscratch import recording
from nnscratch.structure import flatten, transform


class Recorded(np.ndarray):
    """An array that knows where on a tape it was computed.

    While a tape listens, operators and the NumPy functions that have a derivative in
    `nnscratch.ops` are written down; any other function of NumPy raises, since a gradient would
    silently miss it. Without a tape it behaves as any array.
    """

    entry: Any = None

    def __array_finalize__(self, obj: Any) -> None:
        self.entry = None

    def numpy(self) -> Any:
        """Return a copy as a plain array, or as a NumPy scalar where there is one number."""
        return np.array(self)[()]

    def _is_followed(self, operands: Iterable[Any]) -> bool:
        recorder = recording.recorder()
        return recorder is not None and any(recorder.follows(x) for x in operands)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if self._is_followed(inputs):
            name = recording.UFUNCS.get(ufunc.__name__, ufunc.__name__)
            kwargs.pop("out", None)  # `loss += penalty` makes a new array, as in TensorFlow
            if method != "__call__" or kwargs or name not in recording.operators:
                raise _not_recorded(f"np.{ufunc.__name__}")
            return recording.operate(name, *inputs)
        given = kwargs.get("out")
        if given is not None:
            kwargs["out"] = tuple(plain(x) for x in given)
        found = getattr(ufunc, method)(*(plain(x) for x in inputs), **kwargs)
        if given is not None:
            return given[0]
        return transform(lambda part: np.asarray(part).view(type(self)), found)

    def __array_function__(
        self, func: Callable[..., Any], types: Iterable[type], args: Any, kwargs: Any
    ) -> Any:
        if not self._is_followed(flatten([args, kwargs])):
            return self.outside(func, transform(plain, (args, kwargs)))
        if func.__name__ in recording.operators:
            return recording.operate(func.__name__, *args, **kwargs)
        if func.__name__ not in _WITHOUT_GRADIENT:
            raise _not_recorded(f"np.{func.__name__}")
        return self.outside(func, transform(plain, (args, kwargs)))

    @staticmethod
    def outside(func: Callable[..., Any], arguments: Any) -> Any:
        """Call a function of NumPy on plain arrays."""
        return func(*arguments[0], **arguments[1])

    def __getitem__(self, index: Any) -> Any:
        if self._is_followed([self]):
            return recording.operate("get_item", self, index)
        return np.asarray(self)[index]

    def _method(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if self._is_followed([self]):
            return recording.operate(name, self, *args, **kwargs)
        return getattr(np, name)(np.asarray(self), *args, **kwargs)

    def sum(self, axis: Any = None, keepdims: bool = False) -> Any:  # type: ignore[override]
        """Return the sum over axes."""
        return self._method("sum", axis=axis, keepdims=keepdims)

    def mean(self, axis: Any = None, keepdims: bool = False) -> Any:  # type: ignore[override]
        """Return the mean over axes."""
        return self._method("mean", axis=axis, keepdims=keepdims)

    def max(self, axis: Any = None, keepdims: bool = False) -> Any:  # type: ignore[override]
        """Return the largest element over axes."""
        return self._method("max", axis=axis, keepdims=keepdims)

    def min(self, axis: Any = None, keepdims: bool = False) -> Any:  # type: ignore[override]
        """Return the smallest element over axes."""
        return self._method("min", axis=axis, keepdims=keepdims)

    def reshape(self, *shape: Any, **kwargs: Any) -> Any:
        """Return the elements in another shape."""
        if self._is_followed([self]):
            return recording.operate("reshape", self, shape[0] if len(shape) == 1 else shape)
        return np.asarray(self).reshape(*shape, **kwargs)

    def transpose(self, *axes: Any) -> Any:
        """Return the array with its axes in another order."""
        if self._is_followed([self]):
            order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None
            return recording.operate("transpose", self, order)
        return np.asarray(self).transpose(*axes)

    @property
    def T(self) -> Any:  # noqa: N802 (NumPy's name)
        """The array with its axes reversed."""
        return self.transpose()

    def __reduce__(self) -> Any:
        return np.asarray(self).__reduce__()


_WITHOUT_GRADIENT = frozenset(
    (
        *("argmax", "argmin", "argsort", "array_equal", "allclose", "isclose", "ndim", "shape"),
        *("unique", "count_nonzero", "searchsorted", "result_type", "array_repr", "array_str"),
        *("array2string", "nonzero", "argwhere", "can_cast", "may_share_memory", "shares_memory"),
        "size",
    )
)
"""Functions of NumPy whose results say nothing that a gradient could follow."""


def _not_recorded(name: str) -> TypeError:
    return TypeError(
        f"{name} has no derivative on record, so a gradient would miss it. Use the function of "
        "nnscratch.ops instead. If no gradient is to pass, take the numbers out of the record "
        "first: x.numpy(), or ops.stop_gradient(x)."
    )


def plain(x: Any) -> Any:
    """Return a recorded array as a plain one, anything else as it is."""
    return np.asarray(x) if isinstance(x, Recorded) else x
