"""Finds the hyper-parameters of a model by building it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnscratch.tuner.hyperparameter import Parent
from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.oracle import Oracle


def discover(oracle: Oracle, build: Callable[[HyperParameters], Any]) -> None:
    """Build models until every conditional scope has been entered, and note what they ask for.

    The first model has the default values. Each further one sets the parents of a scope that no
    model has entered yet; a scope whose parents cannot have these values is left.

    Args:
        oracle: the search method, whose space is filled.
        build: builds a model.
    """
    entered: list[list[Parent]] = []
    pending: list[list[Parent]] = [[]]
    tried: list[list[Parent]] = []
    while pending:
        scope = pending.pop(0)
        tried.append(scope)
        space = oracle.get_space()
        for condition in scope:
            space.values[condition.name] = condition.values[0]
        space.ensure_active_values()
        build(space)
        oracle.update_space(space)
        entered += space.active_scopes
        pending += [s for s in space.inactive_scopes if s not in tried and s not in pending]
        pending = [s for s in pending if s not in entered]
