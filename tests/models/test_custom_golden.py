"""Layers, models and steps of one's own: the same programs gave these numbers in Keras."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnscratch import layers, ops
from nnscratch.layers import Input
from nnscratch.models import Model
from parity.golden import custom_programs, mask_programs
from parity.golden.custom_programs import run

FOLDER = Path(__file__).parents[1] / "golden"
GOLDEN = {
    name: json.loads((FOLDER / f"{name}.json").read_text("utf-8"))["programs"]
    for name in ("custom", "masks")
}
PROGRAMS = [
    *(("custom", program) for program in custom_programs.PROGRAMS),
    *(("masks", program) for program in mask_programs.PROGRAMS),
]


def same(found: Any, expected: Any, where: str) -> None:
    if isinstance(expected, dict):
        assert sorted(found) == sorted(expected), where
        for key, part in expected.items():
            same(found[key], part, f"{where}[{key!r}]")
    elif isinstance(expected, str) or expected is None or isinstance(expected, bool):
        assert found == expected, where
    elif isinstance(expected, list) and any(
        isinstance(p, (str, list, dict, type(None))) for p in expected
    ):
        assert len(found) == len(expected), (where, found, expected)
        for i, part in enumerate(expected):
            same(found[i], part, f"{where}[{i}]")
    else:
        np.testing.assert_allclose(found, expected, rtol=3e-5, atol=3e-6, err_msg=where)


@pytest.mark.parametrize(("file", "program"), PROGRAMS, ids=lambda p: getattr(p, "__name__", p))
def test_as_in_keras(file, program, as_keras, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    keras, tf = as_keras
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = run(program, keras, tf)
    same(found, GOLDEN[file][program.__name__], program.__name__)


def test_an_input_made_of_a_tensor_is_that_tensor():
    h = layers.Dense(3)(Input((2,)))
    assert Input(tensor=h) is h
    with pytest.raises(ValueError, match="symbolic tensor"):
        Input(tensor=np.ones(3))


def test_what_cannot_be_recorded_is_said():
    class Asks(layers.Layer):
        def call(self, x):
            return x if ops.mean(x) > 0 else -x

    class Forgets(layers.Layer):
        def call(self, x):
            layers.Dense(2)(x)

    class Early(Model):
        def __init__(self):
            self.dense = layers.Dense(1)

    class Empty(Model):
        pass

    x = np.ones((2, 3), "float32")
    for act, kind, words in (
        (lambda: Asks()(x), TypeError, r"ops\.where\(condition, a, b\)"),
        (lambda: Forgets()(x), TypeError, "a `return` missing"),
        (Early, RuntimeError, r"super\(\).__init__\(\) in its first line"),
        (lambda: Empty()(x), NotImplementedError, r"does not have a call\(self, inputs\)"),
        (lambda: layers.Dense(1).add_loss(1.0), ValueError, r"outside of call\(\)"),
        (lambda: layers.Dense(1).add_metric(1.0), NotImplementedError, "not in Keras 3"),
        (lambda: Empty().compile("sgd", "mse", steps_per_execution=0), ValueError, "positive"),
    ):
        with pytest.raises(kind, match=words):
            act()


def test_layers_are_tracked_through_lists_and_dicts_in_order():
    class Net(Model):
        def __init__(self):
            super().__init__()
            self.parts = []
            self.last = layers.Dense(1, name="last")
            self.parts += [layers.Dense(1, name="a"), layers.Dense(1, name="b")]
            self.named = {"x": layers.Dense(1, name="x")}
            self.named["y"] = layers.Dense(1, name="y")
            self.parts.insert(0, layers.Dense(1, name="c"))

    model = Net()
    assert [layer.name for layer in model.layers] == ["last", "a", "b", "x", "y", "c"]
    model.parts.pop()
    del model.named["x"]
    model.last = layers.Dense(1, name="new")
    assert [layer.name for layer in model.layers] == ["a", "y", "c", "new"]
