"""`ImageDataGenerator`: Keras's images from the same seeds."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from pictures import ABOUT, GOLDEN, flat, numbered, recorded, write_pictures

from nnscratch import Input, Sequential, layers
from nnscratch.errors import DataError, ShapeError
from nnscratch.preprocessing.image import (
    ImageDataGenerator,
    apply_affine_transform,
    array_to_img,
    img_to_array,
    load_img,
    random_brightness,
    random_channel_shift,
    random_rotation,
    random_shear,
    random_shift,
    random_zoom,
    save_img,
)

pytest.importorskip("PIL")
pytest.importorskip("scipy")

IMAGES = GOLDEN["generator/images"]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("pictures"))


def made(number):
    options = ABOUT["changes"][number]
    x = np.moveaxis(IMAGES, -1, 1) if "data_format" in options else IMAGES
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ImageDataGenerator(**options), x


def near(found, expected):
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=3e-5)


@numbered("changes")
def test_one_image_is_changed_as_in_keras(number):
    generator, x = made(number)
    for seed, expected in enumerate(GOLDEN[f"generator/{number}/random"]):
        near(generator.random_transform(x[0], seed), expected)


@numbered("changes")
@pytest.mark.parametrize("how", ["next", "index"])
def test_batches_are_keras(number, how):
    generator, x = made(number)
    batches = generator.flow(x, np.arange(10), batch_size=4, seed=21)
    expected = recorded(f"generator/{number}/{how}")
    for i in range(4):
        images, labels = next(batches) if how == "next" else batches[i % 3]
        near(images, expected[f"{i}/0"])
        np.testing.assert_array_equal(labels, expected[f"{i}/1"])
        if how == "index" and i == 2:
            batches.on_epoch_end()


@numbered("fits")
def test_statistics_are_keras(number):
    generator = ImageDataGenerator(**ABOUT["fits"][number])
    small = recorded(f"fit/{number}")
    generator.fit(small["x"])
    found = generator.flow(small["x"], batch_size=9, shuffle=False)[1]
    np.testing.assert_allclose(found, small["y"], rtol=1e-4, atol=1e-4)


def test_statistics_of_changed_images_are_keras():
    generator = ImageDataGenerator(featurewise_center=True, horizontal_flip=True)
    generator.fit(IMAGES[:, :, :3], augment=True, rounds=2, seed=6)
    np.testing.assert_allclose(generator.mean, GOLDEN["fit/augmented/mean"], rtol=1e-6)


@pytest.mark.parametrize("subset", [None, "training", "validation"])
@pytest.mark.parametrize("mode", ["categorical", "sparse", "input", None])
def test_files_give_keras_batches(mode, subset, root):
    generator = ImageDataGenerator(validation_split=0.3, rescale=1 / 255, vertical_flip=True)
    flow = generator.flow_from_directory(
        root, target_size=(4, 5), class_mode=mode, subset=subset, batch_size=5, seed=2
    )
    expected = recorded(f"flow/{mode}/{subset}")
    for i in range(2):
        parts = flat(next(flow))
        assert len(parts) == (1 if mode is None else 2)
        for part, array in enumerate(parts):
            near(array, expected[f"{i}/{part}"])


def test_the_image_given_is_left_as_it_is():
    image = IMAGES[0].copy()
    generator = ImageDataGenerator(rescale=0.5, samplewise_center=True)
    generator.standardize(generator.random_transform(image, seed=1))
    np.testing.assert_array_equal(image, IMAGES[0])


def test_a_model_learns_from_flow(root):
    model = Sequential([Input((7, 6, 3)), layers.Flatten(), layers.Dense(1)])
    model.compile("adam", "mse")
    generator = ImageDataGenerator(rescale=1 / 255, horizontal_flip=True, validation_split=0.3)
    y = np.arange(10) % 2
    history = model.fit(
        generator.flow(IMAGES, y, batch_size=4, seed=1, subset="training"),
        validation_data=generator.flow(IMAGES, y, batch_size=3, seed=1, subset="validation"),
        epochs=4,
        verbose=0,
    ).history
    assert history["loss"][-1] < history["loss"][0]
    assert len(history["val_loss"]) == 4


def test_further_arrays_and_weights_go_along():
    generator = ImageDataGenerator()
    flow = generator.flow(
        (IMAGES, [np.arange(10), np.arange(10) * 2]),
        np.arange(10),
        sample_weight=np.arange(10) / 10,
        batch_size=3,
        shuffle=False,
    )
    (images, first, second), y, weight = flow[1]
    np.testing.assert_array_equal(images, IMAGES[3:6])
    assert (first.tolist(), second.tolist(), y.tolist()) == ([3, 4, 5], [6, 8, 10], [3, 4, 5])
    assert weight.tolist() == [0.3, 0.4, 0.5]


def test_images_are_written_to_look_at(tmp_path):
    flow = ImageDataGenerator().flow(IMAGES, batch_size=4, save_to_dir=str(tmp_path))
    next(flow)
    assert len(list(tmp_path.glob("*.png"))) == 4


def test_classes_in_one_subset_only_are_named():
    generator = ImageDataGenerator(validation_split=0.5)
    with pytest.raises(DataError, match="do not hold the same classes"):
        generator.flow(IMAGES, np.arange(10), subset="training")
    flow = generator.flow(IMAGES, np.arange(10), subset="training", ignore_class_split=True)
    assert flow.n == 5


def test_bad_arguments_are_named(root):
    with pytest.raises(ValueError, match="`validation_split` must be between 0 and 1"):
        ImageDataGenerator(validation_split=1.5)
    with pytest.raises(ValueError, match="`zoom_range` must be a pair"):
        ImageDataGenerator(zoom_range=[1, 2, 3])
    with pytest.raises(ValueError, match="`brightness_range` must be a pair"):
        ImageDataGenerator(brightness_range=0.5)
    with pytest.raises(ValueError, match="Did you mean 'categorical'"):
        ImageDataGenerator().flow_from_directory(root, class_mode="categoric")
    with pytest.raises(ShapeError, match="four axes"):
        ImageDataGenerator().flow(IMAGES[0])
    with pytest.raises(ShapeError, match=r"len\(x\)=10, len\(y\)=3"):
        ImageDataGenerator().flow(IMAGES, np.arange(3))
    with pytest.raises(IndexError, match="There are 3 batches"):
        ImageDataGenerator().flow(IMAGES, batch_size=4)[3]


def test_implied_and_missing_statistics_are_pointed_out():
    with pytest.warns(UserWarning, match="imply featurewise_center=True"):
        generator = ImageDataGenerator(featurewise_std_normalization=True)
    with pytest.warns(UserWarning, match="call `fit\\(x_train\\)` first"):
        generator.standardize(IMAGES[0])


def test_a_quarter_turn_is_a_transpose_and_a_flip():
    x = np.arange(9.0).reshape(3, 3, 1)
    turned = apply_affine_transform(x, theta=90, row_axis=0, col_axis=1, channel_axis=2)
    np.testing.assert_allclose(turned[:, :, 0], np.rot90(x[:, :, 0]), atol=1e-12)


@pytest.mark.parametrize(
    ("change", "neutral"),
    [
        (random_rotation, 0.0),
        (random_shear, 0.0),
        (random_zoom, (1, 1)),
        (random_channel_shift, 0.0),
    ],
)
def test_neutral_ranges_change_nothing(change, neutral):
    x = np.moveaxis(IMAGES[0], -1, 0)
    np.testing.assert_array_equal(change(x, neutral), x)


def test_shifts_stay_within_their_range():
    x = np.zeros((1, 10, 10))
    x[0, 5, 5] = 1.0
    for _ in range(20):
        moved = random_shift(x, wrg=0.2, hrg=0.1, interpolation_order=0)
        _, row, column = np.unravel_index(np.argmax(moved), moved.shape)
        assert abs(row - 5) <= 2  # Keras shifts by parts of the width up and down
        assert abs(column - 5) <= 1


def test_half_the_brightness_is_half_the_value():
    x = np.full((2, 2, 3), 200.0, np.float32)
    np.testing.assert_allclose(random_brightness(x, (0.5, 0.5), scale=False), 100.0)


def test_files_there_and_back(tmp_path):
    x = np.arange(60, dtype=np.float32).reshape(4, 5, 3)
    save_img(tmp_path / "x.png", x, scale=False)
    np.testing.assert_array_equal(img_to_array(load_img(tmp_path / "x.png")), x)
    gray = img_to_array(load_img(str(tmp_path / "x.png"), "grayscale", (2, 2)), "channels_first")
    assert gray.shape == (1, 2, 2)
    assert array_to_img(x * 1000).getextrema() == ((0, 246), (4, 250), (8, 255))
    clear = np.concatenate([x, x[:, :, :1]], axis=2)
    with pytest.warns(UserWarning, match="written as RGB"):
        save_img(tmp_path / "x.jpg", clear)
    assert load_img(tmp_path / "x.jpg").size == (5, 4)


def test_bad_files_and_arrays_are_named(tmp_path):
    with pytest.raises(TypeError, match="Received: int"):
        load_img(3)
    with pytest.raises(ValueError, match="Unknown color mode"):
        load_img("x.png", "hsv")
    with pytest.raises(ShapeError, match="1, 3 or 4 channels"):
        array_to_img(np.ones((2, 2, 2)))
    with pytest.raises(ShapeError, match="two or three axes"):
        img_to_array(np.ones(3))


def test_whitened_pixels_have_unit_moments():
    x = np.random.default_rng(0).normal(size=(200, 2, 2, 1)) @ np.ones((1, 1)) + 3
    x[:, 0, 1] += 2 * x[:, 0, 0]
    with pytest.warns(UserWarning, match="imply featurewise_center=True"):
        generator = ImageDataGenerator(zca_whitening=True, dtype="float64")
    generator.fit(x)
    white = generator.standardize(x).reshape(200, 4)
    np.testing.assert_allclose(white.T @ white / 200, np.eye(4), atol=1e-4)
