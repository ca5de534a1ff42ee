"""Models written down as programs."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from nnscratch.structure import flatten
from parity import data
from parity.fuzz.activated import Activated, OwnActivation
from parity.fuzz.draw import draw
from parity.fuzz.examine import MISMATCH, Verdict
from parity.fuzz.expressions import expression
from parity.fuzz.script import render
from parity.results import Finding
from parity.units import Obj


def program_of(number: int, dtype: str = "float64") -> str:
    finding = Finding(1, "loss", 0.5, 1e-12, (), 1.0, 1.5)
    return render(Verdict(draw(5, number), dtype, MISMATCH, "steps", finding))


def test_every_program_compiles_and_says_what_was_found() -> None:
    for number in range(120):
        for dtype in ("float32", "float64"):
            program = program_of(number, dtype)
            compile(program, "program", "exec")
            assert f"fuzz/5/{number} ({dtype}): mismatch in steps: loss at step 1" in program


def test_a_program_needs_the_two_libraries_only() -> None:
    lines = [line for line in program_of(3).splitlines() if line.startswith(("import", "from"))]
    assert sorted(lines) == [
        "import functools",
        "import keras",
        "import nnscratch",
        "import numpy as np",
        "import os",
        "import sys",
        "import tensorflow as tf",
        "import warnings",
    ]


def test_a_program_carries_the_very_rows_of_the_model() -> None:
    for number in range(30):
        rows = data.make(draw(5, number), "float64")
        lines = program_of(number).splitlines()
        for name, wanted in (("x", rows.x), ("y", rows.y), ("w", rows.sample_weight)):
            [line] = [line for line in lines if line.startswith(f"{name} = ")]
            found = eval(line.removeprefix(f"{name} = "), {"np": np, "DTYPE": "float64"})
            assert type(found) is type(wanted)
            for a, b in zip(flatten(found), flatten(wanted), strict=True):
                np.testing.assert_array_equal(a, b)


def test_a_formula_as_activation_is_written_as_a_function() -> None:
    own = OwnActivation("clip", {"c": 0.5})
    assert expression(own) == "lambda z: lib.ops.clip(z, -0.5, 0.5)"
    assert repr(own) == "(lambda z: ops.clip(z, -0.5, 0.5))"


def test_objects_are_written_as_calls() -> None:
    penalty = Obj("regularizers.L1L2", {"l1": 0.5, "l2": 0.25})
    assert expression(penalty) == "lib.regularizers.L1L2(l1=0.5, l2=0.25)"
    softmax = expression(Activated("softmax", {"axis": 1}))
    assert softmax == "activation(lib, 'softmax', axis=1)"
    assert expression("relu") == "'relu'"


def test_the_built_model_is_the_drawn_one() -> None:
    """The `build` of a program, run with nnscratch alone, makes the weights of the suite's twin."""
    import nnscratch
    from parity.fuzz.engines import FuzzNnscratch

    engine = FuzzNnscratch()
    for number in range(25):
        case = draw(5, number)
        program = program_of(number, "float32")
        with engine.session():
            wanted = engine.twin(case, "float32", case.inputs).model.get_weights()
            start = program.index("\n\ndef ")
            names = {"np": np, "nnscratch": nnscratch, "keras": None, "functools": functools}
            exec(program[start : program.index("\nparted = ")], names)
            built = names["build"](nnscratch).get_weights()
        for a, b in zip(wanted, built, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("quoted", ['an """awkward""" name', "a back\\slash"])
def test_any_text_may_be_told(quoted: str) -> None:
    verdict = Verdict(draw(5, 1), "float32", MISMATCH, "steps", None, quoted)
    compile(render(verdict), "program", "exec")
