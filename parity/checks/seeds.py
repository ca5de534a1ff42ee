"""Seeds: one call of `set_random_seed` fixes weights, noise and the order of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from parity import registry


@registry.check("weights-from-the-seed", "seeds", "D18", "D17", quick=True)
def weights(lib: Any) -> dict[str, Any]:
    """Default initializers draw their seeds from Python's generator, in order of construction."""
    lib.utils.set_random_seed(777)
    layers = lib.layers
    model = lib.Sequential(
        [
            layers.Input(shape=(20,)),
            layers.Dense(12, "relu"),
            layers.Dropout(0.2),
            layers.BatchNormalization(),
            layers.Dense(9, kernel_initializer="he_normal", bias_initializer="random_normal"),
            layers.Dense(4, "softmax", kernel_initializer="lecun_uniform"),
        ]
    )
    return {f"{i}": np.array(lib.numpy(w)) for i, w in enumerate(model.weights)}


@registry.check("whole-run-from-the-seed", "seeds", "D16", "D18", "D19", quick=True)
def whole_run(lib: Any) -> dict[str, Any]:
    """Weights, masks and order all follow from the seed: `fit` gives the same epochs."""
    rng = np.random.default_rng(51)
    x = rng.normal(size=(70, 6)).astype(lib.dtype)
    y = np.eye(3, dtype=lib.dtype)[rng.integers(0, 3, 70)]
    lib.utils.set_random_seed(42)
    layers = lib.layers
    model = lib.Sequential(
        [layers.Input(shape=(6,)), layers.Dense(10, "tanh"), layers.Dropout(0.3)]
    )
    model.add(layers.Dense(3, "softmax"))
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    trained = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
    found = {k: np.asarray(v, lib.dtype) for k, v in trained.history.items()}
    return found | {f"weight {i}": np.array(lib.numpy(w)) for i, w in enumerate(model.weights)}
