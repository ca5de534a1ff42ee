"""Record small model files as older versions of Keras write them.

Run it once for each version, with that version first on the path; the files go to
`tests/golden/older_keras/<version>/`, with the outputs that this Keras computes, and those after
three more steps of training.
"""

from __future__ import annotations

import sys
from pathlib import Path

import keras
import numpy as np

FOLDER = Path(__file__).parents[2] / "tests" / "golden" / "older_keras"
X = np.sin(np.arange(32.0)).reshape(8, 4).astype("float32")
Y = np.cos(np.arange(16.0)).reshape(8, 2).astype("float32")


def model() -> keras.Model:
    """Return a compiled model with the layers of a first course."""
    inputs = keras.Input((4,))
    x = keras.layers.Dense(5, "relu", kernel_regularizer=keras.regularizers.L2(0.01))(inputs)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Concatenate()([x, inputs])
    x = keras.layers.Dropout(0.0)(x)
    outputs = keras.layers.Dense(2)(x)
    made = keras.Model(inputs, outputs, name="older")
    made.compile(keras.optimizers.Adam(0.01), "mean_squared_error", metrics=["mae"])
    return made


def main() -> None:
    """Train two steps, save, predict, train three more, predict."""
    keras.utils.set_random_seed(3)
    folder = FOLDER / keras.__version__
    folder.mkdir(parents=True, exist_ok=True)
    made = model()
    for _ in range(2):
        made.train_on_batch(X, Y)
    made.save(folder / "m.keras")
    made.save(folder / "m.h5")
    made.save_weights(folder / "m.weights.h5")
    before = made.predict(X, verbose=0)
    for _ in range(3):
        made.train_on_batch(X, Y)
    after = made.predict(X, verbose=0)
    np.savez(folder / "outputs.npz", before=before, after=after)
    print(keras.__version__, "written", sys.version_info[:2])


if __name__ == "__main__":
    main()
