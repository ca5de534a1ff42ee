"""Hyper-parameters that are one of a few values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnscratch.tuner.hyperparameter import (
    HyperParameter,
    Parent,
    index_to_share,
    share_to_index,
)


class Choice(HyperParameter):
    """One of several values of one type.

    Args:
        name: name of the hyper-parameter.
        values: the values, all int, all float, all str or all bool.
        ordered: whether neighbours are alike; numbers are unless told otherwise.
        default: the first value unless given.
        conditions: all must hold for it to count.

    Raises:
        ValueError: no values, an order of strings, or a default that is not among the values.
        TypeError: values of several types.

    >>> rate = Choice("learning_rate", [1e-2, 1e-3, 1e-4])
    >>> rate.default, rate.ordered, rate.prob_to_value(0.5)
    (0.01, True, 0.001)
    """

    def __init__(
        self,
        name: str,
        values: Sequence[Any],
        ordered: bool | None = None,
        default: Any = None,
        conditions: Sequence[Parent] | None = None,
    ) -> None:
        super().__init__(name, default, conditions)
        self._values = _of_one_type(name, list(values))
        numbers = isinstance(self._values[0], (int, float))
        if ordered and not numbers:
            raise ValueError(
                f"Choice({name!r}): only numbers can be ordered. Received: values={values!r}, "
                "ordered=True"
            )
        self.ordered = numbers if ordered is None else ordered
        if default is not None and default not in self._values:
            raise ValueError(
                f"Choice({name!r}): `default` must be one of the values {self._values}. "
                f"Received: default={default!r}"
            )

    @property
    def values(self) -> tuple[Any, ...]:
        """The values."""
        return tuple(self._values)

    @property
    def default(self) -> Any:
        """The value that is used before anything is known."""
        return self._values[0] if self._default is None else self._default

    def prob_to_value(self, prob: float) -> Any:
        """Return the value at the share `prob` of the distribution."""
        return self._values[share_to_index(prob, len(self._values))]

    def value_to_prob(self, value: Any) -> float:
        """Return the share at which a value lies, the middle of it."""
        return index_to_share(self._values.index(value), len(self._values))

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this hyper-parameter again."""
        return {**super().get_config(), "values": list(self._values), "ordered": self.ordered}


class Boolean(HyperParameter):
    """True or False.

    Args:
        name: name of the hyper-parameter.
        default: the value that is used before anything is known.
        conditions: all must hold for it to count.

    Raises:
        ValueError: a default that is neither.

    >>> Boolean("batch_normalization").values
    (True, False)
    """

    def __init__(
        self, name: str, default: bool = False, conditions: Sequence[Parent] | None = None
    ) -> None:
        super().__init__(name, default, conditions)
        if not isinstance(default, (bool, int)) or default not in (0, 1):
            raise ValueError(
                f"Boolean({name!r}): `default` must be True or False. Received: {default!r}"
            )

    @property
    def values(self) -> tuple[bool, ...]:
        """Both values."""
        return (True, False)

    def prob_to_value(self, prob: float) -> bool:
        """Return the value at the share `prob` of the distribution."""
        return bool(prob >= 0.5)

    def value_to_prob(self, value: bool) -> float:
        """Return the share at which a value lies, the middle of it."""
        return 0.75 if value else 0.25


class Fixed(HyperParameter):
    """A value that is not searched.

    Args:
        name: name of the hyper-parameter.
        value: its value: int, float, str or bool.
        conditions: all must hold for it to count.

    Raises:
        ValueError: a value of another type.

    >>> Fixed("epochs", 20).prob_to_value(0.3)
    20
    """

    def __init__(self, name: str, value: Any, conditions: Sequence[Parent] | None = None) -> None:
        super().__init__(name, value, conditions)
        if not isinstance(value, (bool, int, float, str)):
            raise ValueError(
                f"Fixed({name!r}): the value must be int, float, str or bool. "
                f"Received: value={value!r}"
            )
        self.value = value

    @property
    def values(self) -> tuple[Any, ...]:
        """The one value."""
        return (self.value,)

    def prob_to_value(self, prob: float) -> Any:
        """Return the value."""
        return self.value

    def value_to_prob(self, value: Any) -> float:
        """Return the middle of the only share."""
        return 0.5

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this hyper-parameter again."""
        config = super().get_config()
        return {"name": config["name"], "conditions": config["conditions"], "value": self.value}


def _of_one_type(name: str, values: list[Any]) -> list[Any]:
    if not values:
        raise ValueError(f"Choice({name!r}): `values` must have at least one value.")
    kinds = sorted({type(value).__name__ for value in values})
    if len(kinds) > 1 or not isinstance(values[0], (bool, int, float, str)):
        raise TypeError(
            f"Choice({name!r}): the values must be all int, all float, all str or all bool. "
            f"Received: values={values!r} of types {', '.join(kinds)}"
        )
    return values
