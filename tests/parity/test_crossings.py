"""The models that change sides between the engines hold every layer and every optimizer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import nnscratch
from nnscratch import layers, optimizers
from parity import registry
from parity.checks import crossing_models, saving

ABSENT = {"Lambda", "InputLayer"}  # a Lambda is never restored from a file


def classes(module: Any, base: type) -> set[str]:
    found = [value for value in vars(module).values() if isinstance(value, type)]
    return {c.__name__ for c in found if issubclass(c, base) and c is not base}


def layers_of(model: Any) -> Iterator[str]:
    for layer in model.layers:
        yield type(layer).__name__
        if hasattr(layer, "layers"):
            yield from layers_of(layer)


def test_every_layer_crosses() -> None:
    models = [crossing_models.stack(*spec)(nnscratch) for spec in crossing_models.STACKS.values()]
    crossing = {
        name
        for model in [*models, crossing_models.branches(nnscratch)]
        for name in layers_of(model)
    }
    assert crossing | ABSENT >= classes(layers, layers.Layer)


def test_every_optimizer_crosses() -> None:
    made = {type(make(optimizers)).__name__ for make in crossing_models.OPTIMIZERS.values()}
    assert made == classes(optimizers, optimizers.Optimizer)


@pytest.mark.parametrize("route", ["keras", "h5", "weights.h5", "memory"])
def test_every_route_is_taken(route: str) -> None:
    names = {unit.name for unit in registry.all_units()}
    for stack in crossing_models.STACKS:
        assert f"saved-{stack}-{route}" in names


def test_training_goes_on_for_fifty_steps() -> None:
    assert saving.STEPS_BEFORE == 3
    assert saving.STEPS_AFTER["float64"] == 50 == saving.AT[-1]
