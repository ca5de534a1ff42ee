"""Fetch a file over the network so that its name only ever holds complete, checked content."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from nnscratch.saving.atomic import flush_folder

TIMEOUT_SECONDS = 30


def fetch(url: str, target: Path, check: Callable[[Path], object]) -> None:
    """Download `url` to `target` in one atomic step.

    The bytes go to a temporary file beside the target, are flushed to the disk, handed to `check`
    and only then renamed, and the folder is flushed; when anything fails, the temporary file is
    removed and `target` is as it was.

    Args:
        url: where the file is.
        target: the name that it shall have; its folder is made if missing.
        check: called with the temporary file; whatever it raises stops the download.

    Raises:
        OSError: the connection or the disk failed.
    """
    from http.client import HTTPException
    from urllib.request import urlopen

    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, urlopen(url, timeout=TIMEOUT_SECONDS) as response:
            shutil.copyfileobj(response, file)
            file.flush()
            os.fsync(file.fileno())
        check(part)
        part.chmod(0o644)
        part.replace(target)
        flush_folder(target.parent)
    except HTTPException as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
