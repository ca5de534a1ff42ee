"""Sabotages with Keras itself: the ordinary units catch them, and survive none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nnscratch import config, naming
from parity.results import OK
from parity.runner import make_engines
from parity.sabotage.run import Bench
from parity.sabotage.table import Change, Sabotage, all_sabotages, module
from parity.versions import missing

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(bool(missing()), reason='needs Keras: pip install "nnscratch[parity]"'),
    pytest.mark.filterwarnings("ignore"),
]


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(*make_engines())


@pytest.fixture(autouse=True)
def _float_type() -> Iterator[None]:
    before = config.floatx()
    yield
    config.set_floatx(before)
    naming.clear_names()


@pytest.mark.parametrize(
    "name",
    [
        "rmsprop-epsilon-outside",
        "l2-halved",
        "bn-mean-path-dropped",
        "dropout-unscaled",
        "last-batch-unweighted",
    ],
)
def test_it_is_caught(name: str, bench: Bench) -> None:
    [one] = [s for s in all_sabotages() if s.name == name]
    result = bench.try_out(one)
    assert [o.status for o in result.sound] == [OK] * len(result.sound)
    assert result.caught
    assert result.caught_by[0].first is not None


def test_the_same_units_pass_again_afterwards(bench: Bench) -> None:
    nothing = Sabotage("nothing", "Nothing.", ("penalty/l2", "rule/rmsprop", "dropout-scale"), list)
    result = bench.try_out(nothing)
    assert [o.status for o in result.outcomes] == [OK] * 3, [str(o.first) for o in result.outcomes]
    assert not result.caught


def test_what_no_unit_looks_at_survives(bench: Bench) -> None:
    sgd = module("optimizers.sgd")
    elsewhere = Sabotage(
        "elsewhere", "Another rule.", ("rule/rmsprop",), lambda: [Change(sgd, "sgd", None)]
    )
    assert not bench.try_out(elsewhere).caught


def test_a_crash_is_not_a_catch(bench: Bench) -> None:
    sgd = module("optimizers.sgd")
    crash = Sabotage("crash", "No rule.", ("rule/sgd",), lambda: [Change(sgd, "sgd", None)])
    result = bench.try_out(crash)
    assert result.crashed
    assert not result.caught
