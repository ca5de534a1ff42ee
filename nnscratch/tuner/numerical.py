"""Hyper-parameters that are numbers: a range, evenly, on a log scale, or on one turned round."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nnscratch.errors import unknown_name
from nnscratch.tuner.hyperparameter import (
    HyperParameter,
    Parent,
    index_to_share,
    share_to_index,
)

SAMPLINGS = ("linear", "log", "reverse_log")
_ROUNDING = 1e-9


class Numerical(HyperParameter):
    """A number between two bounds, both included.

    With p uniform in [0, 1), a = `min_value` and b = `max_value` the value is

        linear       a + p (b − a)
        log          a (b/a)^p                       as many values in each power of ten
        reverse_log  a + b − a (b/a)^(1 − p)         the log scale seen from the upper end

    With a `step` s there are finitely many values: a, a + s, a + 2s, … for `linear`, and
    a, a·s, a·s², … for `log`.

    Args:
        name: name of the hyper-parameter.
        min_value: the lower bound.
        max_value: the upper bound.
        step: distance of two values, or their ratio on a log scale; None leaves no gaps.
        sampling: `"linear"`, `"log"` or `"reverse_log"`.
        default: the first value; `min_value` unless given.
        conditions: all must hold for it to count.

    Raises:
        ValueError: the bounds, the step and the scale do not go together.
    """

    def __init__(
        self,
        name: str,
        min_value: float,
        max_value: float,
        step: float | None = None,
        sampling: str | None = "linear",
        default: Any = None,
        conditions: Sequence[Parent] | None = None,
    ) -> None:
        super().__init__(name, default, conditions)
        self.min_value: Any = min_value
        self.max_value: Any = max_value
        self.step: Any = step
        self.sampling = (sampling or "linear").lower()
        self._check()

    def _check(self) -> None:
        where = f"{type(self).__name__}({self.name!r})"
        if self.sampling not in SAMPLINGS:
            raise unknown_name(f"sampling of {where}", self.sampling, SAMPLINGS)
        if self.min_value > self.max_value:
            raise ValueError(
                f"{where}: `min_value` must not be greater than `max_value`. Received: "
                f"min_value={self.min_value}, max_value={self.max_value}"
            )
        logarithmic = self.sampling != "linear"
        if logarithmic and self.min_value <= 0:
            raise ValueError(
                f"{where}: a log scale has positive numbers only; `min_value` must be greater "
                f"than 0. Received: min_value={self.min_value}, sampling={self.sampling!r}"
            )
        least = 1 if logarithmic else 0
        if self.step is not None and self.step <= least:
            meaning = "ratio of two values" if logarithmic else "distance of two values"
            raise ValueError(
                f"{where}: `step`, the {meaning}, must be greater than {least} where "
                f"sampling={self.sampling!r}. Received: step={self.step}"
            )

    @property
    def default(self) -> Any:
        """The first value."""
        return self.min_value if self._default is None else self._default

    @property
    def count(self) -> int:
        """How many values there are; needs a step.

        A last value that misses `max_value` by rounding alone counts.
        """
        low, high = self.min_value, self.max_value
        steps = (high - low) / self.step
        if self.sampling != "linear":
            steps = math.log(high / low, self.step)
        return int(steps + _ROUNDING) + 1

    def value_at(self, index: int) -> Any:
        """Return value number `index`; needs a step."""
        if self.sampling == "linear":
            return self.min_value + index * self.step
        power = self.min_value * math.pow(self.step, index)
        return power if self.sampling == "log" else self.max_value + self.min_value - power

    def index_of(self, value: Any) -> int:
        """Return the number of a value; needs a step."""
        if self.sampling == "linear":
            index = (value - self.min_value) / self.step
            return round(float(index))
        if self.sampling == "reverse_log":
            value = self.max_value + self.min_value - value
        return round(math.log(value / self.min_value, self.step))

    @property
    def values(self) -> tuple[Any, ...]:
        """The values of a grid: all of them, or ten in the middle of equal shares."""
        if self.step is None:
            shares = [index_to_share(i, 10) for i in range(10)]
            return tuple(dict.fromkeys(self.prob_to_value(share) for share in shares))
        return tuple(self.prob_to_value(index_to_share(i, self.count)) for i in range(self.count))

    def _project(self, prob: float, high: float) -> float:
        low = self.min_value
        if self.sampling == "linear":
            return float(low + prob * (high - low))
        if self.sampling == "log":
            return float(low * math.pow(high / low, prob))
        return float(high + low - low * math.pow(high / low, 1 - prob))

    def _share(self, value: float, high: float) -> float:
        low = self.min_value
        if high == low:
            return 0.5
        if self.sampling == "linear":
            return float((value - low) / (high - low))
        if self.sampling == "log":
            return math.log(value / low) / math.log(high / low)
        return 1 - math.log((high + low - value) / low) / math.log(high / low)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this hyper-parameter again."""
        return {
            **super().get_config(),
            "min_value": self.min_value,
            "max_value": self.max_value,
            "step": self.step,
            "sampling": self.sampling,
        }


