"""CategoryEncoding and Discretization: Keras's numbers, arithmetic by hand, bad input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnscratch as ns
from nnscratch import layers
from nnscratch.cache import Cache
from nnscratch.errors import DataError, NotReadyError, ShapeError

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "categories.json").read_text())


def assert_same(y, expected):
    assert y.dtype.name == expected["dtype"]
    assert y.tolist() == expected["values"]


@pytest.mark.parametrize("case", GOLDEN["encodings"], ids=lambda c: f"{c['mode']}-{c['dtype']}")
def test_encodings_are_those_of_keras(case):
    layer = layers.CategoryEncoding(4, case["mode"], dtype=case["dtype"])
    assert_same(layer(np.array(case["x"])), case["y"])
    assert_same(layer(case["x"]), case["y"])
    assert layer.compute_output_shape(np.shape(case["x"])) == np.shape(case["y"]["values"])


@pytest.mark.parametrize("case", GOLDEN["weighted"])
def test_counts_with_weights_are_those_of_keras(case):
    layer = layers.CategoryEncoding(4, output_mode="count")
    y = layer(np.array(case["x"]), count_weights=np.array(case["weights"], np.float32))
    assert_same(y, case["y"])
    assert_same(layer(case["x"], count_weights=case["weights"]), case["y"])


@pytest.mark.parametrize("case", GOLDEN["intervals"], ids=lambda c: f"{c['mode']}-{c['dtype']}")
def test_intervals_are_those_of_keras(case):
    mode, dtype = case["mode"], case["dtype"]
    layer = layers.Discretization(GOLDEN["edges"], output_mode=mode, dtype=dtype)
    assert_same(layer(np.array(case["x"])), case["y"])


@pytest.mark.parametrize(
    "case", GOLDEN["adapted"]["cases"], ids=lambda c: f"{c['num_bins']}-{c['epsilon']}-{c['cuts']}"
)
def test_adapt_finds_the_boundaries_that_keras_finds(case):
    data = np.array(GOLDEN["adapted"]["data"], np.float32)
    layer = layers.Discretization(num_bins=case["num_bins"], epsilon=case["epsilon"])
    layer.adapt(np.array([5.0, 6.0]))  # is forgotten
    layer.adapt(np.split(data, case["cuts"]) if case["cuts"] else data)
    rtol = 2e-3 if np.__version__ < "2" else 1e-6  # sorts of equal values: see `merged`
    np.testing.assert_allclose(layer.bin_boundaries, case["boundaries"], rtol=rtol)


def test_adapt_stops_after_the_steps_and_takes_little_data():
    about = GOLDEN["adapted"]
    layer = layers.Discretization(num_bins=3)
    layer.adapt(np.split(np.array(about["data"], np.float32), (60, 100)), steps=2)
    np.testing.assert_allclose(layer.bin_boundaries, about["two of three batches"], rtol=1e-6)
    layer = layers.Discretization(num_bins=6)
    layer.adapt(np.array([1.0, 5.0, 2.0]))
    assert layer.bin_boundaries == about["six bins of 1, 5, 2"]


@given(st.lists(st.lists(st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=6))
def test_counts_are_sums_of_one_hot_rows_and_multi_hot_their_maxima(rows):
    x = np.array(rows)
    one_hot = layers.CategoryEncoding(5, "one_hot")(x)
    np.testing.assert_array_equal(layers.CategoryEncoding(5, "count")(x), one_hot.sum(axis=1))
    np.testing.assert_array_equal(layers.CategoryEncoding(5)(x), one_hot.max(axis=1))
    np.testing.assert_array_equal(one_hot.argmax(axis=-1), x)


def test_weights_get_what_stands_in_the_places_of_their_numbers():
    layer, cache = layers.CategoryEncoding(3, output_mode="count"), Cache()
    x, w = np.array([[0.0, 2.0, 0.0, 7.0]]), np.ones((1, 4))
    layer.forward([x, w], cache)
    dx, dw = layer.backward(np.array([[1.0, 10.0, 100.0]]), cache)
    assert dx.tolist() == [[0.0, 0.0, 0.0, 0.0]]
    assert dw.tolist() == [[1.0, 100.0, 1.0, 0.0]]


def model_of(*stack, dtype="float32", shape=(2,)):
    ns.utils.set_random_seed(4)
    model = ns.Sequential([ns.Input(shape, dtype=dtype), *stack, layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.mark.parametrize("mode", ["one_hot", "multi_hot", "count"])
def test_a_model_on_whole_numbers_learns_one_number_per_category(mode, tmp_path):
    x = np.random.default_rng(2).integers(0, 3, size=(60, 1))
    y = np.array([1.0, -2.0, 5.0])[x[:, 0]]
    model = model_of(layers.CategoryEncoding(3, mode), dtype="int32", shape=(1,))
    model.optimizer.learning_rate = 0.3
    model.fit(x, y, epochs=300, batch_size=60, verbose=0)
    np.testing.assert_allclose(
        model.predict(np.array([[0], [1], [2]]), verbose=0)[:, 0], [1.0, -2.0, 5.0], atol=0.2
    )
    model.save(tmp_path / "m.keras")
    again = ns.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_learnt_boundaries_come_back_from_a_file(mode, tmp_path):
    x = np.random.default_rng(2).normal(size=(50, 2))
    binned = layers.Discretization(num_bins=4, output_mode=mode)
    binned.adapt(x)
    model = model_of(binned)
    model.fit(x, x[:, 0] > 0, epochs=2, verbose=0)
    model.save(tmp_path / "m.keras")
    again = ns.models.load_model(tmp_path / "m.keras")
    assert again.layers[0].bin_boundaries == binned.bin_boundaries
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    again.layers[0].adapt(2 * x)
    assert again.layers[0].bin_boundaries != binned.bin_boundaries


def test_intervals_are_encoded_layer_by_layer_as_at_once():
    x = np.random.default_rng(2).normal(size=(20, 3))
    inputs = ns.Input((3,))
    numbers = layers.Discretization([-0.5, 0.5])(inputs)
    assert (numbers.dtype, numbers.shape) == ("int32", (None, 3))
    model = ns.Model(inputs, layers.CategoryEncoding(3, "count")(numbers))
    at_once = layers.Discretization([-0.5, 0.5], output_mode="count")(x)
    np.testing.assert_array_equal(model.predict(x, verbose=0), at_once)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: layers.CategoryEncoding(), ValueError, "`num_tokens`.* must be set"),
        (lambda: layers.CategoryEncoding(0), ValueError, ">= 1. Received: num_tokens=0"),
        (lambda: layers.CategoryEncoding(2.5), ValueError, "num_tokens=2.5"),
        (lambda: layers.CategoryEncoding(2, "onehot"), ValueError, "Did you mean 'one_hot'"),
        (lambda: layers.CategoryEncoding(2, sparse=True), ValueError, "`sparse`"),
        (lambda: layers.CategoryEncoding(2)(np.array([[0, -1]])), DataError, "Received: -1"),
        (lambda: layers.CategoryEncoding(2)(np.array([[np.nan, 0]])), DataError, "negative or NaN"),
        (
            lambda: layers.CategoryEncoding(2)(np.zeros((1, 2)), count_weights=np.ones((1, 2))),
            ValueError,
            "output_mode='count'",
        ),
        (
            lambda: layers.CategoryEncoding(2, "count")(np.zeros((1, 2)), count_weights=[[1.0]]),
            ShapeError,
            "`count_weights` of its shape",
        ),
        (
            lambda: layers.CategoryEncoding(2, "count")(ns.Input((1,)), count_weights=np.ones(1)),
            ValueError,
            "multiply by the weights",
        ),
        (lambda: layers.Discretization(), ValueError, "Give one of"),
        (lambda: layers.Discretization([0.0], 3), ValueError, "Give one of"),
        (lambda: layers.Discretization(num_bins=-1), ValueError, "num_bins=-1"),
        (lambda: layers.Discretization([1.0, 0.0]), ValueError, "ascending order"),
        (lambda: layers.Discretization([0.0], epsilon=0), ValueError, "`epsilon`"),
        (lambda: layers.Discretization([0.0], output_mode="ints"), ValueError, "mean 'int'"),
        (lambda: layers.Discretization([0.0]).adapt(np.ones(3)), ValueError, "nothing to adapt"),
        (lambda: layers.Discretization(num_bins=2)(np.ones((1, 2))), NotReadyError, "call adapt"),
        (lambda: layers.Discretization(num_bins=2).adapt([]), DataError, "received no numbers"),
        (lambda: layers.Discretization(num_bins=2).adapt(3.0), DataError, "`data`"),
    ],
)  # fmt: skip
def test_bad_calls_say_what_is_wrong(call, error, words):
    with pytest.raises(error, match=words):
        call()
