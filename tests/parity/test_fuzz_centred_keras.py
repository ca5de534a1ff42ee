"""Keras's normalizations with the mean taken away first: equal in exact arithmetic, not in ours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from nnscratch import config, naming
from parity.fuzz.activated import Activated
from parity.fuzz.case import FuzzCase, fitted
from parity.fuzz.centred import centred
from parity.fuzz.examine import MISMATCH, NOISE, examine
from parity.fuzz.run import Engines, make_engines
from parity.sabotage.table import Sabotage, around, module
from parity.units import Data, Obj
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


LONELY = FuzzCase(
    "fuzz/lonely",
    "fuzz",
    (
        ("Dense", {"units": 3, "activation": Activated("hard_shrink", {"threshold": 0.753})}),
        ("BatchNormalization", {}),
        ("BatchNormalization", {"scale": False}),
    ),
    ("Adam", {}),
    Obj("losses.Circle", {}),
    data=Data("random", {"x": "sparse", "y": "labels", "seed": 51863}),
    samples=3,
    batch_size=3,
    steps=1,
    seed=22586,
    inputs=((9,),),
)
"""Columns with one number that is not 0: behind a normalization its gradient is nearly 0.

Keras takes the mean away last, and whatever rounding the sum over the rows has made cancels in
both of its terms. With the mean taken away first the terms round apart.
"""


def test_a_lonely_number_before_batch_normalization_is_noise(engines: Engines) -> None:
    case = fitted(LONELY)
    assert case is not None
    verdict = examine(case, "float32", *engines)
    assert verdict.verdict == NOISE, str(verdict)


@pytest.mark.parametrize(
    ("dtype", "size"), [("float32", 3e-5), ("float64", 1e-6), ("float64", 1e-11)]
)
def test_a_gradient_behind_a_normalization_that_is_off_is_found(
    dtype: str, size: float, engines: Engines
) -> None:
    """Nothing cancels in the gradient of a gamma: a few bands more are a mismatch."""
    normalization = module("layers").BatchNormalization

    def wrapper(backward):
        def skewed(self, dy, cache):
            dx = backward(self, dy, cache)
            self.gamma.grad[1] *= np.dtype(dtype).type(1 + size)
            return dx

        return skewed

    changes = [around(normalization, "backward", wrapper)]
    case = fitted(SOUND)
    assert case is not None
    assert not examine(case, dtype, *engines).failed
    with Sabotage("skewed", "A gamma.", ("rule/sgd",), lambda: changes).applied():
        verdict = examine(case, dtype, *engines)
    assert verdict.verdict == MISMATCH, str(verdict)


SOUND = FuzzCase(
    "fuzz/sound",
    "fuzz",
    (("Dense", {"units": 4}), ("BatchNormalization", {}), ("Dense", {"units": 1})),
    ("SGD", {}),
    "mse",
    data=Data("random", {"x": "normal", "y": "reals", "seed": 7}),
    samples=12,
    batch_size=6,
    steps=2,
    inputs=((5,),),
)

LAYERS = (
    ("BatchNormalization", {}, True),
    ("BatchNormalization", {"axis": 1, "center": False}, True),
    ("BatchNormalization", {"scale": False}, False),
    ("LayerNormalization", {}, True),
    ("LayerNormalization", {"axis": (1, 2)}, True),
    ("GroupNormalization", {"groups": 2}, True),
    ("GroupNormalization", {"groups": 3, "axis": 1}, True),
)


@pytest.mark.parametrize(("kind", "options", "training"), LAYERS)
def test_both_forms_are_the_same_function(kind, options, training, engines: Engines) -> None:
    keras, tf = engines[0].keras, engines[0].tf
    rng = np.random.default_rng(5)
    layer = getattr(keras.layers, kind)(**options, dtype="float64")
    x = tf.constant(rng.normal(size=(4, 3, 6)) + 2.0)
    weight = rng.normal(size=x.shape)
    layer.build(x.shape)
    for variable in layer.weights:
        variable.assign(rng.uniform(0.5, 1.5, variable.shape))
    start = [v.numpy() for v in layer.weights]

    def results():
        for variable, value in zip(layer.weights, start, strict=True):
            variable.assign(value)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=training)
            loss = tf.reduce_sum(y * weight)
        sources = [x, *(v.value for v in layer.trainable_variables)]
        return [y.numpy(), *(g.numpy() for g in tape.gradient(loss, sources))]

    expected = results()
    with centred():
        received = results()
    for a, b in zip(expected, received, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-12, atol=1e-13)
    assert any((a != b).any() for a, b in zip(expected, received, strict=True))
    for a, b in zip(expected, results(), strict=True):
        np.testing.assert_array_equal(a, b)
