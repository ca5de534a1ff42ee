"""`keras.utils.get_file`, from addresses of files on this machine."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from nnscratch.compat.keras.utils import get_file
from nnscratch.errors import DataError


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "there" / "auto mpg.csv"
    path.parent.mkdir()
    path.write_bytes(b"18.0,8\n")
    return path


def test_a_file_is_downloaded_once(source, tmp_path):
    options = {"origin": source.as_uri(), "cache_dir": str(tmp_path / "cache")}
    path = get_file("mpg.csv", **options)
    assert path == str(tmp_path / "cache" / "datasets" / "mpg.csv")
    source.write_bytes(b"other")
    assert Path(get_file("mpg.csv", **options)).read_bytes() == b"18.0,8\n"
    assert Path(get_file("mpg.csv", force_download=True, **options)).read_bytes() == b"other"


def test_the_cache_is_keras_s(source, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "home"))
    path = get_file("mpg.csv", source.as_uri(), cache_subdir="cars")
    assert path == str(tmp_path / "home" / "cars" / "mpg.csv")


@pytest.mark.parametrize("name", ["md5", "sha256"])
def test_hashes_are_checked(source, tmp_path, name):
    good = hashlib.new(name, source.read_bytes()).hexdigest()
    options = {"fname": "mpg.csv", "origin": source.as_uri(), "cache_dir": str(tmp_path)}
    path = get_file(file_hash=good, **options)
    Path(path).write_bytes(b"damaged")
    assert Path(get_file(file_hash=good, **options)).read_bytes() == b"18.0,8\n"
    with pytest.raises(DataError, match=f"has the hash {good} instead of"):
        get_file(file_hash="0" * len(good), **options)
    assert Path(path).read_bytes() == b"18.0,8\n"  # what was there is still there


def zipped(path, name="a/b.txt"):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "inside")


def tarred(path, name="a/b.txt"):
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = 6
        archive.addfile(member, io.BytesIO(b"inside"))


@pytest.mark.parametrize("make", [zipped, tarred])
def test_archives_are_unpacked(tmp_path, make):
    make(tmp_path / "set.pack")
    origin = (tmp_path / "set.pack").as_uri()
    folder = get_file("set.pack", origin, extract=True, cache_dir=str(tmp_path))
    assert folder == str(tmp_path / "datasets" / "set_extracted")
    assert (Path(folder) / "a" / "b.txt").read_text() == "inside"
    unnamed = get_file(origin=origin, extract=True, cache_dir=str(tmp_path / "second"))
    assert unnamed == str(tmp_path / "second" / "datasets" / "set.pack")
    assert Path(f"{unnamed}_archive").is_file()


@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize("name", ["../b.txt", "/tmp/b.txt", "a/../../b.txt"])
def test_archives_that_would_write_elsewhere_are_refused(tmp_path, make, name):
    make(tmp_path / "set.pack", name)
    with pytest.raises(DataError, match="it was not unpacked"):
        get_file("set.pack", (tmp_path / "set.pack").as_uri(), extract=True, cache_dir=tmp_path)
    assert not (tmp_path / "datasets" / "set_extracted").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "`origin` must be"),
        ({"origin": "http://x/y", "fname": "a/b"}, "must be the name of a file"),
        ({"origin": "http://x/"}, "must be the name of a file"),
        ({"origin": "http://x/y", "hash_algorithm": "sha1"}, "Unknown `hash_algorithm` 'sha1'"),
        ({"origin": "http://x/y", "archive_format": "rar"}, "Unknown `archive_format` 'rar'"),
    ],
)
def test_bad_arguments_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        get_file(**options)
