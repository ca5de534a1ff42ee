"""What may be fed: frames, memory maps, generators of any size; all train to the same weights."""

from __future__ import annotations

import importlib.util
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from nnscratch import Input, Sequential, layers, utils
from nnscratch.utils import PyDataset

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype("float32")
Y = (X @ [1.0, -2.0, 0.5, 0.0]).astype("float32")


def trained(x, y=None, **options):
    utils.set_random_seed(5)
    model = Sequential([Input((4,)), layers.Dense(3, "relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=2, verbose=0, **{"shuffle": False, **options})
    return model


EXPECTED = [w.numpy() for w in trained(X, Y, batch_size=10).weights]


def assert_expected(model):
    for weight, expected in zip(model.weights, EXPECTED, strict=True):
        np.testing.assert_array_equal(weight.numpy(), expected)


def batches():
    for start in range(0, 50, 10):
        yield X[start : start + 10], Y[start : start + 10]


class ByNumber(PyDataset):
    def __len__(self):
        return 5

    def __getitem__(self, index):
        rows = slice(10 * index, 10 * index + 10)
        return X[rows], Y[rows]


def test_pandas_frames_and_series():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcd"), index=range(100, 150))
    series = pandas.Series(Y, index=range(100, 150))
    assert_expected(trained(frame, series, batch_size=10))
    assert_expected(trained(frame, series.to_frame(), batch_size=10))
    model = trained(frame, series, batch_size=10, validation_data=(frame, series))
    assert model.predict(frame, verbose=0).shape == (50, 1)
    assert model.evaluate(frame, series, verbose=0) == pytest.approx(
        model.evaluate(X, Y, verbose=0)
    )


def test_frames_with_words_are_refused_by_name():
    pandas = pytest.importorskip("pandas")
    with pytest.raises(ValueError, match="`x` must hold real numbers"):
        trained(pandas.DataFrame({"a": ["x"] * 50}), Y)


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_datasets_by_number_with_any_number_of_workers(workers):
    assert_expected(trained(ByNumber(workers=workers, use_multiprocessing=workers > 1)))


def test_generators_lists_of_batches_and_datasets():
    def endless():
        while True:
            yield from batches()

    class Loader:
        def __iter__(self):
            return batches()

    assert_expected(trained(endless(), steps_per_epoch=5))
    assert_expected(trained(Loader()))
    assert_expected(trained(utils.Dataset.from_tensor_slices((X, Y)).batch(10)))


def test_workers_are_taken_with_a_warning():
    with pytest.warns(DeprecationWarning, match="`workers` is no argument of fit"):
        assert_expected(trained(X, Y, batch_size=10, workers=4, use_multiprocessing=True))


@pytest.fixture
def mapped(tmp_path):
    """A file of 40 MB, mapped; and the peak that training on it may take."""
    file = tmp_path / "x.npy"
    big = np.lib.format.open_memmap(file, "w+", "float32", (100_000, 100))
    for start in range(0, len(big), 10_000):
        big[start : start + 10_000] = RNG.normal(size=(10_000, 100))
    big.flush()
    return np.load(file, mmap_mode="r")


def peak_of(run):
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_memory_map_is_never_copied_as_a_whole(mapped, shuffle):
    model = Sequential([Input((100,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    y = np.zeros(len(mapped), "float32")
    peak = peak_of(lambda: model.fit(mapped, y, batch_size=1000, shuffle=shuffle, verbose=0))
    assert peak < mapped.nbytes / 4


def test_a_generator_takes_the_memory_of_a_batch():
    model = Sequential([Input((100,)), layers.Dense(1)])
    model.compile("sgd", "mse")

    def made():
        for seed in range(60):
            x = np.random.default_rng(seed).random((2500, 100), dtype=np.float32)  # 1 MB
            yield x, x[:, :1]

    peak = peak_of(lambda: model.fit(made(), steps_per_epoch=60, verbose=0))
    assert peak < 8e6


def test_the_benchmark_of_memory_runs(monkeypatch, capsys):
    pytest.importorskip("resource")
    path = ROOT / "benchmarks" / "memory_generator.py"
    spec = importlib.util.spec_from_file_location("memory_generator", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for limit, status in (("100000", 0), ("1", 1)):
        arguments = ["memory_generator.py", "--gigabytes", "0.05", "--limit-mb", limit]
        monkeypatch.setattr("sys.argv", arguments)
        assert module.main() == status
        assert "peak after" in capsys.readouterr().out
