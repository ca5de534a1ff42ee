"""Scripts with several classes: one-hot and integer targets, softmax and logits."""

from __future__ import annotations

from typing import Any

from parity.data import clusters, digits
from parity.scripts.area import Fit, script


@script("sigmoid-sgd", "D5", "D19", quick=True)
def sigmoid_sgd(keras: Any, fit: Fit) -> Any:
    """Do the notes' first program: three sigmoid layers and a softmax, plain SGD, digits."""
    x, y = digits(300)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((64,)),
            layers.Dense(32, activation="sigmoid"),
            layers.Dense(16, activation="sigmoid"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="sgd", loss="categorical_crossentropy", metrics=["accuracy"])
    fit(model, x[:250], y[:250], epochs=5, batch_size=32)
    scores = model.evaluate(x[250:], y[250:], verbose=0)
    return {"evaluate": scores, "predict": model.predict(x[250:], verbose=0)}


@script("relu-adam", "D1", "D2", "D18", quick=True)
def relu_adam(keras: Any, fit: Fit) -> Any:
    """Train he_normal relu layers by Adam, and validate on the last fifth."""
    x, y = digits(320)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((64,)),
            layers.Dense(32, activation="relu", kernel_initializer="he_normal"),
            layers.Dense(24, activation="relu", kernel_initializer="he_normal"),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=6, batch_size=32, validation_split=0.2)


@script("logits-rmsprop", "D3", "D9")
def logits_rmsprop(keras: Any, fit: Fit) -> Any:
    """Take integer labels and a loss of logits."""
    x, y = digits(300, one_hot=False)
    layers = keras.layers
    model = keras.Sequential()
    model.add(layers.Input((64,)))
    model.add(layers.Dense(20, "tanh"))
    model.add(layers.Dense(10))
    model.compile(
        optimizer=keras.optimizers.RMSprop(0.002),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    fit(model, x, y, epochs=4, batch_size=50)


@script("square-input-bn", "D14", "D15")
def square_input(keras: Any, fit: Fit) -> Any:
    """Flatten squares, then normalize after each activation.

    There is no bias before a sigmoid that is normalized: the sigmoid is nearly linear at the
    start, so that next to nothing but rounding would be left of the bias's gradient in float32.
    """
    x, y = digits(260, flat=False)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((8, 8)),
            layers.Flatten(),
            layers.Dense(24, activation="sigmoid", use_bias=False),
            layers.BatchNormalization(),
            layers.Dense(12, activation="relu"),
            layers.BatchNormalization(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer=keras.optimizers.SGD(0.1, momentum=0.9),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    fit(model, x, y, epochs=4, batch_size=40, validation_split=0.25)


@script("adagrad-glorot-normal", "D4", "D17")
def adagrad(keras: Any, fit: Fit) -> Any:
    """Start from glorot_normal and give Adagrad a large learning rate."""
    x, y = clusters(240)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((6,)),
            layers.Dense(16, "tanh", kernel_initializer="glorot_normal"),
            layers.Dense(3, "softmax", kernel_initializer="glorot_normal"),
        ]
    )
    model.compile(keras.optimizers.Adagrad(0.1), "categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=8, batch_size=16)


@script("late-build", "D18")
def late_build(keras: Any, fit: Fit) -> Any:
    """Learn the shape of the input from the data; the default batch size."""
    x, y = clusters(200, one_hot=False)
    layers = keras.layers
    model = keras.Sequential([layers.Dense(10, "relu"), layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=5)


@script("label-smoothing", "D11")
def label_smoothing(keras: Any, fit: Fit) -> Any:
    """Smooth the labels, with Nesterov's momentum."""
    x, y = clusters(210, classes=4)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(14, "sigmoid"), layers.Dense(4, "softmax")]
    )
    model.compile(
        keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
        keras.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=["accuracy"],
    )
    fit(model, x, y, epochs=6, batch_size=30)


@script("class-weight", "D12")
def class_weight(keras: Any, fit: Fit) -> Any:
    """Weigh the classes."""
    x, y = clusters(180, one_hot=False)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(12, "relu"), layers.Dense(3, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=5, batch_size=24, class_weight={0: 1.0, 1: 3.0, 2: 0.5})


@script("two-fits", "D2", "D19")
def two_fits(keras: Any, fit: Fit) -> Any:
    """Go on training where the first fit stopped, with other batches; the slots live on."""
    x, y = clusters(220)
    layers = keras.layers
    model = keras.Sequential(
        [layers.Input((6,)), layers.Dense(12, "tanh"), layers.Dense(3, "softmax")]
    )
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy", metrics=["accuracy"])
    fit(model, x, y, epochs=3, batch_size=32)
    fit(model, x, y, epochs=5, initial_epoch=3, batch_size=50)


@script("two-models", "D18", "D19")
def two_models(keras: Any, fit: Fit) -> Any:
    """Train two models after one seed: the second draws on where the first has stopped."""
    x, y = clusters(160)
    layers = keras.layers
    for units in (8, 12):
        model = keras.Sequential(
            [layers.Input((6,)), layers.Dense(units, "relu"), layers.Dense(3, "softmax")]
        )
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        fit(model, x, y, epochs=3, batch_size=32)
