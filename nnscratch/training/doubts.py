"""Warnings of what is legal but probably wrong: they change nothing and can be filtered out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.errors import SuspicionWarning
from nnscratch.outdated import note
from nnscratch.training.data import Data
from nnscratch.typing import Array

ROWS = 256
"""Rows that are looked at."""

SCALING = ("Rescaling", "Normalization", "BatchNormalization", "LayerNormalization", "Lambda")
"""Layers that take numbers of any size."""


def doubt_scale(data: Data, layers: Sequence[Any]) -> None:
    """Warn of inputs that look like pixels from 0 to 255 and meet no layer that scales them.

    Args:
        data: the training data.
        layers: the model's layers.
    """
    if any(type(layer).__name__ in SCALING for layer in layers[:3]):
        return
    if any(_like_pixels(x[:ROWS]) for x in data.inputs):
        note(
            "`x` holds whole numbers up to 255, as pixels do, and the model does not scale them. "
            "Networks learn badly from numbers of that size: divide by 255, or put "
            "layers.Rescaling(1 / 255) first.",
            SuspicionWarning,
        )


def _like_pixels(x: Array) -> bool:
    if x.size == 0 or x.ndim < 2 or not 128 <= x.max() <= 255 or x.min() < 0:
        return False
    return x.dtype.kind in "ui" or bool((x == np.floor(x)).all())


def doubt_result(losses: Sequence[Any], outputs: Sequence[tuple[str, Array]]) -> None:
    """Warn of a loss that has not moved, and of a layer that gives nothing but zeros.

    Args:
        losses: the training loss of each epoch.
        outputs: layer name and output of every call of the last forward run.
    """
    dead = next((name for name, output in outputs if output.size and not output.any()), None)
    if dead is not None:
        note(
            f"Layer {dead!r} is dead: every output of its last batch is 0, so nothing before it "
            "learns any more. A smaller learning rate, another initializer, or a leaky activation "
            "usually helps.",
            SuspicionWarning,
        )
    if len(losses) >= 3 and np.ptp(losses) <= 1e-7 * abs(float(losses[0])):
        note(
            f"The loss has not moved in {len(losses)} epochs: it stayed at {float(losses[-1]):g}. "
            "Is the learning rate 0, are all layers frozen, or are the targets all the same?",
            SuspicionWarning,
        )
