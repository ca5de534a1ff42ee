"""The NumPy calls of a step, written down once and made again without the Python between them.

A step of training makes the same calls on the same memory time after time: buffers belong to
caches, weights to arenas, batches to the source of the data. Between the calls lies Python: finding
buffers, asking for shapes, choosing the branch that was chosen before. On small networks it takes
as long as the arithmetic. So a pass can be written down while it is computed (`writing`), and from
then on only its calls are made (`Routine.run`): the same functions on the same arrays in the same
order, hence the same bits.

What can be written down is what NumPy tells of: arrays that are `watched` are of a class that NumPy
asks before it computes (NEP 13, `__array_ufunc__`; NEP 18, `__array_function__`). Where a number
leaves the arrays, by `float(x)` or `if x.any()`, the next step may take another course, and the
writer says that what it saw is not `steady`.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from nnscratch.typing import Array

Call = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function and what it is called with."""


class Routine:
    """Calls in the order in which they were made.

    Attributes:
        calls: the calls.
        errors: NumPy's handling of floating-point errors that some of them asked for.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.errors: dict[str, Any] = {}

    def run(self) -> None:
        """Make all calls again, on what the arrays hold now."""
        if self.errors:
            with np.errstate(**self.errors):
                self._run()
        else:
            self._run()

    def _run(self) -> None:
        for function, operands in self.calls:
            function(*operands)


class Writer:
    """Writes a routine while its calls are made for the first time.

    Attributes:
        routine: what is written.
        steady: whether the same calls will do in the next step.
    """

    def __init__(self) -> None:
        self.routine = Routine()
        self.steady = True
        self._outside = np.geterr()
        self._watched: dict[int, tuple[Array, Watched]] = {}

    def watched(self, value: Any) -> Any:
        """Return an array as one that tells this writer what is done with it; see also `plain`."""
        return _each(value, np.ndarray, self._watch)

    def _watch(self, array: Array) -> Array:
        if isinstance(array, Watched):
            return array
        if id(array) not in self._watched:
            view = array.view(Watched)
            view.itself = array
            self._watched[id(array)] = array, view
        return self._watched[id(array)][1]

    def note(self, function: Callable[..., Any], *operands: Any, **options: Any) -> Any:
        """Make a call and write it down; return its result."""
        operands = tuple(plain(operand) for operand in operands)
        options = {name: plain(option) for name, option in options.items()}
        result = function(*operands, **options)
        self.write(function, operands, options)
        return result

    def write(
        self, function: Callable[..., Any], operands: tuple[Any, ...], options: dict[str, Any]
    ) -> None:
        """Write a call down that has been made."""
        inside = np.geterr()
        changed = {kind: how for kind, how in inside.items() if how != self._outside[kind]}
        self.routine.errors.update(changed)
        call = functools.partial(function, **options) if options else function
        self.routine.calls.append((call, operands))

    def keep(self, result: Any, function: Callable[..., Any], operands: Any, options: Any) -> Any:
        """Return a result that a call made new: its memory is written to from now on."""
        if not isinstance(result, np.ndarray):
            self.steady = False
            return result
        self.write(_again, (result, function, operands, options), {})
        return self._watch(result)


class _Thread(threading.local):
    writer: Writer | None = None


_thread = _Thread()


class _Process:
    def __init__(self) -> None:
        self.changes = 0


_process = _Process()


def changed() -> None:
    """Say that something has changed that routines rely on: memory has moved, a layer is altered."""
    _process.changes += 1


def changes() -> int:
    """Return how often something has changed: a routine that was written before is void."""
    return _process.changes


@contextmanager
def writing() -> Iterator[Writer]:
    """Write down what is done with watched arrays inside the block.

    >>> x, y = np.array([1.0, 2.0]), np.empty(2)
    >>> with writing() as writer:
    ...     _ = np.multiply(watched(x), 3.0, out=y)
    >>> x[:] = 5.0
    >>> writer.routine.run()
    >>> y.tolist()
    [15.0, 15.0]
    """
    before, _thread.writer = _thread.writer, Writer()
    try:
        yield _thread.writer
    finally:
        _thread.writer = before


def watched(array: Array) -> Array:
    """Return the array; while a routine is being written, one that tells what is done with it."""
    writer = _thread.writer
    return array if writer is None else writer._watch(array)


def perform(function: Callable[..., Any], *operands: Any, **options: Any) -> None:
    """Call a function for what it does; in a routine it is called each time, as it stands.

    This is for what is more than calls of NumPy on the same memory: drawing random numbers,
    checking a batch, sharing work among threads.

    Args:
        function: fills arrays that it is given, or raises.
        operands: its operands.
        options: its keyword arguments.
    """
    if _thread.writer is None:
        function(*operands, **options)
    else:
        _thread.writer.note(function, *operands, **options)


def computed(function: Callable[..., Array], *operands: Any) -> Array:
    """Return the new array that a function makes; in a routine it is called each time.

    Args:
        function: returns an array whose shape and type follow from those of its operands.
        operands: its operands.
    """
    if _thread.writer is None:
        return function(*operands)
    given = plain(operands)
    made: Array = _thread.writer.keep(function(*given), function, given, {})
    return made


def plain(value: Any) -> Any:
    """Return an array as it is when nobody watches; likewise those in lists, tuples and dicts."""
    return _each(value, Watched, Watched.plain)


def _each(value: Any, kind: type, function: Callable[[Any], Any]) -> Any:
    if isinstance(value, kind):
        return function(value)
    if type(value) in (list, tuple):
        return type(value)(_each(part, kind, function) for part in value)
    if type(value) is dict:
        return {key: _each(part, kind, function) for key, part in value.items()}
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
        writer = _thread.writer
        if writer is None or (out is not None and len(out) != 1) or method == "at":
            return self._unwritten(function, operands, out, options)
        if out is not None and out[0] is not None:
            return _into(writer, function, method, operands, out[0], options)
        result = function(*operands, **options)
        if not isinstance(result, np.ndarray):
            writer.steady = False
            return result
        writer.write(function, operands, {**options, "out": result})
        return writer._watch(result)

    def _unwritten(self, function: Any, operands: Any, out: Any, options: Any) -> Any:
        _unsteady()
        if out is not None:
            options["out"] = plain(out)
        return function(*operands, **options)

    def __array_function__(
        self, func: Any, types: Any, args: Sequence[Any], kwargs: dict[str, Any]
    ) -> Any:
        operands, options = plain(tuple(args)), plain(kwargs)
        result = func(*operands, **options)
        writer = _thread.writer
        if writer is None or func in _OF_SHAPES:
            return result
        out = kwargs.get("out")
        if func in _WRITES or out is not None:
            writer.write(func, operands, options)
            return result if out is None else out
        if isinstance(result, (list, tuple)):
            writer.steady = False
            return result
        if isinstance(result, np.ndarray) and _is_view(result, operands):
            return writer._watch(result)
        return writer.keep(result, func, operands, options)

    # -- the methods that NumPy does not ask about ---------------------------------------------

    def __getitem__(self, index: Any) -> Any:
        array = self.plain()
        part, writer = array[plain(index)], _thread.writer
        if writer is not None and isinstance(part, np.ndarray) and _is_view(part, (array,)):
            return writer._watch(part)
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
        writer = _thread.writer
        if writer is None:
            return part
        if isinstance(part, np.ndarray) and _is_view(part, operands[:1]):
            return writer._watch(part)
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
            return self._part(array.take(places, axis, None, mode), np.take, (array, places, axis))
        self._does(array.take, places, axis, out, mode)
        return out

    def argmax(self, axis: Any = None, out: Any = None, **options: Any) -> Any:
        """Return the place of the largest element."""
        array = self.plain()
        if out is None:
            return self._part(array.argmax(axis, **options), np.argmax, (array, axis))
        self._does(array.argmax, axis, out, **options)
        return out

    def _does(self, function: Callable[..., Any], *operands: Any, **options: Any) -> None:
        if _thread.writer is None:
            function(*plain(operands), **plain(options))
        else:
            _thread.writer.note(function, *operands, **options)


def _into(writer: Writer, function: Any, method: str, operands: Any, out: Any, options: Any) -> Any:
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
    if _thread.writer is not None:
        _thread.writer.steady = False


def _again(result: Array, function: Callable[..., Any], operands: Any, options: Any) -> None:
    """Call a function that returns a new array, and put the array's elements where the first was."""
    result[...] = function(*operands, **options)


def _is_view(array: Array, operands: Sequence[Any]) -> bool:
    return any(isinstance(x, np.ndarray) and np.may_share_memory(array, x) for x in operands)


_BY_NAME_ONLY = (np.maximum, np.minimum)
"""Functions that NumPy wants the third array of by the name `out`."""

_OF_SHAPES = frozenset((np.shape, np.ndim, np.size, np.result_type, np.may_share_memory))
"""Functions that look at shapes and types alone: what they return will be the same again."""

_WRITES = frozenset((np.copyto, np.put, np.putmask, np.put_along_axis))
"""Functions that return nothing and write to their first argument."""


def _reads(name: str) -> Callable[..., Any]:
    method = getattr(np.ndarray, name)

    @functools.wraps(method)
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
