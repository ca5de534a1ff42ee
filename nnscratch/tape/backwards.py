"""The backward pass over what a tape wrote down."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.ops.operands import fitted
from nnscratch.tape.log import Entry, Log
from nnscratch.variable import Variable


def backwards(log: Log, grads: dict[int, Any], sources: list[Any]) -> list[Any]:
    """Run the entries in reverse order and return the gradient by each source."""
    wanted = {id(source) for source in sources if isinstance(source, Variable)}
    numbers = [_number_of_source(log, source) for source in sources]
    reached = {number for number in numbers if number is not None}
    needed: list[Entry] = []
    for entry in log.entries:
        inward = any(source in reached for source in entry.sources)
        own = [v for v in entry.layer.weights if id(v) in wanted]
        if inward or own:
            needed.append(entry)
            reached.update([*entry.targets, *entry.penalties, entry.logits])
        entry.cache.needs_dx = inward
    for entry in log.entries:
        for variable in entry.layer.weights:
            variable.clear_grad()
    for entry in reversed(needed):
        _one_back(entry, grads)
    return [
        _total(source, None if number is None else grads.get(number))
        for source, number in zip(sources, numbers, strict=True)
    ]


def _number_of_source(log: Log, source: Any) -> int | None:
    if isinstance(source, Variable):
        return log.leaves[id(source)][0] if id(source) in log.leaves else None
    entry = getattr(source, "entry", None)
    return entry[1] if entry is not None and entry[0] is log else None


def _total(source: Any, gradient: Any) -> Any:
    """Return the gradient that came by operations plus that which layers left in the variable."""
    left = source.grad if isinstance(source, Variable) else None
    if left is None:
        return None if gradient is None else np.array(gradient, copy=True)
    return left.copy() if gradient is None else left + gradient


def _one_back(entry: Entry, grads: dict[int, Any]) -> None:
    layer, cache = entry.layer, entry.cache
    douts = [grads.get(number) for number in entry.targets]
    dz = grads.get(entry.logits)
    scale = _scale_of(layer, [grads.get(number) for number in entry.penalties])
    if scale is None and dz is None and all(d is None for d in douts):
        return
    found = layer.backward_pass(douts, dz, scale, cache)
    for dx in found:
        parts = dx if isinstance(dx, list) else [dx]
        for source, array, part in zip(entry.sources, entry.arrays, parts, strict=False):
            if source is not None and part is not None:
                fit = fitted(np.asarray(part), array) if hasattr(array, "dtype") else part
                if fit is not None:
                    add_gradient(grads, source, np.array(fit))


def _scale_of(layer: Any, dpenalties: list[Any]) -> float | None:
    """Return the factor on the penalties of a call; all of one call must have the same."""
    scales = {float(d) for d in dpenalties if d is not None}
    if not scales:
        return None
    if len(scales) > 1 or any(d is None for d in dpenalties):
        raise ValueError(
            f"The losses of one call of {layer.name!r} enter the total with different factors "
            f"({sorted(scales)}, or some not at all). Add sum(model.losses) to the total."
        )
    return scales.pop()


def add_gradient(grads: dict[int, Any], number: int, gradient: Any) -> None:
    """Add to the gradient of the array with this number."""
    grads[number] = gradient if number not in grads else grads[number] + gradient
