"""Every formula of ops between layers, trained by Keras and nnscratch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nnscratch import config, naming
from parity.fuzz.activated import OwnActivation
from parity.fuzz.case import FuzzCase, fitted
from parity.fuzz.examine import examine
from parity.fuzz.formulas import FORMULA, FORMULAS
from parity.fuzz.run import Engines, make_engines
from parity.fuzz.script import render, reproduces
from parity.fuzz.shapes import Call
from parity.sabotage.table import Sabotage, around, module
from parity.units import Data
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


def case_of(name: str) -> FuzzCase:
    """Return a model in which learnt tensors go through a formula."""
    formula = FORMULAS[name]
    values = {"c": 0.7, "axis": 1, "n": 4, "m": 3}
    options = {option: values[option] for option in formula.options}
    network = (
        ("Dense", {"units": 4, "activation": "tanh"}),
        ("Dense", {"units": 4, "bias_initializer": "he_uniform"}),
        (FORMULA, {"formula": name, **options}),
        ("Flatten", {}),
        ("Dense", {"units": 1}),
    )
    sources = (1, 2)[: formula.sources]
    if name == "matmul":  # (3, 4) by (4, 3)
        network = (*network, ("Permute", {"dims": (2, 1)}))
        calls = [Call(0, (0,)), Call(1, (0,)), Call(5, (1,)), Call(2, (2, 3))]
    else:
        calls = [Call(0, (0,)), Call(1, (0,)), Call(2, sources)]
    last = len(calls)
    case = fitted(
        FuzzCase(
            "fuzz/formula",
            "fuzz",
            network,
            ("Adam", {"learning_rate": 0.02}),
            "mse",
            data=Data("random", {"x": "normal", "y": "reals", "seed": 4}),
            samples=5,
            batch_size=4,
            steps=4,
            inputs=((3, 5),),
            calls=(*calls, Call(3, (last,)), Call(4, (last + 1,))),
        )
    )
    assert case is not None, name
    return case


@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_between_layers_agrees(name: str, engines: Engines) -> None:
    verdict = examine(case_of(name), "float64", *engines)
    assert not verdict.failed, str(verdict)


def test_formulas_as_activations_agree(engines: Engines) -> None:
    case = case_of("sin")
    own = OwnActivation("logical_or", {"c": 0.4}), OwnActivation("silu")
    dense, *rest = case.network
    last = {"activation": own[1]}
    case = replace(
        case, network=((dense[0], {**dense[1], "activation": own[0]}), *rest, ("Activation", last))
    )
    case = fitted(replace(case, calls=(*case.calls, Call(len(rest) + 1, (len(case.calls),)))))
    assert case is not None
    verdict = examine(case, "float64", *engines)
    assert not verdict.failed, str(verdict)
    program = render(verdict)
    assert "activation=lambda z: lib.ops.where(lib.ops.logical_or(z < -0.4, z > 0.4)," in program
    with engines[0].session(), engines[1].session():
        assert not reproduces(program)


def test_a_broken_operation_is_shown_by_a_program(engines: Engines) -> None:
    def wrapper(original):
        def doubled(self, dy, cache, *operands):
            return [2.0 * gradient for gradient in original(self, dy, cache, *operands)]

        return doubled

    sine = type(module("ops.elementwise").sin(module("layers").Input((2,))).node.layer)
    changes = [around(sine, "gradients", wrapper)]
    with Sabotage("sine", "A sine.", ("rule/sgd",), lambda: changes).applied():
        verdict = examine(case_of("sin"), "float64", *engines)
        assert verdict.verdict == "mismatch", str(verdict)
        with engines[0].session(), engines[1].session():
            assert reproduces(render(verdict))
    with engines[0].session(), engines[1].session():
        assert not reproduces(render(verdict))
