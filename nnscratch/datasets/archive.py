"""Read a data set's arrays from an `.npz` file, refusing any that differ from the data set's."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike

import numpy as np
from numpy.lib.npyio import NpzFile

from nnscratch.typing import Array

_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    EOFError,
    OSError,
    RuntimeError,
    MemoryError,
)


class DatasetError(OSError):
    """A data set could not be found, fetched or read, or a file holds something else.

    An `OSError`, because every case is about a file or a connection outside of the program: code
    that already handles a missing file or network handles this too.
    """


@dataclass(frozen=True)
class Fingerprint:
    """What an array of bytes must look like: its shape and the SHA-256 of its content."""

    shape: tuple[int, ...]
    sha256: str


def read_arrays(
    path: str | PathLike[str], expected: Mapping[str, Fingerprint], way_out: str
) -> dict[str, Array]:
    """Return the arrays that `expected` names, each checked in type, shape and content.

    The container's own hash would say nothing, since it changes with the compressor, so it is the
    arrays that are checked: type and shape first, then the SHA-256 of their bytes.

    Args:
        path: the `.npz` file.
        expected: the fingerprint of each array that must be in the file; all are `uint8`.
        way_out: what to do about a bad file; ends every error message.

    Raises:
        DatasetError: the file cannot be read, lacks an array, or holds a different one.
    """
    try:
        with open(path, "rb") as file:
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, NpzFile):
                raise DatasetError(f"{path} holds a single array, not an .npz archive. {way_out}")
            return {
                name: _checked(archive, name, fingerprint, path, way_out)
                for name, fingerprint in expected.items()
            }
    except DatasetError:
        raise
    except _UNREADABLE as error:
        raise DatasetError(f"{path} is not a readable .npz file: {error}. {way_out}") from error


def check_file(path: str | PathLike[str], sha256: str, way_out: str) -> None:
    """Raise unless a file is the data set's, byte for byte.

    Args:
        path: the file.
        sha256: the SHA-256 of its bytes.
        way_out: what to do about a bad file; ends the error message.

    Raises:
        DatasetError: it is another file.
    """
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != sha256:
        raise DatasetError(
            f"{path} differs from the data set: its SHA-256 is {digest.hexdigest()}. "
            f"Expected: {sha256}. {way_out}"
        )


def _checked(
    archive: NpzFile,
    name: str,
    fingerprint: Fingerprint,
    path: str | PathLike[str],
    way_out: str,
) -> Array:
    """Return an array of the archive in C order if it matches its fingerprint."""
    if name not in archive.files:
        raise DatasetError(
            f"{path} has no array {name!r}; it holds {sorted(archive.files)}. {way_out}"
        )
    array = archive[name]
    dtype, shape = getattr(array, "dtype", "raw bytes"), getattr(array, "shape", ())
    if dtype != np.uint8 or shape != fingerprint.shape:
        raise DatasetError(
            f"Array {name!r} in {path} is {dtype} {shape}. "
            f"Expected: uint8 {fingerprint.shape}. {way_out}"
        )
    array = np.ascontiguousarray(array)
    digest = hashlib.sha256(array.data).hexdigest()
    if digest != fingerprint.sha256:
        raise DatasetError(
            f"The content of array {name!r} in {path} differs from the data set: its SHA-256 is "
            f"{digest}. Expected: {fingerprint.sha256}. {way_out}"
        )
    return array
