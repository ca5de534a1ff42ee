"""Sabotages: enough of them, each with units to notice it, each undone afterwards."""

from __future__ import annotations

import argparse
import sys
from types import ModuleType

import pytest

from parity import registry
from parity.sabotage import cli
from parity.sabotage.run import CASE_STEPS, RULE_STEPS, units_of
from parity.sabotage.table import Change, Sabotage, all_sabotages, sabotage
from parity.units import Case, Rule

SABOTAGES = {one.name: one for one in all_sabotages()}


def test_there_are_enough_and_each_says_what_it_breaks() -> None:
    assert len(SABOTAGES) >= 28
    for one in SABOTAGES.values():
        assert one.summary.endswith("."), one.name
        assert "\n" not in one.summary, one.name


@pytest.mark.parametrize("name", SABOTAGES)
def test_it_names_units_of_the_suite(name: str) -> None:
    units = units_of(SABOTAGES[name])
    assert units
    for unit in units:
        if isinstance(unit, (Case, Rule)):
            assert unit.steps <= max(CASE_STEPS, RULE_STEPS)


def _snapshot() -> dict[str, dict[str, object]]:
    """Return what every module and class of nnscratch holds."""
    found: dict[str, dict[str, object]] = {}
    for name, module in list(sys.modules.items()):
        if name == "nnscratch" or name.startswith("nnscratch."):
            found[name] = dict(vars(module))
            for attribute, value in vars(module).items():
                if isinstance(value, type) and value.__module__ == name:
                    found[f"{name}.{attribute}"] = dict(vars(value))
    return found


@pytest.mark.parametrize("name", SABOTAGES)
def test_it_changes_something_and_changes_it_back(name: str) -> None:
    before = _snapshot()
    with SABOTAGES[name].applied():
        for change in SABOTAGES[name].changes():
            assert hasattr(change.target, change.name)
        during = _snapshot()
    after = _snapshot()
    assert set(before) == set(after)
    for where, values in before.items():
        kept = after[where]
        assert set(values) == set(kept), where
        assert all(values[key] is kept[key] for key in values), where
    changed = any(
        before[where].get(key) is not value
        for where, values in during.items()
        for key, value in values.items()
    )
    assert changed or name == "probabilities-clipped-elsewhere"


def test_it_is_undone_after_an_error() -> None:
    holder = ModuleType("holder")
    holder.value = 1
    one = Sabotage("x", "x.", ("rule/sgd",), lambda: [Change(holder, "value", 2)])
    seen = []

    def fail() -> None:
        with one.applied():
            seen.append(holder.value)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (seen, holder.value) == ([2], 1)


def test_what_is_not_there_cannot_be_broken() -> None:
    one = Sabotage("x", "x.", ("rule/sgd",), lambda: [Change(ModuleType("m"), "gone", 2)])
    with pytest.raises(AttributeError), one.applied():
        pass


def test_an_inherited_method_is_inherited_again() -> None:
    class Base:
        def f(self) -> int:
            return 1

    class Derived(Base):
        pass

    one = Sabotage("x", "x.", ("rule/sgd",), lambda: [Change(Derived, "f", lambda self: 2)])
    with one.applied():
        assert (Derived().f(), Base().f()) == (2, 1)
    assert "f" not in vars(Derived)


def test_names_are_unique() -> None:
    with pytest.raises(ValueError, match="needs a name of its own"):
        sabotage("nesterov-dropped", "rule/sgd")(list)
    with pytest.raises(ValueError, match="units to notice it"):
        sabotage("something-new")(list)


def test_units_know_nothing_of_sabotages() -> None:
    for unit in registry.all_units():
        assert "sabotage" not in repr(unit).lower()


def test_names_and_globs_choose() -> None:
    assert {one.name for one in cli.choose(["bn-*"])} >= {"bn-frozen-trains", "bn-epsilon-1e-5"}
    assert len(cli.choose([])) == len(SABOTAGES)
    with pytest.raises(ValueError, match="Did you mean 'nesterov-dropped'"):
        cli.choose(["nesterov-droped"])


def test_the_list_needs_no_keras(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    cli.add_arguments(parser)
    assert cli.run(parser.parse_args(["--list", "--name", "l2-halved"])) == 0
    assert "l2-halved" in capsys.readouterr().out
    assert cli.run(parser.parse_args(["--name", "l3-halved"])) == 2
