"""Masks: by hand, against finite differences, and where they are lost."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from nnscratch import Model, Sequential, layers, losses, metrics
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers import Input

X = np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 0.0], [0.0, 0.0]])


def differences(layer, x, dy, mask, training):
    """Return dL/dx of L = Σ dy·y by central differences."""

    def value(moved):
        cache = Cache()
        cache.mask = mask
        kept = [w.numpy() for w in layer.weights]
        y = layer.forward(moved, cache, training)
        for weight, before in zip(layer.weights, kept, strict=True):
            weight.assign(before)
        return float(np.sum(dy * y))

    found = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[place] = 1e-5
        found[place] = (value(x + step) - value(x - step)) / 2e-5
    return found


@pytest.mark.parametrize(
    ("layer", "mask"),
    [
        (layers.BatchNormalization(dtype="float64"), "rows"),
        (layers.BatchNormalization(axis=1, dtype="float64", scale=False), "rows"),
        (layers.Softmax(dtype="float64"), "elements"),
        (layers.Softmax(axis=(1, 2), dtype="float64"), "elements"),
        (layers.Masking(dtype="float64"), "rows"),
    ],
)
def test_gradients_are_those_of_differences(layer, mask):
    rng = np.random.default_rng(4)
    x = rng.normal(size=(4, 3, 5)) + 2.0
    dy = rng.normal(size=x.shape)
    given = rng.uniform(size=x.shape[:2] if mask == "rows" else x.shape) < 0.6
    layer.build((None, *x.shape[1:]))
    if layer.weights:
        layer.weights[0].assign(rng.normal(size=layer.weights[0].shape))
    cache = Cache()
    cache.mask = given
    layer.forward(x, cache, training=True)
    dx = layer.backward(dy, cache)
    np.testing.assert_allclose(dx, differences(layer, x, dy, given, True), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", ["Maximum", "Minimum", "Multiply", "Add", "Average"])
def test_gradients_of_merged_masked_inputs(name):
    rng = np.random.default_rng(4)
    layer = getattr(layers, name)(dtype="float64")
    inputs = [rng.normal(size=(4, 3, 2)) for _ in range(3)]
    masks = [rng.uniform(size=(4, 3)) < 0.5 for _ in range(3)]
    dy = rng.normal(size=(4, 3, 2))

    def run(parts):
        cache = Cache()
        cache.mask = masks
        return layer.forward(parts, cache), cache

    grads = layer.backward(dy, run(inputs)[1])
    for i, (x, dx) in enumerate(zip(inputs, grads, strict=True)):
        for place in np.ndindex(x.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = x.copy()
                moved[place] += step
                ends.append(float(np.sum(dy * run([*inputs[:i], moved, *inputs[i + 1 :]])[0])))
            assert dx[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-6, abs=1e-7)


def test_only_what_counts_is_in_the_loss_and_its_gradient():
    layer = layers.Dense(1, kernel_initializer="ones")
    model = Sequential([Input((2,)), layers.Masking(), layer])
    model.compile("sgd", "mse", metrics=["mae", metrics.Precision(name="precision")])
    y = np.array([[1.0], [5.0], [1.0], [7.0]])
    # rows 0 and 2 count: predictions 3 and 3, errors 2 and 2
    loss, mae, precision = model.evaluate(X, y, verbose=0)
    assert (loss, mae) == (4.0, 2.0)
    assert precision == 1.0  # no mean: it looks at every row, and only the two are positive
    model.fit(X, y, epochs=1, verbose=0)
    # dL/db = mean over the two of 2·error = 4; dL/dW = (2·2·[1, 2] + 2·2·[3, 0]) / 2
    np.testing.assert_allclose(layer.bias.numpy(), [-0.04], rtol=1e-6)
    np.testing.assert_allclose(layer.kernel.numpy()[:, 0], [1 - 0.08, 1 - 0.04], rtol=1e-6)


def test_a_batch_in_which_nothing_counts_costs_nothing():
    model = Sequential([Input((2,)), layers.Masking(), layers.Dense(1)])
    model.compile("sgd", "mse")
    before = model.get_weights()
    model.fit(np.zeros((4, 2)), np.ones((4, 1)), verbose=0)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert model.evaluate(np.zeros((4, 2)), np.ones((4, 1)), verbose=0) == 0.0


def test_batch_statistics_by_hand():
    norm = layers.BatchNormalization(momentum=0.0)
    norm(X, mask=np.array([True, False, True, False]), training=True)
    np.testing.assert_allclose(norm.moving_mean.numpy(), [2.0, 1.0], rtol=1e-6)
    np.testing.assert_allclose(norm.moving_variance.numpy(), [1.0, 1.0], rtol=1e-6)


def test_a_mask_value_of_several_numbers():
    layer = layers.Masking([3.0, 0.0])
    assert layer.compute_mask(X).tolist() == [True, True, False, True]


def test_lambda_makes_and_sees_masks():
    seen = []

    def doubled(x, mask=None):
        seen.append(mask)
        return 2.0 * x

    first = layers.Lambda(lambda x: x, mask=lambda x, mask: x[:, 0] > 0.5)
    model = Sequential(
        [Input((2,)), first, layers.Lambda(doubled, mask=[True, False, False, True])]
    )
    model.compile("sgd", "mse")
    seen.clear()
    loss = model.evaluate(X, np.zeros((4, 2)), verbose=0)
    assert seen[-1].tolist() == [True, False, True, False]
    assert loss == (2.0**2 + 4.0**2) / 2 / 2  # rows 0 and 3 of four


def test_a_lost_mask_is_told_once():
    model = Sequential([Input((2, 2)), layers.Masking(), layers.Flatten(name="flat")])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="Flatten layer 'flat' was given a mask and hands none"):
        model.evaluate(np.ones((4, 2, 2)), np.ones((4, 4)), batch_size=1, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.evaluate(np.ones((4, 2, 2)), np.ones((4, 4)), batch_size=1, verbose=0)


def test_a_class_with_compute_mask_supports_masking():
    class Own(layers.Layer):
        def call(self, x):
            return x

        def compute_mask(self, inputs, mask=None):
            return None

    class Plain(layers.Layer):
        def call(self, x):
            return x

    assert Own().supports_masking
    assert not Plain().supports_masking


def test_networks_without_masks_keep_their_steady_steps():
    a, b = Input((3,)), Input((3,))
    merged = layers.Multiply()([layers.BatchNormalization()(a), layers.Dense(3)(b)])
    plain = Model([a, b], layers.Softmax()(merged))
    assert plain.run.is_steady
    assert not plain.run.makes_masks
    masked = Model([a, b], layers.Add()([layers.Masking()(a), b]))
    assert masked.run.makes_masks
    assert not masked.run.is_steady
    cache = Cache()
    plain.run.forward([np.ones((2, 3)), np.ones((2, 3))], cache, training=False)
    assert plain.run.output_masks(cache) is None


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: layers.Dense(2)(X, mask=np.ones(4, bool)), TypeError, "and mask"),
        (
            lambda: layers.Softmax()(X, mask=np.ones((4, 3), bool)),
            ShapeError,
            r"mask.shape=\(4, 3\), shape=\(4, 2\)",
        ),
        (
            lambda: layers.BatchNormalization()(X, mask=np.ones((4, 2), bool), training=True),
            ShapeError,
            "one axis less than its input",
        ),
    ],
)
def test_masks_that_do_not_fit_are_named(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_weights_of_rows_and_masks_of_steps_do_not_go_together():
    model = Sequential([Input((3, 2)), layers.Masking(), layers.Dense(1)])
    model.compile("sgd", losses.MeanSquaredError())
    with pytest.raises(ShapeError):
        model.fit(np.ones((4, 3, 2)), np.ones((4, 3, 1)), sample_weight=np.ones(4), verbose=0)
