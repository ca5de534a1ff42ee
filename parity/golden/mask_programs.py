"""Small programs with masks; Keras and nnscratch both run them, as those of `custom_programs`."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

RNG = np.random.default_rng(8)
ROWS = RNG.normal(size=(30, 4)).astype("float32")
ROWS[RNG.uniform(size=30) < 0.4] = 0.0
STEPS = RNG.normal(size=(24, 5, 3)).astype("float32")
STEPS[RNG.uniform(size=(24, 5)) < 0.4] = 0.0
STEPS[3] = 0.0
OTHERS = RNG.normal(size=(24, 5, 3)).astype("float32")
OTHERS[RNG.uniform(size=(24, 5)) < 0.4] = 0.0
LABELS = RNG.integers(0, 3, 30)
TARGETS = RNG.normal(size=(24, 5, 1)).astype("float32")
WEIGHTS = RNG.uniform(0.2, 2.0, 30).astype("float32")
STEP_WEIGHTS = RNG.uniform(0.2, 2.0, (24, 5)).astype("float32")
OPTIONS = {"epochs": 3, "batch_size": 8, "verbose": 0, "shuffle": False}


def _learned(model: Any, history: Any) -> dict[str, Any]:
    return {"history": history.history, "weights": [np.array(w) for w in model.get_weights()]}


def rows(keras: Any, tf: Any) -> dict[str, Any]:
    """Whole samples masked: losses, metrics, weighted metrics, validation, sample weights."""
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Masking(),
            keras.layers.Dense(6, "tanh"),
            keras.layers.BatchNormalization(momentum=0.5),
            keras.layers.Dropout(0.3, seed=2),
            keras.layers.Dense(3, "softmax"),
        ]
    )
    model.compile(
        "adam",
        "sparse_categorical_crossentropy",
        metrics=["accuracy", "sparse_categorical_crossentropy"],
        weighted_metrics=["sparse_top_k_categorical_accuracy", "sparse_categorical_crossentropy"],
    )
    learned = model.fit(ROWS, LABELS, sample_weight=WEIGHTS, validation_split=0.3, **OPTIONS)
    scores = model.evaluate(ROWS, LABELS, batch_size=7, verbose=0)
    return {**_learned(model, learned), "scores": scores, "predict": model.predict(ROWS, verbose=0)}


def steps(keras: Any, tf: Any) -> dict[str, Any]:
    """Single steps masked, with each reduction."""
    found = {}
    for reduction in ("sum_over_batch_size", "sum", "mean_with_sample_weight"):
        keras.utils.set_random_seed(3)
        model = keras.Sequential(
            [
                keras.Input((5, 3)),
                keras.layers.Masking(),
                keras.layers.Dense(4, activity_regularizer="l2"),
                keras.layers.BatchNormalization(momentum=0.5),
                keras.layers.LeakyReLU(),
                keras.layers.LayerNormalization(),
                keras.layers.PReLU(),
                keras.layers.GaussianNoise(0.1, seed=4),
                keras.layers.Dense(1),
            ]
        )
        loss = keras.losses.MeanSquaredError(reduction=reduction)
        rate = 0.01 if reduction == "sum" else 0.1
        metrics = ["mae", keras.metrics.RootMeanSquaredError(name="root")]
        model.compile(keras.optimizers.SGD(rate), loss, metrics=metrics, weighted_metrics=["mse"])
        for name, weights in (("plain", None), ("weighted", STEP_WEIGHTS)):
            learned = model.fit(STEPS, TARGETS, sample_weight=weights, **OPTIONS)
            found[f"{reduction} {name}"] = _learned(model, learned)
    return found


def merged(keras: Any, tf: Any) -> dict[str, Any]:
    """Two masked inputs that meet: which steps count afterwards."""
    found = {}
    makes = {
        **{name: (name, {}) for name in ("Add", "Subtract", "Multiply", "Average", "Concatenate")},
        **{name: (name, {}) for name in ("Maximum", "Minimum")},
        "Concatenate in time": ("Concatenate", {"axis": 1}),
    }
    for title, (name, options) in makes.items():
        for both in (True, False):
            keras.utils.set_random_seed(3)
            first, second = keras.Input((5, 3)), keras.Input((5, 3))
            left = keras.layers.Dense(4)(keras.layers.Masking()(first))
            right = keras.layers.Dense(4)(keras.layers.Masking()(second) if both else second)
            met = getattr(keras.layers, name)(**options)([left, right])
            model = keras.Model([first, second], keras.layers.Dense(1)(met))
            model.compile("sgd", "mse", metrics=["mae"])
            y = np.concatenate([TARGETS] * 2, axis=1) if options else TARGETS
            learned = model.fit([STEPS, OTHERS], y, **OPTIONS)
            found[f"{title} {'both' if both else 'one'}"] = _learned(model, learned)
    return found


def within(keras: Any, tf: Any) -> dict[str, Any]:
    """Masks that come out of models and layers made of layers, and go into them."""

    class Halves(keras.layers.Layer):
        def __init__(self, scaled: bool, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.dense, self.scaled = keras.layers.Dense(4), scaled

        def call(self, x: Any) -> Any:
            y = self.dense(x)
            return y * 0.5 if self.scaled else y

    class Weighs(keras.layers.Layer):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.supports_masking = True

        def call(self, x: Any, mask: Any = None) -> Any:
            if mask is None:
                return x
            return x * (2.0 + keras.ops.expand_dims(keras.ops.cast(mask, "float32"), -1))

    class Positive(keras.layers.Layer):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.dense = keras.layers.Dense(4, "tanh")

        def call(self, x: Any) -> Any:
            return self.dense(x)

        def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
            return keras.ops.any(inputs > 0.5, axis=-1)

    class Net(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.masking, self.dense = keras.layers.Masking(), keras.layers.Dense(1)

        def call(self, x: Any) -> Any:
            return self.dense(self.masking(x))

    def stack(*layers: Any) -> Any:
        return keras.Sequential([keras.Input((5, 3)), *layers])

    named = keras.layers
    models = {
        "out of a model": lambda: stack(stack(named.Masking(), named.Dense(3)), named.Dense(1)),
        "through a model": lambda: stack(named.Masking(), stack(named.Dense(3)), named.Dense(1)),
        "through a layer": lambda: stack(named.Masking(), Halves(False), named.Dense(1)),
        "lost in an operation": lambda: stack(named.Masking(), Halves(True), named.Dense(1)),
        "asked for": lambda: stack(named.Masking(), Weighs(), named.Dense(1)),
        "made by one's own": lambda: stack(Positive(), named.Dense(1)),
        "made by call": Net,
        "lost in Flatten": lambda: stack(named.Masking(), named.Flatten(), named.Dense(1)),
    }
    found = {}
    for title, make in models.items():
        keras.utils.set_random_seed(3)
        model = make()
        model.compile("sgd", "mse", metrics=["mae"])
        y = TARGETS[:, 0] if "Flatten" in title else TARGETS
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found[title] = _learned(model, model.fit(STEPS, y, **OPTIONS))
    return found


def given(keras: Any, tf: Any) -> dict[str, Any]:
    """Masks given as an argument: Softmax, BatchNormalization, models; and written down."""
    x, asked = keras.Input((3,)), keras.Input((3,), dtype="bool")
    scores = keras.layers.Dense(3)(x)
    chosen = keras.layers.Softmax(name="chosen")(scores, mask=asked)
    model = keras.Model([x, asked], chosen * 2.0)  # without the mask, which has an axis too many
    model.compile("sgd", "mse")
    mask = np.array([[1, 0, 1], [1, 1, 1], [0, 1, 0], [0, 0, 0]] * 6, bool)
    numbers = STEPS[:, 0]
    learned = model.fit([numbers, mask], np.eye(3)[np.arange(24) % 3], **OPTIONS)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.keras")
        model.save(path)
        again = keras.models.load_model(path)
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    norm = keras.layers.BatchNormalization(momentum=0.5)
    counts = STEPS.any(axis=-1)
    return {
        **_learned(model, learned),
        "predict": model.predict([numbers, mask], verbose=0),
        "again": again.predict([numbers, mask], verbose=0),
        "copy": copy.predict([numbers, mask], verbose=0),
        "normalized": np.array(norm(STEPS, mask=counts, training=True)),
        "moved": [np.array(w) for w in norm.get_weights()],
        "by channels": _by_channels(keras),
        "softmax": np.array(keras.layers.Softmax(axis=1)(STEPS, mask=counts[..., None])),
        "whole model": _through_a_model(keras, counts),
    }


def _by_channels(keras: Any) -> list[Any]:
    """Return what is left of a normalization whose features are not the last axis."""
    norm = keras.layers.BatchNormalization(axis=1, momentum=0.5)
    counts = STEPS.any(axis=-1)
    y = norm(STEPS, mask=counts, training=True)
    return [np.array(y), *(np.array(w) for w in norm.get_weights())]


def _through_a_model(keras: Any, counts: Any) -> list[Any]:
    norm = keras.layers.BatchNormalization(momentum=0.5)
    model = keras.Sequential([keras.Input((5, 3)), norm])
    model(STEPS, mask=counts, training=True)
    return [np.array(w) for w in norm.get_weights()]


def own_step(keras: Any, tf: Any) -> dict[str, Any]:
    """A training step of one's own: the mask goes with the prediction."""

    class Own(keras.Model):
        def train_step(self, data: Any) -> dict[str, Any]:
            x, y = data
            with tf.GradientTape() as tape:
                y_pred = self(x, training=True)
                loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
            weights = self.trainable_variables
            self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            self.compute_metrics(x, y, y_pred)
            return {"own": loss, "mae": self.metrics[-1].result()["mae"]}

    x = keras.Input((5, 3))
    model = Own(x, keras.layers.Dense(1)(keras.layers.Masking()(x)))
    model.compile("sgd", "mse", metrics=["mae"])
    return _learned(model, model.fit(STEPS, TARGETS, **OPTIONS))


