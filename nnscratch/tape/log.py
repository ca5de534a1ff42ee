"""What a tape writes down: the calls, and numbers for the arrays between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nnscratch.cache import Cache
from nnscratch.typing import Array


@dataclass
class Entry:
    """One call: what was called, the memory of the call, and the numbers of its arrays.

    Attributes:
        layer: a layer, a model or an operation.
        cache: the memory of the call.
        sources: number of each array that went in; None for one that nobody follows.
        arrays: the arrays that went in.
        targets: number of each array that came out.
        penalties: number of each penalty of the call.
        logits: number that stands for the z behind a softmax or sigmoid output.
    """

    layer: Any
    cache: Cache
    sources: list[int | None]
    arrays: list[Array]
    targets: list[int]
    penalties: list[int] = field(default_factory=list)
    logits: int = -1


class Log:
    """What tapes that listen at the same time write down, in order."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.count = 0
        self.made_by: dict[int, Entry] = {}
        self.leaves: dict[int, tuple[int, Any]] = {}

    def number(self) -> int:
        """Return a new number for an array."""
        self.count += 1
        return self.count

    def leaf(self, thing: Any) -> int:
        """Return the number of a variable or a watched array."""
        if id(thing) not in self.leaves:
            self.leaves[id(thing)] = (self.number(), thing)
        return self.leaves[id(thing)][0]


SPENT = Log()
"""Stands for the log of a tape that has given its gradient."""
