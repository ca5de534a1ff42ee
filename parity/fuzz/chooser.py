"""Random choices that depend on nothing but a key."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chooser:
    """A stream of choices.

    Args:
        key: what the stream depends on; equal keys give equal choices on every machine.

    >>> Chooser(1, 7).whole(0, 99) == Chooser(1, 7).whole(0, 99)
    True
    """

    def __init__(self, *key: object) -> None:
        self._random = random.Random("/".join(map(str, key)))

    def chance(self, probability: float) -> bool:
        """Return True with this probability."""
        return self._random.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Return one of some options, all equally likely."""
        return options[int(self._random.random() * len(options))]

    def weigh(self, options: Mapping[T, float]) -> T:
        """Return one of some options, each as likely as its weight says."""
        at = self._random.random() * sum(options.values())
        for option, weight in options.items():
            at -= weight
            if at < 0:
                return option
        return next(reversed(list(options)))

    def some(self, options: Sequence[T], most: int) -> list[T]:
        """Return up to so many different options."""
        left, taken = list(options), []
        for _ in range(self.whole(0, min(most, len(left)))):
            taken.append(left.pop(int(self._random.random() * len(left))))
        return taken

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def real(self, low: float, high: float) -> float:
        """Return a number between two, with three digits behind the leading one."""
        return float(f"{low + self._random.random() * (high - low):.3e}")

    def size(self, low: float, high: float) -> float:
        """Return a positive number between two, every order of magnitude equally likely."""
        return float(f"{low * (high / low) ** self._random.random():.3e}")
