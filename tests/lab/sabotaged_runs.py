"""Small runs in which each sabotage of the parity suite shows, for `test_explain_sabotages`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch import callbacks, initializers, layers, models, optimizers, regularizers

Case = tuple[Any, Any, Any, dict[str, Any]]
"""Model at its start, inputs, targets, further arguments of `fit`."""

DRAWN = np.random.default_rng(5)
X = DRAWN.normal(size=(21, 4))
Y = X[:, :1] * 2.0 - X[:, 1:2] ** 2 + 0.3
LABELS = (X[:, 0] > 0).astype("float64")[:, None]
CLASSES = np.argmax(X[:, :3] + [0.8, 0.0, 0.0], axis=1)
ONE_HOT = np.eye(3)[CLASSES]
FIT = {"epochs": 2, "batch_size": 8, "shuffle": False}


def net(*middle: Any, head: Any = None, shape: Any = (4,), seed: int = 2) -> Any:
    """Return a small network with hidden layers of one's own."""
    first = middle or (layers.Dense(5, "tanh", kernel_initializer=drawn("GlorotUniform", seed)),)
    last = head or layers.Dense(1, kernel_initializer=drawn("GlorotUniform", seed + 1))
    return models.Sequential([layers.Input(shape), *first, last])


def drawn(name: str, seed: int) -> Any:
    """Return an initializer with a seed."""
    return getattr(initializers, name)(seed=seed)


def dense(units: int, *args: Any, seed: int = 2, **options: Any) -> Any:
    """Return a Dense layer whose kernel comes from a seed."""
    return layers.Dense(units, *args, kernel_initializer=drawn("GlorotUniform", seed), **options)


def rule(optimizer: Callable[[], Any]) -> Callable[[], Case]:
    """Return a case that differs in the optimizer only."""

    def case() -> Case:
        model = net()
        model.compile(optimizer(), "mse")
        return model, X, Y, dict(FIT)

    return case


def plain(model: Any, loss: Any, y: Any, x: Any = X, metrics: Any = None, **fit: Any) -> Case:
    """Return a case trained by gradient descent."""
    model.compile(optimizers.SGD(0.1), loss, metrics=metrics)
    return model, x, y, {**FIT, **fit}


def norm(frozen: bool = False, shift: float = 0.0) -> Case:
    """Return a case with a normalization in the middle and validation."""
    middle = layers.BatchNormalization()
    middle.trainable = not frozen
    model = net(dense(5, use_bias=False), middle, layers.Activation("relu"))
    return plain(model, "mse", Y, X + shift, validation_data=(X[:9] + shift + 1.0, Y[:9]))


def norm_on_axis_1() -> Case:
    """Return a case whose features stand in the middle."""
    model = net(layers.BatchNormalization(axis=1), layers.Flatten(), shape=(4, 4))
    return plain(model, "mse", Y, DRAWN_4 * [[1.0], [2.0], [5.0], [9.0]])


DRAWN_4 = np.random.default_rng(9).normal(size=(21, 4, 4))


def frozen_norm() -> Case:
    """Return a case with a frozen normalization."""
    return norm(frozen=True)


def dropped() -> Case:
    """Return a case with dropout and validation."""
    model = net(dense(6, "tanh"), layers.Dropout(0.3, seed=4))
    return plain(model, "mse", Y, validation_data=(X[:9], Y[:9]))


def activation(name: str) -> Callable[[], Case]:
    """Return a case with a hidden activation."""
    return lambda: plain(net(dense(5, name)), "mse", Y)


def relu_with_zeros() -> Case:
    """Return a case in which some rows are zero, and so are their pre-activations."""
    x = X.copy()
    x[::3] = 0.0
    return plain(net(dense(5, "relu")), "mse", Y, x)


def started(name: str) -> Callable[[], Case]:
    """Return a case whose kernels come from an initializer."""

    def case() -> Case:
        hidden = layers.Dense(30, "tanh", kernel_initializer=drawn(name, 7))
        return plain(net(hidden), "mse", Y)

    return case


def shared_initializer() -> Case:
    """Return a case in which two layers share an initializer without a seed."""
    one = initializers.GlorotUniform()
    hidden = [layers.Dense(4, "tanh", kernel_initializer=one) for _ in range(2)]
    return plain(net(*hidden), "mse", Y)


