"""Activations with options or of one's own, and the shape behind one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from parity.fuzz.formula_shapes import Shape, place_of
from parity.fuzz.formulas import FORMULAS


@dataclass(frozen=True)
class Activated:
    """An activation with options, which the two libraries spell differently.

    Args:
        name: Keras's name of the function.
        options: its arguments beside x.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.options.items())
        return f"{self.name}({arguments})"


@dataclass(frozen=True)
class OwnActivation:
    """An activation of one's own, written as a formula of `ops`.

    Args:
        formula: name of a formula of one tensor that keeps its shape.
        options: the formula's options.
    """

    formula: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def written(self, ops: str, tensor: str) -> str:
        """Return the formula's expression."""
        return FORMULAS[self.formula].written(ops, [tensor], self.options)

    def __repr__(self) -> str:
        return f"(lambda z: {self.written('ops', 'z')})"


def activation_name(activation: Any) -> str:
    """Return the name behind a name, an `Activated`, or None."""
    if activation is None:
        return "linear"
    return activation.name if isinstance(activation, Activated) else str(activation)


def after_activation(shape: Shape, activation: Any) -> Shape | None:
    """Return the shape behind an activation, or None if it cannot be applied.

    Args:
        shape: of one sample.
        activation: a name, an `Activated`, or None.
    """
    options = activation.options if isinstance(activation, Activated) else {}
    place = place_of(int(options.get("axis", -1)), shape)
    if place is None:
        return None
    if activation_name(activation) != "glu":
        return shape
    if shape[place] % 2:
        return None
    return (*shape[:place], shape[place] // 2, *shape[place + 1 :])
