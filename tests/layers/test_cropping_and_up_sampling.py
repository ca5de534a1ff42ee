"""Images cut and enlarged: laws, Keras's numbers, files and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnscratch as ns
from nnscratch import layers
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError

EDGES = st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * 2)
KERAS = {
    "bilinear": [[0.0, 0.5, 1.5, 2.0], [6.0, 6.5, 7.5, 8.0]],
    "bicubic": [[-0.17647, 0.41429, 1.58571, 2.17647], [5.82353, 6.41429, 7.58571, 8.17647]],
    "lanczos3": [[-0.35096, 0.46574, 1.53426, 2.35096], [5.64904, 6.46574, 7.53426, 8.35096]],
    "lanczos5": [[-0.44142, 0.48766, 1.51234, 2.44142], [5.55858, 6.48766, 7.51234, 8.44142]],
    "area": [[0.0, 0.0, 2.0, 2.0], [6.0, 6.0, 8.0, 8.0]],
}
"""What Keras 3.15.1 on TensorFlow 2.21 makes of the rows 0 2 and 6 8, twice as wide."""


@settings(max_examples=30, deadline=None)
@given(edges=EDGES, order=st.sampled_from(["channels_last", "channels_first"]))
def test_cropping_undoes_padding_and_each_is_the_derivative_of_the_other(edges, order):
    options = {"data_format": order, "dtype": "float64"}
    pad, crop = layers.ZeroPadding2D(edges, **options), layers.Cropping2D(edges, **options)
    x, caches = np.random.default_rng(0).normal(size=(2, 3, 4, 3)), (Cache(), Cache())
    wide = pad.forward(x, caches[0]).copy()
    np.testing.assert_array_equal(crop.forward(wide, caches[1]), x)
    np.testing.assert_array_equal(crop.backward(x, caches[1]), wide)
    assert crop.compute_output_shape(wide.shape) == x.shape


@settings(max_examples=30, deadline=None)
@given(h=st.integers(1, 3), w=st.integers(1, 3))
def test_up_sampling_repeats_pixels_and_its_derivative_adds_them_up(h, w):
    layer, cache = layers.UpSampling2D((h, w), dtype="float64"), Cache()
    x = np.random.default_rng(0).normal(size=(2, 3, 2, 2))
    y = layer.forward(x, cache)
    np.testing.assert_array_equal(y, x.repeat(h, axis=1).repeat(w, axis=2))
    np.testing.assert_allclose(layer.backward(y, cache), h * w * x, rtol=1e-14)


@pytest.mark.parametrize("interpolation", KERAS)
def test_interpolated_images_are_those_of_keras(interpolation):
    x = np.array([[0.0, 2.0], [6.0, 8.0]]).reshape(1, 2, 2, 1)
    layer = layers.UpSampling2D((1, 2), interpolation=interpolation)
    y = layer(x)
    assert y.dtype == np.float32
    np.testing.assert_allclose(y[0, :, :, 0], KERAS[interpolation], atol=1e-5)


def test_unknown_sizes_stay_unknown():
    images = ns.Input((None, 4, 3))
    assert layers.Cropping2D((1, 1))(images).shape == (None, None, 2, 3)
    assert layers.UpSampling2D((2, 3))(images).shape == (None, None, 12, 3)


def test_a_network_that_narrows_and_widens_learns_and_is_saved(tmp_path):
    ns.utils.set_random_seed(3)
    x = np.random.default_rng(1).normal(size=(16, 6, 6, 1)).astype("float32")
    model = ns.Sequential(
        [
            ns.Input((6, 6, 1)),
            layers.Cropping2D(1),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.UpSampling2D(interpolation="bilinear"),
            layers.UpSampling2D((1, 2)),
            layers.Conv2D(1, 3, padding="same"),
        ]
    )
    model.compile("adam", "mse")
    y = x[:, 1:-1, 1:-1].repeat(2, axis=2)
    losses = model.fit(x, y, epochs=60, verbose=0).history["loss"]
    assert losses[-1] < 0.9 * losses[0]
    model.save(tmp_path / "m.keras")
    again = ns.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: layers.Cropping2D(-1), "none of them negative. Received: cropping=-1"),
        (lambda: layers.Cropping2D((1, 2, 3)), "`cropping` must be an integer"),
        (lambda: layers.Cropping2D(1.5), "cropping=1.5"),
        (lambda: layers.Cropping2D("one"), "cropping='one'"),
        (lambda: layers.UpSampling2D(0), "`size` must be a positive integer"),
        (lambda: layers.UpSampling2D((1, 2, 3)), "`size` must be"),
        (lambda: layers.UpSampling2D(interpolation="linear"), "Did you mean 'bilinear'"),
    ],
)
def test_bad_arguments_say_what_is_wrong(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("layer", [layers.Cropping2D, layers.UpSampling2D])
def test_what_is_no_batch_of_images_is_refused(layer):
    with pytest.raises(ShapeError, match="height, width, channels"):
        layer()(np.ones((4, 4, 1)))


def test_something_of_an_image_is_left():
    for images in (np.ones((2, 4, 5, 1)), ns.Input((4, 5, 1))):
        with pytest.raises(ShapeError, match="must leave a row and a column"):
            layers.Cropping2D(((2, 2), (0, 0)))(images)
