"""`.keras` files as zip archives: what is looked at before a member is unpacked."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

from nnscratch.errors import ModelFileError
from nnscratch.saving.limits import RATIO_MATTERS_FROM, Limits, reading

CONFIG = "config.json"
METADATA = "metadata.json"
WEIGHTS = "model.weights.h5"


def packed(members: dict[str, bytes]) -> bytes:
    """Return an archive of these members, stored as they are.

    Args:
        members: contents by name.

    >>> zipfile.ZipFile(io.BytesIO(packed({"a": b"1"}))).namelist()
    ['a']
    """
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, contents in members.items():
            archive.writestr(zipfile.ZipInfo(name), contents)
    return memory.getvalue()


def unpacked(path: Any, wanted: Collection[str], limits: Limits) -> dict[str, bytes]:
    """Return the wanted members of an archive. Nothing is ever written to the disk.

    Args:
        path: the file.
        wanted: names of the members.
        limits: the limits.

    Raises:
        ModelFileError: the file is no archive or is damaged; a member is missing, comes twice,
            has a name that leads outside, is a link, or is too large.
    """
    file = str(path)
    if not Path(path).is_file():
        raise ModelFileError(file, "", "there is no such file")
    with reading(file, "archive"), zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
        _check(file, infos, limits)
        members = {info.filename: info for info in infos}
        found = {}
        for name in wanted:
            if name not in members:
                raise ModelFileError(file, name, "it is missing from the archive")
            with reading(file, name):
                found[name] = _contents(archive, members[name])
    return found


def _check(file: str, infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.max_members:
        raise ModelFileError(file, "archive", f"it has more than {limits.max_members} members")
    seen: set[str] = set()
    for info in infos:
        reason = _refusal(info, limits)
        if info.filename in seen:
            reason = "two members have this name"
        if reason:
            raise ModelFileError(file, info.filename[:100], reason)
        seen.add(info.filename)
    total = sum(info.file_size for info in infos)
    if total > limits.max_bytes:
        raise ModelFileError(
            file, "archive", f"it unpacks to {total} bytes; at most {limits.max_bytes} are read"
        )


def _refusal(info: zipfile.ZipInfo, limits: Limits) -> str:
    name = info.filename
    if len(name) > limits.max_name:
        return f"its name is longer than {limits.max_name} characters"
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ":" in name or ".." in parts or "\\" in info.orig_filename:
        return "its name leads outside the archive"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is a link or a device, not a file"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed by a method other than deflate"
    large = info.file_size > RATIO_MATTERS_FROM
    if large and info.file_size > limits.max_ratio * max(info.compress_size, 1):
        return f"it is packed more than {limits.max_ratio:g} to 1"
    return ""


def _contents(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    with archive.open(info) as stream:
        contents = stream.read(info.file_size + 1)
    if len(contents) != info.file_size:
        raise ValueError(f"it has {len(contents)} bytes instead of {info.file_size}")
    return contents