def ignored_class(keras: Any, tf: Any) -> dict[str, Any]:
    """A class that does not count, and a mask beside it."""
    model = keras.Sequential(
        [keras.Input((5, 3)), keras.layers.Masking(), keras.layers.Dense(3, "softmax")]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=1)
    model.compile("sgd", loss, metrics=["accuracy"])
    labels = np.arange(120).reshape(24, 5) % 3
    return _learned(model, model.fit(STEPS, labels, **OPTIONS))


def saved(keras: Any, tf: Any) -> dict[str, Any]:
    """A model with Masking, saved and read."""
    layers = [keras.Input((4,)), keras.layers.Masking(0.5, name="m"), keras.layers.Dense(2)]
    model = keras.Sequential(layers)
    model.compile("sgd", "mse")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model.keras")
        model.save(path)
        again = keras.models.load_model(path)
    x = np.where(ROWS == 0, 0.5, ROWS).astype("float32")
    return {
        "mask_value": again.get_layer("m").get_config()["mask_value"],
        "output": np.array(again(x)),
        "score": again.evaluate(x, np.ones((30, 2)), verbose=0),
    }


def supported(keras: Any, tf: Any) -> dict[str, Any]:
    """Which layers hand masks on."""
    arguments: dict[str, tuple[Any, ...]] = {
        **dict.fromkeys(("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract"), ()),
        **dict.fromkeys(("Concatenate", "ELU", "Flatten", "LeakyReLU", "Masking", "PReLU"), ()),
        **dict.fromkeys(("ActivityRegularization", "BatchNormalization", "ReLU", "Softmax"), ()),
        **dict.fromkeys(("GroupNormalization", "LayerNormalization", "RMSNormalization"), ()),
        **dict.fromkeys(("UnitNormalization", "Normalization", "MaxPooling2D"), ()),
        **dict.fromkeys(("GlobalAveragePooling2D", "ZeroPadding2D", "RandomFlip"), ()),
        **dict.fromkeys(("AlphaDropout", "Dropout", "GaussianDropout"), (0.5,)),
        **dict.fromkeys(("GaussianNoise", "SpatialDropout1D", "Rescaling"), (0.5,)),
        **dict.fromkeys(("CenterCrop", "Conv2D", "RandomCrop", "Resizing"), (2, 2)),
        **dict.fromkeys(("RandomBrightness", "RandomContrast", "RandomRotation"), (0.1,)),
        **dict.fromkeys(("RandomTranslation", "RandomZoom"), (0.1, 0.1)),
        "Activation": ("relu",),
        "Dense": (2,),
        "Dot": (1,),
        "Lambda": (np.abs,),
        "Permute": ((1,),),
        "RepeatVector": (2,),
        "Reshape": ((4,),),
    }
    return {
        name: bool(getattr(keras.layers, name)(*given).supports_masking)
        for name, given in arguments.items()
    }


PROGRAMS = (*(rows, steps, merged, within, given, own_step, ignored_class, saved, supported),)
