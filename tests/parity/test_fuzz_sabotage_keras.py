"""The fuzzer's judge excuses rounding and nothing else: random models find what is broken."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from nnscratch import config, naming
from parity.fuzz.case import FuzzCase
from parity.fuzz.draw import draw
from parity.fuzz.examine import MISMATCH, examine
from parity.fuzz.run import Engines, make_engines
from parity.sabotage.table import Change, Sabotage, all_sabotages, around, module
from parity.versions import missing

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(bool(missing()), reason='needs Keras: pip install "nnscratch[parity]"'),
    pytest.mark.filterwarnings("ignore"),
]

ATTEMPTS = 8
"""So many of the models in which something broken takes part are asked."""


@pytest.fixture(scope="module")
def engines() -> Engines:
    return make_engines()


@pytest.fixture(autouse=True)
def _float_type() -> Iterator[None]:
    before = config.floatx()
    yield
    config.set_floatx(before)
    naming.clear_names()


def models_with(*words: str) -> list[FuzzCase]:
    """Return the first models of seed 1 that run in float64 and are described by these words."""
    described = ((draw(1, number), number) for number in range(1500))
    fitting = (
        case
        for case, _ in described
        if "float64" in case.dtypes and all(word in repr(case) for word in words)
    )
    return [case for case, _ in zip(fitting, range(ATTEMPTS), strict=False)]


def is_found(sabotage: Sabotage, models: list[FuzzCase], engines: Engines, dtype: str) -> bool:
    with sabotage.applied():
        return any(examine(case, dtype, *engines).verdict == MISMATCH for case in models)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("adam-epsilon-after-the-correction", ("'Adam'",)),
        ("rmsprop-epsilon-outside", ("'RMSprop'",)),
        ("adagrad-epsilon-outside", ("'Adagrad'",)),
        ("nesterov-dropped", ("'nesterov': True",)),
        ("decay-without-the-rate", ("'weight_decay'",)),
        ("l2-halved", ("regularizers.L2",)),
        ("bn-epsilon-1e-5", ("'BatchNormalization', {}",)),
        ("bn-moving-variance-unbiased", ("'BatchNormalization'",)),
        ("dropout-other-mask-backward", ("'Dropout'",)),
        ("smoothing-ignored", ("label_smoothing",)),
        ("last-of-a-tie-wins", ("accuracy'", "'kernel_initializer': 'zeros'")),
        ("bias-gradient-averaged", ()),
    ],
)
def test_random_models_find_what_is_broken(
    name: str, words: tuple[str, ...], engines: Engines
) -> None:
    [sabotage] = [one for one in all_sabotages() if one.name == name]
    assert is_found(sabotage, models_with(*words), engines, "float64")


def last_branch_wins() -> list[Change]:
    def overwrite(grads, number, gradient, cache):
        grads[number] = gradient

    return [Change(module("layers.graph"), "_accumulate", overwrite)]


def losses_alike() -> list[Change]:
    def wrapper(init):
        def without_weight(self, output, loss, weight=1.0, *rest, **options):
            init(self, output, loss, 1.0, *rest, **options)

        return without_weight

    return [around(module("training.objective").Term, "__init__", wrapper)]


def padding_counted() -> list[Change]:
    def wrapper(sizes):
        def whole(self, shape):
            return np.full_like(sizes(self, shape), math.prod(self.pool_size))

        return whole

    return [around(module("layers").AveragePooling2D, "_sizes", wrapper)]


def slope_of_a_sine_halved() -> list[Change]:
    def wrapper(gradients):
        def halved(self, dy, cache, *operands):
            return [0.5 * gradient for gradient in gradients(self, dy, cache, *operands)]

        return halved

    sine = module("ops").sin(module("layers").Input((2,))).node.layer
    return [around(type(sine), "gradients", wrapper)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (last_branch_wins, ("'Add'",)),
        (losses_alike, (" weight=2.",)),
        (padding_counted, ("'AveragePooling2D'", "'padding': 'same'")),
        (slope_of_a_sine_halved, ("'formula': 'sin'",)),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_random_graphs_find_what_is_broken(changes, words, dtype: str, engines: Engines) -> None:
    broken = Sabotage("graph", "A part of the graph.", ("rule/sgd",), changes)
    models = models_with(*words)
    assert models
    assert is_found(broken, models, engines, dtype)
    sound = Sabotage("nothing", "Nothing.", ("rule/sgd",), list)
    assert not is_found(sound, models[:2], engines, dtype)


@pytest.mark.parametrize(("kind", "axes"), [("'Dense'", 2), ("'Conv2D'", 4)])
@pytest.mark.parametrize(("dtype", "size"), [("float32", 1e-4), ("float64", 1e-9)])
def test_a_gradient_off_by_little_is_found(
    dtype: str, size: float, kind: str, axes: int, engines: Engines
) -> None:
    """An error of a hundred bands is far beyond rounding, and far below what a plot would show."""

    def wrapper(step):
        def skewed(self, variables):
            for variable in variables:
                if variable.grad is not None and variable.grad.ndim == axes:
                    variable.grad[0] *= np.dtype(dtype).type(1 + size)
            step(self, variables)

        return skewed

    optimizer = module("optimizers").Optimizer
    broken = Sabotage(
        "skewed", "A row.", ("rule/sgd",), lambda: [around(optimizer, "step", wrapper)]
    )
    assert is_found(broken, models_with(kind), engines, dtype)
