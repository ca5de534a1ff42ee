"""HDF5 files read with care: no links, nothing outside the file, sizes looked at first."""

from __future__ import annotations

import importlib
import io
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch.errors import ModelFileError
from nnscratch.saving import atomic
from nnscratch.saving.ceiling import memory_ceiling
from nnscratch.saving.heaps import check_heaps
from nnscratch.saving.limits import RATIO_MATTERS_FROM, Limits, reading
from nnscratch.typing import Array

ATTRIBUTE_BYTES = 64512
"""What HDF5 can hold in one attribute; longer lists of names are cut up, as Keras does."""

WORKING_MEMORY = 256 * 2**20
"""What the HDF5 library may take beside the arrays it reads."""

BUILT_IN_FILTERS = 6
"""Filters with higher numbers are plug-ins, that is, code from elsewhere."""


def library() -> Any:
    """Return h5py.

    Raises:
        ImportError: it is not installed.
    """
    try:
        return importlib.import_module("h5py")
    except ImportError as error:
        raise ImportError(
            "Model files hold their weights as HDF5, which needs h5py: run "
            "`pip install nnscratch[files]` or `pip install h5py`."
        ) from error


@contextmanager
def writing(path: Any) -> Iterator[Any]:
    """Yield the root of a new file that is put at `path`, whole, when the block is done.

    It is made in memory: on a full disk the HDF5 library would leave a file that it cannot close.

    Args:
        path: the file.

    Raises:
        OSError: it cannot be written; what stood there before is as it was.
    """
    memory = io.BytesIO()
    with library().File(memory, "w") as root:
        yield root
    atomic.write_bytes(path, memory.getbuffer())


@contextmanager
def opened(source: Any, file: str, member: str, limits: Limits) -> Iterator[Reader]:
    """Open a file, or bytes in memory, for reading.

    Args:
        source: a path, or a stream of bytes.
        file: the path to name in errors.
        member: the member of the archive to name in errors.
        limits: the limits.

    Raises:
        ModelFileError: it is not HDF5, or damaged.
    """
    h5py = library()
    if isinstance(source, (str, Path)) and not Path(source).is_file():
        raise ModelFileError(file, member, "there is no such file")
    with reading(file, member):
        check_heaps(source)
    with reading(file, member), memory_ceiling(WORKING_MEMORY):
        handle = h5py.File(source, "r")
    with handle:
        yield Reader(h5py, handle, file, member, limits)


