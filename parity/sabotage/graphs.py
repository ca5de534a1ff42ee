"""Sabotages of graphs: where gradients meet, how losses are weighed, in what order calls run."""

from __future__ import annotations

from typing import Any

from parity.sabotage.table import Change, around, module, sabotage


@sabotage("last-branch-wins", "graph/skip", "graph/shared")
def _last_branch() -> list[Change]:
    """Where a tensor is used twice, only one of the gradients is kept."""

    def overwrite(grads: list[Any], number: int, gradient: Any, cache: Any) -> None:
        grads[number] = gradient

    return [Change(module("layers.graph"), "_accumulate", overwrite)]


@sabotage("loss-weights-ignored", "graph/two-outputs")
def _loss_weights() -> list[Change]:
    """Every output's loss counts alike."""

    def wrapper(init: Any) -> Any:
        def without(self: Any, output: int, loss: Any, weight: float = 1.0, *rest: Any) -> None:
            init(self, output, loss, 1.0, *rest)

        return without

    return [around(module("training.objective").Term, "__init__", wrapper)]


@sabotage("shared-calls-in-another-order", "graph/shared-draws")
def _order() -> list[Change]:
    """Calls run as they are met from the outputs, so that a shared Dropout draws otherwise."""
    return [Change(module("layers.graph"), "deepest_first", list)]


@sabotage("nested-stays-in-inference", "graph/nested")
def _nested() -> list[Change]:
    """A model within a model never trains its noise and statistics."""

    def wrapper(forward: Any) -> Any:
        def resting(self: Any, x: Any, cache: Any, training: bool = False) -> Any:
            return forward(self, x, cache, False)

        return resting

    return [around(module("models").Model, "forward", wrapper)]
