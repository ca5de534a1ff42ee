"""Projections that keep weights within bounds after every update, under Keras's names."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from nnscratch.checks import check_number
from nnscratch.config import epsilon
from nnscratch.naming import to_snake_case
from nnscratch.serialization import deserialize_object, publish, serialize_object
from nnscratch.typing import Array, ArrayLike

Axis: TypeAlias = int | list[int] | tuple[int, ...] | None


class Constraint:
    """A function from weights to allowed weights; this one allows all.

    Any function of an array will do as a constraint; a subclass can also be saved.

    >>> import numpy as np
    >>> class Rounded(Constraint):
    ...     def __call__(self, w):
    ...         return np.round(w)
    >>> Rounded()(np.array([0.2, 1.7])).tolist()
    [0.0, 2.0]
    """

    def __call__(self, w: ArrayLike) -> Array:
        """Return the projection of w."""
        return np.asarray(w)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Constraint:
        """Make the constraint that `get_config` described."""
        return cls(**config)


def _norms(w: Array, axis: Axis) -> Array:
    axes = tuple(axis) if isinstance(axis, list) else axis
    norms: Array = np.sqrt(np.sum(np.square(w), axis=axes, keepdims=True))
    return norms


class MaxNorm(Constraint):
    """Shrinks weight vectors that are too long: w·min(‖w‖, max_value)/(ε + ‖w‖).

    Args:
        max_value: the largest norm allowed.
        axis: axis, or axes, along which a norm is taken: 0 for the kernel of a `Dense` layer,
            shape (D, M), takes the weights that lead into each unit.

    Source: Srebro, Rennie, Jaakkola, "Maximum-margin matrix factorization", 2005. The ε of
    `nnscratch.config.epsilon`, as in Keras, shortens every vector by a factor of about 1 - ε/‖w‖.

    >>> import numpy as np
    >>> MaxNorm(1.0)(np.array([[3.0, 0.3], [4.0, 0.4]])).round(4).tolist()
    [[0.6, 0.3], [0.8, 0.4]]
    """

    def __init__(self, max_value: float = 2, axis: Axis = 0) -> None:
        check_number("max_value", max_value, 0)
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: ArrayLike) -> Array:
        """Return the projection of w."""
        w = np.asarray(w)
        norms = _norms(w, self.axis)
        desired = np.clip(norms, 0.0, self.max_value)
        return w * (desired / (epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        """Return maximum and axis."""
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """Replaces negative weights by 0: max(w, 0).

    >>> import numpy as np
    >>> NonNeg()(np.array([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def __call__(self, w: ArrayLike) -> Array:
        """Return the projection of w."""
        projected: Array = np.maximum(np.asarray(w), 0)
        return projected


class UnitNorm(Constraint):
    """Scales weight vectors to length 1: w/(ε + ‖w‖).

    Args:
        axis: as in `MaxNorm`.

    >>> import numpy as np
    >>> UnitNorm()(np.array([[3.0], [4.0]])).round(4).tolist()
    [[0.6], [0.8]]
    """

    def __init__(self, axis: Axis = 0) -> None:
        self.axis = axis

    def __call__(self, w: ArrayLike) -> Array:
        """Return the projection of w."""
        w = np.asarray(w)
        return w / (epsilon() + _norms(w, self.axis))

    def get_config(self) -> dict[str, Any]:
        """Return the axis."""
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Moves norms into an interval: w·(rate·clip(‖w‖) + (1 - rate)·‖w‖)/(ε + ‖w‖).

    Args:
        min_value: the smallest norm allowed.
        max_value: the largest norm allowed.
        rate: 1 enforces the interval at once, less moves towards it at every step.
        axis: as in `MaxNorm`.

    >>> import numpy as np
    >>> MinMaxNorm(1.0, 2.0, rate=0.5)(np.array([[3.0], [4.0]])).round(4).tolist()
    [[2.1], [2.8]]
    """

    def __init__(
        self,
        min_value: float = 0.0,
        max_value: float = 1.0,
        rate: float = 1.0,
        axis: Axis = 0,
    ) -> None:
        check_number("min_value", min_value, 0)
        check_number("max_value", max_value, min_value)
        check_number("rate", rate, 0, 1)
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: ArrayLike) -> Array:
        """Return the projection of w."""
        w = np.asarray(w)
        norms = _norms(w, self.axis)
        desired = self.rate * np.clip(norms, self.min_value, self.max_value)
        desired += (1 - self.rate) * norms
        return w * (desired / (epsilon() + norms))

    def get_config(self) -> dict[str, Any]:
        """Return interval, rate and axis."""
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


max_norm = MaxNorm
non_neg = NonNeg
unit_norm = UnitNorm
min_max_norm = MinMaxNorm

MODULE = "keras.constraints"
CLASSES: dict[str, type[Constraint]] = {
    cls.__name__: cls for cls in (Constraint, MaxNorm, MinMaxNorm, NonNeg, UnitNorm)
}
publish(MODULE, CLASSES)
publish(MODULE, {to_snake_case(name): cls for name, cls in CLASSES.items()})


def get(identifier: Any) -> Any:
    """Return the constraint that a name, object, class or configuration stands for.

    Args:
        identifier: None, a name such as `"max_norm"`, a function of an array, a class, or a
            dictionary made by `serialize`.

    Raises:
        ValueError: an unknown name.
        TypeError: something that cannot be called.

    >>> get("max_norm").get_config(), get(None)
    ({'max_value': 2, 'axis': 0}, None)
    """
    if identifier is None:
        return None
    if isinstance(identifier, (str, dict)):
        identifier = deserialize(identifier)
    found = identifier() if inspect.isclass(identifier) else identifier
    if not callable(found):
        raise TypeError(
            "A constraint must be a name, a function from weights to weights, or None. "
            f"Received: {identifier!r}. Write for example constraints.MaxNorm(2.0) or 'max_norm'."
        )
    return found


def serialize(constraint: Any) -> dict[str, Any] | None:
    """Return the dictionary Keras writes for a constraint, None for None.

    >>> serialize(UnitNorm())["config"]
    {'axis': 0}
    """
    return None if constraint is None else serialize_object(constraint)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """Return the constraint that `serialize` described, or that a name stands for.

    Args:
        config: a name or a dictionary.
        custom_objects: the caller's own classes by name.

    Raises:
        ValueError: the name is unknown.

    >>> deserialize({"class_name": "MaxNorm", "config": {"max_value": 3.0}}).max_value
    3.0
    """
    return None if config is None else deserialize_object(config, MODULE, custom_objects)
