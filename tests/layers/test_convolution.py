"""Convolution and pooling: by hand, against loops over every window, and bad input."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch import Sequential, layers
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers import convolution

SIZES = st.integers(1, 3)


def along(n, k, s, d, padding):
    """Return where the windows along one axis begin, margins counted as negative places."""
    reach = (k - 1) * d + 1
    if padding == "valid":
        return range(0, n - reach + 1, s)
    count = -(-n // s)
    missing = max((count - 1) * s + reach - n, 0)
    return range(-(missing // 2), -(missing // 2) + count * s, s)


def windows(x, size, strides, dilation, padding):
    """Yield the place (p, q) of every window and its elements (i, j, row, column) inside x."""
    rows = along(x.shape[1], size[0], strides[0], dilation[0], padding)
    columns = along(x.shape[2], size[1], strides[1], dilation[1], padding)
    for (p, top), (q, left) in itertools.product(enumerate(rows), enumerate(columns)):
        inside = [
            (i, j, top + i * dilation[0], left + j * dilation[1])
            for i, j in itertools.product(range(size[0]), range(size[1]))
            if 0 <= top + i * dilation[0] < x.shape[1] and 0 <= left + j * dilation[1] < x.shape[2]
        ]
        yield p, q, inside


def naive_convolution(x, W, b, dy, strides, dilation, padding, groups):
    """Return y, dx, dW and db, window by window and element by element."""
    y = np.zeros(dy.shape) + b
    dx, dW = np.zeros_like(x), np.zeros_like(W)
    C, M = x.shape[3] // groups, W.shape[3] // groups
    for p, q, inside in windows(x, W.shape[:2], strides, dilation, padding):
        for i, j, r, c in inside:
            for g in range(groups):
                channels, filters = slice(g * C, (g + 1) * C), slice(g * M, (g + 1) * M)
                kernel = W[i, j, :, filters]
                y[:, p, q, filters] += x[:, r, c, channels] @ kernel
                dx[:, r, c, channels] += dy[:, p, q, filters] @ kernel.T
                dW[i, j, :, filters] += x[:, r, c, channels].T @ dy[:, p, q, filters]
    return y, dx, dW, dy.sum(axis=(0, 1, 2))


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(SIZES, SIZES),
    strides=st.tuples(SIZES, SIZES),
    dilation=st.tuples(SIZES, SIZES),
    padding=st.sampled_from(["valid", "same"]),
    groups=st.integers(1, 2),
    channels=st.integers(1, 2),
    extra=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    block=st.sampled_from([1, 2**17]),
    seed=st.integers(0, 99),
)
def test_convolution_is_what_the_loops_say(
    size, strides, dilation, padding, groups, channels, extra, block, seed
):
    if max(strides) > 1:
        dilation = (1, 1)
    reach = [(k - 1) * d + 1 for k, d in zip(size, dilation, strict=True)]
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(3, reach[0] + extra[0], reach[1] + extra[1], channels * groups))
    layer = layers.Conv2D(2 * groups, size, strides, padding, dilation_rate=dilation, groups=groups)
    layer = layers.Conv2D.from_config({**layer.get_config(), "dtype": "float64"})
    layer.build((None, *x.shape[1:]))
    layer.bias.assign(rng.normal(size=2 * groups))
    cache = Cache()
    before, convolution.BLOCK = convolution.BLOCK, block
    try:
        y = layer.forward(x, cache)
        dy = rng.normal(size=y.shape)
        dx = layer.backward(dy, cache)
    finally:
        convolution.BLOCK = before
    weights = layer.get_weights()
    expected = naive_convolution(x, *weights, dy, strides, dilation, padding, groups)
    actual = (y, dx, layer.kernel.grad, layer.bias.grad)
    for ours, theirs in zip(actual, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    size=st.tuples(SIZES, SIZES),
    strides=st.tuples(SIZES, SIZES),
    padding=st.sampled_from(["valid", "same"]),
    extra=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    seed=st.integers(0, 99),
)
def test_pooling_is_what_the_loops_say(size, strides, padding, extra, seed):
    rng = np.random.default_rng(seed)
    shape = (2, size[0] + extra[0], size[1] + extra[1], 2)
    x = rng.integers(0, 3, size=shape).astype("float64")
    for cls in (layers.MaxPooling2D, layers.AveragePooling2D):
        layer, cache = cls(size, strides, padding, dtype="float64"), Cache()
        y = layer.forward(x, cache)
        dy = rng.normal(size=y.shape)
        dx = np.zeros_like(x)
        for p, q, inside in windows(x, size, strides, (1, 1), padding):
            for n, c in itertools.product(range(2), range(2)):
                values = [x[n, r, k, c] for _, _, r, k in inside]
                if cls is layers.MaxPooling2D:
                    assert y[n, p, q, c] == max(values)
                    _, _, r, k = inside[values.index(max(values))]
                    dx[n, r, k, c] += dy[n, p, q, c]
                else:
                    np.testing.assert_allclose(y[n, p, q, c], np.mean(values), rtol=1e-14)
                    for _, _, r, k in inside:
                        dx[n, r, k, c] += dy[n, p, q, c] / len(values)
        np.testing.assert_allclose(layer.backward(dy, cache), dx, rtol=1e-12, atol=1e-14)


def test_convolution_by_hand():
    layer, cache = layers.Conv2D(1, (1, 2), padding="same", dtype="float64"), Cache()
    layer.build((None, 1, 3, 1))
    layer.set_weights([np.array([10.0, 1.0]).reshape(1, 2, 1, 1), np.array([0.5])])
    x = np.array([1.0, 2.0, 3.0]).reshape(1, 1, 3, 1)
    assert layer.forward(x, cache).ravel().tolist() == [12.5, 23.5, 30.5]
    dx = layer.backward(np.array([1.0, 0.0, 2.0]).reshape(1, 1, 3, 1), cache)
    assert dx.ravel().tolist() == [10.0, 1.0, 20.0]
    assert layer.kernel.grad.ravel().tolist() == [7.0, 2.0]
    assert layer.bias.grad.tolist() == [3.0]


def test_a_window_over_the_whole_image_is_a_dense_layer():
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(5, 3, 4, 2)), rng.normal(size=(5, 1, 1, 6))
    conv, dense = layers.Conv2D(6, (3, 4), dtype="float64"), layers.Dense(6, dtype="float64")
    one, two = Cache(), Cache()
    conv.build((None, 3, 4, 2))
    dense.build((None, 24))
    dense.kernel.assign(conv.kernel.value.reshape(24, 6))
    y = dense.forward(x.reshape(5, 24), two)
    np.testing.assert_allclose(conv.forward(x, one)[:, 0, 0], y, rtol=1e-12, atol=1e-14)
    dx = dense.backward(dy[:, 0, 0], two).reshape(x.shape)
    np.testing.assert_allclose(conv.backward(dy, one), dx, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(conv.kernel.grad.reshape(24, 6), dense.kernel.grad, rtol=1e-12)


def test_memory_for_unrolled_windows_does_not_grow_with_the_batch():
    layer, small, large = layers.Conv2D(4, 3), Cache(), Cache()
    layer.build((None, 20, 20, 8))
    rng = np.random.default_rng(0)
    layer.forward(rng.random((16, 20, 20, 8), "float32"), small)
    layer.forward(rng.random((64, 20, 20, 8), "float32"), large)
    outputs = [n * 18 * 18 * 4 * 4 for n in (16, 64)]
    assert large.nbytes - outputs[1] == small.nbytes - outputs[0]


def test_no_dx_is_computed_where_nobody_needs_it():
    layer, cache = layers.Conv2D(2, 2), Cache()
    layer.build((None, 3, 3, 1))
    cache.needs_dx = False
    layer.forward(np.ones((2, 3, 3, 1), "float32"), cache)
    assert layer.backward(np.ones((2, 2, 2, 2), "float32"), cache) is None
    assert layer.kernel.grad is not None


def test_global_max_pooling_divides_the_gradient_among_equals():
    layer, cache = layers.GlobalMaxPooling2D(dtype="float64"), Cache()
    layer.forward(np.array([5.0, 1.0, 5.0, 2.0]).reshape(1, 2, 2, 1), cache)
    assert layer.backward(np.array([[3.0]]), cache).ravel().tolist() == [1.5, 0.0, 1.5, 0.0]


def test_a_small_convolutional_network_learns():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 8, 8, 1))
    y = (x[:, :4].sum(axis=(1, 2, 3)) > x[:, 4:].sum(axis=(1, 2, 3))).astype(int)
    model = Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.AveragePooling2D(2),
            layers.Conv2D(4, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(2, "softmax"),
        ]
    )
    assert model.output_shape == (None, 2)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.optimizer.learning_rate = 0.02
    losses = model.fit(x, y, batch_size=20, epochs=30, verbose=0).history["loss"]
    assert losses[-1] < 0.3 * losses[0]


def test_images_of_unknown_size_are_taken():
    image = layers.Input((None, None, 3))
    y = layers.MaxPooling2D()(layers.Conv2D(4, 3)(image))
    assert y.shape == (None, None, None, 4)
    assert layers.GlobalAveragePooling2D()(y).shape == (None, 4)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Conv2D(0, 3), "`filters` must be a positive integer. Received: filters=0"),
        (lambda: layers.Conv2D(2, 0), r"`kernel_size` must be a positive integer, or two"),
        (lambda: layers.Conv2D(2, (3, 3, 3)), r"Received: kernel_size=\(3, 3, 3\)"),
        (lambda: layers.Conv2D(2, 3, strides=-1), "`strides` must be a positive integer"),
        (lambda: layers.Conv2D(2, 3, padding="sme"), "Did you mean 'same'"),
        (lambda: layers.Conv2D(2, 3, padding=1), "Unknown padding 1"),
        (lambda: layers.Conv2D(2, 3, strides=2, dilation_rate=2), "cannot both be above 1"),
        (lambda: layers.Conv2D(3, 3, groups=2), "`filters` must be divisible by `groups`"),
        (
            lambda: layers.Conv2D(3, 3, data_format="channels_frist"),
            "Unknown `data_format` 'channels_frist'. Did you mean 'channels_first'",
        ),
        (lambda: layers.MaxPooling2D((2, 2.5)), "`pool_size` must be a positive integer, or two"),
        (lambda: layers.AveragePooling2D(2, padding="full"), "Known: same, valid"),
        (lambda: layers.GlobalMaxPooling2D("first"), "Unknown `data_format` 'first'"),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (layers.Conv2D(2, 3), (2, 5), r"expects inputs of shape \(N, height, width, channels\)"),
        (layers.Conv2D(2, 5), (2, 3, 9, 1), "images of 3 by 9, windows that span 5 by 5"),
        (layers.Conv2D(2, 2, groups=2), (2, 3, 3, 3), "divisible by groups=2"),
        (layers.MaxPooling2D(4), (2, 3, 3, 1), "a smaller window, larger images or padding='same'"),
        (layers.AveragePooling2D(2), (2, 3), r"Received: shape=\('N', 3\)"),
        (layers.GlobalAveragePooling2D(), (2, 3), "expects inputs of shape"),
        (layers.MaxPooling2D(2, data_format="channels_first"), (2, 3), r"\(N, channels, height"),
    ],
)
def test_inputs_that_do_not_fit_are_named(layer, shape, words):
    with pytest.raises(ShapeError, match=words):
        layer(np.ones(shape))


def test_other_channels_than_at_first_are_an_error():
    layer = layers.Conv2D(2, 2)
    layer(np.ones((1, 3, 3, 2)))
    with pytest.raises(ShapeError, match="expects inputs with 2 values along axis -1"):
        layer(np.ones((1, 3, 3, 3)))
