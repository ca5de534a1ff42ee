"""Fashion-MNIST and the house prices, from archives made here."""

from __future__ import annotations

import gzip
import hashlib
from urllib.error import URLError

import numpy as np
import pytest

from nnscratch.datasets import DatasetError, boston_housing, california_housing, fashion_mnist

HOUSING = [boston_housing, california_housing]


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Three empty folders: the user's own, Keras's cache and the server's."""
    own, home, server = (tmp_path / name for name in ("own", "keras", "server"))
    own.mkdir()
    server.mkdir()
    monkeypatch.setenv("NNSCRATCH_DATASETS", str(own))
    monkeypatch.setenv("KERAS_HOME", str(home))
    for module in HOUSING:
        name = f"{module.__name__.rpartition('.')[2]}.npz"
        monkeypatch.setattr(module, "URL", (server / name).as_uri())
    monkeypatch.setattr(fashion_mnist, "URL", f"{server.as_uri()}/")
    return own, home / "datasets", server


def put_rows(module, folder, monkeypatch, rows=1000, columns=3):
    """Write a file of rows into a folder and take its digest for the data set's."""
    folder.mkdir(parents=True, exist_ok=True)
    x = np.arange(rows * columns, dtype=np.float64).reshape(rows, columns)
    file = folder / f"{module.__name__.rpartition('.')[2]}.npz"
    np.savez(file, x=x, y=x[:, 0] / columns)
    monkeypatch.setattr(module, "SHA256", hashlib.sha256(file.read_bytes()).hexdigest())
    return x


@pytest.mark.parametrize("module", HOUSING)
def test_rows_are_shuffled_by_the_seed_and_split(module, places, monkeypatch):
    x = put_rows(module, places[2], monkeypatch)
    (x_train, y_train), (x_test, y_test) = module.load_data()
    order = np.random.RandomState(113).permutation(1000)
    np.testing.assert_array_equal(x_train, x[order[:800]])
    np.testing.assert_array_equal(x_test, x[order[800:]])
    np.testing.assert_array_equal(np.concatenate([y_train, y_test]), order)
    assert (places[1] / f"{module.__name__.rpartition('.')[2]}.npz").is_file()


@pytest.mark.parametrize("module", HOUSING)
def test_split_and_seed_of_ones_own(module, places, monkeypatch):
    x = put_rows(module, places[0], monkeypatch)
    x_train = module.load_data(test_split=0.1, seed=7)[0][0]
    order = np.random.RandomState(7).permutation(1000)
    np.testing.assert_array_equal(x_train, x[order[:900]])
    assert len(module.load_data(test_split=0.0)[1][0]) == 0
    with pytest.raises(ValueError, match=r"`test_split` must be .* Received: test_split=1"):
        module.load_data(test_split=1)


def test_the_small_version_has_the_first_rows(places, monkeypatch):
    x = put_rows(california_housing, places[0], monkeypatch)
    (x_train, _), (x_test, _) = california_housing.load_data("small")
    together = np.concatenate([x_train, x_test])
    np.testing.assert_array_equal(together[np.argsort(together[:, 0])], x[:600])
    with pytest.raises(ValueError, match="Did you mean 'small'"):
        california_housing.load_data("smal")


@pytest.mark.parametrize("module", HOUSING)
def test_another_file_of_the_name_is_refused(module, places, monkeypatch):
    put_rows(module, places[0], monkeypatch)
    expected = module.SHA256
    put_rows(module, places[0], monkeypatch, rows=10)
    monkeypatch.setattr(module, "SHA256", expected)
    with pytest.raises(DatasetError, match=f"Expected: {expected}.*Delete"):
        module.load_data()


@pytest.mark.parametrize("module", HOUSING)
def test_a_bad_download_is_not_kept(module, places, monkeypatch):
    put_rows(module, places[2], monkeypatch)
    monkeypatch.setattr(module, "SHA256", "0" * 64)
    with pytest.raises(DatasetError, match="could not be downloaded"):
        module.load_data()
    assert list(places[1].iterdir()) == []


@pytest.mark.parametrize("module", [*HOUSING, fashion_mnist])
def test_without_a_network_the_place_for_the_file_is_named(module, places, monkeypatch):
    def no_network(url, timeout):
        raise URLError("Name or service not known")

    monkeypatch.setattr("urllib.request.urlopen", no_network)
    with pytest.raises(DatasetError) as caught:
        module.load_data()
    message = str(caught.value)
    assert f"(looked for {places[0]}" in message
    assert "Put the file there yourself, or set the environment variable NNSCRATCH_DATA" in message


def test_the_digests_are_those_that_keras_checks():
    assert california_housing.SHA256.startswith("1a2e3a52e0398de6")
    assert boston_housing.SHA256.startswith("f553886a1f8d5643")


def put_pictures(folder, monkeypatch):
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        "train-images-idx3-ubyte.gz": np.arange(24, dtype=np.uint8).reshape(4, 2, 3),
        "train-labels-idx1-ubyte.gz": np.array([9, 8, 7, 6], np.uint8),
        "t10k-images-idx3-ubyte.gz": np.arange(6, dtype=np.uint8).reshape(1, 2, 3),
        "t10k-labels-idx1-ubyte.gz": np.array([5], np.uint8),
    }
    digests = {}
    for name, array in arrays.items():
        head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
        (folder / name).write_bytes(gzip.compress(head + array.tobytes()))
        digests[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    monkeypatch.setattr(fashion_mnist, "SHA256", digests)
    return list(arrays.values())


@pytest.mark.parametrize("where", ["own", "cache", "server"])
def test_fashion_mnist_is_read_from_its_four_files(where, places, monkeypatch):
    own, cache, server = places
    folder = {"own": own / "fashion-mnist", "cache": cache / "fashion-mnist", "server": server}
    arrays = put_pictures(folder[where], monkeypatch)
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    for found, expected in zip((x_train, y_train, x_test, y_test), arrays, strict=True):
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == np.uint8
        assert found.flags.writeable
    if where == "server":
        assert len(list((cache / "fashion-mnist").iterdir())) == 4


def test_fashion_mnist_in_mnists_place_is_refused(places, monkeypatch):
    put_pictures(places[0] / "fashion-mnist", monkeypatch)
    (places[0] / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"MNIST's own")
    with pytest.raises(DatasetError, match="differs from the data set"):
        fashion_mnist.load_data()


def test_the_classes_are_named_in_order():
    assert fashion_mnist.CLASSES[9] == "Ankle boot"
    assert len(fashion_mnist.CLASSES) == 10
