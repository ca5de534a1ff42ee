"""Arrays that tell a routine's writer what is done with them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nnscratch.routine.state import thread
from nnscratch.typing import Array


def plain(value: Any) -> Any:
    """Return an array as it is when nobody watches; likewise those in lists, tuples and dicts."""
    return each(value, Watched, Watched.plain)


def each(value: Any, kind: type, function: Callable[[Any], Any]) -> Any:
    """Apply a function to a value of this kind, or to those in a list, tuple or dict."""
    if isinstance(value, kind):
        return function(value)
    if type(value) in (list, tuple):
        return type(value)(each(part, kind, function) for part in value)
    if type(value) is dict:
        return {key: each(part, kind, function) for key, part in value.items()}
    return value


class Watched(np.ndarray[Any, Any]):
    """An array that tells a routine's writer what is done with it; a view of another.

    Attributes:
        itself: the array that it is a view of, if it is one of the whole.
    """

    itself: Array | None

    def __array_finalize__(self, obj: Any) -> None:
        self.itself = None

    def plain(self) -> Array:
        """Return the array that this is a view of."""
        if self.itself is None:
            self.itself = self.view(np.ndarray)
        return self.itself

    # -- what NumPy asks before it computes ----------------------------------------------------

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **options: Any
    ) -> Any:
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        operands, options = plain(inputs), plain(options)
        writer = thread.writer
        if writer is None or (out is not None and len(out) != 1) or method == "at":
            return self._unwritten(function, operands, out, options)
        if out is not None and out[0] is not None:
            return _into(writer, function, method, operands, out[0], options)
        result = function(*operands, **options)
        if not isinstance(result, np.ndarray):
            writer.steady = False
            return result
        writer.write(function, operands, {**options, "out": result})
        return writer.watch(result)

    def _unwritten(self, function: Any, operands: Any, out: Any, options: Any) -> Any:
        _unsteady()
        if out is not None:
            options["out"] = plain(out)
        return function(*operands, **options)

    def __array_function__(
        self, func: Any, types: Any, args: Iterable[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        operands, options = plain(tuple(args)), plain({**kwargs})
        result = func(*operands, **options)
        writer = thread.writer
        if writer is None or func in _OF_SHAPES:
            return result
        out = kwargs.get("out")
        if func in _WRITES or out is not None:
            writer.write(func, operands, options)
            return result if out is None else out
        if func in _VIEWS and _is_view(result, operands):
            return writer.watch(result)
        if _is_view(result, operands):  # written to, or a view by a function not known here
            writer.steady = False
            return result
        return writer.keep(result, func, operands, options)

    # -- the methods that NumPy does not ask about ---------------------------------------------

    def __getitem__(self, index: Any) -> Any:
        array = self.plain()
        part, writer = array[plain(index)], thread.writer
        if writer is not None and _is_view(part, (array,)):
            return writer.watch(part)
        _unsteady()  # a number, or elements chosen by an array: as many as it likes
        return part

    def reshape(self, *shape: Any, **options: Any) -> Any:
        """Return the same elements in another shape."""
        array = self.plain()
        part = array.reshape(*shape, **options)
        return self._part(part, np.reshape, (array, part.shape))

    def astype(self, dtype: Any, *args: Any, **options: Any) -> Any:
        """Return the elements as another type."""
        array = self.plain()
        cast = array.astype(dtype, *args, **options)
        return self if cast is array else self._part(cast, np.ndarray.astype, (array, dtype))

    def copy(self, order: Any = "C") -> Any:
        """Return a copy."""
        array = self.plain()
        return self._part(array.copy(order), np.ndarray.copy, (array,))

    def _part(self, part: Any, function: Callable[..., Any], operands: tuple[Any, ...]) -> Any:
        writer = thread.writer
        if writer is None:
            return part
        if _is_view(part, operands[:1]):
            return writer.watch(part)
        return writer.keep(part, function, operands, {})

    def __setitem__(self, index: Any, value: Any) -> None:
        array = self.plain()
        self._does(array.__setitem__, plain(index), value)

    def fill(self, value: Any) -> None:
        """Set all elements to a number."""
        self._does(self.plain().fill, value)

    def put(self, indices: Any, values: Any, mode: Any = "raise") -> None:
        """Set the elements of these flat indices."""
        self._does(self.plain().put, indices, values, mode)

    def take(self, indices: Any, axis: Any = None, out: Any = None, mode: Any = "raise") -> Any:
        """Return the elements of these indices."""
        array, places = self.plain(), plain(indices)
        if out is None:
            how = (places, axis, None, mode)
            return self._part(array.take(*how), np.ndarray.take, (array, *how))
        self._does(array.take, places, axis, out, mode)
        return out

    def argmax(self, axis: Any = None, out: Any = None, **options: Any) -> Any:
        """Return the place of the largest element."""
        array = self.plain()
        if out is None:
            places = array.argmax(axis, **options)
            return self._part(places, functools.partial(np.argmax, **options), (array, axis))
        self._does(array.argmax, axis, out, **options)
        return out

    @property
    def flat(self) -> Any:
        """An iterator over the elements."""
        _unsteady()
        return self.plain().flat

    def _does(self, function: Callable[..., Any], *operands: Any, **options: Any) -> None:
        if thread.writer is None:
            function(*plain(operands), **plain(options))
        else:
            thread.writer.note(function, *operands, **options)


def _into(writer: Any, function: Any, method: str, operands: Any, out: Any, options: Any) -> Any:
    """Make and write down a call of a ufunc that has an array to write to."""
    target = plain(out)
    if method == "__call__" and not options and function not in _BY_NAME_ONLY:
        writer.note(function, *operands, target)
    elif method == "reduce" and not options.keys() - {"axis", "dtype", "keepdims"}:
        axis, dtype = options.get("axis", 0), options.get("dtype")
        array = operands[0]
        writer.note(function, array, axis, dtype, target, options.get("keepdims", False))
    else:
        writer.note(function, *operands, out=target, **options)
    return out


def _unsteady() -> None:
    if thread.writer is not None:
        thread.writer.steady = False


def _is_view(array: Any, operands: Sequence[Any]) -> bool:
    return isinstance(array, np.ndarray) and any(
        isinstance(x, np.ndarray) and np.may_share_memory(array, x) for x in operands
    )


_BY_NAME_ONLY = (np.maximum, np.minimum)
"""Functions that NumPy wants the third array of by the name `out`."""

_OF_SHAPES = frozenset((np.shape, np.ndim, np.size, np.result_type, np.may_share_memory))
"""Functions that look at shapes and types alone: what they return will be the same again."""

_VIEWS = frozenset(
    (
        *(np.reshape, np.ravel, np.transpose, np.moveaxis, np.swapaxes, np.squeeze),
        *(np.expand_dims, np.broadcast_to, np.flip, np.diagonal),
    )
)
"""Functions that return the same memory in another shape, where they can."""

_WRITES = frozenset((np.copyto, np.put, np.putmask, np.put_along_axis))
"""Functions that return nothing and write to their first argument."""


def _reads(name: str) -> Callable[..., Any]:
    method = getattr(np.ndarray, name)

    def read(self: Watched, *args: Any, **options: Any) -> Any:
        _unsteady()
        return method(self.plain(), *plain(args), **plain(options))

    return read


for _name in (
    *("__bool__", "__float__", "__int__", "__index__", "__iter__", "__contains__", "item"),
    *("tolist", "tobytes", "argmin", "argsort", "argpartition", "partition", "sort", "choose"),
    *("compress", "cumsum", "cumprod", "dot", "flatten", "ravel", "nonzero", "repeat", "round"),
    *("searchsorted", "trace", "diagonal", "prod"),
):
    setattr(Watched, _name, _reads(_name))
