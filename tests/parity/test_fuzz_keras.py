"""Random models with Keras itself: agreement, and what happens where something is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from nnscratch import config, naming
from parity.fuzz.case import FuzzCase
from parity.fuzz.draw import draw
from parity.fuzz.examine import MISMATCH, ONLY_OURS, REFUSED, examine
from parity.fuzz.roundings import shaken
from parity.fuzz.run import Engines, examine_model, make_engines, shrink_finding
from parity.sabotage.table import Change, Sabotage, module
from parity.units import DTYPES, Data
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
    input_shape=(4,),
)


def halved_momentum() -> list[Change]:
    sgd = module("optimizers.sgd")
    original = sgd.sgd_momentum

    def rule(w, g, v, *, momentum, **options) -> None:
        original(w, g, v, momentum=momentum * 0.5, **options)

    return [Change(sgd, "sgd_momentum", rule)]


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_broken_rule_is_found_shrunk_and_shown(dtype: str, engines: Engines) -> None:
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
    from parity.fuzz.script import reproduces

    with engines[0].session(), engines[1].session():
        assert not reproduces(shrunk.program)  # nothing is broken any more


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


def test_the_flag_for_running_eagerly_is_set_back(engines: Engines) -> None:
    flag = engines[0].tf.config.functions_run_eagerly
    before = flag()
    with engines[0].session():
        assert flag()
    assert flag() == before
    assert draw(1, 0).name == "fuzz/1/0"
