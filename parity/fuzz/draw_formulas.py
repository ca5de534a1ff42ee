"""Random formulas of `ops`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from parity.fuzz.chooser import Chooser
from parity.fuzz.draw_kinds import some_axis
from parity.fuzz.formula_shapes import OF_MATRICES, Shape
from parity.fuzz.formulas import FORMULA, FORMULAS
from parity.fuzz.shapes import LayerSpec

OPTIONS: dict[str, Callable[[Chooser, Shape], Any]] = {
    "axis": some_axis,
    "c": lambda c, shape: c.real(0.2, 1.6),
    "n": lambda c, shape: shape[-1],
}
"""What draws the options of a formula for samples of a shape."""


def some_formula(c: Chooser, shape: Shape) -> LayerSpec:
    """Return a random formula with its options; it may not fit samples of this shape."""
    matrices = 5.0 if len(shape) > 1 else 0.0
    name = c.weigh({n: matrices if f.shape in OF_MATRICES else 1.0 for n, f in FORMULAS.items()})
    options = FORMULAS[name].options
    drawn = {option: OPTIONS[option](c, shape) for option in options if option != "m"}
    if "m" in options:
        size = math.prod(shape)
        drawn["n"] = c.pick([n for n in range(1, size + 1) if size % n == 0])
        drawn["m"] = size // drawn["n"]
    return FORMULA, {"formula": name, **drawn}
