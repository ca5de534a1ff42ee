"""The full state of a training run: what has to be put back for the same steps to follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from nnscratch.errors import ShapeError
from nnscratch.typing import Array
from nnscratch.utils.random_state import random_state, set_random_state
from nnscratch.variable import Variable


def variables_of(model: Any) -> list[Variable]:
    """Return every variable that a training step changes: weights, optimizer, metrics."""
    trainer = model._trainer
    found = [*model.weights, *trainer.optimizer.variables]
    found += [v for metric in trainer.metrics for v in metric.variables]
    return list({id(v): v for v in found}.values())


def arrays_of(model: Any) -> list[Array]:
    """Return copies of the values of all `variables_of` a model."""
    return [v.numpy() for v in variables_of(model)]


def restore(model: Any, arrays: Sequence[Array]) -> None:
    """Put back what `arrays_of` returned, for this model or one just like it.

    Args:
        model: a compiled model whose optimizer and metrics are built.
        arrays: the values.

    Raises:
        ShapeError: the values are those of another model.
    """
    variables = variables_of(model)
    shapes = [v.shape for v in variables]
    if shapes != [a.shape for a in arrays]:
        raise ShapeError(
            f"The keyframe holds {len(arrays)} arrays that do not fit the {len(variables)} "
            f"variables of model {model.name!r}: it belongs to another model."
        )
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)


@contextmanager
def random_state_untouched() -> Iterator[None]:
    """Leave the process's random streams as they were before the block."""
    nobody = SimpleNamespace(layers=[])
    before = random_state(nobody)
    try:
        yield
    finally:
        set_random_state(nobody, before)
