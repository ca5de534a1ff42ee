"""Channels first: every layer on images computes what it computes with channels last, turned."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnscratch import Sequential, config, layers
from nnscratch.cache import Cache
from nnscratch.compat.keras import backend

LAYERS = {
    "Conv2D": {"filters": 4, "kernel_size": (2, 3), "strides": (2, 1), "padding": "same"},
    "MaxPooling2D": {"pool_size": (2, 3)},
    "AveragePooling2D": {"pool_size": 3, "strides": 2, "padding": "same"},
    "GlobalAveragePooling2D": {},
    "GlobalMaxPooling2D": {"keepdims": True},
    "Flatten": {},
    "ZeroPadding2D": {"padding": ((1, 0), (0, 2))},
    "Cropping2D": {"cropping": ((1, 0), (0, 2))},
    "UpSampling2D": {"size": (2, 3)},
    "RandomFlip": {"seed": 1},
    "RandomRotation": {"factor": 0.3, "seed": 1},
    "RandomTranslation": {"height_factor": 0.4, "width_factor": 0.3, "seed": 1},
    "RandomZoom": {"height_factor": 0.4, "width_factor": 0.2, "seed": 1},
    "RandomBrightness": {"factor": 0.3, "value_range": (-2, 2), "seed": 1},
    "RandomContrast": {"factor": 0.6, "value_range": (-2, 2), "seed": 1},
    "RandomCrop": {"height": 3, "width": 2, "seed": 1},
    "CenterCrop": {"height": 3, "width": 2},
    "Resizing": {"height": 7, "width": 3, "crop_to_aspect_ratio": True},
}


def turned(images):
    """Return images with their channels first, other arrays as they are."""
    return images.transpose(0, 3, 1, 2) if images.ndim == 4 else images


@pytest.mark.parametrize("name", LAYERS)
@settings(max_examples=8, deadline=None)
@given(
    sizes=st.tuples(st.integers(1, 3), st.integers(4, 7), st.integers(4, 7), st.integers(1, 3)),
    seed=st.integers(0, 99),
    training=st.booleans(),
)
def test_channels_first_is_channels_last_turned(name, sizes, seed, training):
    x = np.random.default_rng(seed).normal(size=sizes).astype(np.float32)
    last = getattr(layers, name)(**LAYERS[name])
    first = getattr(layers, name)(**LAYERS[name], data_format="channels_first")
    last.build(x.shape)
    first.build(turned(x).shape)
    first.set_weights(last.get_weights())
    caches = Cache(), Cache()
    y = last.forward(x, caches[0], training=training)
    y_first = first.forward(np.ascontiguousarray(turned(x)), caches[1], training=training)
    np.testing.assert_allclose(y_first, turned(y), rtol=1e-5, atol=1e-6)  # sums in another order
    assert first.compute_output_shape(turned(x).shape) == y_first.shape

    dy = np.random.default_rng(seed + 1).normal(size=y.shape).astype(np.float32)
    dx = last.backward(dy, caches[0])
    dx_first = first.backward(np.ascontiguousarray(turned(dy)), caches[1])
    np.testing.assert_allclose(dx_first, turned(dx), rtol=1e-5, atol=1e-6)
    for one, other in zip(first.trainable_variables, last.trainable_variables, strict=True):
        np.testing.assert_allclose(one.grad, other.grad, rtol=1e-5, atol=1e-5)


def test_a_convolution_by_hand():
    layer = layers.Conv2D(1, (1, 2), data_format="channels_first")
    layer.build((None, 2, 1, 3))
    layer.set_weights([np.array([[[1.0], [10.0]], [[2.0], [20.0]]])[None], np.array([0.5])])
    x = np.array([[[[1.0, 2.0, 3.0]], [[4.0, 5.0, 6.0]]]])
    # first window: 1*1 + 4*10 + 2*2 + 5*20; second: 2*1 + 5*10 + 3*2 + 6*20
    assert layer(x).tolist() == [[[[145.5, 178.5]]]]


def test_activations_work_on_the_last_axis_whatever_it_holds():
    layer = layers.Conv2D(3, 1, activation="softmax", data_format="channels_first")
    y = layer(np.random.default_rng(0).normal(size=(2, 2, 4, 5)))
    assert y.shape == (2, 3, 4, 5)
    np.testing.assert_allclose(y.sum(axis=-1), np.ones((2, 3, 4)), rtol=1e-6)


def test_flatten_by_hand():
    x = np.arange(6.0).reshape(1, 3, 2)
    assert layers.Flatten("channels_first")(x).tolist() == [[0.0, 2.0, 4.0, 1.0, 3.0, 5.0]]
    assert layers.Flatten("channels_first")(np.ones((2, 3))).shape == (2, 3)


def test_a_single_image_may_have_its_channels_first():
    image = np.arange(12.0).reshape(1, 3, 4)
    assert layers.CenterCrop(1, 2, data_format="channels_first")(image).tolist() == [[[5.0, 6.0]]]


def test_the_configured_order_is_what_layers_take():
    config.set_image_data_format("channels_first")
    try:
        assert backend.image_data_format() == "channels_first"
        model = Sequential(
            [layers.Input((1, 5, 6)), layers.Conv2D(2, 3), layers.MaxPooling2D(), layers.Flatten()]
        )
        names = [layer.get_config()["data_format"] for layer in model.layers]
    finally:
        config.set_image_data_format("channels_last")
    assert names == ["channels_first"] * 3
    assert model.layers[1].output.shape == (None, 2, 1, 2)
    assert layers.Conv2D(2, 3).data_format == "channels_last"


def test_an_unknown_order_is_named():
    with pytest.raises(ValueError, match="Did you mean 'channels_first'"):
        config.set_image_data_format("channels_frist")


def test_other_channels_than_at_first_are_an_error():
    layer = layers.Conv2D(2, 2, data_format="channels_first")
    layer(np.ones((1, 2, 3, 3)))
    with pytest.raises(ValueError, match="expects inputs with 2 values along axis 1"):
        layer(np.ones((1, 3, 3, 3)))
