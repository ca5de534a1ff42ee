"""The file of a recording: a zip of `.npy` arrays and JSON, written piece by piece."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch.lab.recorder.growing import GrowingArchive
from nnscratch.lab.recorder.rows import Rows
from nnscratch.saving.archive import unpacked
from nnscratch.saving.limits import Limits, check_depth, get_limits, reading
from nnscratch.typing import Array

FORMAT = "nnscratch recording"
VERSION = 1
HEADER = "recording.json"
ARRAY_KINDS = "fiub"


class Writer:
    """Appends to a recording. Between two calls the file on the disk is complete and readable.

    Args:
        path: the file; one that exists is replaced.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pieces = 0
        self._states = 0
        self._archive = GrowingArchive(path)
        self._archive.add({HEADER: [_text({"format": FORMAT, "version": VERSION})]})

    def piece(self, rows: Sequence[Rows], notes: Mapping[str, Any]) -> None:
        """Write the rows since the last piece.

        Rows of equal shape recorded at the same steps become one array, quantity by quantity.

        Args:
            rows: the rows.
            notes: what else is to be known, for JSON.
        """
        groups: dict[Any, list[Rows]] = {}
        for row in rows:
            key = (row.how, row.values.shape[1:], row.values.dtype.str, row.steps)
            groups.setdefault(key, []).append(row)
        name = f"pieces/{self._pieces:06d}"
        self._pieces += 1
        members: dict[str, list[Any]] = {}
        listed = []
        for i, group in enumerate(groups.values()):
            member = f"{name}/{i}.npy"
            members[member] = _npy([row.values for row in group])
            listed.append(
                {
                    "member": member,
                    "how": group[0].how,
                    "steps": group[0].steps,
                    "series": [place for row in group for place in row.places],
                }
            )
        text = _text({**notes, "arrays": listed})
        self._archive.add({**members, f"{name}.json": [text]})

    def state(self, description: Mapping[str, Any], arrays: Sequence[Array]) -> None:
        """Write a state: a list of arrays, those of one type joined into one flat array.

        Args:
            description: what is to be known of it, for JSON.
            arrays: the arrays.
        """
        name = f"states/{self._states:06d}"
        self._states += 1
        parts: dict[str, list[Array]] = {}
        places = []
        for array in arrays:
            parts.setdefault(array.dtype.str, []).append(array.reshape(-1))
            places.append([array.dtype.str, list(array.shape)])
        members = {f"{name}/{d[1:]}.npy": _npy(flat) for d, flat in parts.items()}
        self._archive.add({**members, f"{name}.json": [_text({**description, "arrays": places})]})


def _npy(parts: Sequence[Array]) -> list[Any]:
    """Return arrays, put together along the first axis, as an `.npy` file in pieces."""
    plain = [np.ascontiguousarray(part) for part in parts]
    shape = (sum(map(len, plain)), *plain[0].shape[1:])
    header = io.BytesIO()
    described = {**np.lib.format.header_data_from_array_1_0(plain[0]), "shape": shape}
    np.lib.format.write_array_header_1_0(header, described)
    return [header.getvalue(), *(part.reshape(-1).view(np.uint8).data for part in plain)]


def _text(value: Any) -> bytes:
    return json.dumps(value).encode("ascii")


class Reader:
    """Reads a recording, within the limits of `nnscratch.saving.set_limits`.

    Args:
        path: the file.

    Raises:
        ModelFileError: it is missing, damaged, or no recording.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.limits: Limits = get_limits()
        header = self._json([HEADER])[HEADER]
        with reading(path, HEADER):
            if header["format"] != FORMAT or header["version"] != VERSION:
                raise ValueError(f"it is not a {FORMAT} of version {VERSION}")

    def members(self) -> list[str]:
        """Return the names of all members, in the order in which they were written."""
        with reading(self.path, "archive"), zipfile.ZipFile(self.path) as archive:
            return archive.namelist()

    def pieces(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the descriptions of the pieces, leaving out so many of the first."""
        return self._descriptions("pieces", after)

    def states(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the descriptions of the states, leaving out so many of the first."""
        return self._descriptions("states", after)

    def _descriptions(self, folder: str, after: int) -> list[dict[str, Any]]:
        names = [
            name
            for name in self.members()
            if name.startswith(f"{folder}/") and name.endswith(".json")
        ][after:]
        found = self._json(names)
        for name in names:
            with reading(self.path, name):
                if not isinstance(found[name], dict) or not isinstance(found[name]["arrays"], list):
                    raise ValueError("it is not a description")
        return [{"name": name, **found[name]} for name in names]

    def _json(self, names: Sequence[str]) -> dict[str, Any]:
        found = {}
        for name, contents in unpacked(self.path, names, self.limits).items():
            with reading(self.path, name):
                if len(contents) > self.limits.max_config_bytes:
                    raise ValueError("it is too large for a description")
                found[name] = json.loads(contents)
                check_depth(found[name], self.limits)
        return found

    def arrays(self, names: Sequence[str]) -> dict[str, Array]:
        """Return arrays by the names of their members."""
        found = {}
        for name, contents in unpacked(self.path, names, self.limits).items():
            with reading(self.path, name):
                found[name] = array_of(contents)
        return found

    def state_arrays(self, description: Mapping[str, Any]) -> list[Array]:
        """Return the arrays of a state."""
        name = description["name"]
        with reading(self.path, name):
            places = [(str(d), tuple(int(n) for n in shape)) for d, shape in description["arrays"]]
            folder = name.removesuffix(".json")
            members = {d: f"{folder}/{d[1:]}.npy" for d, _ in places}
            flat = self.arrays(list(dict.fromkeys(members.values())))
            used = dict.fromkeys(members, 0)
            found = []
            for dtype, shape in places:
                start, size = used[dtype], math.prod(shape)
                part = flat[members[dtype]][start : start + size]
                found.append(part.reshape(shape))
                used[dtype] += size
            return found


def array_of(contents: bytes) -> Array:
    """Return the array in the bytes of an `.npy` file of plain numbers.

    Raises:
        ValueError: the bytes are not such a file, or not as long as its header says.
    """
    stream = io.BytesIO(contents)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise ValueError(f"it is of version {version} of the .npy format; 1.0 is read")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    size = math.prod(shape) * dtype.itemsize
    if dtype.kind not in ARRAY_KINDS or fortran or min(shape, default=0) < 0:
        raise ValueError(f"it holds no plain numbers in C's order, but {dtype}")
    if size != len(contents) - stream.tell():
        raise ValueError("it is not as long as its header says")
    found: Array = np.frombuffer(contents, dtype, offset=stream.tell()).reshape(shape)
    return found
