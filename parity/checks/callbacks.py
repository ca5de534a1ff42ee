"""EarlyStopping and ReduceLROnPlateau, driven by given sequences of a monitored value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from parity import registry
from parity.units import Golden

NAN = float("nan")


class Recorder:
    """A model as a callback sees it: weights that are the number of the epoch."""

    def __init__(self) -> None:
        self.stop_training = False
        self.metrics: list[Any] = []
        self.epoch = -1.0
        self.restored = -1.0

    def get_weights(self) -> list[Any]:
        """Return this epoch's weights."""
        return [np.array([self.epoch])]

    def set_weights(self, weights: list[Any]) -> None:
        """Note which epoch's weights came back."""
        self.restored = float(weights[0][0])


def run(lib: Any, values: Sequence[float], **options: Any) -> Any:
    """Return how many epochs ran, where it says it stopped, what was restored, and the best."""
    model = Recorder()
    callback = lib.callbacks.EarlyStopping(**{"monitor": "val_loss", **options})
    callback.set_model(model)
    callback.on_train_begin()
    epochs = 0
    for epoch, value in enumerate(values):
        model.epoch = float(epoch)
        callback.on_epoch_end(epoch, {callback.monitor: value})
        epochs += 1
        if model.stop_training:
            break
    callback.on_train_end()
    best = NAN if callback.best is None else float(callback.best)
    return np.array([epochs, callback.stopped_epoch, model.restored, best], lib.dtype)


DOWN_UP = (1.0, 0.8, 0.9, 0.85, 0.7, 0.75, 0.76, 0.77, 0.6)
FLAT = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0)

CORNERS: dict[str, tuple[Sequence[float], dict[str, Any]]] = {
    "patience 0": (DOWN_UP, {}),
    "patience 1": (DOWN_UP, {"patience": 1}),
    "patience 2": (DOWN_UP, {"patience": 2}),
    "patience 3": (DOWN_UP, {"patience": 3, "restore_best_weights": True}),
    "restore though not stopped": (DOWN_UP, {"patience": 9, "restore_best_weights": True}),
    "equal is no improvement": (FLAT, {"patience": 2}),
    "min_delta is strict": ((1.0, 0.75, 0.5, 0.25), {"min_delta": 0.25, "patience": 1}),
    "min_delta is too much": ((1.0, 0.9, 0.85, 0.8), {"min_delta": 0.2, "patience": 2}),
    "max": (DOWN_UP, {"mode": "max", "patience": 2, "restore_best_weights": True}),
    "baseline never met": (FLAT, {"baseline": 0.5, "patience": 2}),
    "baseline met late": (DOWN_UP, {"baseline": 0.72, "patience": 5}),
    "baseline gates the wait": (
        (1.0, 0.9, 0.8, 0.7, 0.6),
        {"baseline": 0.65, "patience": 3, "restore_best_weights": True},
    ),
    "start_from_epoch": (DOWN_UP, {"start_from_epoch": 3, "patience": 1}),
    "NaN at first": (
        (NAN, 0.9, 0.8, 0.7),
        {"patience": 2, "restore_best_weights": True},
    ),
    "NaN later": ((1.0, NAN, NAN, 0.5, 0.4), {"patience": 2, "restore_best_weights": True}),
    "one epoch": ((1.0,), {"restore_best_weights": True}),
}


@registry.check(
    "early-stopping-corners",
    "callbacks",
    "D22",
    golden={
        "patience 0": Golden([3.0, 2.0, -1.0, 0.8], 1e-6),
        "NaN at first": Golden([3.0, 2.0, 0.0, NAN], 1e-6),
    },
    quick=True,
)
def corners(lib: Any) -> dict[str, Any]:
    """Strict comparison, wait counted first, restoring at the end, NaN, baseline, min_delta."""
    return {name: run(lib, values, **options) for name, (values, options) in CORNERS.items()}


