"""Pictures in folders, windows of series and datasets cut in two: Keras's batches."""

from __future__ import annotations

import json
import os
import random as python_random

import numpy as np
import pytest
from pictures import ABOUT, GOLDEN, assert_same, loops, numbered, recorded, write_pictures

from nnscratch import Input, Sequential, layers, random, utils
from nnscratch.errors import DataError

pytest.importorskip("PIL")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("pictures"))


@numbered("folders")
def test_pictures_come_in_keras_order_with_keras_numbers(number, root):
    options = {"batch_size": 4, "image_size": (4, 5), **ABOUT["folders"][number]}
    if "global seed" in options:
        random.set_random_seed(options.pop("global seed"))
    made = utils.image_dataset_from_directory(root, verbose=False, **options)
    for part, dataset in enumerate(made if isinstance(made, list) else [made]):
        expected = recorded(f"folder/{number}/{part}")
        paths, names = json.loads(str(expected.pop("about")))
        assert [os.path.relpath(path, root) for path in dataset.file_paths] == paths
        assert dataset.class_names == names
        assert_same(loops(dataset), expected, band=4e-7)


@numbered("series")
@pytest.mark.parametrize("targets", [False, True])
def test_windows_come_in_keras_order(number, targets):
    data = np.arange(60, dtype="float32").reshape(30, 2)
    dataset = utils.timeseries_dataset_from_array(
        data, data[4:, 0] * 10 if targets else None, **ABOUT["series"][number]
    )
    assert_same(loops(dataset), recorded(f"series/{number}/{int(targets)}"))


@numbered("splits")
@pytest.mark.parametrize("kind", ["one", "pair"])
def test_parts_hold_keras_rows(number, kind):
    x = np.arange(22, dtype="float32").reshape(11, 2)
    options = ABOUT["splits"][number]
    data = x if kind == "one" else (x, np.arange(11))
    parts = utils.split_dataset(data, **options)
    for side, part in zip(("left", "right"), parts, strict=True):
        assert_same(loops(part, 1), recorded(f"split/{number}/{kind}/{side}"))
    if "seed" in options:
        assert python_random.random() == GOLDEN[f"split/{number}/next"]


def test_a_dataset_in_batches_is_split_by_rows_and_stays_in_batches():
    rows = utils.Dataset.from_tensor_slices({"a": np.arange(10)}).batch(4)
    left, right = utils.split_dataset(rows, left_size=0.5)
    assert [batch["a"].tolist() for batch in left] == [[0, 1, 2, 3], [4]]
    assert [batch["a"].tolist() for batch in right] == [[5, 6, 7, 8], [9]]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, ValueError, "Give `left_size`, `right_size` or both"),
        ({"left_size": 11}, ValueError, "from 1 to 10"),
        ({"left_size": 1.5}, ValueError, "share between 0 and 1"),
        ({"left_size": "a"}, TypeError, "Received: str"),
        ({"left_size": 8, "right_size": 8}, ValueError, "add up to 16, more than the 11"),
        ({"left_size": 0.01}, ValueError, "One part of the 11 rows would be empty"),
    ],
)
def test_bad_sizes_are_named(options, error, message):
    with pytest.raises(error, match=message):
        utils.split_dataset(np.arange(11), **options)


def test_what_cannot_be_split_is_named():
    with pytest.raises(TypeError, match="Received: dict"):
        utils.split_dataset({"a": 1}, 0.5)
    with pytest.raises(TypeError, match=r"arrays only.* ndarray, list"):
        utils.split_dataset((np.ones(2), [1, 2]), 0.5)
    with pytest.raises(DataError, match="same number of rows"):
        utils.split_dataset((np.ones(2), np.ones(3)), 0.5)
    with pytest.raises(DataError, match="is empty"):
        utils.split_dataset(np.ones((0, 2)), 0.5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start_index": 30}, "`start_index` must be from 0 to 29"),
        ({"end_index": 30}, "`end_index` must be above"),
        ({"start_index": 9, "end_index": 9}, "`end_index` must be above"),
        ({"sampling_rate": 0}, "`sampling_rate` must be from 1 to 29"),
        ({"sequence_stride": 30}, "`sequence_stride` must be from 1 to 29"),
    ],
)
def test_windows_outside_of_the_series_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        utils.timeseries_dataset_from_array(np.ones(30), None, 3, **options)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"label_mode": "onehot"}, ValueError, "Unknown `label_mode`"),
        ({"label_mode": "binary"}, ValueError, "exactly two classes. Found: .'cats', 'dogs'"),
        ({"validation_split": 0.2}, ValueError, "belong together"),
        ({"validation_split": 0.2, "subset": "training"}, ValueError, "Give a `seed`"),
        ({"class_names": ["cats", "birds"]}, ValueError, "has .'birds'., but the folders"),
        ({"labels": [1, 2]}, DataError, "has 2 numbers, but there are 15 files"),
        ({"labels": "guessed"}, ValueError, "`labels` must be 'inferred'"),
        ({"color_mode": "cmyk"}, ValueError, "Unknown `color_mode`"),
        ({"image_size": "big"}, ValueError, "`image_size` must be"),
    ],
)
def test_bad_options_for_a_folder_are_named(root, options, error, message):
    with pytest.raises(error, match=message):
        utils.image_dataset_from_directory(root, **options)


def test_a_folder_without_pictures_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=f"No pictures in {tmp_path}"):
        utils.image_dataset_from_directory(tmp_path, verbose=False)


def test_the_files_found_are_counted(root, capsys):
    options = {"validation_split": 0.5, "subset": "both", "seed": 1}
    utils.image_dataset_from_directory(root, **options)
    assert capsys.readouterr().out.splitlines() == [
        "Found 14 files belonging to 3 classes.",
        "Using 7 files for training.",
        "Using 7 files for validation.",
    ]


def test_a_model_learns_from_a_folder(root):
    train, validation = utils.image_dataset_from_directory(
        root, image_size=4, validation_split=0.3, subset="both", seed=1, batch_size=5, verbose=False
    )
    model = Sequential([Input((4, 4, 3)), layers.Rescaling(1 / 255), layers.Flatten(),
                        layers.Dense(3, "softmax")])  # fmt: skip
    model.compile("adam", "sparse_categorical_crossentropy")
    history = model.fit(train, validation_data=validation, epochs=3, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert len(history["val_loss"]) == 3
    assert model.predict(validation, verbose=0).shape == (4, 3)
