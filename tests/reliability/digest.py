"""Train a small network and print a digest of every bit of it; how is told by the arguments."""

from __future__ import annotations

import hashlib
import importlib
import sys

if "imports backwards" in sys.argv:
    for room in ("saving", "models", "losses", "layers"):
        importlib.import_module(f"nnscratch.{room}")

import numpy as np

from nnscratch import Input, Sequential, callbacks, layers, optimizers, regularizers, utils


def main() -> None:
    """Train as the words on the command line say."""
    utils.set_random_seed(11)
    wide = "wide" in sys.argv
    x = np.random.default_rng(0).normal(size=(600, 784 if wide else 20)).astype("float32")
    y = np.random.default_rng(1).integers(0, 10, size=600)
    width = 512 if wide else 32
    model = Sequential(
        [
            *(Input(x.shape[1:]), layers.Dense(width, "relu", kernel_regularizer="l2")),
            *(layers.BatchNormalization(), layers.Dropout(0.25)),
            layers.Dense(width, "tanh", kernel_regularizer=regularizers.L1(1e-5)),
            layers.Dense(10, "softmax"),
        ]
    )
    model.compile(optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    watching = [callbacks.LambdaCallback(on_train_batch_end=lambda *_, **__: None)]
    history = model.fit(
        *(x, y),
        batch_size=128,
        epochs=3,
        verbose=0,
        validation_split=0.2,
        callbacks=watching if "watched" in sys.argv else None,
    )
    digest = hashlib.sha256(repr(history.history).encode())
    for variable in [*model.weights, *model.optimizer.variables]:
        digest.update(variable.numpy().tobytes())
    digest.update(model.predict(x[:100], verbose=0).tobytes())
    print(digest.hexdigest())


if __name__ == "__main__":
    main()
