"""The full state of a training run: what has to be put back for the same steps to follow."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from nnscratch.cache import Cache
from nnscratch.callbacks import CallbackList
from nnscratch.errors import ShapeError
from nnscratch.typing import Array
from nnscratch.utils.random_state import random_state, set_random_state
from nnscratch.variable import Variable


def learned_variables(model: Any) -> list[Variable]:
    """Return the variables that decide what comes next: the weights and the optimizer's."""
    return [*model.weights, *model._trainer.optimizer.variables]


def metric_variables(model: Any) -> list[Variable]:
    """Return the variables of loss tracker and metrics, which decide what the logs say."""
    found = [v for metric in model._trainer.metrics for v in metric.variables]
    return list({id(v): v for v in found}.values())


def arrays_of(model: Any) -> list[Array]:
    """Return the live values of all variables that a training step changes."""
    return [v.value for v in learned_variables(model) + metric_variables(model)]


def restore(model: Any, arrays: Sequence[Array]) -> None:
    """Put back what `arrays_of` returned, for this model or one just like it.

    Args:
        model: a compiled model whose optimizer is built.
        arrays: the values.

    Raises:
        ShapeError: the values are those of another model.
    """
    variables = learned_variables(model)
    metrics = metric_variables(model)
    if len(variables) + len(metrics) == len(arrays):  # metrics are not built without targets
        variables += metrics
    shapes = [v.shape for v in variables]
    if shapes != [a.shape for a in arrays[: len(shapes)]]:
        raise ShapeError(
            f"The keyframe holds {len(arrays)} arrays that do not fit the {len(variables)} "
            f"variables of model {model.name!r}: it belongs to another model."
        )
    for variable, array in zip(variables, arrays, strict=False):
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


def copied(model: Any, stepper: Any) -> Any:
    """Return a copy of the compiled model, without the data it is trained on."""
    source, stepper.source = stepper.source, None
    caches = (stepper.cache, stepper.cache_of_lots, stepper.latest_cache)
    memo: dict[int, Any] = {id(cache): Cache() for cache in caches}
    memo[id(model.running_callbacks)] = CallbackList()
    try:
        return copy.deepcopy(model, memo)
    except TypeError as error:
        raise TypeError(
            "The model cannot be copied, which time travel needs: give the recorder "
            f"keyframes=None. ({error})"
        ) from error
    finally:
        stepper.source = source
