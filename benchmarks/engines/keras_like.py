"""A workload built and run through Keras's API, by whichever package offers it."""

from __future__ import annotations

from typing import Any

from benchmarks.engines import Go
from benchmarks.workloads import Array, BatchNorm, Conv, Dense, Dropout, Flatten, Workload


def build(keras: Any, workload: Workload) -> Any:
    """Return the model, not compiled."""
    layers = keras.layers
    model = keras.Sequential([keras.Input(workload.shape)])
    for layer in workload.layers:
        if isinstance(layer, Dense):
            penalized = workload.l2 and layer is not workload.layers[-1]
            model.add(
                layers.Dense(
                    layer.units,
                    layer.activation,
                    kernel_regularizer=keras.regularizers.L2(workload.l2) if penalized else None,
                )
            )
        elif isinstance(layer, BatchNorm):
            model.add(layers.BatchNormalization())
        elif isinstance(layer, Dropout):
            model.add(layers.Dropout(layer.rate))
        elif isinstance(layer, Conv):
            model.add(layers.Conv2D(layer.filters, 3, activation="relu"))
            model.add(layers.MaxPooling2D(2))
        elif isinstance(layer, Flatten):
            model.add(layers.Flatten())
    return model


def prepare(keras: Any, workload: Workload, x: Array, y: Array, **options: Any) -> tuple[Go, Any]:
    """Return the measured go through the public `fit` (or `predict` and `evaluate`), and the model.

    A callback that watches the epochs is there in every fit, as it is in most programs.
    """
    model = build(keras, workload)
    kind = "binary" if workload.binary else "sparse_categorical"
    model.compile(workload.optimizer, f"{kind}_crossentropy", metrics=["accuracy"], **options)

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]
        """Sees the logs of every epoch."""

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            """Keep them."""
            self.logs = logs

    def fit() -> None:
        history = model.fit(
            x,
            y,
            batch_size=workload.batch_size,
            epochs=workload.epochs,
            callbacks=[Watch()],
            verbose=0,
        )
        assert len(history.history["accuracy"]) == workload.epochs

    def look() -> None:
        assert len(model.predict(x, verbose=0)) == workload.rows
        model.evaluate(x, y, verbose=0)

    return (fit if workload.trains else look), model
