"""What a recording says about the run itself: network, optimizer, batches, data."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from nnscratch.lab.recorder.calls import calls_of, names_of_variables
from nnscratch.saving.keras_format import described
from nnscratch.training.data import Data

LOOKED_AT = 250
"""Rows of the data that its fingerprint is of."""
AT_ONCE = 16


def run(model: Any, stepper: Any, first: int, params: dict[str, Any]) -> dict[str, Any]:
    """Describe a `fit` that begins.

    Args:
        model: the model.
        stepper: its training step.
        first: steps before it.
        params: what `fit` was called with.
    """
    calls = calls_of(stepper.run, stepper.cache)
    source = stepper.source
    config, obstacle = model_config(model)
    return {
        "first": first,
        "model": model.name,
        "config": config,
        "obstacle": obstacle,
        "epochs": params.get("epochs"),
        "per_epoch": source.per_epoch,
        "batch_size": source.batch_size,
        "steps": getattr(source, "steps", None),
        "fingerprint": fingerprint(source.data) if hasattr(source, "data") else None,
        "optimizer": type(stepper.optimizer).__name__,
        "layers": [[c.path, type(c.layer).__name__, activation_of(c.layer)] for c in calls],
        "before": {c.path: c.before for c in calls},
        "variables": [[name, list(v.shape), v.trainable] for name, v in names_of_variables(model)],
    }


def model_config(model: Any) -> tuple[Any, str | None]:
    """Return the model's configuration; or why it has none that a file can hold."""
    try:
        return described(model), None
    except (TypeError, ValueError, NotImplementedError) as error:
        return None, str(error)


def activation_of(layer: Any) -> str | None:
    """Return the name of a layer's nonlinearity, if it has one."""
    return getattr(getattr(layer, "activation", None), "name", None)


def fingerprint(data: Data) -> int:
    """Return a number that tells whether other data is the same, from some of its rows."""
    found = len(data)
    step = max(1, len(data) // LOOKED_AT)
    for arrays in (data.inputs, data.targets, data.weights):
        for array in arrays:
            if array is not None:
                found = zlib.crc32(str(array.shape).encode(), found)
                rows = array[::step]
                for first in range(
                    0, len(rows), AT_ONCE
                ):  # copies that the processor's cache holds
                    part = np.ascontiguousarray(rows[first : first + AT_ONCE])
                    found = zlib.crc32(part.reshape(-1).view(np.uint8).data, found)
    return found
