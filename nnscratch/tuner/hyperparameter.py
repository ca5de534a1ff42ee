"""One hyper-parameter: its possible values, and the condition under which it counts."""

from __future__ import annotations

import math
import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

Value: TypeAlias = "bool | int | float | str"


class Parent:
    """The condition that another hyper-parameter has one of some values.

    Args:
        name: the other hyper-parameter.
        values: the values, or a single one.

    >>> Parent("optimizer", ["sgd"]).is_active({"optimizer": "sgd", "units": 32})
    True
    """

    def __init__(self, name: str, values: Any) -> None:
        self.name = name
        self.values = list(values) if isinstance(values, (list, tuple, set)) else [values]
        bad = [v for v in self.values if not isinstance(v, (bool, int, float, str))]
        if bad or not self.values:
            raise TypeError(
                "A condition names values that are int, float, str or bool. Received: "
                f"parent_values={values!r} for parent_name={name!r}"
            )

    def is_active(self, values: Mapping[str, Value]) -> bool:
        """Tell whether the condition holds among these values."""
        return self.name in values and values[self.name] in self.values

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this condition again."""
        return {"name": self.name, "values": self.values}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Parent) and self.get_config() == other.get_config()

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.values)))

    def __repr__(self) -> str:
        return f"Parent({self.name!r}, {self.values!r})"


class HyperParameter(ABC):
    """Base of the kinds of hyper-parameter.

    Every kind maps p in [0, 1) to a value: p uniform gives the distribution that random search
    draws from, and the model of a Bayesian search sees p instead of the value.

    Args:
        name: name of the hyper-parameter.
        default: the value that is used before anything is known.
        conditions: all must hold for it to count.
    """

    def __init__(
        self, name: str, default: Any = None, conditions: Sequence[Parent] | None = None
    ) -> None:
        self.name = name
        self._default = default
        self.conditions = list(conditions or [])

    @property
    def default(self) -> Any:
        """The value that is used before anything is known."""
        return self._default

    @property
    @abstractmethod
    def values(self) -> tuple[Any, ...]:
        """The values that a grid has; ten spread over the range where there are too many."""

    @abstractmethod
    def prob_to_value(self, prob: float) -> Any:
        """Return the value at the share `prob`, from 0 to 1, of the distribution."""

    @abstractmethod
    def value_to_prob(self, value: Any) -> float:
        """Return the share at which a value lies, the middle of it where values are countable."""

    def random_sample(self, seed: int | None = None) -> Any:
        """Draw a value; a seed draws what keras-tuner draws for it.

        Args:
            seed: seed of Python's `random.Random`.
        """
        return self.prob_to_value(random.Random(seed).random())

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this hyper-parameter again."""
        conditions = [{"class_name": "Parent", "config": c.get_config()} for c in self.conditions]
        return {"name": self.name, "default": self.default, "conditions": conditions}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> HyperParameter:
        """Make a hyper-parameter from what `get_config` returned."""
        conditions = [Parent(**c["config"]) for c in config.get("conditions", ())]
        return cls(**{**config, "conditions": conditions})

    def __repr__(self) -> str:
        shown = {k: v for k, v in self.get_config().items() if k != "conditions" or v}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in shown.items())})"


def are_active(conditions: Iterable[Parent], values: Mapping[str, Value]) -> bool:
    """Tell whether all conditions hold."""
    return all(condition.is_active(values) for condition in conditions)


def share_to_index(prob: float, count: int) -> int:
    """Return the number of the one of `count` equal parts of [0, 1) in which `prob` lies.

    >>> [share_to_index(p, 4) for p in (0.0, 0.3, 0.75, 1.0)]
    [0, 1, 3, 3]
    """
    return min(math.floor(prob / (1 / count)), count - 1)


def index_to_share(index: int, count: int) -> float:
    """Return the middle of part number `index` of `count` equal parts of [0, 1).

    >>> index_to_share(1, 4)
    0.375
    """
    return (index + 0.5) / count
