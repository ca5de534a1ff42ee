"""`ImageDataGenerator.flow_from_dataframe`: Keras's batches from the same table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from pictures import write_pictures

from nnscratch import Input, Sequential, layers
from nnscratch.errors import DataError
from nnscratch.outdated import OutdatedWarning
from nnscratch.preprocessing.image import ImageDataGenerator

pd = pytest.importorskip("pandas")
pytest.importorskip("PIL")
pytest.importorskip("scipy")

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "dataframe.npz")
ABOUT = json.loads(str(GOLDEN["about"]))
CASES = ABOUT["cases"]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return write_pictures(tmp_path_factory.mktemp("pictures"))


@pytest.fixture
def table():
    return pd.DataFrame(ABOUT["table"])


def flow(table, root, **options):
    generator = ImageDataGenerator(validation_split=0.3, rescale=1 / 255, horizontal_flip=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return generator.flow_from_dataframe(table, root, target_size=(4, 5), **options)


def parts_of(batch):
    found = []
    for part in batch if isinstance(batch, tuple) else (batch,):
        found += part if isinstance(part, list) else [part]
    return found


@pytest.mark.parametrize("number", range(len(CASES)), ids=map(str, CASES))
def test_tables_give_keras_batches(number, table, root):
    batches = flow(table, root, batch_size=4, seed=3, **CASES[number])
    assert batches.filenames == GOLDEN[f"{number}/files"].tolist()
    for i in range(4):
        parts = parts_of(next(batches))
        assert f"{number}/{i}/{len(parts)}" not in GOLDEN.files
        for part, array in enumerate(parts):
            expected = GOLDEN[f"{number}/{i}/{part}"]
            if expected.dtype.kind == "U":
                assert array.tolist() == expected.tolist()
            else:
                assert array.dtype == expected.dtype
                np.testing.assert_allclose(array, expected, rtol=1e-6, atol=3e-5)


def test_the_table_stays_as_it_is(table, root):
    before = table.copy(deep=True)
    flow(table, root, y_col="tags", classes=["dark"])
    pd.testing.assert_frame_equal(table, before)


def test_whole_paths_need_no_folder(table, root):
    table["filename"] = [os.path.join(root, name) for name in table["filename"]]
    assert next(flow(table, None, batch_size=3))[0].shape == (3, 4, 5, 3)


def test_what_was_found_is_said(table, root, capsys):
    batches = flow(table, root)
    assert "Found 9 validated image filenames belonging to 3 classes." in capsys.readouterr().out
    assert batches.class_indices == {"cats": 0, "dogs": 1, "eels": 2}
    assert batches.labels == [1, 0, 1, 2, 0, 1, 0, 2, 1]
    flow(table, root, class_mode="raw", y_col="width", validate_filenames=False)
    assert "Found 11 non-validated image filenames." in capsys.readouterr().out


def test_missing_files_are_named(table, root):
    with pytest.warns(UserWarning, match=r"2 of the files in column 'filename'.*none\.png"):
        ImageDataGenerator().flow_from_dataframe(table, root)


def test_outdated_arguments_are_taken_with_a_note(table, root):
    generator = ImageDataGenerator()
    options = {"y_col": "width", "class_mode": "other", "sort": True, "has_ext": True}
    with pytest.warns(OutdatedWarning) as caught:
        batches = generator.flow_from_dataframe(table, root, drop_duplicates=True, **options)
    texts = " ".join(str(warning.message) for warning in caught)
    for word in ("`sort`", "`has_ext`", "`drop_duplicates`", "'other'` is called 'raw'"):
        assert word in texts
    assert batches.class_mode == "raw"
    with pytest.warns(UserWarning, match="`classes` has no use where class_mode='raw'"):
        generator.flow_from_dataframe(table, root, y_col="width", class_mode="raw", classes=["a"])


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"class_mode": "categoric"}, ValueError, "Did you mean 'categorical'"),
        ({"x_col": "filenam"}, ValueError, "column `x_col` 'filenam'. Did you mean 'filename'"),
        ({"y_col": "clas"}, ValueError, "column `y_col` 'clas'. Did you mean 'class'"),
        ({"weight_col": "mass"}, ValueError, "column `weight_col` 'mass'"),
        ({"weight_col": "class"}, TypeError, "must hold numbers"),
        ({"x_col": "height"}, TypeError, "names of files. Received: 0"),
        ({"y_col": "height"}, TypeError, "class_mode='raw' takes numbers. Received: 0"),
        ({"y_col": "tags", "class_mode": "sparse"}, TypeError, "must hold words where"),
        ({"class_mode": "binary"}, ValueError, r"Received: \['cats', 'dogs', 'eels'\]"),
        ({"class_mode": "multi_output"}, TypeError, "must be a list of columns"),
        ({"subset": "test"}, ValueError, "subset"),
        ({"colour": "rgb"}, TypeError, "no argument 'colour'"),
    ],
)
def test_bad_arguments(options, error, words, table, root):
    with pytest.raises(error, match=words):
        flow(table, root, **options)


def test_a_table_is_asked_for(root):
    with pytest.raises(DataError, match=r"must be a pandas DataFrame.*Received: dict"):
        flow(ABOUT["table"], root)


def test_a_model_learns_from_a_table(table, root):
    model = Sequential([Input((4, 5, 3)), layers.Flatten(), layers.Dense(3, "softmax")])
    model.compile("adam", "categorical_crossentropy")
    options = {"batch_size": 3, "seed": 1, "weight_col": "weight"}
    history = model.fit(
        flow(table, root, subset="training", **options),
        validation_data=flow(table, root, subset="validation", **options),
        epochs=5,
        verbose=0,
    ).history
    assert history["loss"][-1] < history["loss"][0]
    assert len(history["val_loss"]) == 5


def test_pandas_is_not_imported_here():
    text = "import sys, nnscratch.preprocessing.image.dataframe; print('pandas' in sys.modules)"
    command = [sys.executable, "-W", "ignore", "-c", text]
    assert subprocess.run(command, capture_output=True, text=True).stdout == "False\n"
