"""Keeping what a forward pass changes: weights, statistics and the state of random streams."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from nnscratch.random import SeedGenerator


def parts(target: Any) -> Iterator[Any]:
    """Yield an object and, before it, the layers inside, however deep."""
    for layer in getattr(target, "sublayers", ()):
        yield from parts(layer)
    yield target


def seed_generators(target: Any) -> list[SeedGenerator]:
    """Return the random streams that an object and the layers inside it hold."""
    found: list[SeedGenerator] = []
    for part in parts(target):
        for value in getattr(part, "__dict__", {}).values():
            if isinstance(value, SeedGenerator) and not any(value is known for known in found):
                found.append(value)
    return found


def remember(target: Any, reset: Callable[[], Any] | None) -> Callable[[], None]:
    """Return a function that puts statistics and random streams back to where they are now.

    Args:
        target: the object whose forward pass may change them.
        reset: what else is to be called.
    """
    statistics = [(v, v.numpy()) for v in getattr(target, "weights", ()) if not v.trainable]
    streams = [(stream, stream.state.copy()) for stream in seed_generators(target)]

    def restore() -> None:
        for variable, value in statistics:
            variable.value[...] = value
        for stream, state in streams:
            stream.state = state.copy()
        if reset is not None:
            reset()

    return restore
