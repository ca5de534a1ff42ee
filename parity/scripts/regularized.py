"""Scripts with noise, penalties, early stopping and every way to shuffle."""

from __future__ import annotations

from typing import Any

from parity.data import binary, clusters, digits, regression
from parity.scripts.area import Fit, script


@script("dropout-rmsprop", "D3", "D16", quick=True)
def dropout_rmsprop(keras: Any, fit: Fit) -> Any:
    """Drop a fifth twice, RMSprop: the masks of every step come from the seed."""
    x, y = digits(300)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((64,)),
            layers.Dense(32, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(24, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=5, batch_size=32, validation_split=0.1)


@script("bn-dropout-adam", "D14", "D16")
def bn_dropout(keras: Any, fit: Fit) -> Any:
    """Normalize, then drop, in a block; no bias where BatchNormalization would take it away."""
    x, y = digits(300)
    layers = keras.layers
    model = keras.Sequential([layers.Input((64,))])
    for units in (32, 16):
        model.add(layers.Dense(units, use_bias=False, kernel_initializer="he_normal"))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
        model.add(layers.Dropout(0.3))
    model.add(layers.Dense(10, "softmax"))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=4, batch_size=30, validation_split=0.2)
    return {"predict": model.predict(x[:20], verbose=0)}


@script("dropout-on-input", "D16")
def dropout_on_input(keras: Any, fit: Fit) -> Any:
    """Drop half of the input, with a short last batch and a seed of the layer's own."""
    x, y = clusters(203)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dropout(0.5, seed=11), layers.Dense(3, "softmax")]
    )
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=6, batch_size=50)


@script("l2-early-stopping", "D8", "D22", quick=True)
def l2_early_stopping(keras: Any, fit: Fit) -> Any:
    """Penalize the kernels and stop early with the best weights."""
    x, y = binary(160)
    layers, l2 = keras.layers, keras.regularizers.l2(0.01)
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(16, "relu", kernel_regularizer=l2),
            layers.Dense(8, "relu", kernel_regularizer=l2),
            layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True)
    fit(model, x, y, epochs=20, batch_size=16, validation_split=0.25, callbacks=[stop])
    return {"evaluate": model.evaluate(x, y, verbose=0)}


@script("l1-l2-elastic", "D8")
def elastic(keras: Any, fit: Fit) -> Any:
    """Penalize by both norms, and a bias as well."""
    x, y = regression(150)
    layers, regularizers = keras.layers, keras.regularizers
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(
                10,
                "tanh",
                kernel_regularizer=regularizers.L1L2(0.001, 0.01),
                bias_regularizer=regularizers.L2(0.05),
            ),
            layers.Dense(1, kernel_regularizer="l1"),
        ]
    )
    model.compile("adam", "mse")
    fit(model, x, y, epochs=5, batch_size=25)


@script("no-shuffle", "D19")
def no_shuffle(keras: Any, fit: Fit) -> Any:
    """Leave the rows in order, and stop early on the training loss."""
    x, y = regression(130)
    layers = keras.layers
    model = keras.Sequential([layers.Input((6,)), layers.Dense(8, "sigmoid"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.3), "mse")
    stop = keras.callbacks.EarlyStopping(monitor="loss", min_delta=0.01, patience=1)
    fit(model, x, y, epochs=20, batch_size=16, shuffle=False, callbacks=[stop])


@script("shuffle-batch", "D19")
def shuffle_batch(keras: Any, fit: Fit) -> Any:
    """Permute the rows within batches only."""
    x, y = clusters(150)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(9, "tanh"), layers.Dense(3, "softmax")]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=4, batch_size=32, shuffle="batch")


@script("steps-per-epoch", "D19", "D21")
def steps_per_epoch(keras: Any, fit: Fit) -> Any:
    """Cut the pass into short epochs and validate after every second."""
    x, y = binary(240)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(8, "relu"), layers.Dense(1, "sigmoid")]
    )
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"])
    fit(
        model,
        x[:192],
        y[:192],
        epochs=4,
        batch_size=16,
        steps_per_epoch=3,
        validation_data=(x[192:], y[192:]),
        validation_freq=2,
    )


@script("seed-anew", "D18", "D19")
def seed_anew(keras: Any, fit: Fit) -> Any:
    """Set the seed again between two fits: the order of the rows changes."""
    x, y = clusters(140)
    layers = keras.layers
    model = keras.Sequential([layers.Input((6,)), layers.Dense(8, "relu"), layers.Dropout(0.25)])
    model.add(layers.Dense(3, "softmax"))
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=2, batch_size=20)
    keras.utils.set_random_seed(5)
    fit(model, x, y, epochs=2, batch_size=20)


@script("unit-norm-constraint", "D17")
def constrained(keras: Any, fit: Fit) -> Any:
    """Keep the columns of a kernel short, from a random_uniform start."""
    x, y = clusters(160)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(
                10,
                "tanh",
                kernel_initializer="random_uniform",
                kernel_constraint=keras.constraints.MaxNorm(0.5),
            ),
            layers.Dense(3, "softmax", bias_initializer="random_normal"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.5), "categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=5, batch_size=32)
