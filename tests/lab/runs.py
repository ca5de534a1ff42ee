"""Small training runs that the tests of the recorder share."""

from __future__ import annotations

import numpy as np

from nnscratch import Input, Model, Sequential, layers, optimizers, random


def data(rows=52):
    rng = np.random.default_rng(5)
    return rng.random((rows, 6)).astype("float32"), rng.integers(0, 3, rows)


def network(optimizer="adam"):
    model = Sequential(
        [
            Input((6,)),
            layers.Dense(8, "relu", name="first"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.3, name="drop"),
            layers.Dense(5, "tanh", kernel_regularizer="l2", name="second"),
            layers.Dense(3, "softmax", name="last"),
        ]
    )
    chosen = optimizers.get(optimizer)
    model.compile(chosen, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def trained(*callbacks, seed=3, optimizer="adam", epochs=3, model=None, **options):
    """Train on 52 rows in batches of 8: six whole ones and one of 4, in every epoch."""
    random.set_random_seed(seed)
    x, y = data()
    model = model or network(optimizer)
    options = {"batch_size": 8, "epochs": epochs, "verbose": 0, **options}
    history = model.fit(x, y, callbacks=list(callbacks), **options)
    return model, history


def state(model):
    return [v.numpy() for v in [*model.weights, *model.optimizer.variables]]


def assert_same_bits(first, second):
    assert len(first) == len(second)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def branched():
    """A functional model: one layer used twice, a nested model, two inputs."""
    inner = Sequential([Input((4,)), layers.Dense(4, "tanh", name="deep")], name="inner")
    a, b = Input((4,), name="a"), Input((4,), name="b")
    shared = layers.Dense(4, "relu", name="shared")
    merged = layers.Add(name="sum")([inner(shared(a)), shared(b)])
    model = Model([a, b], layers.Dense(1, name="out")(merged))
    model.compile("sgd", "mse")
    return model
