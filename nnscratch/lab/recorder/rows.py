"""Reduced values on their way to the file."""

from __future__ import annotations

from dataclasses import dataclass

from nnscratch.typing import Array

Place = tuple[str, str]
"""Path and kind of a quantity."""


@dataclass(frozen=True)
class Rows:
    """Reduced values of some quantities at some steps, ready to be written.

    Attributes:
        places: the quantities.
        how: the reduction.
        steps: the steps.
        values: (places, steps, ...) the values.
    """

    places: tuple[Place, ...]
    how: str
    steps: tuple[int, ...]
    values: Array
