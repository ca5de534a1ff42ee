"""Training from generators, PyDatasets and other iterables of batches."""

from __future__ import annotations

import random
import tracemalloc

import numpy as np
import pytest

from nnscratch import Sequential, layers, utils

X = np.random.default_rng(0).normal(size=(24, 3)).astype("float32")
Y = X[:, :1] * 2


def model():
    utils.set_random_seed(3)
    net = Sequential([layers.Input((3,)), layers.Dense(1)])
    net.compile("sgd", "mse", metrics=["mae"])
    return net


def batches(size=6):
    for start in range(0, len(X), size):
        yield X[start : start + size], Y[start : start + size]


class Dataset(utils.PyDataset):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.order, self.ended = [], 0

    def __len__(self):
        return 4

    def __getitem__(self, index):
        self.order.append(index)
        return X[index * 6 : index * 6 + 6], Y[index * 6 : index * 6 + 6]

    def on_epoch_end(self):
        self.ended += 1


ARRAYS = {"x": X, "y": Y, "batch_size": 6, "shuffle": False}


def forever():
    while True:
        yield from batches()


@pytest.mark.parametrize(
    "arguments",
    [
        {"x": list(batches()).__iter__, "list": True},
        {"x": forever, "steps_per_epoch": 4},
        {"x": Dataset, "shuffle": False},
        {"x": lambda: Dataset(workers=3, max_queue_size=2), "shuffle": False},
    ],
    ids=["iterable", "endless generator", "PyDataset", "PyDataset with workers"],
)
def test_a_stream_of_the_same_batches_gives_the_same_training(arguments):
    class Again:
        def __iter__(self):
            return batches()

    source = Again() if arguments.pop("list", False) else arguments["x"]()
    options = {**arguments, "x": source}
    expected = model().fit(**ARRAYS, epochs=3, verbose=0).history
    assert model().fit(**options, epochs=3, verbose=0).history == expected


def test_a_generator_that_ends_cuts_the_training_short_with_a_warning():
    with pytest.warns(UserWarning, match="ended after 0 of"):
        history = model().fit(batches(), epochs=2, verbose=0)
    assert len(history.history["loss"]) == 2


def test_too_few_batches_are_reported():
    with pytest.warns(UserWarning, match="ended after 4 of 9 batches"):
        model().fit(batches(), steps_per_epoch=9, verbose=0)


def test_a_shuffled_dataset_follows_pythons_generator():
    dataset = Dataset()
    net = model()
    dataset.order.clear()
    random.seed(5)
    net.fit(dataset, epochs=2, verbose=0)
    random.seed(5)
    expected = []
    for _ in range(2):
        order = list(range(4))
        random.shuffle(order)
        expected += order
    assert dataset.order[1:] == expected
    assert dataset.ended == 2


def test_evaluate_and_predict_take_streams():
    net = model()
    assert net.evaluate(batches(), verbose=0) == pytest.approx(
        net.evaluate(X, Y, batch_size=6, verbose=0)
    )
    np.testing.assert_allclose(  # the last bits of a product may depend on its number of rows
        net.predict((x for x, _ in batches()), verbose=0),
        net.predict(X, batch_size=6, verbose=0),
        rtol=1e-6,
    )


def test_validation_data_may_be_a_stream():
    history = model().fit(X, Y, validation_data=Dataset(), epochs=2, verbose=0)
    assert len(history.history["val_loss"]) == 2


def test_a_late_built_model_is_built_for_the_first_batch():
    net = Sequential([layers.Dense(1)])
    net.compile("sgd", "mse")
    net.fit(Dataset(), verbose=0)
    assert net.input_shape == (None, 3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"x": batches(), "y": Y}, "give neither"),
        ({"x": batches(), "validation_split": 0.2}, "needs arrays"),
        ({"x": iter(())}, "ended before its first batch"),
        ({"x": iter([(1, 2, 3, 4)])}, "Received 4 parts"),
        ({"x": iter([(np.ones((2, 5)), np.ones((2, 1)))])}, "expects inputs of shape"),
    ],
)
def test_misuse_of_streams_is_named(arguments, words):
    net = model()
    before = net.get_weights()
    with pytest.raises(ValueError, match=words):
        net.fit(**arguments, verbose=0)
    np.testing.assert_array_equal(before[0], net.get_weights()[0])


def test_memory_does_not_grow_with_the_number_of_batches():
    net = model()

    def many(count):
        for _ in range(count):
            yield np.ones((1000, 3), "float32"), np.ones((1000, 1), "float32")

    net.fit(many(3), verbose=0)
    tracemalloc.start()
    net.fit(many(500), verbose=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_errors_in_worker_threads_reach_the_caller():
    class Broken(Dataset):
        def __getitem__(self, index):
            if index == 2:
                raise KeyError("row 2 is gone")
            return super().__getitem__(index)

    with pytest.raises(KeyError, match="row 2 is gone"):
        model().fit(Broken(workers=2), shuffle=False, verbose=0)
