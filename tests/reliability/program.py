"""A training run with everything that remembers something; it is killed and started again."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from nnscratch import Input, Sequential, callbacks, layers, optimizers, utils


def main(folder: Path) -> None:
    """Train in `folder`; at the end write every number of the run to `result.npz`.

    "step" is printed after every step, so that whoever kills knows how far the run has got.
    """
    utils.set_random_seed(5)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(24, 6)).astype("float32"), rng.integers(0, 3, size=24)
    model = Sequential(
        [
            *(Input((6,)), layers.GaussianNoise(0.1), layers.Dense(8, "relu")),
            *(layers.BatchNormalization(), layers.Dropout(0.3), layers.Dense(3, "softmax")),
        ]
    )
    model.compile(optimizers.Adam(0.01, use_ema=True), "sparse_categorical_crossentropy")
    tell = callbacks.LambdaCallback(on_train_batch_end=lambda *_, **__: print("step", flush=True))
    history = model.fit(
        x,
        y,
        batch_size=4,
        epochs=6,
        verbose=0,
        validation_split=0.25,
        callbacks=[
            callbacks.BackupAndRestore(folder / "backup", save_freq=2, double_checkpoint=True),
            callbacks.ModelCheckpoint(folder / "best.keras", save_best_only=True),
            callbacks.ModelCheckpoint(folder / "latest.keras", save_freq=3),
            callbacks.CSVLogger(folder / "log.csv"),
            callbacks.ReduceLROnPlateau(patience=1, min_delta=0.05),
            callbacks.EarlyStopping(patience=9, restore_best_weights=True),
            tell,
        ],
    )
    arrays = [variable.numpy() for variable in [*model.weights, *model.optimizer.variables]]
    np.savez(
        folder / "result.npz",
        *arrays,
        history=json.dumps(history.history),
        draws=np.random.random(3),
        log=(folder / "log.csv").read_text(),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
