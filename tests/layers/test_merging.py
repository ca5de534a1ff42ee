"""Layers with several inputs: by hand, laws, inside networks, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch import Model, config, gradcheck, layers
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError

A, B = np.array([[1.0, 5.0, 3.0]]), np.array([[2.0, 5.0, 0.0]])


@pytest.mark.parametrize(
    ("layer", "y", "da", "db"),
    [
        (layers.Add(), [3, 10, 3], [1, 2, 3], [1, 2, 3]),
        (layers.Subtract(), [-1, 0, 3], [1, 2, 3], [-1, -2, -3]),
        (layers.Multiply(), [2, 25, 0], [2, 10, 0], [1, 10, 9]),
        (layers.Average(), [1.5, 5, 1.5], [0.5, 1, 1.5], [0.5, 1, 1.5]),
        (layers.Maximum(), [2, 5, 3], [0, 2, 3], [1, 0, 0]),
        (layers.Minimum(), [1, 5, 0], [1, 2, 0], [0, 0, 3]),
    ],
)
def test_combining_by_hand(layer, y, da, db):
    cache = Cache()
    assert layer.forward([A, B], cache).tolist() == [y]
    dx = layer.backward(np.array([[1.0, 2.0, 3.0]]), cache)
    assert [d.tolist() for d in dx] == [[da], [db]]


def test_a_broadcast_input_gets_the_sum_of_its_gradients():
    cache, layer = Cache(), layers.Multiply()
    x = np.arange(12.0).reshape(2, 2, 3)
    scale = np.array([[2.0], [3.0]])
    dy = np.ones((2, 2, 3))
    np.testing.assert_array_equal(layer.forward([x, scale], cache), x * scale[:, np.newaxis])
    dx, dscale = layer.backward(dy, cache)
    np.testing.assert_array_equal(dx, np.ones_like(x) * scale[:, np.newaxis])
    np.testing.assert_array_equal(dscale, x.sum(axis=(1, 2))[:, np.newaxis])


def test_fewer_axes_are_made_up_for_behind_the_batch():
    x, row = np.zeros((2, 4, 3)), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    y = layers.add([x, row])
    np.testing.assert_array_equal(y[1], np.tile([4.0, 5.0, 6.0], (4, 1)))


def test_joining_by_hand():
    cache, layer = Cache(), layers.Concatenate(axis=1)
    a, b = np.ones((1, 2, 1)), np.zeros((1, 1, 1))
    assert layer.forward([a, b], cache).ravel().tolist() == [1, 1, 0]
    dx = layer.backward(np.array([[[1.0], [2.0], [3.0]]]), cache)
    assert [d.ravel().tolist() for d in dx] == [[1, 2], [3]]


def test_dot_by_hand():
    cache, layer = Cache(), layers.Dot(axes=(1, 2))
    a, b = np.array([[1.0, 2.0]]), np.array([[[3.0, 4.0], [5.0, 6.0]]])
    assert layer.forward([a, b], cache).tolist() == [[11.0, 17.0]]
    da, db = layer.backward(np.array([[1.0, 10.0]]), cache)
    assert da.tolist() == [[53.0, 64.0]]
    assert db.tolist() == [[[1.0, 2.0], [10.0, 20.0]]]


@settings(max_examples=40, deadline=None)
@given(
    a=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    b=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    size=st.integers(1, 4),
    data=st.data(),
)
def test_dot_is_einsum(a, b, size, data):
    i, j = data.draw(st.integers(0, len(a))), data.draw(st.integers(0, len(b)))
    x = np.random.default_rng(0).normal(size=(2, *a[:i], size, *a[i:]))
    y = np.random.default_rng(1).normal(size=(2, *b[:j], size, *b[j:]))
    left, right = "ABC"[: len(a)], "DEF"[: len(b)]
    formula = f"n{left[:i]}k{left[i:]},n{right[:j]}k{right[j:]}->n{left}{right}"
    layer = layers.Dot((i + 1, j + 1), dtype="float64")
    np.testing.assert_allclose(layer([x, y]), np.einsum(formula, x, y), rtol=1e-12, atol=1e-13)


def test_normalized_dot_is_the_cosine():
    a, b = np.array([[3.0, 0.0], [1.0, 1.0]]), np.array([[0.0, 2.0], [5.0, 5.0]])
    np.testing.assert_allclose(
        layers.dot([a, b], axes=1, normalize=True), [[0.0], [1.0]], atol=1e-7
    )


@settings(max_examples=30, deadline=None)
@given(n=st.integers(1, 4), seed=st.integers(0, 99))
def test_laws_of_combining(n, seed):
    rng = np.random.default_rng(seed)
    x = [rng.normal(size=(3, 2)) for _ in range(n)]
    wide = {"dtype": "float64"}
    np.testing.assert_allclose(layers.average(x, **wide) * n, layers.add(x, **wide), rtol=1e-12)
    smallest = layers.minimum([-a for a in x], **wide)
    np.testing.assert_array_equal(layers.maximum(x, **wide), -smallest)
    parts = np.split(layers.concatenate(x, **wide), n, axis=1)
    for part, a in zip(parts, x, strict=True):
        np.testing.assert_array_equal(part, a)


def test_the_gradient_of_the_maximum_goes_to_one_input_only():
    rng = np.random.default_rng(4)
    x = [rng.integers(0, 2, size=(20, 3)).astype(float) for _ in range(3)]
    cache, layer = Cache(), layers.Maximum()
    layer.forward(x, cache)
    dy = rng.normal(size=(20, 3))
    dx = layer.backward(dy, cache)
    np.testing.assert_array_equal(sum(dx), dy)
    assert all(np.count_nonzero([d[i, j] for d in dx]) == 1 for i in range(20) for j in range(3))


def test_a_network_with_a_skip_and_the_same_tensor_twice():
    config.set_floatx("float64")
    x = layers.Input((4,))
    h = layers.Dense(4, "tanh")(x)
    joined = layers.concatenate([layers.add([x, h]), layers.multiply([h, h]), layers.add([h])])
    model = Model(x, layers.Dense(1)(joined))
    assert joined.shape == (None, 12)
    data = np.random.default_rng(0).normal(size=(5, 4))
    gradcheck.check_model(model, data, data[:, :1], loss="mse").assert_ok()
    model.compile("adam", "mse")
    history = model.fit(data, data[:, :1], epochs=5, batch_size=2, verbose=0).history["loss"]
    assert history[-1] < history[0]


@pytest.mark.parametrize(
    ("layer", "shapes", "words"),
    [
        (layers.Add(), [(2, 3), (2, 4)], r"cannot combine inputs of shapes \[\(None, 3\)"),
        (layers.Add(), [(2, 4, 3), (2, 4)], "sizes must be equal, or 1"),
        (layers.Add(), [(2, 3), (1, 3)], "same number of samples"),
        (layers.Subtract(), [(2, 3)] * 3, "exactly 2 inputs. Received 3"),
        (layers.Concatenate(), [(2, 3, 1), (2, 2, 1)], "agree in all axes but that one"),
        (layers.Concatenate(axis=3), [(2, 3), (2, 3)], "Concatenate layer .* with axis=3"),
        (layers.Concatenate(), [(2, 3), (1, 3)], "same number of samples"),
        (layers.Dot(1), [(2, 3), (2, 4)], "equal sizes. Received sizes 3 and 4"),
        (layers.Dot(0), [(2, 3), (2, 3)], "axis 0 is the batch"),
        (layers.Dot(2), [(2, 3), (2, 3)], "with axes=2"),
        (layers.Dot(1), [(2, 3)], "exactly two inputs"),
    ],
)
def test_inputs_that_do_not_fit_are_named(layer, shapes, words):
    with pytest.raises(ShapeError, match=words):
        layer([np.ones(shape) for shape in shapes])


@pytest.mark.parametrize("layer", [layers.Add(), layers.Concatenate(), layers.Dot(1)])
def test_one_array_is_no_list(layer):
    with pytest.raises(ShapeError, match=r"takes a list of inputs: layer\(\[a, b\]\)"):
        layer(np.ones((2, 3)))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Dot("a"), "`axes` must be an integer, or two"),
        (lambda: layers.Dot((1, 2, 3)), r"Received: axes=\(1, 2, 3\)"),
        (lambda: layers.Concatenate(axis=None), "`axis` must be an integer. Received: axis=None"),
        (lambda: layers.Add(axes=1), "Unknown argument of Add 'axes'"),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()
