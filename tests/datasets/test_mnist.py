from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.error import URLError

import numpy as np
import pytest

from nnscratch.datasets import DatasetError, mnist
from nnscratch.datasets.archive import Fingerprint

SMALL = {
    "x_train": np.arange(8, dtype=np.uint8).reshape(2, 2, 2),
    "y_train": np.array([3, 4], dtype=np.uint8),
    "x_test": np.arange(4, dtype=np.uint8).reshape(1, 2, 2),
    "y_test": np.array([5], dtype=np.uint8),
}


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Three empty folders: the user's own, Keras's cache and the server's."""
    own, home, server = (tmp_path / name for name in ("own", "keras", "server"))
    own.mkdir()
    server.mkdir()
    monkeypatch.setenv("NNSCRATCH_DATASETS", str(own))
    monkeypatch.setenv("KERAS_HOME", str(home))
    monkeypatch.setattr(mnist, "URL", (server / "mnist.npz").as_uri())
    return own, home / "datasets", server


@pytest.fixture
def small(monkeypatch):
    """Take four small arrays for MNIST."""
    prints = {
        name: Fingerprint(array.shape, hashlib.sha256(array.tobytes()).hexdigest())
        for name, array in SMALL.items()
    }
    monkeypatch.setattr(mnist, "EXPECTED", prints)


def put(folder, **changed):
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "mnist.npz", **{**SMALL, **changed})


def check_small(data):
    (x_train, y_train), (x_test, y_test) = data
    for name, array in zip(SMALL, (x_train, y_train, x_test, y_test), strict=True):
        np.testing.assert_array_equal(array, SMALL[name])
        assert array.dtype == np.uint8


@pytest.mark.usefixtures("small")
class TestPlaces:
    def test_own_folder_comes_first(self, places):
        own, cache, _ = places
        put(own)
        put(cache, y_test=np.array([6], dtype=np.uint8))
        check_small(mnist.load_data())

    def test_then_keras_cache(self, places):
        put(places[1])
        check_small(mnist.load_data())

    def test_keras_cache_without_own_folder(self, places, monkeypatch):
        monkeypatch.delenv("NNSCRATCH_DATASETS")
        put(places[1])
        check_small(mnist.load_data())

    def test_keras_cache_is_in_the_home_folder(self, places, monkeypatch, tmp_path):
        monkeypatch.delenv("KERAS_HOME")
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        put(tmp_path / ".keras" / "datasets")
        check_small(mnist.load_data())

    def test_other_name_and_absolute_path(self, places, tmp_path):
        put(tmp_path)
        (tmp_path / "mnist.npz").rename(tmp_path / "digits.npz")
        check_small(mnist.load_data(str(tmp_path / "digits.npz")))
        (tmp_path / "digits.npz").rename(places[0] / "digits.npz")
        check_small(mnist.load_data(path="digits.npz"))

    def test_download_into_keras_cache_once(self, places):
        own, cache, server = places
        put(server)
        check_small(mnist.load_data())
        assert [file.name for file in cache.iterdir()] == ["mnist.npz"]
        assert list(own.iterdir()) == []
        (server / "mnist.npz").unlink()
        check_small(mnist.load_data())

    def test_bad_download_is_not_kept(self, places):
        _, cache, server = places
        put(server, x_test=np.zeros((1, 2, 2), dtype=np.uint8))
        with pytest.raises(DatasetError, match="could not be downloaded"):
            mnist.load_data()
        assert list(cache.iterdir()) == []

    def test_broken_download_is_not_kept(self, places):
        _, cache, server = places
        put(server)
        whole = (server / "mnist.npz").read_bytes()
        (server / "mnist.npz").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(DatasetError, match="could not be downloaded"):
            mnist.load_data()
        assert list(cache.iterdir()) == []


def test_without_a_network(places, monkeypatch):
    def no_network(url, timeout):
        raise URLError("Name or service not known")

    monkeypatch.setattr("urllib.request.urlopen", no_network)
    with pytest.raises(DatasetError) as caught:
        mnist.load_data()
    message = str(caught.value)
    own, cache, _ = places
    assert f"looked for {own / 'mnist.npz'}, {cache / 'mnist.npz'}" in message
    assert "Name or service not known" in message
    assert "NNSCRATCH_DATASETS to a folder that holds mnist.npz" in message
    assert isinstance(caught.value, OSError)
    assert list(cache.iterdir()) == []


def test_interrupted_http_is_a_dataset_error(places, monkeypatch):
    from http.client import IncompleteRead

    def cut_off(url, timeout):
        raise IncompleteRead(b"", 5)

    monkeypatch.setattr("urllib.request.urlopen", cut_off)
    with pytest.raises(DatasetError, match="IncompleteRead"):
        mnist.load_data()


def test_cache_that_cannot_be_written(places, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "file"))
    with pytest.raises(DatasetError, match="NNSCRATCH_DATASETS"):
        mnist.load_data()


def test_arrays_of_the_right_shape_with_other_content(places):
    own = places[0]
    zeros = {name: np.zeros(wanted.shape, np.uint8) for name, wanted in mnist.EXPECTED.items()}
    np.savez_compressed(own / "mnist.npz", **zeros)
    with pytest.raises(DatasetError) as caught:
        mnist.load_data()
    message = str(caught.value)
    assert str(own / "mnist.npz") in message
    assert mnist.EXPECTED["x_train"].sha256 in message
    assert "Delete" in message


@pytest.mark.skipif(
    not Path(os.environ.get("NNSCRATCH_DATASETS", "/nowhere"), "mnist.npz").is_file(),
    reason="set NNSCRATCH_DATASETS to a folder that holds mnist.npz",
)
def test_real_mnist():
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert x_train.shape == (60000, 28, 28)
    assert x_test.shape == (10000, 28, 28)
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    assert y_train[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]
    assert np.bincount(y_test).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
