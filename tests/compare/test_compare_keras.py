"""Two small programs under Keras itself."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from nnscratch.cli import main

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(find_spec("keras") is None, reason="Keras is not installed"),
]

CLASSIFIER = """
import numpy as np
import keras
from keras import layers

keras.utils.set_random_seed(3)
rng = np.random.default_rng(1)
x = rng.normal(size=(120, 5))
y = rng.integers(0, 3, 120)
model = keras.Sequential(
    [layers.Input((5,)), layers.Dense(8, "relu"), layers.Dropout(0.3), layers.Dense(3, "softmax")]
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.summary()
model.fit(x, y, epochs=3, batch_size=20, validation_split=0.2)
loss, accuracy = model.evaluate(x, y)
print(f"{loss:.3f} {accuracy:.3f}")
"""

REGRESSION = """
import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(3)
x = np.linspace(-1, 1, 60)[:, None]
model = tf.keras.Sequential([tf.keras.layers.Dense(6, "tanh"), tf.keras.layers.Dense(1)])
model.compile(tf.keras.optimizers.SGD(0.1), "mse")
model.fit(x, x**2, epochs=4, batch_size=16, verbose=2)
print(model.predict(x[:2], verbose=0).shape)
"""


@pytest.mark.parametrize("floatx", ["float32", "float64"])
@pytest.mark.parametrize("text", [CLASSIFIER, REGRESSION], ids=["classifier", "regression"])
def test_a_small_program_gives_the_same_numbers(tmp_path: Path, text: str, floatx: str) -> None:
    script, data = tmp_path / "script.py", tmp_path / "out.json"
    script.write_text(text, encoding="utf-8")
    rtol = {"float32": "1e-5", "float64": "1e-12"}[floatx]
    line = ["compare", str(script), "--floatx", floatx, "--rtol", rtol, "--json", str(data)]
    assert main(line) == 0
    found = json.loads(data.read_text(encoding="utf-8"))
    assert found["runs"]["keras"]["floatx"] == found["runs"]["nnscratch"]["floatx"] == floatx
    assert found["comparison"]["printed_apart"] == []
    if text == CLASSIFIER:  # built before it is trained: Keras's own initial weights, bit by bit
        start = found["comparison"]["fits"][0]["growth"][0]
        assert (start["moment"], start["relative"]) == ("start", 0.0)
