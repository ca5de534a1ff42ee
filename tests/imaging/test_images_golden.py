"""Resizing and affine maps against the numbers that Keras on TensorFlow gave."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnscratch import imaging
from nnscratch.errors import ShapeError

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "images.npz")
IMAGES = GOLDEN["images"]
RESIZES = [name for name in GOLDEN.files if name.startswith("resize/")]
EXACT = ("bilinear", "nearest")
BAND = 4e-7


def assert_near(actual: np.ndarray, expected: np.ndarray, band: float = BAND) -> None:
    assert actual.dtype == expected.dtype
    np.testing.assert_allclose(actual, expected, rtol=band, atol=255 * band)


@pytest.mark.parametrize("name", RESIZES)
def test_resizing_gives_keras_numbers(name: str) -> None:
    _, method, size, smooth = name.split("/")
    height, width = map(int, size.split("x"))
    y = imaging.resize(IMAGES[:1], (height, width), method, antialias=smooth == "1")
    if method in EXACT and smooth == "0":
        np.testing.assert_array_equal(y, GOLDEN[name])
    assert_near(y, GOLDEN[name])


@pytest.mark.parametrize("method", imaging.METHODS)
def test_whole_numbers_become_float32_but_for_nearest(method: str) -> None:
    y = imaging.resize(IMAGES[:1].astype("uint8"), (4, 9), method)
    assert_near(y, GOLDEN[f"whole/{method}"])


@pytest.mark.parametrize("size", [(9, 4), (6, 12)])
def test_proportions_are_kept_as_in_keras(size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    assert_near(imaging.resize_with_pad(IMAGES[0], size), GOLDEN[f"pad/{name}"])
    assert_near(imaging.smart_resize(IMAGES, size), GOLDEN[f"smart/{name}"])
    first = imaging.smart_resize(np.moveaxis(IMAGES, -1, 1), size, data_format="channels_first")
    assert_near(np.moveaxis(first, 1, -1), GOLDEN[f"smart/{name}"])


@pytest.mark.parametrize("how", ["nearest", "bilinear"])
@pytest.mark.parametrize("fill", ["reflect", "wrap", "constant", "nearest"])
def test_affine_maps_give_keras_bits(fill: str, how: str) -> None:
    y = imaging.affine_transform(IMAGES, GOLDEN["maps"], how, fill, 3.0)
    np.testing.assert_array_equal(y, GOLDEN[f"affine/{fill}/{how}"])


@pytest.mark.parametrize("method", imaging.METHODS)
@pytest.mark.parametrize("antialias", [False, True])
def test_the_gradient_of_resizing_is_its_transpose(method: str, antialias: bool) -> None:
    rng = np.random.default_rng(1)
    x, dy = rng.normal(size=(2, 5, 4, 1)), rng.normal(size=(2, 3, 7, 1))
    y = imaging.resize(x, (3, 7), method, antialias)
    dx = imaging.resize_gradient(dy, (5, 4), method, antialias)
    assert np.sum(y * dy) == pytest.approx(np.sum(x * dx), rel=1e-6)


@pytest.mark.parametrize("how", ["nearest", "bilinear"])
@pytest.mark.parametrize("fill", ["reflect", "wrap", "constant", "nearest"])
def test_the_gradient_of_an_affine_map_is_its_transpose(fill: str, how: str) -> None:
    rng = np.random.default_rng(1)
    x, dy = rng.normal(size=(2, 3, 7, 5, 2))
    maps = GOLDEN["maps"]
    x, dy = np.stack([x, dy, x + dy])[:, 0], np.stack([dy, x, x - dy])[:, 0]
    y = imaging.affine_transform(x, maps, how, fill, 0.0)
    dx = imaging.affine_gradient(dy, maps, how, fill)
    assert np.sum(y * dy) == pytest.approx(np.sum(x * dx), rel=1e-6)


def test_an_image_of_one_pixel_fills_everything() -> None:
    one, maps = np.full((1, 1, 1, 1), 5.0), np.array([[1, 0, 9, 0, 1, -9]], np.float32)
    for fill in ("reflect", "wrap", "nearest"):
        assert imaging.affine_transform(one, maps, "bilinear", fill).item() == 5.0
    assert imaging.affine_transform(one, maps, "bilinear", "constant", 2.0).item() == 2.0


def test_bad_images_sizes_and_methods_are_named() -> None:
    with pytest.raises(ShapeError, match=r"Received: shape=\(2, 2\)"):
        imaging.resize(np.ones((2, 2)), (1, 1))
    with pytest.raises(ShapeError, match=r"positive height and width. Received: \(0, 1\)"):
        imaging.resize(np.ones((2, 2, 1)), (0, 1))
    with pytest.raises(ValueError, match="Did you mean 'bilinear'"):
        imaging.resize(np.ones((2, 2, 1)), (1, 1), "bilinar")


def test_the_file_says_what_it_was_made_with() -> None:
    assert json.loads(str(GOLDEN["about"]))["versions"]["keras"] == "3.15.1"
