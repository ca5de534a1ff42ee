"""Steps by routine have the bits of steps by the layers; see `nnscratch.training.passes`."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import nnscratch as ns
from nnscratch import layers, naming, routine
from nnscratch.training import loop, lots

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


@pytest.fixture(autouse=True)
def batch_by_batch(monkeypatch: Any) -> None:
    """Let inference go batch by batch, by routine, whoever watches."""
    monkeypatch.setattr(lots, "batches_per_lot", lambda model, source: 1)
    monkeypatch.setattr(loop, "batches_per_lot", lambda model, source: 1)


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


class Meddler(ns.callbacks.Callback):
    """Changes something in the middle of training."""

    def __init__(self, change: Any) -> None:
        super().__init__()
        self.change = change

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch == 4:
            self.change(self.model)


def set_weights_to_half(model: Any) -> None:
    model.set_weights([w / 2 for w in model.get_weights()])


CHANGES: dict[str, Any] = {
    "rate of dropout": lambda model: setattr(model.layers[3], "rate", 0.6),
    "momentum": lambda model: setattr(model.layers[0], "momentum", 0.2),
    "activation": lambda model: setattr(model.layers[1], "activation", ns.activations.get("relu")),
    "activation from outside": lambda model: setattr(
        model.layers[1], "activation", ns.activations.get(lambda z: z * np.abs(z))
    ),
    "frozen layer": lambda model: setattr(model.layers[0], "trainable", False),
    "frozen weight": lambda model: setattr(model.layers[-1].bias, "trainable", False),
    "weights": set_weights_to_half,
    "label smoothing": lambda model: setattr(model.loss, "label_smoothing", 0.5),
    "epsilon": lambda model: ns.config.set_epsilon(0.2),
    "weights in other memory": lambda model: ns.optimizers.SGD().build(model.trainable_weights),
}


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_in_training_is_noticed(change: str) -> None:
    x, y = data()
    found = []
    for eager in (True, False):
        loss = ns.losses.CategoricalCrossentropy()
        made = {"loss": loss, "callbacks": [Meddler(CHANGES[change])]}
        if change == "epsilon":
            made["loss"] = "categorical_crossentropy"
        network = NETWORKS["normalized"]
        if change == "epsilon":

            def network() -> Any:
                return ns.Sequential(dense(layers.Dense(5, "tanh"), activation="softplus"))

        try:
            found.append(trained(network, x, np.eye(4, dtype="float32")[y], eager, **made))
        finally:
            ns.config.set_epsilon(1e-7)
    untouched = trained(network, x, np.eye(4, dtype="float32")[y], False, loss=made["loss"])
    assert found[0]["history"] == found[1]["history"]
    moved = change == "weights in other memory"
    assert (found[0]["history"] == untouched["history"]) is moved


class Counted(layers.Dense):
    """A dense layer of a user's own."""

    calls = 0

    def forward(self, x: Any, cache: Any, training: bool = False) -> Any:
        type(self).calls += 1
        return super().forward(x, cache, training)


def test_a_layer_of_ones_own_computes_every_step(routines_run: list[int]) -> None:
    x, y = data()
    Counted.calls = 0
    model = ns.Sequential(dense(Counted(5)))
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=10, epochs=3, verbose=0)
    assert Counted.calls == 30
    assert not routines_run


class Normed(layers.Dense):
    """A layer that says it is steady, and takes a number out of its arrays."""

    steady = True

    def forward(self, x: Any, cache: Any, training: bool = False) -> Any:
        y = super().forward(x, cache, training)
        return y / float(np.abs(y).max())


def test_an_unsteady_pass_goes_on_by_the_layers(routines_run: list[int]) -> None:
    x, y = data()
    model = ns.Sequential(dense(Normed(5)))
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=10, epochs=3, verbose=0)
    assert not routines_run


def test_generators_and_single_batches_have_no_routines(routines_run: list[int]) -> None:
    x, y = data()
    model = NETWORKS["dense"]()
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(((x[i : i + 5].copy(), y[i : i + 5].copy()) for i in range(0, 90, 5)), verbose=0)
    for _ in range(5):
        model.train_on_batch(x, y)
    assert not routines_run


def test_labels_are_checked_in_every_step_of_a_stream() -> None:
    x, y = np.zeros((8, 12), "float32"), np.zeros(8, "int64")

    def batches() -> Any:
        for step in range(9):
            y[0] = 4 if step == 8 else 0
            yield x, y

    model = NETWORKS["dense"]()
    model.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.raises(ns.errors.DataError, match="4"):
        model.fit(batches(), verbose=0)


def test_a_trained_model_is_copied_without_its_routines() -> None:
    x, y = data()
    model = NETWORKS["normalized"]()
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(x, y, batch_size=10, verbose=0)
    twin = copy.deepcopy(model)
    for each in (model, twin):
        each.fit(x, y, batch_size=10, shuffle=False, verbose=0)
    for mine, other in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    assert not any(
        np.shares_memory(a.value, b.value) for a, b in zip(model.weights, twin.weights, strict=True)
    )


@pytest.mark.parametrize(
    "operation",
    [
        lambda a: float(a[0, 0]),
        lambda a: np.add.reduce(a, axis=None),
        lambda a: bool(a.any()),
        lambda a: a[a > 1],
        lambda a: a.item(0),
        lambda a: a.tolist(),
        lambda a: list(a.flat),
        lambda a: np.sum(a, 0, None, np.empty(3)),
        lambda a: np.split(a, 3, axis=1),
        lambda a: np.modf(a),
        lambda a: np.add.at(a, 0, 1.0),
        lambda a: a.sort(),
    ],
)
def test_what_may_differ_in_the_next_step_is_noticed(operation: Any) -> None:
    with routine.writing() as writer:
        operation(routine.watched(np.arange(6.0).reshape(2, 3)))
    assert not writer.steady


@pytest.mark.parametrize(
    "operation",
    [
        lambda a: a + 1,
        lambda a: np.where(a > 0, a, -a),
        lambda a: a.reshape(3, 2).T.copy(),
        lambda a: a.astype("int32"),
        lambda a: np.clip(a, -1, 1),
        lambda a: np.add.reduce(a, axis=0),
        lambda a: np.maximum(a, 0.5),
        lambda a: a[:, ::-1] * a[0],
        lambda a: np.concatenate([a, a]),
        lambda a: np.cumsum(a, axis=1),
        lambda a: a.take([0, 2], axis=1),
        lambda a: a @ a.T,
        lambda a: a.mean(axis=1),
        lambda a: a.argmax(axis=1),
        lambda a: np.squeeze(np.expand_dims(np.swapaxes(a, 0, 1), 0) * 2, 0),
        lambda a: np.broadcast_to(a, (2, 2, 3)) - 1,
    ],
)
def test_operations_come_back_on_other_numbers(operation: Any) -> None:
    first, second = np.arange(6.0).reshape(2, 3), np.array([[3.0, -1.0, 0.2], [9.0, 2.0, -7.0]])
    array = first.copy()
    with routine.writing() as writer:
        result = routine.plain(operation(routine.watched(array)))
    np.testing.assert_array_equal(result, operation(first))
    array[...] = second
    writer.routine.run()
    assert writer.steady
    np.testing.assert_array_equal(result, operation(second))
