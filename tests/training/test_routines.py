"""Steps by routine have the bits of steps by the layers; see `nnscratch.training.passes`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nnscratch as ns
from nnscratch import layers, naming, routine

ROWS, BATCH = 100, 16


def data(shape: tuple[int, ...] = (12,), classes: int = 4) -> tuple[Any, Any]:
    rng = np.random.default_rng(7)
    return rng.normal(size=(ROWS, *shape)).astype("float32"), rng.integers(0, classes, ROWS)


def dense(*within: Any, units: int = 4, activation: str = "softmax") -> list[Any]:
    return [layers.Input((12,)), *within, layers.Dense(units, activation)]


def trained(make: Any, x: Any, y: Any, eager: bool, **options: Any) -> dict[str, Any]:
    """Return everything that two fits, an evaluation and a prediction leave."""
    naming.clear_names()
    ns.utils.set_random_seed(3)
    model = make()
    compiled = {"optimizer": "adam", "loss": "sparse_categorical_crossentropy"}
    fitted = {"validation_data": (x[:40], y[:40]), "epochs": 3, "batch_size": BATCH}
    for name, value in options.items():
        (fitted if name in ("sample_weight", "shuffle", "callbacks") else compiled)[name] = value
    model.compile(**compiled, metrics=["accuracy"], run_eagerly=eager)
    history = [model.fit(x, y, verbose=0, **fitted).history for _ in range(2)]
    found = {f"weight {i}": w for i, w in enumerate(model.get_weights())}
    found |= {v.path: v.numpy() for v in model.optimizer.variables}
    found |= {f"output of {k}": v for k, v in model.node_outputs().items()}
    found |= {f"gradient {i}": v.grad for i, v in enumerate(model.trainable_weights)}
    found["prediction"] = model.predict(x, batch_size=BATCH, verbose=0)
    found["evaluation"] = model.evaluate(x, y, batch_size=BATCH, verbose=0)
    return {**found, "history": history}


def assert_same_bits(make: Any, x: Any, y: Any, **options: Any) -> None:
    expected = trained(make, x, y, eager=True, **options)
    received = trained(make, x, y, eager=False, **options)
    assert expected.keys() == received.keys()
    for name in expected:
        np.testing.assert_array_equal(
            np.asarray(received[name], dtype=object if name == "history" else None),
            np.asarray(expected[name], dtype=object if name == "history" else None),
            err_msg=name,
        )


@pytest.fixture
def routines_run(monkeypatch: Any) -> Any:
    """Count the calls made by routine."""
    counts: list[int] = []
    run = routine.Routine.run

    def counted(self: Any) -> None:
        counts.append(len(self.calls))
        run(self)

    monkeypatch.setattr(routine.Routine, "run", counted)
    return counts


NETWORKS: dict[str, Any] = {
    "dense": lambda: ns.Sequential(dense(layers.Dense(9, "sigmoid"), layers.Dense(8, "relu"))),
    "normalized": lambda: ns.Sequential(
        dense(
            layers.BatchNormalization(),
            layers.Dense(9, "tanh", kernel_regularizer="l2", use_bias=False),
            layers.BatchNormalization(momentum=0.5, scale=False),
            layers.Dropout(0.3),
            layers.Activation("elu"),
        )
    ),
    "reshaped": lambda: ns.Sequential(
        dense(layers.Reshape((3, 4)), layers.Permute((2, 1)), layers.Dense(5), layers.Flatten())
    ),
    "branches": lambda: branched(),
    "shared": lambda: shared(),
    "frozen": lambda: ns.Sequential(
        dense(layers.BatchNormalization(trainable=False), layers.Dense(5, trainable=False))
    ),
    "float64": lambda: ns.Sequential(
        dense(layers.Dense(6, "gelu", dtype="float64"), layers.ReLU(max_value=1.0))
    ),
}


def branched() -> Any:
    x = layers.Input((12,))
    left = layers.Dense(6, "relu")(x)
    right = layers.Dense(6, "softplus")(x)
    parts = [layers.Add()([left, right]), layers.Multiply()([left, right])]
    parts.append(layers.Maximum()([left, right]))
    y = layers.Average()(parts)
    return ns.Model(x, layers.Dense(4, "softmax")(layers.Subtract()([y, left])))


def shared() -> Any:
    x, layer = layers.Input((12,)), layers.Dense(12, "selu")
    return ns.Model(x, layers.Dense(4, "softmax")(layer(layers.Dropout(0.1)(layer(x)))))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_routine_has_the_bits_of_the_layers(name: str, routines_run: list[int]) -> None:
    assert_same_bits(NETWORKS[name], *data())
    assert len(routines_run) > 20


def every_activation() -> list[str]:
    known = [
        n
        for n in dir(ns.activations)
        if isinstance(getattr(ns.activations, n), ns.activations.Activation)
    ]
    return [n for n in known if n not in ("threshold",)]


@pytest.mark.parametrize("name", every_activation())
def test_every_activation(name: str) -> None:
    def make() -> Any:
        return ns.Sequential(dense(layers.Dense(8, name), layers.Dense(8)))

    assert_same_bits(make, *data())


@pytest.mark.parametrize(
    ("loss", "activation", "targets"),
    [
        ("categorical_crossentropy", "softmax", "one-hot"),
        ("categorical_crossentropy", "softplus", "one-hot"),
        (ns.losses.CategoricalCrossentropy(label_smoothing=0.1), "softmax", "one-hot"),
        (ns.losses.SparseCategoricalCrossentropy(from_logits=True), "linear", "labels"),
        ("sparse_categorical_crossentropy", "sigmoid", "labels"),
        ("binary_crossentropy", "sigmoid", "one-hot"),
        ("binary_crossentropy", "hard_sigmoid", "one-hot"),
        ("mse", "linear", "one-hot"),
        ("mae", "tanh", "one-hot"),
        ("huber", "linear", "one-hot"),
    ],
)
def test_losses(loss: Any, activation: str, targets: str) -> None:
    x, y = data()
    if targets == "one-hot":
        y = np.eye(4, dtype="float32")[y]

    def make() -> Any:
        return ns.Sequential(dense(layers.Dense(8, "relu"), activation=activation))

    assert_same_bits(make, x, y, loss=loss)


@pytest.mark.parametrize(
    "options",
    [
        {"sample_weight": np.linspace(0, 2, ROWS)},
        {"shuffle": False},
        {"optimizer": ns.optimizers.SGD(0.1, loss_scale_factor=4.0).get_config()},
        {"jit_compile": True},
        {"steps_per_execution": 3},
    ],
    ids=lambda options: next(iter(options)),
)
def test_ways_to_train(options: dict[str, Any]) -> None:
    if "optimizer" in options:
        config = options["optimizer"]
        expected, received = (
            trained(NETWORKS["normalized"], *data(), eager, optimizer=ns.optimizers.SGD(**config))
            for eager in (True, False)
        )
        assert expected["history"] == received["history"]
    elif "jit_compile" in options:
        with pytest.warns(UserWarning, match="rules"):
            trained(NETWORKS["normalized"], *data(), True, **options)
    else:
        assert_same_bits(NETWORKS["normalized"], *data(), **options)