@registry.check("early-stopping-in-fit", "callbacks", "D22", quick=True)
def in_fit(lib: Any) -> dict[str, Any]:
    """A diverging run stops, and the best weights come back."""
    x = np.linspace(-2, 2, 9)[:, None].astype(lib.dtype)
    model = lib.Sequential(
        [lib.layers.Input(shape=(1,)), lib.layers.Dense(1, kernel_initializer="ones")]
    )
    model.compile(optimizer=lib.optimizers.SGD(learning_rate=0.9), loss="mse", metrics=["mae"])
    stopping = lib.callbacks.EarlyStopping(
        monitor="val_mae", patience=2, restore_best_weights=True, mode="min"
    )
    trained = model.fit(
        x,
        2 * x + 1,
        epochs=8,
        shuffle=False,
        verbose=0,
        validation_data=(x, 2 * x + 1),
        callbacks=[stopping],
    )
    found = {k: np.asarray(v, lib.dtype) for k, v in trained.history.items()}
    return found | {f"weight {i}": np.array(lib.numpy(w)) for i, w in enumerate(model.weights)}


@registry.check("early-stopping-by-name", "callbacks", "D22")
def auto_mode(lib: Any) -> dict[str, Any]:
    """`mode="auto"` takes the direction from the metric: accuracy upwards."""
    x = np.linspace(-1, 1, 12)[:, None].astype(lib.dtype)
    model = lib.Sequential(
        [lib.layers.Input(shape=(1,)), lib.layers.Dense(1, "sigmoid", kernel_initializer="ones")]
    )
    model.compile(
        optimizer=lib.optimizers.SGD(learning_rate=0.5),
        loss="binary_crossentropy",
        metrics=["accuracy"],
    )
    stopping = lib.callbacks.EarlyStopping(monitor="accuracy", patience=1)
    y = (x > 0.3).astype(lib.dtype)
    trained = model.fit(x, y, epochs=12, shuffle=False, verbose=0, callbacks=[stopping])
    return {k: np.asarray(v, lib.dtype) for k, v in trained.history.items()}


@registry.check(
    "reduce-lr-on-plateau",
    "callbacks",
    "D23",
    golden={
        "cooldown 0": Golden([1, 1, 0.1, 0.1, 0.01], 1e-6),
        "cooldown 1": Golden([1, 1, 0.1, 0.1, 0.01], 1e-6),
        "cooldown 2": Golden([1, 1, 0.1, 0.1, 0.1, 0.01], 1e-6),
    },
    quick=True,
)
def plateau(lib: Any) -> dict[str, Any]:
    """The cooldown is counted down before the check, so 0 and 1 do the same."""
    found = {}
    for cooldown, epochs in ((0, 5), (1, 5), (2, 6)):
        model = lib.Sequential([lib.layers.Input(shape=(1,)), lib.layers.Dense(1)])
        model.compile(optimizer=lib.optimizers.SGD(learning_rate=1.0), loss="mse")
        callback = lib.callbacks.ReduceLROnPlateau(
            monitor="loss", patience=2, cooldown=cooldown, factor=0.1
        )
        callback.set_model(model)
        callback.on_train_begin()
        rates = []
        for epoch in range(epochs):
            callback.on_epoch_end(epoch, {"loss": 1.0})
            rates.append(float(lib.numpy(model.optimizer.learning_rate)))
        found[f"cooldown {cooldown}"] = np.asarray(rates, lib.dtype)
    return found


@registry.check("learning-rate-in-the-history", "callbacks", "D23")
def lagging(lib: Any) -> dict[str, Any]:
    """The history holds the rate of before the cut, so it lags by one epoch."""
    x = np.linspace(-1, 1, 8)[:, None].astype(lib.dtype)
    model = lib.Sequential(
        [lib.layers.Input(shape=(1,)), lib.layers.Dense(1, kernel_initializer="ones")]
    )
    model.compile(optimizer=lib.optimizers.SGD(learning_rate=0.5), loss="mse")
    callback = lib.callbacks.ReduceLROnPlateau(monitor="loss", patience=1, min_delta=10.0)
    trained = model.fit(x, 3 * x, epochs=5, shuffle=False, verbose=0, callbacks=[callback])
    return {k: np.asarray(v, lib.dtype) for k, v in trained.history.items()}
