"""Writing a routine down while its calls are made for the first time."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from nnscratch.routine.arrays import Watched, each, plain
from nnscratch.routine.state import Routine, thread
from nnscratch.typing import Array


class Writer:
    """Writes a routine while its calls are made for the first time.

    Attributes:
        routine: what is written.
        steady: whether the same calls will do in the next step.
    """

    def __init__(self) -> None:
        self.routine = Routine()
        self.steady = True
        self._outside: dict[str, Any] = {**np.geterr()}
        self._watched: dict[int, tuple[Array, Watched]] = {}

    def watched(self, value: Any) -> Any:
        """Return an array watched; likewise those in a list, tuple or dict. See `plain`."""
        return each(value, np.ndarray, self.watch)

    def watch(self, array: Array) -> Array:
        """Return an array as one that tells this writer what is done with it."""
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
        inside: dict[str, Any] = {**np.geterr()}
        self.routine.errors.update(
            (kind, how) for kind, how in inside.items() if how != self._outside[kind]
        )
        call = functools.partial(function, **options) if options else function
        self.routine.calls.append((call, _with_arrays(function, operands)))

    def keep(self, result: Any, function: Callable[..., Any], operands: Any, options: Any) -> Any:
        """Return a result that a call made new: its memory is written to from now on."""
        if not isinstance(result, np.ndarray):
            self.steady = False
            return result
        self.write(_again, (result, function, operands, options), {})
        return self.watch(result)


def _with_arrays(function: Callable[..., Any], operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the operands of a ufunc with arrays of shape () for numbers: NumPy is quicker so.

    A number takes the type of the array that it meets, as NumPy has it.
    """
    arrays = [operand for operand in operands if isinstance(operand, np.ndarray)]
    if not isinstance(function, np.ufunc) or not arrays or arrays[0].dtype.kind != "f":
        return operands
    dtype = arrays[0].dtype
    return tuple(np.array(x, dtype) if type(x) is float else x for x in operands)


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
    before, thread.writer = thread.writer, Writer()
    try:
        yield thread.writer
    finally:
        thread.writer = before


def watched(array: Array) -> Array:
    """Return the array; while a routine is being written, one that tells what is done with it."""
    writer = thread.writer
    return array if writer is None else writer.watch(array)


def perform(function: Callable[..., Any], *operands: Any, **options: Any) -> None:
    """Call a function for what it does; in a routine it is called each time, as it stands.

    This is for what is more than calls of NumPy on the same memory: drawing random numbers,
    checking a batch, sharing work among threads.

    Args:
        function: fills arrays that it is given, or raises.
        operands: its operands.
        options: its keyword arguments.
    """
    if thread.writer is None:
        function(*operands, **options)
    else:
        thread.writer.note(function, *operands, **options)


def computed(function: Callable[..., Array], *operands: Any) -> Array:
    """Return the new array that a function makes; in a routine it is called each time.

    Args:
        function: returns an array whose shape and type follow from those of its operands.
        operands: its operands.
    """
    if thread.writer is None:
        return function(*operands)
    given = plain(operands)
    made: Array = thread.writer.keep(function(*given), function, given, {})
    return made


def _again(result: Array, function: Callable[..., Any], operands: Any, options: Any) -> None:
    """Call a function that returns a new array, and put its elements where the first ones were."""
    result[...] = function(*operands, **options)
