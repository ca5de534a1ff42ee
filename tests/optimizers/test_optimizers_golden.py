"""Every rule and option against Keras's own numbers over 1,000 steps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nnscratch import config, optimizers
from nnscratch.optimizers import Adam
from nnscratch.optimizers.blocks import scalar
from nnscratch.variable import Variable

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "optimizers.npz")
ABOUT = json.loads(str(GOLDEN["about"]))
STEPS = ABOUT["steps"]
SHAPES = {name: tuple(shape) for name, shape in ABOUT["shapes"].items()}
BAND = {"float32": 2e-6, "float64": 1e-12}


def start(number, shape):
    k = np.arange(int(np.prod(shape)))
    return (((13 * k + 5 * number) % 17 - 8) / 8).reshape(shape)


def gradient(step, number, shape):
    k = np.arange(int(np.prod(shape)))
    n = (step * (7 + 2 * number) + 11 * k * k + 5 * number + step * step * k) % 101 - 50
    return (n / 16 * 2.0 ** (3 * k % 7 - 4)).reshape(shape)


GRADIENTS = [
    [gradient(step, i, shape) for i, shape in enumerate(SHAPES.values())]
    for step in range(1, STEPS[-1] + 1)
]


def recorded_cases():
    return [
        pytest.param(name, dtype, id=f"{name}-{dtype}")
        for name in ABOUT["cases"]
        for dtype in ("float32", "float64")
    ]


def make(name, dtype):
    config.set_floatx(dtype)
    case = ABOUT["cases"][name]
    optimizer = getattr(optimizers, case["class"])(**case["arguments"], name="golden")
    optimizer.exclude_from_weight_decay(var_names=case.get("exclude"))
    variables = [
        Variable(start(i, shape).astype(dtype), name=name)
        for i, (name, shape) in enumerate(SHAPES.items())
    ]
    optimizer.build(variables)
    return optimizer, variables


def gap(ours, recorded, sizes):
    """The largest difference within each variable, relative to its largest element ever."""
    worst, at = 0.0, 0
    for size in sizes:
        part = slice(at, at + size)
        largest = np.max(np.abs(recorded[:, part])) or 1.0
        worst = max(worst, float(np.max(np.abs(ours[:, part] - recorded[:, part])) / largest))
        at += size
    return worst


def run(optimizer, variables, gradients=GRADIENTS):
    rows = []
    for step, arrays in enumerate(gradients, start=1):
        optimizer.apply(arrays, variables)
        if step in STEPS:
            state = variables + optimizer.variables[2:]
            rows.append(np.concatenate([v.value.ravel() for v in state]))
    return np.stack(rows)


def test_versions_are_stamped():
    assert set(ABOUT["versions"]) == {"keras", "tensorflow", "numpy"}


@pytest.mark.parametrize(("name", "dtype"), recorded_cases())
def test_follows_keras(name, dtype):
    optimizer, variables = make(name, dtype)
    assert [v.path for v in optimizer.variables] == ABOUT["cases"][name]["variables"]
    ours = run(optimizer, variables)
    recorded = GOLDEN[f"{dtype}/{name}"]
    assert ours.dtype == recorded.dtype == dtype
    sizes = [v.value.size for v in variables + optimizer.variables[2:]]
    assert gap(ours, recorded, sizes) <= BAND[dtype]


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "adam", "adam_betas", "amsgrad"])
def test_float32_has_the_very_bits(name):
    optimizer, variables = make(name, "float32")
    np.testing.assert_array_equal(run(optimizer, variables)[:5], GOLDEN[f"float32/{name}"][:5])


def test_the_comparison_sees_an_epsilon_in_the_wrong_place(monkeypatch):
    """Sabotage: Kingma and Ba's ε instead of ε̂ must leave the band."""
    right = Adam.scalars

    def textbook(self, of_dtype, learning_rate):
        made = right(self, of_dtype, learning_rate)
        t = int(self.iterations) + 1
        made["epsilon"] = made["epsilon"] * np.sqrt(1 - self.beta_2**t)
        return made

    monkeypatch.setattr(Adam, "scalars", textbook)
    optimizer, variables = make("adam", "float64")
    sizes = [v.value.size for v in variables + optimizer.variables[2:]]
    assert gap(run(optimizer, variables), GOLDEN["float64/adam"], sizes) > BAND["float64"]


def test_the_comparison_sees_a_bias_correction_in_float64(monkeypatch):
    """Sabotage: α from full-precision powers is off by up to 3e-6 in float32."""
    right = Adam.scalars

    def precise(self, of_dtype, learning_rate):
        t = int(self.iterations) + 1
        alpha = learning_rate * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)
        return {**right(self, of_dtype, learning_rate), "alpha": scalar(alpha, of_dtype)}

    monkeypatch.setattr(Adam, "scalars", precise)
    optimizer, variables = make("adam", "float32")
    sizes = [v.value.size for v in variables + optimizer.variables[2:]]
    assert gap(run(optimizer, variables), GOLDEN["float32/adam"], sizes) > BAND["float32"]