class Reader:
    """An open HDF5 file.

    Args:
        h5py: the library.
        root: the open file.
        file: path to name in errors.
        member: part of the file to name in errors.
        limits: the limits.
    """

    def __init__(self, h5py: Any, root: Any, file: str, member: str, limits: Limits) -> None:
        self.h5py = h5py
        self.root = root
        self.file = file
        self.member = member
        self.limits = limits
        self._left = limits.max_bytes

    def fault(self, path: str, reason: str) -> ModelFileError:
        """Build the error for a part of the file."""
        return ModelFileError(self.file, "/".join(p for p in (self.member, path) if p), reason)

    @contextmanager
    def _guarded(self, path: str, size: int = 0) -> Iterator[None]:
        """Turn faults into `ModelFileError`; let the library take little more than `size` bytes."""
        where = "/".join(part for part in (self.member, path) if part)
        with reading(self.file, where), memory_ceiling(WORKING_MEMORY + size):
            yield

    def group(self, path: str, parent: Any = None) -> Any:
        """Return a group, None if there is none.

        Args:
            path: its path.
            parent: the group that the path starts from; the file by default.

        Raises:
            ModelFileError: a link on the way, or not a group.
        """
        found = self.root if parent is None else parent
        with self._guarded(path):
            for name in path.split("/"):
                found = self._child(found, name)
                if found is None:
                    return None
                if not isinstance(found, self.h5py.Group):
                    raise self.fault(path, f"{name!r} is not a group")
        return found

    def names(self, group: Any) -> list[str]:
        """Return the names in a group."""
        if group is None:
            return []
        with self._guarded(""):
            if len(group) > self.limits.max_members:
                raise self.fault(group.name, f"it has more than {self.limits.max_members} entries")
            return list(group)

    def dataset(self, group: Any, name: str) -> Any:
        """Return a dataset without reading its numbers.

        Args:
            group: where it is.
            name: its path from there.

        Raises:
            ModelFileError: it is missing, a link, outside the file, or does not hold numbers.
        """
        folder, _, last = name.rpartition("/")
        parent = self.group(folder, group) if folder else group
        where = f"{group.name.strip('/')}/{name}"
        with self._guarded(where):
            found = None if parent is None else self._child(parent, last)
            if not isinstance(found, self.h5py.Dataset):
                raise self.fault(where, "there is no such array")
            self._check(where, found)
        return found

    def array(self, group: Any, name: str, shape: tuple[int, ...] | None = None) -> Array:
        """Return the numbers of a dataset.

        Args:
            group: where it is.
            name: its path from there.
            shape: the shape that it must have; any by default.

        Raises:
            ModelFileError: as `dataset`, or it has another shape, or is too large.
        """
        data = self.dataset(group, name)
        where = f"{group.name.strip('/')}/{name}"
        size = math.prod(data.shape) * data.dtype.itemsize
        with self._guarded(where, 2 * min(size, self.limits.max_bytes)):
            if shape is not None and tuple(data.shape) != shape:
                raise self.fault(where, f"it has shape {tuple(data.shape)}; expected {shape}")
            self._take(where, data)
            return np.asarray(data[()])

    def _child(self, group: Any, name: str) -> Any:
        if len(name) > self.limits.max_name:
            raise self.fault(group.name, f"a name is longer than {self.limits.max_name}")
        link = group.get(name, getclass=True, getlink=True)
        if link is None:
            return None
        if link is not self.h5py.HardLink:
            raise self.fault(f"{group.name}/{name}", "it is a link; links are not followed")
        return group[name]

    def _check(self, where: str, data: Any) -> None:
        if data.external or data.is_virtual:
            raise self.fault(where, "its numbers are kept outside the file")
        if data.shape is None or data.dtype.kind not in "biuf":
            raise self.fault(where, f"it holds {data.dtype}, not numbers")
        filters = data.id.get_create_plist()
        for i in range(filters.get_nfilters()):
            if filters.get_filter(i)[0] > BUILT_IN_FILTERS:
                raise self.fault(where, "it is packed by a filter that HDF5 does not bring along")

    def _take(self, where: str, data: Any) -> None:
        """Count the dataset's size before memory is asked for."""
        size = math.prod(data.shape) * data.dtype.itemsize
        if size > self._left:
            raise self.fault(
                where, f"the arrays are larger than {self.limits.max_bytes} bytes together"
            )
        packed = max(data.id.get_storage_size(), 1)
        if size > RATIO_MATTERS_FROM and size > self.limits.max_ratio * packed:
            raise self.fault(where, f"it is packed more than {self.limits.max_ratio:g} to 1")
        self._left -= size

    def text(self, group: Any, name: str) -> str | None:
        """Return an attribute that holds text, None if there is none."""
        with self._guarded(f"attribute {name}"):
            if name not in group.attrs:
                return None
            value = group.attrs[name]
            if isinstance(value, str):
                value = value.encode("utf-8")
            if not isinstance(value, bytes):
                raise TypeError(f"it holds {type(value).__name__}, not text")
            return value.decode("utf-8")

    def texts(self, group: Any, name: str) -> list[str]:
        """Return an attribute that holds a list of texts, perhaps cut up (name0, name1, and on)."""
        with self._guarded(f"attribute {name} of {group.name}"):
            if name in group.attrs:
                parts = [group.attrs[name]]
            else:
                parts = []
                while f"{name}{len(parts)}" in group.attrs:
                    parts.append(group.attrs[f"{name}{len(parts)}"])
            found = [entry for part in parts for entry in part]
            return [e.decode("utf-8") if isinstance(e, bytes) else str(e) for e in found]


def write_texts(group: Any, name: str, texts: Sequence[str]) -> None:
    """Write a list of texts as an attribute, cut up where it is too long for one.

    Args:
        group: the group.
        name: the attribute.
        texts: the list.
    """
    data = np.asarray([text.encode("utf-8") for text in texts])
    pieces = max(1, -(-data.nbytes // ATTRIBUTE_BYTES))
    if pieces == 1:
        group.attrs[name] = [text.encode("utf-8") for text in texts]
        return
    for i, piece in enumerate(np.array_split(data, pieces + 1)):
        group.attrs[f"{name}{i}"] = piece
