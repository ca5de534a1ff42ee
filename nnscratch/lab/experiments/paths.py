"""An optimizer's way over a surface of two variables, with what it keeps on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nnscratch.lab.dialects import FORMS, optimizer
from nnscratch.lab.surfaces import Surface
from nnscratch.typing import Array
from nnscratch.variable import Variable

FIVE = ("sgd", "momentum", "adagrad", "rmsprop", "adam")
"""The five rules of the course notes."""

OTHERS = (
    "nesterov", "adadelta", "adafactor", "adamax", "adamw", "ftrl", "lamb", "lion", "muon",
    "nadam", "schedulefreeadamw",
)  # fmt: skip
"""All other rules of `nnscratch.optimizers`."""

TITLES = {
    "sgd": "SGD", "momentum": "Momentum", "nesterov": "Nesterov", "adagrad": "AdaGrad",
    "rmsprop": "RMSProp", "adam": "Adam", "adamw": "AdamW", "schedulefreeadamw": "Schedule-free",
}  # fmt: skip
"""How the rules are written in figures; others with a capital letter."""

BOOK_RATES = {"sgd": 0.95, "momentum": 0.1, "adagrad": 1.5, "adam": 0.3}
"""Learning rates of figure 6-8 of "Deep Learning from Scratch"."""

RATES = tuple(float(f"{a}e{b}") for b in range(-4, 1) for a in (1, 2, 5))
"""Learning rates that are tried where none is given."""

FAR = 1e3
"""Who is farther away than this, or not a number, is lost."""


def title(rule: str) -> str:
    """Return a rule's name as it is written in figures."""
    return TITLES.get(rule, rule.capitalize())


@dataclass(frozen=True, eq=False)
class Path:
    """One optimizer's way.

    Attributes:
        rule: name of the rule.
        learning_rate: η.
        points: (x, y) before the first step and after each.
        values: f there.
        gradients: ∂f there.
        state: by slot, such as `"velocity"`, what the rule keeps for x and y; parallel to points.

    Shapes: points, gradients, and each array of state (steps + 1, 2); values (steps + 1,).
    """

    rule: str
    learning_rate: float
    points: Array
    values: Array
    gradients: Array
    state: dict[str, Array]

    @property
    def lost(self) -> bool:
        """Whether the way ends far outside."""
        return not bool(np.isfinite(self.values[-1]))

    @property
    def mean(self) -> Array | None:
        """The slot that holds a mean or sum of gradients, with a sign: Momentum's v, Adam's m."""
        return self.state.get("momentum")

    @property
    def square(self) -> Array | None:
        """The slot that holds squares of gradients: RMSProp's and Adam's v, AdaGrad's h."""
        for slot in ("velocity", "accumulator", "accumulated_grad"):
            if slot in self.state:
                return self.state[slot]
        return None


def follow(
    ground: Surface, rule: str, learning_rate: float, steps: int, dialect: str = "keras"
) -> Path:
    """Let an optimizer walk down a surface.

    Args:
        ground: the surface; the way begins at its `start`.
        rule: name of the rule.
        learning_rate: η.
        steps: number of steps.
        dialect: who writes the rule, see `lab.optimizer`; rules without dialects are Keras's.

    Raises:
        ValueError: no such rule or dialect.

    >>> from nnscratch.lab import surface
    >>> way = follow(surface("bowl"), "sgd", 0.5, steps=2)
    >>> way.points.round(3).tolist()
    [[-7.0, 2.0], [-6.65, 0.0], [-6.318, 0.0]]
    """
    w = Variable(np.array(ground.start), dtype="float64", name="w")
    walker = optimizer(rule, dialect if rule in FORMS else "keras", learning_rate)
    walker.build([w])
    slots = {name: slot for kept in walker.slots.values() for name, slot in kept.items()}
    slots = {name: slot for name, slot in slots.items() if slot.shape == w.shape}
    points = np.full((steps + 1, 2), np.nan)
    gradients = np.full((steps + 1, 2), np.nan)
    state = {name: np.full((steps + 1, 2), np.nan) for name in slots}
    for step in range(steps + 1):
        points[step] = w.value
        gradients[step] = ground.gradient(*points[step])
        for name, slot in slots.items():
            state[name][step] = slot.value
        if step == steps or not np.all(np.abs(points[step]) < FAR):
            break
        walker.apply([gradients[step]], [w])
    points[~np.all(np.abs(points) < FAR, axis=1)] = np.nan
    values = ground.f(points[:, 0], points[:, 1])
    return Path(rule, learning_rate, points, values, gradients, state)


def tuned(
    ground: Surface,
    rule: str,
    steps: int,
    dialect: str = "keras",
    rates: Sequence[float] = RATES,
) -> Path:
    """Return the way of the learning rate that goes down farthest and soonest.

    Compared is the mean over the steps of log(h + h₀/10⁶), where h is the height above the lowest
    minimum that the way does not exceed again, and h₀ that of the start. Ways that leave the
    surface's window are out, unless all do.

    Args:
        ground: the surface.
        rule: name of the rule.
        steps: number of steps.
        dialect: see `follow`.
        rates: the learning rates to try.
    """
    ways = [follow(ground, rule, rate, steps, dialect) for rate in rates]
    lowest = min(float(ground.f(*minimum)) for minimum in ground.minima)
    start = float(ground.f(*ground.start)) - lowest
    ways = [way for way in ways if _stays(way, ground)] or [way for way in ways if not way.lost]
    scores = [float(np.mean(np.log(_kept(w.values - lowest) + 1e-6 * start))) for w in ways]
    return ways[int(np.argmin(scores))]


def _stays(way: Path, ground: Surface) -> bool:
    left, right, low, high = ground.window
    x, y = way.points.T
    return bool(np.all((x > left) & (x < right) & (y > low) & (y < high)))


def _kept(heights: Array) -> Array:
    """Return for each step the largest height from there on."""
    kept: Array = np.maximum.accumulate(heights[::-1])[::-1]
    return kept
