"""Functional models: branches, skips, shared layers, several inputs and outputs, nesting."""

from __future__ import annotations

import numpy as np
import pytest

from nnscratch import Input, Model, Sequential, gradcheck, layers, optimizers
from nnscratch.models import Functional, clone_model

RNG = np.random.default_rng(4)


def test_a_chain_is_the_sequential_model():
    x = Input((8,))
    model = Model(inputs=x, outputs=layers.Dense(1)(layers.Dense(4, "tanh")(x)))
    stack = Sequential([Input((8,)), layers.Dense(4, "tanh"), layers.Dense(1)])
    stack.set_weights(model.get_weights())
    data = RNG.normal(size=(5, 8))
    assert isinstance(model, Functional)
    np.testing.assert_array_equal(model(data), stack(data))


class Plus(layers.Layer):
    """Adds its two inputs; enough to test the graph."""

    def forward(self, x, cache, training=False):
        return x[0] + x[1]

    def backward(self, dy, cache):
        return [dy.copy(), dy.copy()]


def skip_model(dtype="float64"):
    x = Input((3,), dtype=dtype)
    h = layers.Dense(3, "tanh", dtype=dtype)(x)
    y = Plus(dtype=dtype)([h, x])
    return Model(x, layers.Dense(2, dtype=dtype)(y))


def test_a_skip_connection_adds_up_gradients():
    gradcheck.check_model(skip_model(), RNG.normal(size=(4, 3))).assert_ok()


def test_a_shared_layer_collects_the_gradients_of_both_calls():
    shared = layers.Dense(3, "tanh", dtype="float64")
    a, b = Input((4,), dtype="float64"), Input((4,), dtype="float64")
    model = Model([a, b], Plus(dtype="float64")([shared(a), shared(b)]))
    assert len(model.weights) == 2
    gradcheck.check_model(model, [RNG.normal(size=(5, 4)), RNG.normal(size=(5, 4))]).assert_ok()


def two_headed(**compile_options):
    x = Input((4,), name="features")
    h = layers.Dense(5, "relu")(x)
    number = layers.Dense(1, name="number")(h)
    kind = layers.Dense(3, "softmax", name="kind")(h)
    model = Model(
        x, {"number": number, "kind": kind} if compile_options.pop("d", 0) else [number, kind]
    )
    model.compile("sgd", **compile_options)
    return model


DATA = RNG.normal(size=(12, 4))
NUMBERS, KINDS = RNG.normal(size=(12, 1)), np.arange(12) % 3
LOSSES = {"number": "mse", "kind": "sparse_categorical_crossentropy"}


def test_two_outputs_have_two_losses_and_keras_names():
    model = two_headed(loss=LOSSES, metrics={"number": ["mae"], "kind": ["accuracy"]})
    history = model.fit(DATA, [NUMBERS, KINDS], verbose=0, epochs=2)
    assert sorted(history.history) == [
        "kind_accuracy",
        "kind_loss",
        "loss",
        "number_loss",
        "number_mae",
    ]
    values = model.evaluate(DATA, [NUMBERS, KINDS], verbose=0, return_dict=True)
    assert values["loss"] == pytest.approx(values["kind_loss"] + values["number_loss"], rel=1e-6)


def test_loss_weights_count_in_the_total_only():
    model = two_headed(loss=list(LOSSES.values()), loss_weights={"number": 0.5, "kind": 2.0})
    values = model.evaluate(DATA, [NUMBERS, KINDS], verbose=0, return_dict=True)
    total = 0.5 * values["number_loss"] + 2.0 * values["kind_loss"]
    assert values["loss"] == pytest.approx(total, rel=1e-6)


def test_predictions_come_in_the_structure_of_the_outputs():
    listed, named = two_headed(loss="mse"), two_headed(loss="mse", d=1)
    assert [p.shape for p in listed.predict(DATA, verbose=0)] == [(12, 1), (12, 3)]
    found = named.predict(DATA, verbose=0)
    assert {key: value.shape for key, value in found.items()} == {
        "kind": (12, 3),
        "number": (12, 1),
    }
    assert set(named(DATA)) == {"kind", "number"}


def test_targets_and_inputs_can_be_named():
    model = two_headed(loss=LOSSES)
    by_name = {"kind": KINDS, "number": NUMBERS}
    assert model.evaluate({"features": DATA}, by_name, verbose=0) == model.evaluate(
        DATA, [NUMBERS, KINDS], verbose=0
    )


