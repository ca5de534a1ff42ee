"""How much a file may ask for before it is refused, and how its faults become one error."""

from __future__ import annotations

import struct
import tokenize
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from nnscratch.errors import ModelFileError


@dataclass(frozen=True)
class Limits:
    """What a file that is read may have at most.

    Args:
        max_bytes: size of its contents, unpacked, and of the weights of the model it describes.
        max_depth: nesting of lists and dictionaries in a configuration.
        max_config_bytes: size of a configuration.
        max_members: members of an archive; layers and calls of one model.
        max_name: length of a name.
        max_ratio: unpacked size over packed size, for anything above 16 MiB.

    >>> Limits(max_bytes=1000).max_depth
    100
    """

    max_bytes: int = 2 * 2**30
    max_depth: int = 100
    max_config_bytes: int = 64 * 2**20
    max_members: int = 10_000
    max_name: int = 1024
    max_ratio: float = 200.0


RATIO_MATTERS_FROM = 16 * 2**20
"""Smaller contents may be packed as tightly as they like."""


class _Current:
    """The limits in force; one instance per process."""

    def __init__(self) -> None:
        self.limits = Limits()


_current = _Current()


def get_limits() -> Limits:
    """Return the limits in force."""
    return _current.limits


def set_limits(limits: Limits) -> None:
    """Set the limits for all files read from now on.

    Args:
        limits: the limits.

    >>> set_limits(Limits(max_bytes=8 * 2**30)); get_limits().max_bytes // 2**30
    8
    >>> set_limits(Limits())
    """
    _current.limits = limits


FAULTS = (
    *(ArithmeticError, AttributeError, EOFError, LookupError, MemoryError, OSError),
    *(RuntimeError, SyntaxError, TypeError, ValueError),
    *(struct.error, tokenize.TokenError, zipfile.BadZipFile, zlib.error),
)
"""What reading a damaged file can raise in the libraries beneath."""


@contextmanager
def reading(file: Any, member: str) -> Iterator[None]:
    """Turn every fault inside the block into a `ModelFileError`.

    Args:
        file: path of the file that is read.
        member: the part of it.

    Raises:
        ModelFileError: there was a fault.
    """
    try:
        yield
    except ModelFileError:
        raise
    except FAULTS as error:
        reason = str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise ModelFileError(file, member, reason) from error


def check_depth(config: Any, limits: Limits) -> None:
    """Raise where lists and dictionaries are nested too deeply or have too long a key.

    Args:
        config: what was read from JSON.
        limits: the limits.

    Raises:
        ValueError: they are.
    """
    level: list[Any] = [config]
    depth = 0
    while level:
        if depth > limits.max_depth:
            raise ValueError(f"it is nested more than {limits.max_depth} levels deep")
        below: list[Any] = []
        for part in level:
            if isinstance(part, dict):
                if any(len(key) > limits.max_name for key in part):
                    raise ValueError(f"a key is longer than {limits.max_name} characters")
                below.extend(part.values())
            elif isinstance(part, list):
                below.extend(part)
        level = [part for part in below if isinstance(part, (dict, list))]
        depth += 1