class Float(Numerical):
    """A real number; see `Numerical`.

    >>> rate = Float("learning_rate", 1e-4, 1e-2, sampling="log")
    >>> [float(f"{rate.prob_to_value(p):.3g}") for p in (0, 0.5, 1)]
    [0.0001, 0.001, 0.01]
    >>> [round(v, 1) for v in Float("rate", 0.1, 0.5, step=0.1).values]
    [0.1, 0.2, 0.3, 0.4, 0.5]
    """

    def __init__(
        self,
        name: str,
        min_value: float,
        max_value: float,
        step: float | None = None,
        sampling: str | None = "linear",
        default: float | None = None,
        conditions: Sequence[Parent] | None = None,
    ) -> None:
        low, high = float(min_value), float(max_value)
        step = None if step is None else float(step)
        super().__init__(name, low, high, step, sampling, default, conditions)

    def prob_to_value(self, prob: float) -> float:
        """Return the value at the share `prob` of the distribution."""
        if self.step is None:
            return self._project(prob, self.max_value)
        return float(self.value_at(share_to_index(prob, self.count)))

    def value_to_prob(self, value: float) -> float:
        """Return the share at which a value lies."""
        if self.step is None:
            return self._share(value, self.max_value)
        return index_to_share(self.index_of(value), self.count)


class Int(Numerical):
    """A whole number; see `Numerical`. A linear range has step 1 unless another is given.

    >>> Int("units", 32, 160, step=32).values
    (32, 64, 96, 128, 160)
    >>> Int("batch_size", 16, 128, step=2, sampling="log").values
    (16, 32, 64, 128)
    """

    def __init__(
        self,
        name: str,
        min_value: int,
        max_value: int,
        step: int | None = None,
        sampling: str | None = "linear",
        default: int | None = None,
        conditions: Sequence[Parent] | None = None,
    ) -> None:
        low, high = _whole("min_value", min_value, name), _whole("max_value", max_value, name)
        if step is not None:
            step = _whole("step", step, name)
        elif (sampling or "linear").lower() == "linear":
            step = 1
        super().__init__(name, low, high, step, sampling, default, conditions)

    def prob_to_value(self, prob: float) -> int:
        """Return the value at the share `prob` of the distribution."""
        if self.step is None:
            return int(min(self._project(prob, self.max_value + 1), self.max_value))
        value = self.value_at(share_to_index(prob, self.count))
        return int(value + _ROUNDING) if isinstance(value, float) else int(value)

    def value_to_prob(self, value: int) -> float:
        """Return the share at which a value lies, the middle of it."""
        if self.step is None:
            return self._share(value + 0.5, self.max_value + 1)
        return index_to_share(self.index_of(value), self.count)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this hyper-parameter again."""
        return {**super().get_config(), "default": self._default}


def _whole(argument: str, value: Any, name: str) -> int:
    """Return a whole number as an int; 64.0 counts, 64.5 does not."""
    whole = int(value)
    if whole != value:
        raise ValueError(
            f"Int({name!r}): `{argument}` must be a whole number. Received: {argument}={value!r}"
        )
    return whole
