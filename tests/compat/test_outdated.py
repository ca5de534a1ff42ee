"""Old code works, with one note at each line that wants changing."""

from __future__ import annotations

from pathlib import Path

import pytest
from compat.running import run, written

HEAD = """
import numpy as np
import tensorflow as tf
import keras
from keras import Sequential
from keras.layers import Dense, Flatten, Input
x = np.arange(12.0).reshape(6, 2) / 12
y = np.eye(2)[[0, 1, 0, 1, 1, 0]]
def model(**options):
    made = Sequential([Input((2,)), Dense(2, activation="softmax")])
    made.compile(optimizer="sgd", loss="categorical_crossentropy", **options)
    return made
"""


def notes(folder: Path, code: str) -> tuple[list[str], str]:
    """Run code after the head; return the notes at its lines, and what it printed."""
    text = HEAD + code + "\n"
    done = run(written(folder, text))
    assert done.returncode == 0, done.stderr
    first = HEAD.count("\n") + 1
    found = [line for line in done.stderr.splitlines() if "script.py:" in line]
    assert all(int(line.split("script.py:")[1].split(":")[0]) >= first for line in found)
    return found, done.stdout


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("Sequential([Dense(3, input_dim=2)])", "Input(shape)"),
        ("Flatten(input_shape=(2, 2))", "Input(shape)"),
        ("assert float(keras.optimizers.Adam(lr=0.25).learning_rate) == 0.25", "`learning_rate`"),
        ("model().fit(x, y, verbose=0, workers=4)", "`workers`"),
        ("model().fit(x, y, verbose=0, use_multiprocessing=True)", "`use_multiprocessing`"),
        ("from keras.utils.np_utils import to_categorical", "keras.utils.to_categorical"),
        ("from keras.utils import np_utils; np_utils.to_categorical([0, 1])", "keras.utils.to_cat"),
        ("from keras.layers.core import Dense", "keras.layers.Dense"),
        ("from tensorflow.python.keras.models import Sequential", "tensorflow.keras.models"),
        ("keras.optimizers.legacy.Adam(0.1)", "keras.optimizers.Adam"),
        ("m = model(); keras.backend.set_value(m.optimizer.lr, 0.5); "
         "assert float(m.optimizer.learning_rate) == 0.5", "optimizer.learning_rate"),
        ("import kerastuner as kt; kt.Hyperband", "keras_tuner"),
        ("tf.random.set_seed(777)", "keras.utils.set_random_seed(777)"),
    ],
)  # fmt: skip
def test_one_note_at_each_line(tmp_path: Path, code: str, said: str) -> None:
    found, _ = notes(tmp_path, f"for _ in range(2):\n    {code}")
    assert len(found) == 1, found
    assert said in found[0]


def test_each_line_has_its_own_note(tmp_path: Path) -> None:
    found, _ = notes(tmp_path, "Dense(3, input_dim=2)\nDense(3, input_dim=2)")
    assert len(found) == 2


def test_the_notes_accuracy(tmp_path: Path) -> None:
    code = (
        "from keras.metrics import accuracy\n"
        "history = model(metrics=[accuracy]).fit(x, y, verbose=0)\n"
        "print(list(history.history))"
    )
    found, printed = notes(tmp_path, code)
    assert len(found) == 1
    assert "metrics=['accuracy']" in found[0]
    assert printed == "['accuracy', 'loss']\n"


def test_a_seeded_program_is_not_told_to_seed(tmp_path: Path) -> None:
    assert notes(tmp_path, "keras.utils.set_random_seed(1)\ntf.random.set_seed(1)") == ([], "")


def test_what_tf_random_set_seed_fixes(tmp_path: Path) -> None:
    code = (
        "tf.random.set_seed(7)\n"
        "from nnscratch import random\n"
        "print(random.last_seed(), Dense(2)(x).numpy().ravel()[0])"
    )
    (first, one), (_, other) = notes(tmp_path, code), notes(tmp_path, code)
    assert len(first) == 1
    assert one.split()[0] == other.split()[0] == "7"
    assert one != other


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("model().fit(x, y, verbose=0, validation_step=3)", "Did you mean 'validation_steps'?"),
        ("model().predict_classes(x)", "np.argmax(model.predict(x), axis=-1)"),
        ("model().fit_generator(x)", "model.fit(generator)"),
        ("import kerastuner as kt; kt.SklearnTuner(3)", "keras_tuner"),
    ],
)
def test_what_cannot_work_says_what_to_write(tmp_path: Path, code: str, said: str) -> None:
    done = run(written(tmp_path, HEAD + code + "\n"))
    assert done.returncode == 1
    assert said in done.stderr.splitlines()[-1]
