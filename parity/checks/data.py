"""Helpers for data: the same rows in the same order, shuffled or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from parity import registry


def _elements(dataset: Iterable[Any]) -> dict[str, Any]:
    """Return the arrays of two loops over a dataset."""
    found = {}
    for loop in range(2):
        for number, element in enumerate(dataset):
            parts = element if isinstance(element, (tuple, list)) else (element,)
            for part, array in enumerate(parts):
                found[f"{loop}/{number}/{part}"] = np.asarray(array)
    return found


@registry.check("timeseries-windows", "training", quick=True)
def windows(lib: Any) -> dict[str, Any]:
    """Windows of a series and their targets, in order and shuffled anew in every loop."""
    data = np.random.default_rng(1).normal(size=(40, 2)).astype(lib.dtype)
    make = lib.utils.timeseries_dataset_from_array
    plain = make(data, data[5:, 0], 4, sequence_stride=2, sampling_rate=2, batch_size=6)
    mixed = make(data, data[5:, 0], 4, batch_size=5, shuffle=True, seed=3)
    found = {f"plain/{name}": array for name, array in _elements(plain).items()}
    return found | {f"mixed/{name}": array for name, array in _elements(mixed).items()}


@registry.check("split-dataset", "training")
def parts(lib: Any) -> dict[str, Any]:
    """The first and the last rows, after Python's `random` has shuffled them."""
    x = np.arange(30.0).reshape(15, 2).astype(lib.dtype)
    found = {}
    for shuffle in (False, True):
        sides = lib.utils.split_dataset((x, x[:, 0]), 0.6, shuffle=shuffle, seed=4)
        for side, part in zip(("left", "right"), sides, strict=True):
            found |= {f"{shuffle}/{side}/{k}": v for k, v in _elements(part).items()}
    return found
