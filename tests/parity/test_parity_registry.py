"""The table of units, and choosing from it."""

from __future__ import annotations

import pytest
from parity_fakes import LINE

from parity import registry
from parity.bands import RULE, TRAJECTORY
from parity.report.summary import BEHAVIOURS
from parity.units import Allowance, Case, Check, Rule


def test_every_behaviour_has_a_unit() -> None:
    covered = {key for unit in registry.all_units() for key in unit.behaviours}
    assert covered == set(BEHAVIOURS) == {f"D{i}" for i in range(1, 26)}


def test_the_quick_choice_reaches_every_area_and_every_finished_behaviour() -> None:
    everything, quick = registry.select(full=True), registry.select()
    assert {u.area for u in quick} == {u.area for u in everything}
    assert {b for u in quick for b in u.behaviours} == set(BEHAVIOURS)
    assert len(quick) < len(everything) / 2


def test_the_notes_networks_run_two_hundred_steps_with_every_optimizer() -> None:
    cases = [u for u in registry.select(areas=["networks"]) if isinstance(u, Case)]
    assert {unit.steps for unit in cases} == {200}
    names = {unit.name for unit in cases}
    for net in ("sigmoid", "he-relu", "blocks", "bn-dropout", "l2-bn-dropout"):
        for optimizer in ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "amsgrad"):
            assert f"{net}/{optimizer}" in names


def test_wider_bands_are_wider_and_have_reasons() -> None:
    for unit in registry.select(full=True):
        if isinstance(unit, (Case, Rule)):
            default = TRAJECTORY if isinstance(unit, Case) else RULE
            for allowance in unit.allowances:
                assert allowance.band > default[allowance.dtype]
                assert len(allowance.reason) > 20


def test_names_may_be_globs_and_steps_replaced() -> None:
    units = registry.select(names=["sigmoid/*", "rule/adam"], steps=3)
    assert len(units) == 9
    assert {unit.steps for unit in units} == {3}


def test_areas_narrow_a_choice_of_names() -> None:
    units = registry.select(areas=["metrics"])
    assert units
    assert {unit.area for unit in units} == {"metrics"}


def test_an_unknown_name_or_area_suggests_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean 'sigmoid/sgd'"):
        registry.select(names=["sigmoid/sdg"])
    with pytest.raises(ValueError, match="Did you mean 'metrics'"):
        registry.select(areas=["metrcs"])


def test_names_are_unique_and_wider_bands_have_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_units", {})
    registry.add(LINE)
    with pytest.raises(ValueError, match="already a unit named 'line'"):
        registry.add(LINE)
    nameless = Case(
        "x", "a", (), ("SGD", {}), "mse", allowances=(Allowance("float32", "*", 1, ""),)
    )
    with pytest.raises(ValueError, match="needs its reason"):
        registry.add(nameless)
    with pytest.raises(ValueError, match="needs its reason"):
        registry.add(Check("y", "a", bands={"float32": 1.0}))


def test_layers_get_fixed_names_and_noise_fixed_seeds() -> None:
    net = (
        ("Dense", {"units": 2}),
        ("Dropout", {"rate": 0.5}),
        ("Dropout", {"rate": 0.1, "seed": 3}),
    )
    layers = Case("x", "a", net, ("SGD", {}), "mse", seed=100).layers()
    assert [kwargs["name"] for _, kwargs in layers] == ["0_Dense", "1_Dropout", "2_Dropout"]
    assert [kwargs.get("seed") for _, kwargs in layers] == [None, 101, 3]
