"""Sequential: building, naming, listing and calling."""

from __future__ import annotations

import numpy as np
import pytest

from nnscratch import Sequential, layers
from nnscratch.errors import NotReadyError, ShapeError


def notes_net():
    return Sequential(
        [
            layers.Flatten(input_shape=(784,)),
            layers.Dense(64, activation="sigmoid"),
            layers.Dense(32, activation="sigmoid"),
            layers.Dense(64, activation="sigmoid"),
            layers.Dense(10, activation="softmax"),
        ]
    )


def test_the_notes_network_has_its_shapes_and_names():
    model = notes_net()
    assert [layer.name for layer in model.layers] == [
        "flatten",
        "dense",
        "dense_1",
        "dense_2",
        "dense_3",
    ]
    shapes = [w.shape for w in model.weights]
    assert shapes == [(784, 64), (64,), (64, 32), (32,), (32, 64), (64,), (64, 10), (10,)]
    assert model.count_params() == 784 * 64 + 64 + 64 * 32 + 32 + 32 * 64 + 64 + 64 * 10 + 10
    assert model.input_shape == (None, 784)
    assert model.output_shape == (None, 10)
    assert [w.path for w in model.weights][:2] == [
        "sequential/dense/kernel",
        "sequential/dense/bias",
    ]


@pytest.mark.parametrize("how", ["list", "add", "input_dim", "built late", "build()"])
def test_every_way_to_build_gives_the_same_network(how):
    first = {"input_dim": 8} if how == "input_dim" else {}
    parts = [layers.Dense(5, "relu", **first), layers.Dense(2)]
    if how in ("list", "add"):
        parts.insert(0, layers.Input((8,)))
    model = Sequential() if how == "add" else Sequential(parts)
    if how == "add":
        for part in parts:
            model.add(part)
    if how == "built late":
        assert model.weights == []
        model(np.zeros((3, 8)))
    if how == "build()":
        model.build((None, 8))
    assert [w.shape for w in model.weights] == [(8, 5), (5,), (5, 2), (2,)]
    assert model.output_shape == (None, 2)
    assert model(np.zeros((3, 8))).shape == (3, 2)


def test_calling_equals_the_formula():
    model = Sequential([layers.Input((3,)), layers.Dense(4, "tanh"), layers.Dense(2)])
    W1, b1, W2, b2 = model.get_weights()
    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    np.testing.assert_allclose(model(x), np.tanh(x @ W1 + b1) @ W2 + b2, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(model(x), model.predict(x, verbose=0))
    np.testing.assert_array_equal(model(x), model.predict_on_batch(x))


def test_what_predict_returns_is_not_overwritten_by_the_next_call():
    model = Sequential([layers.Input((3,)), layers.Dense(2)])
    first = model.predict(np.ones((4, 3)), verbose=0)
    kept = first.copy()
    model.predict(np.zeros((4, 3)), verbose=0)
    np.testing.assert_array_equal(first, kept)


def test_pop_takes_the_top_layer_off():
    model = notes_net()
    top = model.pop()
    assert top.name == "dense_3"
    assert model.output_shape == (None, 64)
    assert model.predict(np.zeros((1, 784)), verbose=0).shape == (1, 64)


def test_get_layer_by_name_and_index():
    model = notes_net()
    assert model.get_layer("dense_1") is model.layers[2]
    assert model.get_layer(index=-1) is model.layers[-1]
    with pytest.raises(ValueError, match="Did you mean 'dense_1'"):
        model.get_layer("dense1")
    with pytest.raises(ValueError, match="has 5 layers"):
        model.get_layer(index=9)
    with pytest.raises(ValueError, match="exactly one of"):
        model.get_layer()


def test_freezing_a_layer_takes_it_out_of_the_trainable_weights():
    model = notes_net()
    model.layers[1].trainable = False
    assert len(model.trainable_weights) == 6
    assert [w.name for w in model.non_trainable_weights] == ["kernel", "bias"]
    model.trainable = False
    assert model.trainable_weights == []
    model.trainable = True
    assert len(model.trainable_weights) == 8


def test_weights_go_out_and_in():
    one, two = notes_net(), notes_net()
    two.set_weights(one.get_weights())
    x = np.random.default_rng(0).random((3, 784), "float32")
    np.testing.assert_array_equal(one(x), two(x))


def test_a_model_is_a_layer():
    inner = Sequential([layers.Input((4,)), layers.Dense(3, "tanh")])
    outer = Sequential([layers.Input((4,)), inner, layers.Dense(2)])
    assert outer.count_params() == 4 * 3 + 3 + 3 * 2 + 2
    outer.compile("sgd", "mse")
    before = inner.get_weights()[1].copy()
    outer.fit(np.ones((4, 4)), np.ones((4, 2)) * 9, epochs=3, verbose=0)
    assert not np.array_equal(before, inner.get_weights()[1])


def test_layers_of_different_types_are_joined_by_casts():
    model = Sequential([layers.Input((3,)), layers.Dense(4, dtype="float64"), layers.Dense(2)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    assert [w.dtype for w in model.weights] == ["float64", "float64", "float32", "float32"]


def test_unknown_spelling_of_sequential_is_hinted_at():
    import nnscratch

    with pytest.raises(AttributeError, match="Did you mean 'Sequential'"):
        nnscratch.models.Sequentail  # noqa: B018


@pytest.mark.parametrize(
    ("do", "error", "words"),
    [
        (lambda: Sequential([3]), ValueError, "Only layers can be added"),
        (lambda: Sequential([layers.Dense]), ValueError, "forget the parentheses"),
        (lambda: Sequential(layers.Dense(3)), ValueError, "takes a list of layers"),
        (
            lambda: Sequential([layers.Dense(2, name="a"), layers.Dense(2, name="a")]),
            ValueError,
            "already has a layer named 'a'",
        ),
        (
            lambda: Sequential([layers.Dense(2), layers.Input((3,))]),
            ValueError,
            "must come first",
        ),
        (lambda: Sequential().pop(), ValueError, "no layers to take off"),
        (lambda: Sequential().build((None, 2)), ValueError, "no layers yet"),
        (lambda: notes_net().build((None, 10)), ShapeError, r"takes inputs of shape \(None, 784\)"),
        (lambda: Sequential([layers.Dense(2)]).input_shape, NotReadyError, "not been built"),
        (lambda: notes_net()(np.zeros((2, 7))), ShapeError, "784"),
    ],
)
def test_misuse_is_named(do, error, words):
    with pytest.raises(error, match=words):
        do()
