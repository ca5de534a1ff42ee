"""`keras.utils.get_file`: a file from the net, kept in Keras's cache and checked by its hash."""

from __future__ import annotations

import hashlib
import os
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from nnscratch.datasets.download import fetch
from nnscratch.errors import DataError, unknown_name

FORMATS = ("tar", "zip")
HASHES = ("auto", "md5", "sha256")


def get_file(
    fname: str | os.PathLike[str] | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | tuple[str, ...] | None = "auto",
    cache_dir: str | None = None,
    force_download: bool = False,
) -> str:
    """Return the path of a file, downloading it if it is not in the cache.

    Args:
        fname: name of the file there; by default the last part of the address.
        origin: its address.
        untar: unpack it as a tar archive; the same as `extract` with `archive_format="tar"`.
        md5_hash: the file's MD5 hash, the older way to say `file_hash`.
        file_hash: the file's hash. A file in the cache that has another is downloaded again, a
            downloaded one that has another is thrown away.
        cache_subdir: folder within the cache.
        hash_algorithm: `"md5"`, `"sha256"`, or `"auto"`, which tells them by their length.
        extract: unpack the archive that the file is, and return the folder.
        archive_format: `"tar"`, `"zip"`, several of them, or `"auto"` for either; None unpacks
            nothing.
        cache_dir: the cache; `$KERAS_HOME` or `~/.keras` by default.
        force_download: download it even if it is there.

    Raises:
        ValueError: there is no `origin`, `fname` is a path, or an option is unknown.
        DataError: the downloaded file has another hash, or its archive would write elsewhere.
        OSError: the file cannot be downloaded.
    """
    if origin is None:
        raise ValueError("`origin` must be the address of the file. Received: origin=None")
    if hash_algorithm not in HASHES:
        raise unknown_name("`hash_algorithm`", hash_algorithm, HASHES)
    formats = _formats("tar" if untar else archive_format)
    name, unpacks = _name(fname, origin), extract or untar
    home = cache_dir or os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    folder = Path(home).expanduser() / cache_subdir
    target, unpacked = folder / name, folder / name
    if unpacks and fname and "." in name:
        unpacked = folder / f"{name.partition('.')[0]}_extracted"
    elif unpacks:
        target = folder / f"{name}_archive"
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    if force_download or not _is_there(target, file_hash, hash_algorithm):
        fetch(origin, target, lambda part: _check(part, origin, file_hash, hash_algorithm))
    if not unpacks:
        return str(target)
    _unpack(target, unpacked, formats)
    return str(unpacked)


def _name(fname: Any, origin: str) -> str:
    name = os.fspath(fname) if fname else PurePosixPath(urlsplit(origin).path).name
    if not name or Path(name).name != name:
        raise ValueError(
            "`fname` must be the name of a file; its folder is given by `cache_dir` and "
            f"`cache_subdir`. Received: fname={fname!r}, origin={origin!r}"
        )
    return str(name)


def _formats(given: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if given is None:
        return ()
    formats = FORMATS if given == "auto" else (given,) if isinstance(given, str) else tuple(given)
    for each in formats:
        if each not in FORMATS:
            raise unknown_name("`archive_format`", each, ("auto", *FORMATS))
    return formats


def _is_there(path: Path, file_hash: str | None, algorithm: str) -> bool:
    return path.is_file() and (file_hash is None or _hash(path, file_hash, algorithm) == file_hash)


def _hash(path: Path, file_hash: str, algorithm: str) -> str:
    by_length = "sha256" if len(file_hash) == 64 else "md5"
    hasher = hashlib.new(by_length if algorithm == "auto" else algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(2**20):
            hasher.update(block)
    return hasher.hexdigest()


def _check(path: Path, origin: str, file_hash: str | None, algorithm: str) -> None:
    if file_hash is None:
        return
    found = _hash(path, file_hash, algorithm)
    if found != file_hash:
        raise DataError(f"The file from {origin} has the hash {found} instead of {file_hash}.")


def _unpack(path: Path, folder: Path, formats: tuple[str, ...]) -> None:
    if "tar" in formats and tarfile.is_tarfile(path):
        with tarfile.open(path) as archive:
            members = archive.getmembers()
            plain = all(member.isfile() or member.isdir() for member in members)
            _check_names(path, [member.name for member in members], plain)
            kept: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(folder, **kept)
    elif "zip" in formats and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            _check_names(path, packed.namelist(), True)
            packed.extractall(folder)
    elif formats:
        raise DataError(f"{path} is no archive of format {' or '.join(formats)}.")


def _check_names(path: Path, names: list[str], plain: bool) -> None:
    """Raise if something in an archive would be written outside of its folder."""
    parts = [PurePosixPath(name.replace("\\", "/")) for name in names]
    if not plain or any(part.is_absolute() or ".." in part.parts for part in parts):
        raise DataError(f"{path} holds links, or names outside of its folder; it was not unpacked.")
