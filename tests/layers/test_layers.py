"""Layers by hand arithmetic, and the base class that users subclass."""

from __future__ import annotations

import numpy as np
import pytest

from nnscratch import Sequential, layers
from nnscratch.cache import Cache
from nnscratch.errors import NotReadyError, ShapeError


def test_dense_forward_and_backward_by_hand():
    layer = layers.Dense(2, use_bias=True)
    layer.build((None, 3))
    W = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "float32")
    layer.set_weights([W, np.array([0.5, -0.5], "float32")])
    x = np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]], "float32")
    cache = Cache()
    y = layer.forward(x, cache)
    np.testing.assert_array_equal(y, [[-3.5, -4.5], [5.5, 7.5]])
    dy = np.array([[1.0, -1.0], [0.5, 2.0]], "float32")
    dx = layer.backward(dy, cache)
    np.testing.assert_array_equal(layer.kernel.grad, [[2.0, 3.0], [0.5, 2.0], [-1.0, 1.0]])
    np.testing.assert_array_equal(layer.bias.grad, [1.5, 1.0])
    np.testing.assert_array_equal(dx, [[-1.0, -1.0, -1.0], [4.5, 9.5, 14.5]])


def test_dense_on_three_axes_equals_row_by_row():
    rng = np.random.default_rng(0)
    x, dy = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 3, 5))
    layer = layers.Dense(5, "tanh", dtype="float64")
    layer.build((None, 3, 4))
    W, b = layer.get_weights()
    cache = Cache()
    y = layer.forward(x, cache)
    dx = layer.backward(dy, cache)
    expected = np.tanh(np.einsum("nkd,dm->nkm", x, W) + b)
    dz = dy * (1 - expected**2)
    np.testing.assert_allclose(y, expected, rtol=1e-14)
    np.testing.assert_allclose(layer.kernel.grad, np.einsum("nkd,nkm->dm", x, dz), rtol=1e-12)
    np.testing.assert_allclose(layer.bias.grad, dz.sum((0, 1)), rtol=1e-12)
    np.testing.assert_allclose(dx, np.einsum("nkm,dm->nkd", dz, W), rtol=1e-12)


def test_a_layer_used_twice_keeps_both_calls_apart():
    layer = layers.Dense(1, use_bias=False)
    layer.build((None, 1))
    layer.set_weights([np.array([[2.0]], "float32")])
    one, two = Cache(), Cache()
    layer.forward(np.array([[3.0]], "float32"), one)
    layer.forward(np.array([[5.0]], "float32"), two)
    layer.backward(np.array([[1.0]], "float32"), two)
    layer.backward(np.array([[1.0]], "float32"), one)
    assert layer.kernel.grad.item() == 8.0


def test_no_dx_is_computed_where_nobody_needs_it():
    layer = layers.Dense(2)
    layer.build((None, 3))
    cache = Cache()
    cache.needs_dx = False
    layer.forward(np.ones((4, 3), "float32"), cache)
    assert layer.backward(np.ones((4, 2), "float32"), cache) is None
    assert layer.kernel.grad is not None


def test_batch_normalization_in_training_by_hand():
    bn = layers.BatchNormalization(momentum=0.5, epsilon=0.0, dtype="float64")
    x = np.array([[1.0, 10.0], [3.0, 10.0], [5.0, 40.0]])
    bn.build((None, 2))
    bn.gamma.assign([2.0, 1.0])
    bn.beta.assign([0.0, -1.0])
    y = bn.forward(x, Cache(), training=True)
    s0, s1 = np.sqrt(8 / 3), np.sqrt(200.0)
    np.testing.assert_allclose(y[:, 0], [-4 / s0, 0, 4 / s0])
    np.testing.assert_allclose(y[:, 1], [-10 / s1 - 1, -10 / s1 - 1, 20 / s1 - 1])
    np.testing.assert_allclose(bn.moving_mean.value, [1.5, 10.0])
    np.testing.assert_allclose(bn.moving_variance.value, [0.5 + 4 / 3, 100.5])


def test_batch_normalization_in_inference_uses_moving_statistics():
    bn = layers.BatchNormalization(epsilon=0.0, dtype="float64")
    bn.build((None, 1))
    bn.set_weights([np.ones(1), np.zeros(1), np.array([2.0]), np.array([4.0])])
    np.testing.assert_allclose(bn(np.array([[4.0], [0.0]])), [[1.0], [-1.0]])
    np.testing.assert_array_equal(bn.moving_mean.value, [2.0])


def test_frozen_batch_normalization_is_in_inference_even_when_training():
    bn = layers.BatchNormalization(epsilon=0.0, dtype="float64")
    bn.build((None, 1))
    bn.trainable = False
    x = np.array([[4.0], [0.0]])
    np.testing.assert_allclose(bn(x, training=True), x)
    assert bn.trainable_weights == []
    assert len(bn.non_trainable_weights) == 4


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_batch_normalization_axis_equals_moved_axis(axis):
    rng = np.random.default_rng(3)
    x, dy = rng.normal(size=(5, 3, 4)), rng.normal(size=(5, 3, 4))
    bn = layers.BatchNormalization(axis=axis, dtype="float64")
    last = layers.BatchNormalization(dtype="float64")
    ours, theirs = Cache(), Cache()
    bn.build(x.shape)
    moved = np.moveaxis(x, axis, -1)
    last.build(moved.shape)
    np.testing.assert_allclose(
        np.moveaxis(bn.forward(x, ours, True), axis, -1), last.forward(moved, theirs, True)
    )
    np.testing.assert_allclose(
        np.moveaxis(bn.backward(dy, ours), axis, -1),
        last.backward(np.moveaxis(dy, axis, -1), theirs),
        atol=1e-14,
    )
    np.testing.assert_allclose(bn.gamma.grad, last.gamma.grad)


