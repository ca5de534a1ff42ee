"""The notes' losses and metrics: regression, classification, series in time."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import losses, metrics

tf.keras.utils.set_random_seed(777)

rng = np.random.default_rng(0)
x = rng.normal(size=(500, 8)).astype("float32")
real = (x[:, :1] * 2 - x[:, 1:2]).astype("float32")
yes = (x.sum(axis=1, keepdims=True) > 0).astype("float32")
parts = np.exp(x[:, :3])
shares = (parts / parts.sum(axis=1, keepdims=True)).astype("float32")


def report(title, units, activation, loss, target, measures):
    """Train a small network and print its loss and metrics."""
    model = tf.keras.Sequential(
        [
            tf.keras.layers.Input((8,)),
            tf.keras.layers.Dense(16, activation="relu"),
            tf.keras.layers.Dense(units, activation=activation),
        ]
    )
    model.compile("adam", loss, metrics=measures)
    model.fit(x, target, epochs=4, verbose=0)
    found = model.evaluate(x, target, verbose=0, return_dict=True)
    for name, value in found.items():
        print(f"{title} {name}: {float(np.ravel(value)[0]):.3f}")


for loss in ("mse", "mae", losses.Huber()):
    name = loss if isinstance(loss, str) else loss.name
    report(name, 1, None, loss, real, ["mse", "mae", metrics.R2Score()])
report(
    "yes or no",
    1,
    "sigmoid",
    "binary_crossentropy",
    yes,
    [
        "accuracy",
        metrics.Precision(name="precision"),
        metrics.Recall(name="recall"),
        metrics.F1Score(threshold=0.5, name="f1"),
        metrics.AUC(name="auc"),
    ],
)
report("shares", 3, "softmax", losses.KLDivergence(), shares, ["kl_divergence"])
