"""How a layer finds the layers, variables and metrics that are set as its attributes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nnscratch.variable import Variable

INTERNAL = frozenset(
    (
        *("_layers", "_inbound_nodes", "_traced", "_arguments", "_trainer", "_tracker"),
        *("_trainable_variables", "_statistics", "input_structure", "output_structure", "graph"),
        *("optimizer", "loss", "history", "activity_regularizer", "_build_shape", "dtype", "name"),
        "call_losses",
    )
)
"""Attributes that the base classes keep for themselves."""


class Tracker:
    """Takes note of what is set as an attribute of a layer, in the order in which it is set.

    Args:
        owner: the layer.
    """

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.layers: list[Any] = []
        self.metrics: list[Any] = []

    def track(self, value: Any) -> Any:
        """Take note of a value, or of those in a list or dict; return what is to be kept."""
        if isinstance(value, Variable):
            self._add_variable(value)
        elif hasattr(value, "add_weight"):
            _add(self.layers, value)
        elif hasattr(value, "update_state") and hasattr(value, "result"):
            _add(self.metrics, value)
        elif type(value) is list:
            return TrackedList(value, self)
        elif type(value) is dict:
            return TrackedDict(value, self)
        elif type(value) is tuple:
            return tuple(self.track(part) for part in value)
        return value

    def forget(self, value: Any) -> None:
        """Take a value out that is no attribute any more."""
        for kept in (self.layers, self.metrics):
            kept[:] = [part for part in kept if part is not value]
        if isinstance(value, (list, tuple, dict)):
            for part in value.values() if isinstance(value, dict) else value:
                self.forget(part)
        if isinstance(value, Variable):
            for variables in (self.owner._trainable_variables, self.owner._statistics):
                variables[:] = [part for part in variables if part is not value]

    def _add_variable(self, variable: Variable) -> None:
        owner = self.owner
        kept = owner._trainable_variables if variable.trainable else owner._statistics
        if not any(v is variable for v in owner._trainable_variables + owner._statistics):
            kept.append(variable)


def _add(kept: list[Any], value: Any) -> None:
    if not any(part is value for part in kept):
        kept.append(value)


class TrackedList(list[Any]):
    """A list whose layers belong to the layer that it is an attribute of.

    Args:
        values: the values.
        tracker: who takes note of them.
    """

    def __init__(self, values: Iterable[Any], tracker: Tracker) -> None:
        self._tracker = tracker
        super().__init__(tracker.track(value) for value in values)

    def append(self, value: Any) -> None:
        """Put a value at the end."""
        super().append(self._tracker.track(value))

    def insert(self, index: Any, value: Any) -> None:
        """Put a value before the one at this place."""
        super().insert(index, self._tracker.track(value))

    def extend(self, values: Iterable[Any]) -> None:
        """Put values at the end."""
        super().extend([self._tracker.track(value) for value in values])

    def __iadd__(self, values: Iterable[Any]) -> Any:  # type: ignore[misc]
        self.extend(values)
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        self._tracker.forget(self[index])
        super().__setitem__(index, self._tracker.track(value))

    def __delitem__(self, index: Any) -> None:
        self._tracker.forget(self[index])
        super().__delitem__(index)

    def pop(self, index: Any = -1) -> Any:
        """Take the value at a place out and return it."""
        value = super().pop(index)
        self._tracker.forget(value)
        return value

    def remove(self, value: Any) -> None:
        """Take a value out."""
        super().remove(value)
        self._tracker.forget(value)

    def clear(self) -> None:
        """Take all values out."""
        self._tracker.forget(list(self))
        super().clear()

    def __reduce__(self) -> Any:
        return list, (list(self),)


class TrackedDict(dict[Any, Any]):
    """A dict whose layers belong to the layer that it is an attribute of.

    Args:
        values: the values by key.
        tracker: who takes note of them.
    """

    def __init__(self, values: dict[Any, Any], tracker: Tracker) -> None:
        self._tracker = tracker
        super().__init__({key: tracker.track(value) for key, value in values.items()})

    def __setitem__(self, key: Any, value: Any) -> None:
        if key in self:
            self._tracker.forget(self[key])
        super().__setitem__(key, self._tracker.track(value))

    def __delitem__(self, key: Any) -> None:
        self._tracker.forget(self[key])
        super().__delitem__(key)

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set several values."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    def pop(self, key: Any, *default: Any) -> Any:
        """Take a value out and return it."""
        if key in self:
            self._tracker.forget(self[key])
        return super().pop(key, *default)

    def __reduce__(self) -> Any:
        return dict, (dict(self),)
