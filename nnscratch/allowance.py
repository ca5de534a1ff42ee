"""How much memory new variables may take: a model described by a stranger may ask for any."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from nnscratch.errors import ShapeError


class _Allowance:
    """How many bytes are left; None for any number. One instance per process."""

    def __init__(self) -> None:
        self.left: int | None = None


_allowance = _Allowance()


@contextmanager
def allocating_at_most(size: int) -> Iterator[None]:
    """Refuse to make variables of more than `size` bytes together inside the block.

    Args:
        size: number of bytes.

    >>> with allocating_at_most(100):
    ...     take("bias", (4,), "float32")  # 16 of them
    """
    before, _allowance.left = _allowance.left, size
    try:
        yield
    finally:
        _allowance.left = before


def take(path: str, shape: tuple[int, ...], dtype: str) -> None:
    """Take the memory of a variable from what is left.

    Args:
        path: path of the variable, for the error.
        shape: its shape.
        dtype: its type.

    Raises:
        ShapeError: it is more than is left.
    """
    if _allowance.left is None:
        return
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size > _allowance.left:
        raise ShapeError(
            f"Variable {path!r} of shape {shape} takes more memory than is left to a model made "
            f"from a file: {size} bytes of {_allowance.left}. See nnscratch.saving.set_limits."
        )
    _allowance.left -= size
