"""Random initializers, penalties, constraints and activations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from parity.fuzz import left_out
from parity.fuzz.activated import Activated, OwnActivation, after_activation
from parity.fuzz.chooser import Chooser
from parity.fuzz.formula_shapes import same
from parity.fuzz.formulas import FORMULAS
from parity.fuzz.shapes import Shape
from parity.tables.layers import ACTIVATIONS
from parity.units import Obj

Option = Callable[[Chooser], Any]

NAMED = tuple(name for name in ACTIVATIONS if name not in left_out.ACTIVATIONS)

NAMED_STARTS = (
    "glorot_uniform",
    "glorot_normal",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "variance_scaling",
    "GlorotUniform",
    "ones",
    "zeros",
)

STARTS: dict[str, Callable[[Chooser], dict[str, Any]]] = {
    "GlorotUniform": lambda c: {},
    "GlorotNormal": lambda c: {},
    "HeNormal": lambda c: {},
    "HeUniform": lambda c: {},
    "LecunNormal": lambda c: {},
    "LecunUniform": lambda c: {},
    "RandomNormal": lambda c: {"mean": c.real(-0.2, 0.2), "stddev": c.real(0.05, 0.6)},
    "RandomUniform": lambda c: {"minval": c.real(-0.7, -0.1), "maxval": c.real(0.1, 0.7)},
    "TruncatedNormal": lambda c: {"mean": c.real(-0.1, 0.1), "stddev": c.real(0.1, 0.6)},
    "VarianceScaling": lambda c: {
        "scale": c.real(0.3, 2.5),
        "mode": c.pick(("fan_in", "fan_out", "fan_avg")),
        "distribution": c.pick(("truncated_normal", "untruncated_normal", "uniform")),
    },
}
"""Initializers that draw numbers, and their arguments."""


def start(c: Chooser, matrix: bool = True) -> str | Obj:
    """Return a random initializer.

    Args:
        c: where the choices come from.
        matrix: whether it starts a matrix, which some initializers need.
    """
    if c.chance(0.35):
        return c.pick(NAMED_STARTS)
    if c.chance(0.2):
        return Obj("initializers.Constant", {"value": c.real(-0.5, 0.9)})
    if matrix and c.chance(0.12):
        return Obj("initializers.Identity", {"gain": c.real(0.4, 1.5)})
    seed = {"seed": c.whole(0, 99999)} if c.chance(0.7) else {}
    if matrix and c.chance(0.12):
        return Obj("initializers.Orthogonal", {"gain": c.real(0.5, 1.5), **seed})
    name = c.pick(tuple(STARTS))
    return Obj(f"initializers.{name}", {**STARTS[name](c), **seed})


def penalty(c: Chooser, matrix: bool = False) -> str | Obj:
    """Return a random regularizer; those of a matrix only where it is for one."""
    if c.chance(0.2):
        return c.pick(("l1", "l2", "l1l2", "L2"))
    if matrix and c.chance(0.2):
        mode = c.pick(("rows", "columns"))
        options = {"factor": c.size(1e-3, 0.1), "mode": mode}
        return Obj("regularizers.OrthogonalRegularizer", options)
    kind = c.pick(("L1", "L2", "L1L2"))
    factors = {name: c.size(1e-4, 0.1) for name in ("l1", "l2") if name.upper() in kind}
    return Obj(f"regularizers.{kind}", factors)


CONSTRAINTS: dict[str, Callable[[Chooser], dict[str, Any]]] = {
    "MaxNorm": lambda c: {"max_value": c.real(0.3, 2.0), "axis": 0},
    "NonNeg": lambda c: {},
    "UnitNorm": lambda c: {"axis": 0},
    "MinMaxNorm": lambda c: {
        "min_value": c.real(0.1, 0.6),
        "max_value": c.real(0.7, 1.5),
        "rate": c.pick((1.0, 0.3)),
    },
}


def constraint(c: Chooser, matrix: bool = False) -> str | Obj:
    """Return a random constraint; a matrix may be bounded along its second axis too."""
    if c.chance(0.25):
        return c.pick(("max_norm", "non_neg", "unit_norm", "min_max_norm"))
    name = c.pick(tuple(CONSTRAINTS))
    options = CONSTRAINTS[name](c)
    if matrix and name != "NonNeg" and c.chance(0.4):
        options = {**options, "axis": 1}
    return Obj(f"constraints.{name}", options)


WITH_OPTIONS: dict[str, dict[str, Option]] = {
    "relu": {
        "negative_slope": lambda c: c.real(0.0, 0.4),
        "max_value": lambda c: c.real(0.5, 3.0),
        "threshold": lambda c: c.real(0.0, 0.6),
    },
    "leaky_relu": {"negative_slope": lambda c: c.real(0.01, 0.5)},
    "elu": {"alpha": lambda c: c.real(0.3, 1.7)},
    "celu": {"alpha": lambda c: c.real(0.3, 1.7)},
    "gelu": {"approximate": lambda c: c.chance(0.5)},
    "hard_shrink": {"threshold": lambda c: c.real(0.1, 0.8)},
    "soft_shrink": {"threshold": lambda c: c.real(0.1, 0.8)},
    "squareplus": {"b": lambda c: c.real(0.5, 6.0)},
    "threshold": {
        "threshold": lambda c: c.real(-0.5, 0.5),
        "default_value": lambda c: c.real(-1.0, 1.0),
    },
}
"""Activations that take numbers."""

ALONG_AN_AXIS = ("softmax", "log_softmax")


KEEPING = tuple(n for n, f in FORMULAS.items() if f.shape is same and f.options in ([], ["c"]))
"""Formulas of one tensor that keep its shape."""


def own_activation(c: Chooser) -> OwnActivation:
    """Return an activation written as a formula."""
    name = c.pick(KEEPING)
    return OwnActivation(name, {option: c.real(0.2, 1.6) for option in FORMULAS[name].options})


def activation(c: Chooser, shape: Shape) -> str | Activated | OwnActivation | None:
    """Return a random activation that can be applied to samples of this shape, or None."""
    if c.chance(0.15):
        return None
    chosen: str | Activated | OwnActivation
    if c.chance(0.25):
        name = c.pick(tuple(WITH_OPTIONS))
        required = name == "threshold"
        options = {
            option: make(c)
            for option, make in WITH_OPTIONS[name].items()
            if required or c.chance(0.6)
        }
        chosen = Activated(name, options)
    elif len(shape) > 1 and c.chance(0.3):
        axis = c.pick([*range(1, len(shape) + 1), *range(-len(shape), 0)])
        chosen = Activated(c.pick(ALONG_AN_AXIS), {"axis": axis})
    else:
        chosen = own_activation(c) if c.chance(0.12) else c.pick(NAMED)
    return chosen if after_activation(shape, chosen) is not None else "tanh"
