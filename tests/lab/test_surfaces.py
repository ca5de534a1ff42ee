"""The surfaces' gradients against finite differences, and their minima."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnscratch import lab
from nnscratch.lab.surfaces import SURFACES

every_surface = pytest.mark.parametrize("name", SURFACES)
coordinate = st.floats(-2, 2)


@every_surface
@given(x=coordinate, y=coordinate)
def test_gradient_is_the_slope(name: str, x: float, y: float) -> None:
    ground, h = SURFACES[name], 1e-6
    dx = (ground.f(x + h, y) - ground.f(x - h, y)) / (2 * h)
    dy = (ground.f(x, y + h) - ground.f(x, y - h)) / (2 * h)
    np.testing.assert_allclose(ground.gradient(x, y), (dx, dy), rtol=1e-4, atol=1e-4)


@every_surface
def test_minima_are_the_lowest_points_around(name: str) -> None:
    ground = SURFACES[name]
    for x, y in ground.minima:
        np.testing.assert_allclose(ground.gradient(x, y), (0, 0), atol=1e-3)
        around = [ground.f(x + a, y + b) for a in (-0.01, 0, 0.01) for b in (-0.01, 0, 0.01)]
        assert ground.f(x, y) <= min(around) + 1e-9
    left, right, low, high = ground.window
    for x, y in (ground.start, *ground.minima):
        assert left < x < right
        assert low < y < high


def test_known_values() -> None:
    assert lab.surface("rosenbrock").f(-1.2, 1.0) == pytest.approx(24.2)
    assert lab.surface("himmelblau").f(0.0, 0.0) == 170
    assert lab.surface("beale").f(0.0, 0.0) == pytest.approx(1.5**2 + 2.25**2 + 2.625**2)
    assert lab.surface("bowl").f(-7.0, 2.0) == pytest.approx(6.45)


def test_unknown_surface() -> None:
    with pytest.raises(ValueError, match="Did you mean 'rosenbrock'"):
        lab.surface("rosenbrok")
