"""Landscapes of two variables on which the ways of optimizers can be seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.errors import unknown_name


@dataclass(frozen=True)
class Surface:
    """A function of two variables with its gradient.

    Attributes:
        name: such as `"rosenbrock"`.
        formula: f(x, y), for people.
        f: the function, of arrays x and y.
        gradient: returns (∂f/∂x, ∂f/∂y).
        start: where trajectories begin.
        minima: the lowest points, one or more.
        window: what a figure shows: (x from, x to, y from, y to).
        levels: heights of contour lines.

    >>> bowl = surface("bowl")
    >>> bowl.f(-7.0, 2.0), bowl.gradient(-7.0, 2.0)
    (6.45, (-0.7, 4.0))
    """

    name: str
    formula: str
    f: Callable[[Any, Any], Any]
    gradient: Callable[[Any, Any], tuple[Any, Any]]
    start: tuple[float, float]
    minima: tuple[tuple[float, float], ...]
    window: tuple[float, float, float, float]
    levels: tuple[float, ...]


def _rosenbrock(x: Any, y: Any) -> Any:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _rosenbrock_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    return -2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)


def _beale(x: Any, y: Any) -> Any:
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    return a**2 + b**2 + c**2


def _beale_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    a, b, c = 1.5 - x + x * y, 2.25 - x + x * y**2, 2.625 - x + x * y**3
    dx = 2 * a * (y - 1) + 2 * b * (y**2 - 1) + 2 * c * (y**3 - 1)
    dy = 2 * a * x + 4 * b * x * y + 6 * c * x * y**2
    return dx, dy


def _himmelblau(x: Any, y: Any) -> Any:
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def _himmelblau_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    a, b = x**2 + y - 11, x + y**2 - 7
    return 4 * x * a + 2 * b, 2 * a + 4 * y * b


def _saddle(x: Any, y: Any) -> Any:
    return x**2 - y**2 + y**4 / 4


def _saddle_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    return 2 * x, -2 * y + y**3


def _plateau(x: Any, y: Any) -> Any:
    return 1 - np.exp(-(x**2 + y**2 / 4) / 2)


def _plateau_gradient(x: Any, y: Any) -> tuple[Any, Any]:
    hollow = np.exp(-(x**2 + y**2 / 4) / 2)
    return x * hollow, y / 4 * hollow


def _logarithmic(low: float, high: float, count: int) -> tuple[float, ...]:
    return tuple(float(level) for level in np.geomspace(low, high, count))


SURFACES = {
    surface.name: surface
    for surface in (
        Surface(
            "bowl", "x²/20 + y²", lambda x, y: x**2 / 20 + y**2, lambda x, y: (x / 10, 2 * y),
            (-7.0, 2.0), ((0.0, 0.0),), (-10.0, 10.0, -5.0, 5.0), (0.1, 0.5, 1, 2, 4, 7, 11, 16),
        ),
        Surface(
            "rosenbrock", "(1 − x)² + 100 (y − x²)²", _rosenbrock, _rosenbrock_gradient,
            (-1.2, 1.0), ((1.0, 1.0),), (-1.8, 1.8, -0.8, 2.4), _logarithmic(0.3, 1000, 9),
        ),
        Surface(
            "beale", "(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²",
            _beale, _beale_gradient,
            (1.0, 1.5), ((3.0, 0.5),), (-0.5, 4.5, -1.5, 2.0), _logarithmic(0.1, 300, 10),
        ),
        Surface(
            "himmelblau", "(x² + y − 11)² + (x + y² − 7)²", _himmelblau, _himmelblau_gradient,
            (-0.5, -1.0),
            ((3.0, 2.0), (-2.805118, 3.131313), (-3.779310, -3.283186), (3.584428, -1.848127)),
            (-6.0, 6.0, -6.0, 6.0), _logarithmic(2, 800, 9),
        ),
        Surface(
            "saddle", "x² − y² + y⁴/4", _saddle, _saddle_gradient,
            (1.6, 0.001), ((0.0, -2**0.5), (0.0, 2**0.5)), (-2.2, 2.2, -2.2, 2.2),
            (-0.9, -0.6, -0.3, 0, 0.3, 0.8, 1.6, 2.6, 4),
        ),
        Surface(
            "plateau", "1 − exp(−(x² + y²/4)/2)", _plateau, _plateau_gradient,
            (-2.6, 3.6), ((0.0, 0.0),), (-4.0, 4.0, -5.0, 5.0),
            (0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.995),
        ),
    )
}  # fmt: skip
"""The surfaces by name.

`bowl` is that of chapter 6 of "Deep Learning from Scratch" (K. Saito, 2016). The others are common
test functions: Rosenbrock (1960), "An automatic method for finding the greatest or least value of
a function"; Beale (1958); Himmelblau (1972), "Applied nonlinear programming". `saddle` starts
almost on the ridge, where the gradient across it is a thousandth; `plateau` starts where the ground
is all but flat.
"""


def surface(which: str | Surface) -> Surface:
    """Return the surface of this name.

    Args:
        which: a name, or a `Surface` of one's own, which is returned.

    Raises:
        ValueError: there is no such surface, with the nearest name that exists.
    """
    if isinstance(which, Surface):
        return which
    if which not in SURFACES:
        raise unknown_name("surface", which, SURFACES)
    return SURFACES[which]