def test_dropout_scales_what_it_keeps_and_hands_the_mask_to_backward():
    layer = layers.Dropout(0.25, seed=3)
    cache = Cache()
    x = np.full((200, 50), 3.0, "float32")
    y = layer.forward(x, cache, training=True)
    assert set(np.unique(y)) == {0.0, 4.0}
    assert abs((y == 0).mean() - 0.25) < 0.02
    dx = layer.backward(np.ones_like(x), cache)
    np.testing.assert_array_equal(dx, y / 3.0)


def test_dropout_changes_nothing_in_inference_and_draws_a_new_mask_each_step():
    layer = layers.Dropout(0.5, seed=3)
    x = np.ones((4, 5), "float32")
    np.testing.assert_array_equal(layer(x, training=False), x)
    first, second = layer(x, training=True), layer(x, training=True)
    assert not np.array_equal(first, second)


def test_dropout_noise_shape_is_broadcast():
    layer = layers.Dropout(0.5, noise_shape=(None, 1), seed=1)
    y = layer(np.ones((50, 4), "float32"), training=True)
    assert all(len(set(row)) == 1 for row in y.tolist())
    assert {row[0] for row in y.tolist()} == {0.0, 2.0}


def test_dropout_of_everything_gives_zeros():
    np.testing.assert_array_equal(layers.Dropout(1.0)(np.ones((2, 3)), training=True), 0.0)


def test_flatten_and_back():
    layer, cache = layers.Flatten(), Cache()
    x = np.arange(24.0).reshape(2, 3, 4)
    assert layer.forward(x, cache).shape == (2, 12)
    np.testing.assert_array_equal(layer.backward(layer.forward(x, cache), cache), x)


class Scale(layers.Layer):
    """A layer as a user would write it."""

    def build(self, input_shape):
        self.s = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="s")

    def forward(self, x, cache, training=False):
        cache.x = x
        return x * self.s.value

    def backward(self, dy, cache):
        self.s.add_grad(np.sum, dy * cache.x, axis=0)
        return dy * self.s.value


def test_a_users_layer_trains_in_a_model():
    model = Sequential([layers.Input((3,)), Scale(name="mine"), layers.Dense(1)])
    assert model.weights[0].path == "sequential/mine/s"
    model.compile("sgd", "mse")
    before = model.layers[0].s.numpy()
    model.fit(np.ones((8, 3)), np.ones((8, 1)) * 5, epochs=2, verbose=0)
    assert not np.array_equal(before, model.layers[0].s.numpy())


def test_a_users_layer_needs_no_compute_output_shape():
    class Halve(layers.Layer):
        def forward(self, x, cache, training=False):
            return x[:, ::2].copy()

        def backward(self, dy, cache):
            raise AssertionError("not called here")

    assert Sequential([layers.Input((6,)), Halve()]).output_shape == (None, 3)


def test_weight_paths_and_order_are_those_of_keras():
    layer = layers.BatchNormalization(name="bn")
    layer.build((None, 2))
    assert [w.path for w in layer.weights] == [
        "bn/gamma",
        "bn/beta",
        "bn/moving_mean",
        "bn/moving_variance",
    ]
    assert [w.name for w in layer.trainable_weights] == ["gamma", "beta"]


def test_set_weights_changes_all_or_nothing():
    layer = layers.Dense(2)
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(ShapeError, match=r"weights\[1\] has shape \(3,\).*'dense/bias'"):
        layer.set_weights([np.ones((3, 2)), np.ones(3)])
    with pytest.raises(ShapeError, match="expects 2 arrays"):
        layer.set_weights([np.ones((3, 2))])
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: layers.Dense(0), "`units` must be a positive integer"),
        (lambda: layers.Dense(2.5), "`units` must be a positive integer"),
        (lambda: layers.Dense(True), "`units` must be a positive integer"),
        (lambda: layers.Dense(2, kernel_regular="l2"), "Did you mean 'kernel_regularizer'"),
        (lambda: layers.Dense(2, activation="sigmiod"), "Did you mean 'sigmoid'"),
        (lambda: layers.Dense(2, kernel_initializer="he_norm"), "Did you mean 'he_normal'"),
        (lambda: layers.Dropout(1.5), "`rate` must be a number from 0 to 1"),
        (lambda: layers.Dropout("0.5"), "`rate` must be a number from 0 to 1"),
        (lambda: layers.Dropout(0.5, noise_shape=(0, 1)), "positive integers or None"),
        (lambda: layers.BatchNormalization(momentum=2.0), "`momentum` must be between 0 and 1"),
        (lambda: layers.BatchNormalization(epsilon=-1.0), "`epsilon` must not be negative"),
        (lambda: layers.Input(), "exactly one of `shape` and `batch_shape`"),
        (lambda: layers.Input((0,)), "positive integers"),
        (lambda: layers.Flatten(data_format="first"), "Unknown `data_format` 'first'"),
    ],
)
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_counting_the_weights_of_an_unbuilt_layer_is_an_error():
    with pytest.raises(NotReadyError, match="not built yet"):
        layers.Dense(3).count_params()


def test_dense_needs_a_known_width():
    with pytest.raises(ShapeError, match="needs inputs of shape"):
        layers.Dense(3).build((None, None))
