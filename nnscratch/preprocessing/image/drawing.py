"""How an `ImageDataGenerator` draws what to do to an image, in Keras's order of draws."""

from __future__ import annotations

from typing import Any

import numpy as np

Parameters = dict[str, Any]


def draw(ranges: Any, height: int, width: int) -> Parameters:
    """Draw from `np.random` how to change one image.

    Args:
        ranges: an `ImageDataGenerator`, whose ranges are drawn from.
        height: height of the image.
        width: its width.
    """
    theta = _symmetric(ranges.rotation_range)
    tx = _shift(ranges.height_shift_range, height)
    ty = _shift(ranges.width_shift_range, width)
    shear = _symmetric(ranges.shear_range)
    low, high = ranges.zoom_range
    zx, zy = (1, 1) if low == high == 1 else np.random.uniform(low, high, 2)
    flips = [bool(np.random.random() < 0.5) for _ in range(2)]
    shift = ranges.channel_shift_range
    brightness = ranges.brightness_range
    return {
        "theta": theta,
        "tx": tx,
        "ty": ty,
        "shear": shear,
        "zx": zx,
        "zy": zy,
        "flip_horizontal": flips[0] and bool(ranges.horizontal_flip),
        "flip_vertical": flips[1] and bool(ranges.vertical_flip),
        "channel_shift_intensity": np.random.uniform(-shift, shift) if shift else None,
        "brightness": None if brightness is None else np.random.uniform(*brightness),
    }


def _symmetric(largest: float) -> float:
    return np.random.uniform(-largest, largest) if largest else 0


def _shift(largest: Any, size: int) -> float:
    """Draw a shift in pixels."""
    if not largest:
        return 0
    if isinstance(largest, float):
        shift = np.random.uniform(-largest, largest)
    else:
        shift = np.random.choice(largest) * np.random.choice([-1, 1])
    return shift * size if np.max(largest) < 1 else shift
