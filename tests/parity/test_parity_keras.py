"""A few units with Keras itself; they need the parity extra."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from nnscratch import config, naming
from parity import registry
from parity.engines.protocol import Engine
from parity.results import OK, OUT
from parity.runner import make_engines, run_unit
from parity.units import DTYPES, Case, Rule
from parity.versions import missing

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(bool(missing()), reason='needs Keras: pip install "nnscratch[parity]"'),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def engines() -> tuple[Engine, Engine]:
    return make_engines()


@pytest.fixture(autouse=True)
def _float_type() -> Iterator[None]:
    before = config.floatx()
    yield
    config.set_floatx(before)
    naming.clear_names()


def unit(name: str, steps: int = 8) -> Case | Rule:
    [found] = registry.select(names=[name], steps=steps)
    return found


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "name",
    ["l2-bn-dropout/adam", "regression-head/nesterov", "loss/scce/weighted", "rule/rmsprop-all"],
)
def test_nnscratch_agrees_with_keras(name: str, dtype: str, engines: tuple[Engine, Engine]) -> None:
    outcome = run_unit(unit(name), dtype, *engines)
    assert outcome.status == OK, f"{outcome.first}\n{outcome.detail}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "name", ["adam-epsilon-hat", "crossentropy-of-a-sure-wrong-answer", "early-stopping-corners"]
)
def test_behaviours_hold(name: str, dtype: str, engines: tuple[Engine, Engine]) -> None:
    outcome = run_unit(unit(name), dtype, *engines)
    assert outcome.status == OK, f"{outcome.first}\n{outcome.detail}"


@pytest.mark.parametrize("dtype", DTYPES)
def test_keras_agrees_with_itself(dtype: str, engines: tuple[Engine, Engine]) -> None:
    keras, _ = engines
    outcome = run_unit(unit("bn-dropout/rmsprop"), dtype, keras, keras)
    assert outcome.status == OK, outcome.detail
    assert outcome.worst is not None
    assert outcome.worst.error == 0.0


class OtherMomentum:
    """nnscratch with a momentum that is off by a ten-thousandth."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.name = engine, engine.name

    def twin(self, case: Case, dtype: str, input_shape: tuple[int, ...]):
        name, options = case.optimizer
        wrong = replace(case, optimizer=(name, {**options, "momentum": 0.9001}))
        return self.engine.twin(wrong, dtype, input_shape)


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_wrong_momentum_is_found_at_once(dtype: str, engines: tuple[Engine, Engine]) -> None:
    keras, nnscratch = engines
    outcome = run_unit(unit("sigmoid/momentum"), dtype, keras, OtherMomentum(nnscratch))
    assert outcome.status == OUT, outcome.detail
    assert outcome.first is not None
    assert (outcome.first.step, outcome.first.tensor) == (2, "slot/0_Dense/kernel/momentum")