def penalized(penalty: Any, **options: Any) -> Callable[[], Case]:
    """Return a case with a penalty on kernels and validation."""

    def case() -> Case:
        hidden = dense(5, "tanh", kernel_regularizer=penalty, **options)
        return plain(net(hidden), "mse", Y, validation_data=(X[:9], Y[:9]))

    return case


def l1_on_bias() -> Case:
    """Return a case in which an L1 penalty meets weights of 0."""
    hidden = dense(5, "relu", bias_regularizer=regularizers.L1(0.01))
    return plain(net(hidden), "mse", Y)


def classes(loss: Callable[[], Any], y: Any) -> Callable[[], Case]:
    """Return a case of three classes."""

    def case() -> Case:
        return plain(net(dense(5, "tanh"), head=dense(3, "softmax", seed=3)), loss(), y)

    return case


def sure_and_wrong(loss: str, y: Any, activation: str, units: int) -> Callable[[], Case]:
    """Return a case whose predictions are surer than 1e-7, and wrong."""

    def case() -> Case:
        model = models.Sequential([layers.Input((4,)), dense(units, activation)])
        return plain(model, loss, y, X * 30.0)

    return case


def binary(**options: Any) -> Case:
    """Return a case of two classes."""
    model = net(dense(5, "tanh"), head=dense(1, "sigmoid", seed=3))
    return plain(model, options.pop("loss", "binary_crossentropy"), LABELS, **options)


def half() -> Case:
    """Return a case whose first predictions are exactly one half."""
    head = layers.Dense(1, "sigmoid", kernel_initializer="zeros")
    return plain(net(head=head), "mse", LABELS, metrics=["accuracy"], batch_size=21)


def ties() -> Case:
    """Return a case whose first scores are all equal."""
    head = layers.Dense(3, "softmax", kernel_initializer="zeros")
    model = net(head=head)
    return plain(model, "categorical_crossentropy", ONE_HOT, metrics=["accuracy"], batch_size=21)


def right_at_first() -> Case:
    """Return a case in which some absolute errors are exactly 0 at first."""
    return plain(net(head=layers.Dense(1, kernel_initializer="zeros")), "mae", LABELS)


def clipped() -> Case:
    """Return a case whose loss is computed from probabilities beyond 1e-7."""
    model = models.Sequential(
        [layers.Input((4,)), dense(1, "sigmoid"), layers.Rescaling(1.0), layers.Reshape((1,))]
    )
    return plain(model, "binary_crossentropy", LABELS, X * 30.0)


def weighted(**options: Any) -> Callable[[], Case]:
    """Return a case with sample weights."""
    weights = np.linspace(0.2, 2.0, len(X))
    return lambda: binary(sample_weight=weights, metrics=["mae"], **options)


def two_outputs() -> Case:
    """Return a case whose two losses count differently."""
    x = layers.Input((4,))
    hidden = dense(5, "tanh")(x)
    outputs = [dense(1, seed=3, name="a")(hidden), dense(1, seed=4, name="b")(hidden)]
    model = models.Model(x, outputs)
    model.compile(optimizers.SGD(0.1), "mse", loss_weights=[1.0, 0.2])
    return model, X, [Y, LABELS], dict(FIT)


def nested() -> Case:
    """Return a case with dropout inside of a model within the model, and outside of it."""
    inner = net(dense(6, "tanh"), layers.Dropout(0.3, seed=4), head=dense(3, "tanh", seed=9))
    return plain(net(inner, layers.Dropout(0.2, seed=8)), "mse", Y)


def stopped(restore: bool = False) -> Case:
    """Return a case that early stopping ends."""
    stop = callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=restore)
    model = net()
    model.compile(optimizers.SGD(0.35), "mse")
    fit = {**FIT, "epochs": 12, "callbacks": [stop], "validation_data": (X[::-1] * 2, Y)}
    return model, X, Y, fit


def flat() -> Case:
    """Return a case whose monitored value stays as it is."""
    stop = callbacks.EarlyStopping("val_mae", patience=1, mode="min")
    model = net()
    model.compile(optimizers.SGD(0.0), "mse", metrics=["mae"])
    fit = {**FIT, "epochs": 5, "callbacks": [stop], "validation_data": (X, Y)}
    return model, X, Y, fit
