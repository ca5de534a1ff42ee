"""Who runs a trial, and whether that process still lives."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


class Owner:
    """A process that runs a search, known to others by a locked file.

    The system gives the lock back when the process ends, in whatever way it does. Another process
    on the same machine that can take the lock knows that the owner is gone. Of owners on other
    machines it knows nothing. Where files cannot be locked (Windows), owners count as gone.

    Args:
        folder: folder of the search.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     owner = Owner(Path(folder))
    ...     before = is_gone(owner.name, Path(folder))
    ...     owner.release()
    ...     before, is_gone(owner.name, Path(folder))
    (False, True)
    """

    def __init__(self, folder: Path) -> None:
        self.name = {"host": socket.gethostname(), "token": secrets.token_hex(6)}
        self._path = _lock_file(folder, self.name)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR)
        _try_lock(self._descriptor)

    def release(self) -> None:
        """Give the lock back; the file goes."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def is_gone(name: Mapping[str, Any], folder: Path) -> bool:
    """Tell whether an owner is known to be gone.

    Args:
        name: what `Owner.name` was.
        folder: folder of the search.
    """
    if not name:
        return True
    if name["host"] != socket.gethostname():
        return False
    path = _lock_file(folder, name)
    if not path.exists():
        return True
    descriptor = os.open(path, os.O_RDWR)
    try:
        free = _try_lock(descriptor)
    finally:
        os.close(descriptor)
    if free:
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    return free


def _lock_file(folder: Path, name: Mapping[str, Any]) -> Path:
    return folder / "owners" / f"{name['token']}.lock"


def _try_lock(descriptor: int) -> bool:
    if find_spec("fcntl") is None:
        return True
    fcntl = import_module("fcntl")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
