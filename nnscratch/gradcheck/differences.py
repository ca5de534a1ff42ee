"""Derivatives by central differences, with corners of the function recognised and left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.gradcheck.report import Comparison, TensorResult
from nnscratch.typing import Array

EPS = float(np.finfo(np.float64).eps)
ROUNDING = 256.0 * EPS
SMOOTH = 1e-6
SHRINK = (1.0, 0.1, 0.01)


@dataclass(frozen=True)
class Settings:
    """How a check is made.

    Attributes:
        step: distance h of the differences, relative to elements larger than 1.
        tolerance: largest relative error allowed.
        max_elements: how many elements of a tensor are moved one by one; of a larger tensor a
            random choice, and all elements at once along a random direction.
        seed: seed of upstream gradient, choice and direction.
    """

    step: float = 1e-4
    tolerance: float = 1e-5
    max_elements: int = 40
    seed: int = 0


def estimate(
    function: Callable[[float], Array], at_zero: Array, upstream: Array, step: float
) -> tuple[float, float] | None:
    r"""Return the derivative of upstream·f(t) at t = 0 and its rounding noise, or None at a kink.

    With c(h) = (f(h) - f(-h))/2h, the value is (4c(h/2) - c(h))/3, in which the error of order h²
    cancels (Richardson). Where f is smooth, c(h) and c(h/2) agree up to order h² and the second
    difference (f(h) - 2f(0) + f(-h))/h halves with h. Near a corner the first fails, on a corner
    the second; then smaller steps are tried.

    Args:
        function: f, an array for every number t.
        at_zero: f(0).
        upstream: weights of the elements of f.
        step: the first h.
    """
    weights = np.abs(upstream)
    for factor in SHRINK:
        h = step * factor
        right, left = function(h), function(-h)
        near_right, near_left = function(h / 2), function(-h / 2)
        wide, narrow = (right - left) / (2 * h), (near_right - near_left) / h
        bend = (right - 2 * at_zero + left) / h
        near_bend = (near_right - 2 * at_zero + near_left) / (h / 2)
        noise = ROUNDING * float(weights @ np.abs(at_zero)) / h
        limit = SMOOTH * float(weights @ np.abs(narrow)) + noise
        corner = float(weights @ np.abs(near_bend))
        smooth = float(weights @ np.abs(wide - narrow)) <= limit
        on_corner = corner > 10 * limit and corner > 0.75 * float(weights @ np.abs(bend))
        if smooth and not on_corner:
            return float(upstream @ (4 * narrow - wide)) / 3, noise
    return None


def compare(
    name: str,
    tensor: Array,
    gradient: Array,
    evaluate: Callable[[], Array],
    upstream: Array,
    settings: Settings,
) -> TensorResult:
    """Compare a gradient with differences, moving the elements of a tensor in place.

    Args:
        name: name for the report.
        tensor: the live array that `evaluate` reads; it is put back afterwards.
        gradient: d(upstream·f)/dtensor by the backward pass.
        evaluate: computes f as a vector.
        upstream: weights of the elements of f.
        settings: how to check.
    """
    rng = np.random.default_rng(settings.seed)
    original = tensor.copy()
    at_zero = evaluate()
    comparisons, kinks = [], 0
    for index, direction, step in _directions(original, settings, rng):

        def moved(t: float, direction: Array = direction) -> Array:
            np.add(original, t * direction, out=tensor)
            return evaluate()

        found = estimate(moved, at_zero, upstream, step)
        tensor[...] = original
        if found is None:
            kinks += 1
            continue
        backward = float(np.sum(gradient * direction))
        comparisons.append(Comparison(index, backward, *found))
    return TensorResult(name, tensor.size, comparisons, kinks, settings.tolerance)


def _directions(
    tensor: Array, settings: Settings, rng: np.random.Generator
) -> Iterator[tuple[Any, Array, float]]:
    flat = np.arange(tensor.size)
    if tensor.size > settings.max_elements:
        flat = np.sort(rng.choice(flat, settings.max_elements, replace=False))
    for number in flat:
        index = tuple(int(i) for i in np.unravel_index(number, tensor.shape))
        direction = np.zeros(tensor.shape)
        direction[index] = 1.0
        yield index, direction, settings.step * max(1.0, abs(float(tensor[index])))
    if tensor.size > settings.max_elements:
        direction = rng.uniform(0.5, 1.5, tensor.shape) * rng.choice([-1.0, 1.0], tensor.shape)
        yield "direction", direction, settings.step / float(np.sqrt(tensor.size))