def test_nested_models_with_two_outputs_pass_gradients_on():
    x = Input((3,), dtype="float64")
    h = layers.Dense(4, "tanh", dtype="float64")(x)
    inner = Model(x, [layers.Dense(2, dtype="float64")(h), layers.Dense(2, dtype="float64")(h)])
    outer_x = Input((3,), dtype="float64")
    outer = Model(outer_x, Plus(dtype="float64")(inner(outer_x)))
    gradcheck.check_model(outer, RNG.normal(size=(4, 3))).assert_ok()
    assert outer.count_params() == inner.count_params()


def test_a_nested_models_activity_penalty_counts():
    inner = Sequential([Input((2,)), layers.Dense(2, use_bias=False, activity_regularizer="l2",
                                                  kernel_initializer="identity")])  # fmt: skip
    x = Input((2,))
    model = Model(x, inner(x))
    model.compile(optimizers.SGD(0.1), "mse")
    data = np.array([[1.0, 2.0]])
    assert model.evaluate(data, data, verbose=0) == pytest.approx(0.05)


def test_layers_come_in_keras_order():
    a, b = Input((2,), name="a"), Input((2,), name="b")
    deep = layers.Dense(2, name="deep2")(layers.Dense(2, name="deep1")(a))
    shallow = layers.Dense(2, name="shallow")(b)
    model = Model([a, b], layers.Dense(1, name="top")(Plus(name="plus")([deep, shallow])))
    names = [layer.name for layer in model.layers]
    assert names == ["a", "deep1", "b", "deep2", "shallow", "plus", "top"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Model(Input((2,)), np.ones(3)), "`outputs` must hold symbolic tensors"),
        (lambda: Model(3, Input((2,))), "`inputs` must hold symbolic tensors"),
        (lambda: Model(Input((2,)), layers.Dense(1)(Input((2,)))), "Graph disconnected"),
        (
            lambda: (
                lambda x: Model(
                    x, Plus()([layers.Dense(2, name="d")(x), layers.Dense(2, name="d")(x)])
                )
            )(Input((2,))),
            "2 layers of the model are named 'd'",
        ),
    ],
)
def test_graphs_that_cannot_be_are_named(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_a_dict_for_outputs_that_are_not_there():
    model = two_headed(loss={"number": "mse", "sort": "mse"})
    with pytest.raises(ValueError, match=r"`loss` names \['sort'\]"):
        model.fit(DATA, [NUMBERS, KINDS], verbose=0)


def test_the_wrong_number_of_targets():
    with pytest.raises(ValueError, match="needs 2 arrays in `y`"):
        two_headed(loss=LOSSES).fit(DATA, [NUMBERS], verbose=0)


def test_a_clone_is_compiled_as_its_model_is():
    """As in Keras: `clone_model` of a compiled model can be trained at once."""
    x = Input((3,))
    for model in (
        Model(x, layers.Dense(1)(x)),
        Sequential([Input((3,)), layers.Dense(2), layers.Dense(1)]),
    ):
        assert not clone_model(model).compiled
        model.compile(optimizers.SGD(0.25, momentum=0.5), "mae", metrics=["mse"])
        clone = clone_model(model)
        assert clone.optimizer is not model.optimizer
        assert clone.optimizer.get_config() == model.optimizer.get_config()
        assert len(clone.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0).history["mse"]) == 1


def test_a_shared_layer_is_called_in_the_order_of_the_deepest_first():
    """As Keras does; it decides which of two calls of a Dropout draws first."""
    x = Input((4,))
    shared = layers.Dropout(0.5, seed=1)
    before = layers.Dense(4)(x)
    shallow, deep = shared(x), layers.Dense(4)(shared(before))
    model = Model(x, [shallow, deep])
    assert [n.inputs[0] for n in model.run.nodes if n.layer is shared] == [before, x]


def test_calls_written_out_run_as_they_are_written():
    class TwoDraws(Model):
        def __init__(self):
            super().__init__()
            self.drop = layers.Dropout(0.5, seed=1)

        def call(self, x):
            first = self.drop(x)
            second = self.drop(2.0 * x)
            return second + first

    model = TwoDraws()
    model(np.ones((2, 3)))
    x = np.ones((40, 3), np.float32)
    y = model(x, training=True)
    alone = layers.Dropout(0.5, seed=1)
    first = alone(x, training=True)
    second = alone(2.0 * x, training=True)
    np.testing.assert_array_equal(y, first + second)
