"""A zip archive that grows: complete on the disk after every addition, at a cost that stays small.

`zipfile` reads and writes the list of all members anew each time an archive is reopened. Here the
list is kept as the bytes that end up in the file, so that adding is writing.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SEE_ELSEWHERE, SEE_ELSEWHERE_16 = 0xFFFFFFFF, 0xFFFF
"""What stands in a field where the number is in one of 64 bits: Zip64."""
MOST, MOST_MEMBERS = SEE_ELSEWHERE - 1, SEE_ELSEWHERE_16 - 1
"""Larger sizes, places and numbers of members need fields of 64 bits."""
EPOCH = 1 << 5 | 1
"""1980-01-01, the first date that the format knows; recordings of equal runs are equal files."""
PLAIN, ZIP64 = 20, 45
"""Version of the format that a reader has to know."""


class GrowingArchive:
    """Members stored as they are, one after the other, and behind them the list of all.

    Args:
        path: the file; one that exists is replaced.

    >>> import tempfile, zipfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     archive = GrowingArchive(Path(folder) / "a.zip")
    ...     archive.add({"one": [b"1"]})
    ...     archive.add({"two": [b"2", b"2"]})
    ...     {name: zipfile.ZipFile(archive.path).read(name) for name in ("one", "two")}
    {'one': b'1', 'two': b'22'}
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stop = 0
        self._list = b""
        self._count = 0
        self.path.write_bytes(_end(0, 0, 0))

    def add(self, members: Mapping[str, Sequence[Any]]) -> None:
        """Add members.

        Args:
            members: by name, the pieces of the contents: bytes, or contiguous buffers of them.
        """
        written: list[Any] = []
        place, entries = self._stop, [self._list]
        for name, pieces in members.items():
            local, central = _headers(name.encode("ascii"), pieces, place)
            written += [local, *pieces]
            entries.append(central)
            place += len(local) + sum(map(len, pieces))
        listed, count = b"".join(entries), self._count + len(members)
        with self.path.open("r+b") as file:
            file.seek(self._stop)
            file.writelines([*written, listed, _end(count, len(listed), place)])
        self._stop, self._list, self._count = place, listed, count


def _end(count: int, size: int, start: int) -> bytes:
    """Return what stands behind the list of members: how many, how long it is, where it begins."""
    found = b""
    if count > MOST_MEMBERS or size > MOST or start > MOST:
        found = struct.pack(
            "<4sQHHIIQQQQ", b"PK\6\6", 44, ZIP64, ZIP64, 0, 0, count, count, size, start
        )
        found += struct.pack("<4sIQI", b"PK\6\7", 0, start + size, 1)
        count, size, start = SEE_ELSEWHERE_16, SEE_ELSEWHERE, SEE_ELSEWHERE
    return found + struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, size, start, 0)


def _headers(name: bytes, pieces: Sequence[Any], place: int) -> tuple[bytes, bytes]:
    """Return what stands before a member, and its entry in the list of all."""
    size, check = 0, 0
    for piece in pieces:
        size += len(piece)
        check = zlib.crc32(piece, check)
    large, far = size > MOST, place > MOST
    version = ZIP64 if large or far else PLAIN
    short, before = (SEE_ELSEWHERE if large else size), (SEE_ELSEWHERE if far else place)
    sizes = struct.pack("<QQ", size, size) if large else b""
    about = (version, 0, 0, 0, EPOCH, check, short, short, len(name))
    extra = _extra(sizes)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", *about, len(extra)) + name + extra
    extra = _extra(sizes + (struct.pack("<Q", place) if far else b""))
    central = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\1\2", version, *about, len(extra), 0, 0, 0, 0, before
    )
    return local, central + name + extra


def _extra(fields: bytes) -> bytes:
    """Return the 64-bit fields of a member in their wrapping, nothing where there are none."""
    return struct.pack("<HH", 1, len(fields)) + fields if fields else b""
