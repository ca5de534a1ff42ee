"""The one list of all units, and how to choose from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from importlib import import_module
from typing import Any

from nnscratch.errors import closest_name, unknown_name
from parity.units import Case, Check, Golden, Rule, Unit

TABLES = (
    "parity.tables.networks",
    "parity.tables.options",
    "parity.tables.losses",
    "parity.tables.losses_more",
    "parity.tables.layers",
    "parity.tables.constraints",
    "parity.tables.graphs",
    "parity.tables.rules",
    "parity.tables.rules_more",
    "parity.checks.activations",
    "parity.checks.initializers",
    "parity.checks.regularizers",
    "parity.checks.losses",
    "parity.checks.losses_more",
    "parity.checks.metrics",
    "parity.checks.metrics_more",
    "parity.checks.optimizers",
    "parity.checks.layers",
    "parity.checks.images",
    "parity.checks.masks",
    "parity.checks.data",
    "parity.checks.training",
    "parity.checks.callbacks",
    "parity.checks.seeds",
    "parity.scripts.classification",
    "parity.scripts.own",
    "parity.scripts.regression",
    "parity.scripts.regularized",
    "parity.checks.saving",
    "parity.checks.saving_own",
)
"""Modules that add units when they are imported."""

FIRST = ("networks", "optimizer options", "losses", "activations", "regularizers", "layers")
"""The areas that head the report, in this order."""

_units: dict[str, Unit] = {}


def add(*units: Unit) -> None:
    """Add units to the table.

    Raises:
        ValueError: a name is taken, or a wider band comes without a reason.
    """
    for unit in units:
        if unit.name in _units:
            raise ValueError(f"There is already a unit named {unit.name!r}.")
        for allowance in getattr(unit, "allowances", ()):
            if not allowance.reason:
                raise ValueError(f"{unit.name}: a wider band needs its reason.")
        if isinstance(unit, Check) and unit.bands and not unit.reason:
            raise ValueError(f"{unit.name}: a wider band needs its reason.")
        _units[unit.name] = unit


def check(
    name: str,
    area: str,
    *behaviours: str,
    golden: Mapping[str, Golden] | None = None,
    **options: Any,
) -> Callable[[Callable[[Any], Mapping[str, Any]]], Callable[[Any], Mapping[str, Any]]]:
    """Register a function of a library as a check.

    Args:
        name: unique name.
        area: the heading it is reported under.
        behaviours: the behaviours D1 to D25 it covers.
        golden: recorded values.
        options: further fields of `Check`.
    """

    def register(function: Callable[[Any], Mapping[str, Any]]) -> Any:
        add(Check(name, area, function, golden or {}, behaviours=behaviours, **options))
        return function

    return register


def all_units() -> list[Unit]:
    """Return every unit, in the order of the report."""
    for module in TABLES:
        import_module(module)
    place = {area: i for i, area in enumerate(FIRST)}
    return sorted(_units.values(), key=lambda unit: place.get(unit.area, len(FIRST)))


def select(
    names: Iterable[str] = (),
    areas: Iterable[str] = (),
    full: bool = False,
    steps: int | None = None,
) -> list[Unit]:
    """Choose units.

    Args:
        names: names or globs; they win over `full`.
        areas: areas or parts of their names.
        full: everything instead of the quick selection.
        steps: another number of steps for cases and rules.

    Raises:
        ValueError: a name or an area that fits no unit, with the nearest that exists.
    """
    units = all_units()
    names, areas = list(names), list(areas)
    for name in names:
        if not any(fnmatchcase(unit.name, name) for unit in units):
            near = closest_name(name, [unit.name for unit in units])
            hint = f" Did you mean {near!r}?" if near else ""
            raise ValueError(f"Unknown case {name!r}.{hint} `--list --full` shows all of them.")
    for area in areas:
        if not any(area.lower() in unit.area for unit in units):
            raise unknown_name("area", area, {unit.area for unit in units})
    if names:
        units = [u for u in units if any(fnmatchcase(u.name, name) for name in names)]
    if areas:
        units = [u for u in units if any(area.lower() in u.area for area in areas)]
    if not (names or areas or full):
        units = [u for u in units if u.quick or (isinstance(u, Check) and u.later)]
    if steps is not None:
        units = [_with_steps(unit, steps) for unit in units]
    return units


def _with_steps(unit: Unit, steps: int) -> Unit:
    if isinstance(unit, Case):
        return replace(unit, steps=steps, forced_steps=steps)
    return replace(unit, steps=steps) if isinstance(unit, Rule) else unit
