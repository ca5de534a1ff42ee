"""Files written whole or not at all: whoever reads sees the old file or the new one."""

from __future__ import annotations

import contextlib
import errno
import glob
import os
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
    temporary = target.with_name(f"{_prefix(target)}{os.urandom(6).hex()}.tmp")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
        if target.exists():
            shutil.copymode(target, temporary)
        yield temporary
        _flush(temporary)
        os.replace(temporary, target)
    except BaseException as error:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
        if isinstance(error, OSError):
            raise _named(error, path) from error
        raise
    flush_folder(target.parent)


def _named(error: OSError, path: Any) -> OSError:
    """Return the same error with the path that was asked for, and what has become of it."""
    reason = error.strerror or str(error)
    return OSError(
        error.errno or errno.EIO,
        f"The file was not written, and what stood there before is untouched: {reason}",
        str(path),
    )


def remove_leftovers(path: Any) -> None:
    """Remove temporary files that writers of `path` left behind when they were killed.

    Args:
        path: a file that nobody is writing at the moment.
    """
    target = Path(os.path.realpath(path))
    for temporary in target.parent.glob(f"{glob.escape(_prefix(target))}*.tmp"):
        temporary.unlink(missing_ok=True)


def _prefix(target: Path) -> str:
    return f".{target.name[:80]}."


def write_bytes(path: Any, data: bytes | memoryview) -> None:
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
    except OSError as error:
        reason = f"The folder could not be flushed to the disk: {error.strerror or error}"
        raise OSError(error.errno or errno.EIO, reason, str(folder)) from error
    finally:
        os.close(descriptor)


def _flush(file: Path) -> None:
    with open(file, "rb+") as stream:
        os.fsync(stream.fileno())
