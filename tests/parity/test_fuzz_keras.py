"""Random models with Keras itself: agreement, and what happens where something is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from nnscratch import config, naming
from parity import data
from parity.fuzz.case import PACKINGS, FuzzCase, Output, fitted
from parity.fuzz.draw import draw
from parity.fuzz.examine import APART, MISMATCH, NOISE, ONLY_OURS, REFUSED, examine
from parity.fuzz.roundings import shaken
from parity.fuzz.run import Engines, examine_model, make_engines, shrink_finding
from parity.fuzz.script import render, reproduces
from parity.fuzz.shapes import Call
from parity.sabotage.table import Change, Sabotage, module
from parity.units import DTYPES, Data, Obj
from parity.versions import missing

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(bool(missing()), reason='needs Keras: pip install "nnscratch[parity]"'),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def engines() -> Engines:
    return make_engines()


@pytest.fixture(autouse=True)
def _float_type() -> Iterator[None]:
    before = config.floatx()
    yield
    config.set_floatx(before)
    naming.clear_names()


def test_a_few_random_models_agree(engines: Engines) -> None:
    for number in range(8):
        for verdict in examine_model(1, number, DTYPES, None, engines):
            assert not verdict.failed, str(verdict)


MODEL = FuzzCase(
    "fuzz/0/0",
    "fuzz",
    (
        ("Dense", {"units": 5, "activation": "tanh", "kernel_initializer": "he_normal"}),
        ("BatchNormalization", {}),
        ("Dropout", {"rate": 0.25}),
        ("Dense", {"units": 3, "activation": "relu"}),
        ("Dense", {"units": 2}),
    ),
    ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "clipvalue": 2.0}),
    "mse",
    ("mae",),
    data=Data("random", {"x": "normal", "y": "reals", "seed": 3, "shape": (4,), "output": (2,)}),
    samples=13,
    batch_size=5,
    steps=4,
    inputs=((4,),),
)


def halved_momentum() -> list[Change]:
    sgd = module("optimizers.sgd")
    original = sgd.sgd_momentum

    def rule(w, g, v, *, momentum, **options) -> None:
        original(w, g, v, momentum=momentum * 0.5, **options)

    return [Change(sgd, "sgd_momentum", rule)]


def test_a_broken_rule_is_found_shrunk_and_shown(engines: Engines) -> None:
    dtype = "float32"
    assert not examine(MODEL, dtype, *engines).failed
    with Sabotage("halved", "momentum is halved", ("rule/sgd",), halved_momentum).applied():
        verdict = examine(MODEL, dtype, *engines)
        assert (verdict.verdict, verdict.stage) == (MISMATCH, "steps"), str(verdict)
        assert verdict.finding is not None
        shrunk = shrink_finding(verdict, engines)
        small = shrunk.verdict.case
        assert len(small.network) == 1
        assert set(small.optimizer[1]) <= {"momentum", "learning_rate"}
        assert small.steps == 2  # momentum does nothing in the first step
        assert shrunk.shown
    assert (shrunk.verdict.verdict, shrunk.verdict.stage) == (MISMATCH, "steps")
    with engines[0].session(), engines[1].session():
        assert not reproduces(shrunk.program)  # nothing is broken any more


NESTED = {
    "inputs": ((4,),),
    "network": (("BatchNormalization", {}), ("Dense", {"units": 3}), ("Dropout", {"rate": 0.3})),
    "calls": (),
}
FORKED = replace(
    MODEL,
    network=(
        ("Dense", {"units": 4, "activation": "tanh"}),
        ("Add", {}),
        ("Nested", NESTED),
        ("Dense", {"units": 2}),
        ("Dense", {"units": 1, "activation": "sigmoid"}),
    ),
    inputs=((4,), (4,)),
    calls=(
        *(Call(0, (0,)), Call(0, (1,)), Call(0, (3,)), Call(1, (2, 4))),
        *(Call(2, (5,)), Call(4, (2,)), Call(3, (6,))),
    ),
    others=(Output(7, "bce", "bits", ("accuracy",), (), 0.5),),
)
"""A shared layer, called three times; a model within; two inputs and outputs."""


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_graph_agrees_and_every_call_is_compared(packing: str, engines: Engines) -> None:
    case = fitted(replace(FORKED, packing=packing))
    assert case is not None
    for dtype in DTYPES:
        verdict = examine(case, dtype, *engines)
        assert not verdict.failed, str(verdict)
    twins = [engine.twin(case, "float64", case.inputs) for engine in engines]
    batch, _ = next(data.batches(case, data.make(case, "float64")))
    outputs = [
        [name for name in twin.step(batch, True) if name.startswith("output/")] for twin in twins
    ]
    assert sorted(outputs[0]) == sorted(outputs[1])
    assert {f"output/0_Dense/{call}" for call in (0, 1, 2)} < set(outputs[0])
    assert "output/2_Nested" in outputs[0]


def test_a_broken_graph_is_shown_by_a_program(engines: Engines) -> None:
    case = fitted(FORKED)
    assert case is not None

    def overwrite(grads, number, gradient, cache):
        grads[number] = gradient

    changes = [Change(module("layers.graph"), "_accumulate", overwrite)]
    with Sabotage("last", "The last", ("rule/sgd",), lambda: changes).applied():
        verdict = examine(case, "float64", *engines)
        assert (verdict.verdict, verdict.stage) == (MISMATCH, "steps"), str(verdict)
        with engines[0].session(), engines[1].session():
            assert reproduces(render(verdict))
    with engines[0].session(), engines[1].session():
        assert not reproduces(render(verdict))


def test_initial_weights_are_compared_to_the_bit(engines: Engines) -> None:
    normal = module("random").truncated_normal

    def off_by_one_bit(*args, **kwargs):
        return np.nextafter(normal(*args, **kwargs), 2)

    broken = [Change(module("random"), "truncated_normal", off_by_one_bit)]
    with Sabotage("bit", "one bit", ("rule/sgd",), lambda: broken).applied():
        verdict = examine(MODEL, "float32", *engines)
    assert (verdict.verdict, verdict.stage) == (MISMATCH, "start"), str(verdict)


def test_fit_and_evaluate_are_compared_too(engines: Engines) -> None:
    case = replace(MODEL, shuffle=True, split=0.3)
    training = module("models.training")
    original = training.split_validation

    def from_the_front(data, share):
        late, early = original(data, 1 - share)
        return early, late

    changes = [Change(training, "split_validation", from_the_front)]
    assert not examine(case, "float64", *engines).failed
    with Sabotage("front", "the front", ("rule/sgd",), lambda: changes).applied():
        verdict = examine(case, "float64", *engines)
    assert (verdict.verdict, verdict.stage) == (MISMATCH, "closing"), str(verdict)


def test_who_raises_is_told_apart(engines: Engines) -> None:
    refused = replace(MODEL, network=(*MODEL.network, ("Dropout", {"rate": 2.0})))
    assert examine(refused, "float32", *engines).verdict == REFUSED

    def fails(self, x, cache, training=False):
        raise ValueError("broken on purpose")

    changes = [Change(module("layers").Dropout, "forward", fails)]
    with Sabotage("raise", "it raises", ("rule/sgd",), lambda: changes).applied():
        verdict = examine(MODEL, "float32", *engines)
    assert verdict.verdict == ONLY_OURS
    assert "broken on purpose" in verdict.detail


def test_shaking_moves_what_is_computed_and_leaves_what_is_given(engines: Engines) -> None:
    tf = engines[0].tf
    x = tf.Variable(np.linspace(0.1, 2.0, 50))
    before = x.numpy()
    exact = tf.exp(x).numpy()
    with shaken(np.random.default_rng(1)):
        shaken_values = tf.exp(x).numpy()
        total = tf.reduce_sum(tf.reshape(x, (50, 1)), axis=1).numpy()
        compared = tf.maximum(x, 1.0).numpy()
    np.testing.assert_array_equal(x.numpy(), before)
    assert (shaken_values != exact).any()
    np.testing.assert_allclose(shaken_values, exact, rtol=4.5e-16)
    np.testing.assert_allclose(total, before, rtol=2.3e-16)
    np.testing.assert_array_equal(compared, np.maximum(before, 1.0))
    np.testing.assert_array_equal(tf.exp(x).numpy(), exact)


def test_shaking_reaches_what_keras_computes_from_its_own_variables(engines: Engines) -> None:
    """A bias and a list of axes take TensorFlow's second way in, which is shaken too."""
    keras, tf = engines[0].keras, engines[0].tf
    x = tf.constant(np.linspace(1.0, 2.0, 640).reshape(64, 10).astype("float32"))
    bias = keras.Variable(np.full(10, 0.3, "float32"))

    def results():
        mean, variance = keras.ops.moments(x, axes=[0])
        return [tf.nn.bias_add(x, bias).numpy(), mean.numpy(), variance.numpy()]

    exact, before = results(), x.numpy()
    with shaken(np.random.default_rng(1)):
        moved_results = results()
    for a, b in zip(exact, moved_results, strict=True):
        assert (a != b).any()
        np.testing.assert_allclose(a, b, rtol=1e-5)
    np.testing.assert_array_equal(x.numpy(), before)
    for a, b in zip(exact, results(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_shaking_reaches_convolutions_forwards_and_backwards(engines: Engines) -> None:
    keras, tf = engines[0].keras, engines[0].tf
    keras.config.set_floatx("float32")
    x = tf.constant(np.random.default_rng(2).normal(size=(3, 6, 5, 2)).astype("float32"))
    layer = keras.layers.Conv2D(4, 3, kernel_initializer="ones")
    layer.build(x.shape)

    def results():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        kernel = layer.kernel.value
        weights = tf.reshape(tf.range(y.numpy().size, dtype="float32"), y.shape)
        return [t.numpy() for t in (y, *tape.gradient(y, [x, kernel], output_gradients=weights))]

    exact = results()
    with shaken(np.random.default_rng(1)):
        moved_results = results()
    for a, b in zip(exact, moved_results, strict=True):
        assert (a != b).any()
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5 * np.abs(a).max())
    for a, b in zip(exact, results(), strict=True):
        np.testing.assert_array_equal(a, b)


CANCELLING = FuzzCase(
    "fuzz/cancelling",
    "fuzz",
    (
        ("Dense", {"units": 5, "activation": "softplus", "kernel_constraint": "max_norm"}),
        ("BatchNormalization", {"epsilon": 3.026e-05}),
        ("Flatten", {}),
        ("Dropout", {"rate": 0.5, "seed": None}),
        ("Dense", {"units": 4, "activation": "softmax"}),
        ("Dense", {"units": 5}),
    ),
    ("RMSprop", {"learning_rate": 0.01124, "loss_scale_factor": 2.0}),
    Obj("losses.Huber", {"delta": 0.2258}),
    data=Data("random", {"x": "normal", "y": "reals", "seed": 67285}),
    samples=58,
    batch_size=27,
    steps=3,
    seed=16520,
    inputs=((6, 4, 3),),
)


def test_a_bias_before_batch_normalization_is_noise(engines: Engines) -> None:
    """Its gradient is what is left of terms that cancel, and a mean of 648 rows decides it."""
    case = fitted(CANCELLING)
    assert case is not None
    assert examine(case, "float32", *engines).verdict == NOISE


def test_the_flag_for_running_eagerly_is_set_back(engines: Engines) -> None:
    flag = engines[0].tf.config.functions_run_eagerly
    before = flag()
    with engines[0].session():
        assert flag()
    assert flag() == before
    assert draw(1, 0).name == "fuzz/1/0"


TWO_WAYS = FuzzCase(
    "fuzz/two_ways",
    "fuzz",
    (
        ("Concatenate", {}),
        ("Formula", {"formula": "add"}),
        ("Dense", {"units": 3}),
    ),
    ("SGD", {}),
    "mse",
    data=Data("random", {"x": "normal", "y": "reals", "seed": 5}),
    samples=9,
    batch_size=5,
    steps=1,
    inputs=((1,),),
    calls=(Call(0, (0, 0)), Call(1, (1, 0)), Call(2, (2,))),
)
"""Adds a column to two. Of batches of 7 rows the last one has two rows, as many as columns."""


def test_keras_run_eagerly_parts_from_keras_compiled(engines: Engines) -> None:
    for batch_size in (5, 7):  # evaluated 7 at a time; trained on two rows in the second step
        case = fitted(replace(TWO_WAYS, batch_size=batch_size, steps=2))
        assert case is not None
        for dtype in DTYPES:
            verdict = examine(case, dtype, *engines)
            assert verdict.verdict == APART, str(verdict)


def test_a_sum_that_is_off_agrees_with_neither_of_the_two_ways(engines: Engines) -> None:
    network = module("layers").Concatenate
    original = network.forward

    def skewed(self, inputs, cache, training=False):
        return original(self, inputs, cache, training) * 1.001

    case = fitted(TWO_WAYS)
    assert case is not None
    changes = [Change(network, "forward", skewed)]
    with Sabotage("skewed", "A sum.", ("rule/sgd",), lambda: changes).applied():
        verdict = examine(case, "float32", *engines)
    assert verdict.verdict == MISMATCH, str(verdict)
