from __future__ import annotations

import hashlib
import io
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch.datasets import DatasetError
from nnscratch.datasets.archive import Fingerprint, read_arrays

X = np.arange(12, dtype=np.uint8).reshape(3, 4)
Y = np.array([1, 0, 1], dtype=np.uint8)
EXPECTED = {
    "x": Fingerprint((3, 4), hashlib.sha256(bytes(range(12))).hexdigest()),
    "y": Fingerprint((3,), hashlib.sha256(b"\x01\x00\x01").hexdigest()),
}


def packed(**arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def read(tmp_path, content):
    file = tmp_path / "set.npz"
    file.write_bytes(content)
    return read_arrays(file, EXPECTED, "Get another one.")


def test_good_file(tmp_path):
    arrays = read(tmp_path, packed(x=X, y=Y, more=X))
    assert sorted(arrays) == ["x", "y"]
    np.testing.assert_array_equal(arrays["x"], X)
    np.testing.assert_array_equal(arrays["y"], Y)


def test_fortran_order_is_the_same_content(tmp_path):
    x = read(tmp_path, packed(x=np.asfortranarray(X), y=Y))["x"]
    np.testing.assert_array_equal(x, X)
    assert x.flags.c_contiguous


def wrongly_named():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x", "not an array")
        archive.writestr("y", "not an array")
    return stream.getvalue()


def single_array():
    stream = io.BytesIO()
    np.save(stream, X)
    return stream.getvalue()


def pickled():
    return packed(x=np.array([[{}] * 4] * 3, dtype=object), y=Y)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (packed(x=X, y=Y)[:-30], "not a readable"),
        (packed(x=X, y=Y)[:100], "not a readable"),
        (b"", "not a readable"),
        (b"<html>404</html>", "not a readable"),
        (pickled(), "not a readable"),
        (single_array(), "a single array"),
        (wrongly_named(), "raw bytes"),
        (packed(x=X), "no array 'y'; it holds ['x']"),
        (packed(x=X.astype(np.int64), y=Y), "is int64 (3, 4). Expected: uint8 (3, 4)"),
        (packed(x=X.T, y=Y), "is uint8 (4, 3). Expected: uint8 (3, 4)"),
        (packed(x=X[::-1], y=Y), EXPECTED["x"].sha256),
        (packed(x=X, y=1 - Y), "content of array 'y'"),
    ],
)
def test_bad_file(tmp_path, content, complaint):
    with pytest.raises(DatasetError) as caught:
        read(tmp_path, content)
    message = str(caught.value)
    assert complaint in message
    assert str(tmp_path / "set.npz") in message
    assert message.endswith("Get another one.")


def test_missing_file_and_folder(tmp_path):
    for path in (tmp_path / "none.npz", tmp_path):
        with pytest.raises(DatasetError, match="Get another one"):
            read_arrays(path, EXPECTED, "Get another one.")


def test_shape_is_checked_before_the_content_is_hashed(tmp_path, monkeypatch):
    monkeypatch.setattr(hashlib, "sha256", lambda data: pytest.fail("hashed a wrong shape"))
    with pytest.raises(DatasetError, match="Expected: uint8"):
        read(tmp_path, packed(x=X[:2], y=Y))


GOOD = packed(x=X, y=Y)


@settings(max_examples=200, deadline=None)
@given(
    changes=st.dictionaries(
        st.integers(0, len(GOOD) - 1), st.integers(0, 255), min_size=1, max_size=4
    )
)
def test_damage_is_either_harmless_or_a_dataset_error(tmp_path_factory, changes):
    content = bytearray(GOOD)
    for place, byte in changes.items():
        content[place] = byte
    file = tmp_path_factory.getbasetemp() / "damaged.npz"
    file.write_bytes(content)
    try:
        arrays = read_arrays(file, EXPECTED, "")
    except DatasetError:
        return
    np.testing.assert_array_equal(arrays["x"], X)
    np.testing.assert_array_equal(arrays["y"], Y)
