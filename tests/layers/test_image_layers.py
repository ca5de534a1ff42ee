"""The layers on images: Keras's numbers, drawn from Keras's random streams."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnscratch import Input, Sequential, layers
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "images.npz")
IMAGES = GOLDEN["images"]
CASES = json.loads(str(GOLDEN["about"]))["layers"]
every_case = pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{name}-{i}" for i, (name, _) in enumerate(CASES)]
)
RANDOM = [n for n in layers.__all__ if n.startswith("Random") and n != "RandomCrop"]
OPTIONS: dict[str, dict[str, Any]] = {
    "RandomFlip": {},
    "RandomTranslation": {"height_factor": 0.2, "width_factor": 0.2},
    "RandomZoom": {"height_factor": 0.2},
}


def made(number: int, **more: Any) -> Any:
    name, options = CASES[number]
    seed = {"seed": 11 + number} if name.startswith("Random") else {}
    return getattr(layers, name)(**options, **seed, **more)


def assert_near(actual: np.ndarray, expected: np.ndarray, band: float) -> None:
    assert actual.dtype == np.float32
    np.testing.assert_allclose(actual, expected, rtol=band, atol=255 * band)


@every_case
def test_two_calls_in_training_give_keras_images(number: int) -> None:
    layer = made(number)
    band = 3e-5 if CASES[number][0] == "RandomRotation" else 1e-6  # cosines differ in a last bit
    for call in range(2):
        assert_near(layer(IMAGES), GOLDEN[f"layer/{number}/y{call}"], band)


@every_case
def test_the_gradient_is_keras_where_keras_is_exact(number: int) -> None:
    if f"layer/{number}/dx" not in GOLDEN:
        pytest.skip("TensorFlow's derivative is approximate")
    layer, cache = made(number), Cache()
    y = layer.forward(IMAGES, cache, training=True)
    dy = np.random.default_rng(9).normal(size=y.shape).astype("float32")
    dx = layer.backward(dy, cache)
    np.testing.assert_allclose(dx, GOLDEN[f"layer/{number}/dx"], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", RANDOM)
def test_one_image_is_a_batch_of_one(name: str) -> None:
    options = {**OPTIONS.get(name, {"factor": 0.5}), "seed": 3}
    alone = getattr(layers, name)(**options)(IMAGES[0])
    np.testing.assert_array_equal(alone, getattr(layers, name)(**options)(IMAGES[:1])[0])


@pytest.mark.parametrize("name", RANDOM)
def test_inference_leaves_images_alone_and_draws_nothing(name: str) -> None:
    layer = getattr(layers, name)(**OPTIONS.get(name, {"factor": 0.5}))
    model = Sequential([Input(IMAGES.shape[1:]), layer])
    np.testing.assert_array_equal(model.predict(IMAGES, verbose=0), IMAGES)
    np.testing.assert_array_equal(layer(IMAGES, training=False), IMAGES)
    assert layer.generator.draws == 0


def test_one_draw_decides_on_both_flips() -> None:
    y = layers.RandomFlip(seed=2)(np.repeat(IMAGES[:1], 40, axis=0))
    turned = IMAGES[0, ::-1, ::-1]
    same = [np.array_equal(image, IMAGES[0]) for image in y]
    assert 0 < sum(same) < 40
    assert all(s or np.array_equal(image, turned) for s, image in zip(same, y, strict=True))


def test_random_crop_foretells_its_shape_in_inference() -> None:
    model = Sequential([Input((7, 5, 2)), layers.RandomCrop(3, 4, seed=1), layers.Flatten()])
    assert model.predict(IMAGES, verbose=0).shape == (3, 24) == (3, model.output_shape[1])


def test_augmentation_trains() -> None:
    model = Sequential(
        [
            Input((7, 5, 2)),
            layers.Rescaling(1 / 255),
            layers.RandomFlip(seed=1),
            layers.RandomRotation(0.1, seed=2),
            layers.RandomZoom(0.1, seed=3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    history = model.fit(IMAGES, np.arange(3.0), epochs=3, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("RandomFlip", {"mode": "sideways"}, "Unknown `mode` 'sideways'"),
        ("RandomRotation", {"factor": 1.5}, r"`factor` must be .* in \[-1.0, 1.0\]"),
        ("RandomRotation", {"factor": 0.1, "fill_mode": "reflekt"}, "Did you mean 'reflect'"),
        ("RandomZoom", {"height_factor": -1.0}, r"`height_factor` must be .* in \(-1.0, 1.0\]"),
        ("RandomTranslation", {"height_factor": 0, "width_factor": "a"}, "`width_factor` must"),
        ("RandomContrast", {"factor": -0.1}, r"in \[0, 1\]"),
        ("RandomBrightness", {"factor": 0.1, "value_range": 3}, "`value_range` must be a pair"),
        ("Resizing", {"height": 0, "width": 2}, "must be a positive integer"),
        ("Resizing", {"height": 1, "width": 2, "interpolation": "area"}, "Unknown `interpol"),
        ("CenterCrop", {"height": 1, "width": 2, "data_format": "channels_fist"}, "channels_first"),
    ],
)
def test_bad_options_are_named(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(layers, name)(**options)


def test_both_ways_to_keep_proportions_are_one_too_many() -> None:
    with pytest.raises(ValueError, match="either cut or padded"):
        layers.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)


def test_what_is_no_image_is_refused() -> None:
    with pytest.raises(ShapeError, match="N, height, width, channels"):
        layers.RandomFlip()(np.ones((2, 3)))
