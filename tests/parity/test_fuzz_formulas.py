"""Formulas of ops: their shapes, and the text that they are written as."""

from __future__ import annotations

import numpy as np
import pytest

from nnscratch import ops
from nnscratch.layers import Input
from parity.fuzz.chooser import Chooser
from parity.fuzz.draw_formulas import some_formula
from parity.fuzz.formulas import FORMULAS, formula_of

SHAPES = ((4,), (1,), (3, 4), (4, 3), (3, 3), (2, 3, 4))
OPTIONS = {"c": 0.7, "axis": 1, "n": 4, "m": 3}


def applied(name: str, tensors, options):
    formula = FORMULAS[name]
    given = dict(zip("ab", tensors, strict=False))
    return eval(formula.written("ops", "ab"[: len(tensors)], options), {"ops": ops}, given)


@pytest.mark.filterwarnings("ignore:softmax over axis")
@pytest.mark.parametrize("name", FORMULAS)
def test_the_shape_behind_a_formula_is_that_of_its_value(name: str) -> None:
    """Also where the number of rows is not known; what does not fit raises or is no such thing."""
    formula, fits = FORMULAS[name], 0
    rng = np.random.default_rng(3)
    for first in SHAPES:
        for second in SHAPES if formula.sources == 2 else [()]:
            shapes = [first, second][: formula.sources]
            for axis in (1, 2, -1):
                values = {**OPTIONS, "axis": axis}
                options = {option: values[option] for option in formula.options}
                shape = formula.shape(shapes, options)
                if shape is None:
                    continue
                fits += 1
                arrays = [rng.normal(size=(5, *s)).astype("float32") for s in shapes]
                value = np.asarray(applied(name, arrays, options))
                assert value.shape == (5, *shape)
                assert value.dtype == np.float32
                symbols = [Input(shape=s) for s in shapes]
                assert applied(name, symbols, options).shape == (None, *shape)
    assert fits


def test_options_are_those_of_the_text() -> None:
    assert FORMULAS["sum"].options == ["axis"]
    assert FORMULAS["reshape"].options == ["m", "n"]
    assert FORMULAS["plus"].options == []


def test_a_formula_is_written_with_the_names_that_are_given() -> None:
    formula, options = formula_of({"name": "3_Formula", "formula": "clip", "c": 0.5})
    written = formula.written("lib.ops", ["model_t4"], options)
    assert written == "lib.ops.clip(model_t4, -0.5, 0.5)"
    over = FORMULAS["over"].written("ops", ["x", "y"], {})
    assert over == "x / (1.0 + y * y)"


def test_drawn_formulas_have_their_options() -> None:
    for i in range(300):
        kind, arguments = some_formula(Chooser("formula", i), SHAPES[i % len(SHAPES)])
        formula, options = formula_of(arguments)
        assert sorted(options) == formula.options
        compile(formula.written("ops", ["a", "b"][: formula.sources], options), kind, "eval")
