"""The archive that a recording grows in, read by Python's own `zipfile`."""

from __future__ import annotations

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch.lab.recorder import growing
from nnscratch.lab.recorder.growing import GrowingArchive

names = st.text("abc/._0", min_size=1, max_size=12)
pieces = st.lists(st.binary(max_size=40), max_size=3)


def contents(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(names, pieces, max_size=3), max_size=5))
def test_after_every_addition_all_of_it_can_be_read(tmp_path_factory, additions):
    archive = GrowingArchive(tmp_path_factory.mktemp("growing") / "a.zip")
    expected = {}
    assert contents(archive.path) == {}
    for members in additions:
        new = {name: parts for name, parts in members.items() if name not in expected}
        archive.add(new)
        expected.update((name, b"".join(parts)) for name, parts in new.items())
        assert contents(archive.path) == expected
        assert list(contents(archive.path)) == list(expected)


def test_fields_of_64_bits_are_read(tmp_path, monkeypatch):
    """The same layout as of gigabytes, which no test writes: the limits are lowered instead."""
    monkeypatch.setattr(growing, "MOST", 50)
    monkeypatch.setattr(growing, "MOST_MEMBERS", 3)
    expected = {f"member{i}": bytes([i]) * (30 * i) for i in range(6)}
    archive = GrowingArchive(tmp_path / "a.zip")
    for member, value in expected.items():
        archive.add({member: [value]})
    with zipfile.ZipFile(archive.path) as read:
        assert max(info.extract_version for info in read.infolist()) == 45
    assert contents(archive.path) == expected


def test_what_is_added_again_after_a_failed_write_is_whole(tmp_path):
    archive = GrowingArchive(tmp_path / "a.zip")
    archive.add({"one": [b"1"]})
    with pytest.raises(TypeError):
        archive.add({"two": ["no bytes"]})
    archive.add({"two": [b"2"]})
    assert contents(archive.path) == {"one": b"1", "two": b"2"}
