"""Damage in HDF5's heaps of text found before the HDF5 library runs into it and never comes back.

Text in attributes lies in "global heap collections". The library (1.14) walks through one object
after the other by the sizes that they state; an object of size zero keeps it walking for ever.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from typing import Any

MAGIC = b"GCOL"
HEADER = 16
"""Bytes before the first object of a collection, and at the head of each object."""


def check_heaps(source: Any) -> None:
    """Raise where a heap of text does not add up.

    Args:
        source: path of a file, or a stream of bytes in memory.

    Raises:
        ValueError: an object in a heap has an impossible size.

    >>> import io
    >>> heap = MAGIC + struct.pack("<B3xQ", 1, 56) + struct.pack("<HH4xQ", 1, 1, 8) + bytes(8)
    >>> check_heaps(io.BytesIO(heap + struct.pack("<HH4xQ", 0, 0, 8)))
    Traceback (most recent call last):
    ValueError: a heap of text is damaged: an object of 8 bytes at 40
    """
    if not isinstance(source, (str, Path)):
        _check_all(source.getvalue())
        return
    with open(source, "rb") as file:
        if file.seek(0, 2) == 0:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            _check_all(data)


def _check_all(data: Any) -> None:
    start = data.find(MAGIC)
    while start >= 0:
        if data[start + 4 : start + 8] == b"\x01\0\0\0":  # version 1, then reserved zeros
            _check_one(data, start)
        start = data.find(MAGIC, start + 1)


def _check_one(data: Any, start: int) -> None:
    if start + HEADER > len(data):
        raise ValueError("a heap of text is cut short")
    (size,) = struct.unpack_from("<Q", data, start + 8)
    place, end = start + HEADER, start + size
    if size < HEADER or end > len(data):
        raise ValueError(f"a heap of text is damaged: it claims {size} bytes")
    while end - place >= HEADER:
        number, _, length = struct.unpack_from("<HH4xQ", data, place)
        # number 0 is the free space at the end, whose length counts its head
        step = length if number == 0 else HEADER + -(-length // 8) * 8
        if step < HEADER or step > end - place:
            raise ValueError(
                f"a heap of text is damaged: an object of {length} bytes at {place - start}"
            )
        place += step
