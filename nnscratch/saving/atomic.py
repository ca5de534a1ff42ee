"""Files written whole or not at all: whoever reads sees the old file or the new one."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def replacing(path: Any) -> Iterator[Path]:
    """Yield the path of a temporary file that takes the place of `path` when the block is done.

    It stands in the same folder. At the end it is flushed to the disk and renamed, and the folder
    is flushed; after an error it is removed and `path` is as it was.

    Args:
        path: the file to write; a link is followed.

    Raises:
        OSError: the folder is missing or read-only, the disk is full, or `path` is a folder.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder, "a.txt")) as temporary:
    ...         _ = temporary.write_text("whole")
    ...     [(p.name, p.read_text()) for p in Path(folder).iterdir()]
    [('a.txt', 'whole')]
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        reason = "This is a folder; give the path of a file"
        raise IsADirectoryError(errno.EISDIR, reason, str(path))
    temporary = target.with_name(f".{target.name[:80]}.{secrets.token_hex(6)}.tmp")
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        if target.exists():
            shutil.copymode(target, temporary)
        yield temporary
        _flush(temporary)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        raise
    flush_folder(target.parent)


def write_bytes(path: Any, data: bytes) -> None:
    """Write a file of these bytes, whole or not at all.

    Args:
        path: the file.
        data: its contents.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(data)


def copy(source: Any, target: Any) -> None:
    """Copy a file, whole or not at all.

    Args:
        source: the file to read.
        target: the file to write.
    """
    with replacing(target) as temporary:
        shutil.copyfile(source, temporary)


def flush_folder(folder: Path) -> None:
    """Make the disk remember the names in a folder, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush(file: Path) -> None:
    with open(file, "rb+") as stream:
        os.fsync(stream.fileno())
