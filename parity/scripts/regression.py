"""Scripts with numbers or two classes to predict."""

from __future__ import annotations

from typing import Any

from parity.data import binary, regression
from parity.scripts.area import Fit, script


@script("binary-sigmoid", "D9", "D24", quick=True)
def binary_sigmoid(keras: Any, fit: Fit) -> Any:
    """Tell two classes apart by one sigmoid unit."""
    x, y = binary(300)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(12, "relu"), layers.Dense(1, "sigmoid")]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=6, batch_size=32, validation_split=0.3)
    return {"evaluate": model.evaluate(x, y, verbose=0), "predict": model.predict(x, verbose=0)}


@script("binary-logits", "D9")
def binary_logits(keras: Any, fit: Fit) -> Any:
    """Do the same from a logit, by SGD with momentum."""
    x, y = binary(230)
    layers = keras.layers
    model = keras.Sequential([layers.Input((6,)), layers.Dense(8, "tanh"), layers.Dense(1)])
    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.9),
        keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)],
    )
    fit(model, x, y, epochs=6, batch_size=20)


@script("binary-columns", "D13")
def binary_columns(keras: Any, fit: Fit) -> Any:
    """Answer three yes-or-no questions at once."""
    x, y = binary(190, columns=3)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(10, "sigmoid"), layers.Dense(3, "sigmoid")]
    )
    model.compile(keras.optimizers.RMSprop(0.01), "binary_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=5, batch_size=32)


@script("regression-mse", "D13", quick=True)
def regression_mse(keras: Any, fit: Fit) -> Any:
    """Fit a function of six numbers, with given validation data."""
    x, y = regression(260)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(16, "tanh"), layers.Dense(8, "tanh"), layers.Dense(1)]
    )
    model.compile("adam", "mse", metrics=["mae"])
    fit(model, x[:200], y[:200], epochs=10, batch_size=25, validation_data=(x[200:], y[200:]))
    return {"predict": model.predict(x[200:], verbose=0)}


@script("regression-mae-rmsprop", "D3")
def regression_mae(keras: Any, fit: Fit) -> Any:
    """Minimize the absolute error of two columns by centered RMSprop."""
    x, y = regression(210, columns=2)
    layers = keras.layers
    model = keras.Sequential([layers.Input((6,)), layers.Dense(12, "relu"), layers.Dense(2)])
    model.compile(keras.optimizers.RMSprop(0.003, centered=True, momentum=0.5), "mae")
    fit(model, x, y, epochs=6, batch_size=30)


@script("regression-flat-targets", "D13")
def flat_targets(keras: Any, fit: Fit) -> Any:
    """Take targets without a column axis, as people write them; twenty epochs."""
    x, y = regression(120)
    layers = keras.layers
    model = keras.Sequential([layers.Input((6,)), layers.Dense(8, "relu"), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.05), "mean_squared_error")
    fit(model, x, y[:, 0], epochs=20, batch_size=40)


@script("sample-weight", "D12")
def sample_weight(keras: Any, fit: Fit) -> Any:
    """Weigh the rows, some of them with zero."""
    x, y = regression(170)
    weight = (abs(x[:, 0]) > 0.2) * (1.0 + x[:, 1] ** 2)
    layers = keras.layers
    model = keras.Sequential([layers.Input((6,)), layers.Dense(10, "tanh"), layers.Dense(1)])
    model.compile("adam", "mse", weighted_metrics=["mae"])
    fit(model, x, y, epochs=5, batch_size=32, sample_weight=weight)


@script("linear-model", "D5")
def linear_model(keras: Any, fit: Fit) -> Any:
    """Fit one linear unit, all rows in one batch."""
    x, y = regression(90)
    model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.2), "mse")
    fit(model, x, y, epochs=20, batch_size=90)


@script("clipped-gradients", "D7")
def clipped(keras: Any, fit: Fit) -> Any:
    """Bound the norm of all gradients together."""
    x, y = regression(150)
    layers = keras.layers
    model = keras.Sequential([layers.Input((6,)), layers.Dense(10, "relu"), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.01, global_clipnorm=0.5), "mse", metrics=["mae"])
    fit(model, 3 * x, 5 * y, epochs=5, batch_size=25)


@script("weight-decay", "D6")
def weight_decay(keras: Any, fit: Fit) -> Any:
    """Let Adam shrink the weights beside its steps."""
    x, y = binary(200)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(12, "tanh"), layers.Dense(1, "sigmoid")]
    )
    model.compile(keras.optimizers.Adam(0.01, weight_decay=0.02), "binary_crossentropy")
    fit(model, x, y, epochs=5, batch_size=32)
