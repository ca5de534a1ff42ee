"""Layers alone: BatchNormalization's statistics, Dropout's scale, and a sum of two shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from parity import registry
from parity.units import Golden


def _batch(lib: Any, mean: float = 0.0) -> Any:
    return (np.random.default_rng(41).normal(size=(16, 5)) + mean).astype(lib.dtype)


@registry.check(
    "batchnorm-defaults",
    "layers",
    "D14",
    golden={
        "momentum": Golden(0.99),
        "epsilon": Golden(1e-3),
        "moving mean at first": Golden(np.zeros(5)),
        "moving variance at first": Golden(np.ones(5)),
    },
    quick=True,
)
def batchnorm(lib: Any) -> dict[str, Any]:
    """Momentum is the weight of the old value; the variance is biased in both places."""
    x = _batch(lib)
    layer = lib.layers.BatchNormalization()
    layer.build((None, 5))
    found = {
        "momentum": np.asarray(layer.momentum, lib.dtype),
        "epsilon": np.asarray(layer.epsilon, lib.dtype),
        "moving mean at first": np.array(lib.numpy(layer.moving_mean)),
        "moving variance at first": np.array(lib.numpy(layer.moving_variance)),
    }
    for step in (1, 2):
        found[f"training {step}"] = np.array(lib.numpy(layer(x * step, training=True)))
        found[f"moving mean {step}"] = np.array(lib.numpy(layer.moving_mean))
        found[f"moving variance {step}"] = np.array(lib.numpy(layer.moving_variance))
    found["inference"] = np.array(lib.numpy(layer(x, training=False)))
    layer.trainable = False
    found["frozen"] = np.array(lib.numpy(layer(x, training=True)))
    found["frozen moving mean"] = np.array(lib.numpy(layer.moving_mean))
    return found


@registry.check(
    "batchnorm-variance-in-two-passes",
    "layers",
    "D15",
    bands={"float32": 2e-3, "float64": 1e-10},
    reason="x is 1000 with a spread of 1: its own rounding, 1000 units in the last place, is all "
    "that is left of x − mean; the formula E[x²] − E[x]² would be off by 6e-2 in float32",
    quick=True,
)
def two_pass(lib: Any) -> dict[str, Any]:
    """The variance is the mean of (x − mean)², so it survives data far from zero."""
    layer = lib.layers.BatchNormalization(momentum=0.0, epsilon=1e-6)
    y = np.array(lib.numpy(layer(_batch(lib, mean=1000.0), training=True)))
    return {"output": y, "variance": np.array(lib.numpy(layer.moving_variance))}


@registry.check("dropout-scale", "layers", "D16", quick=True)
def dropout(lib: Any) -> dict[str, Any]:
    """Kept elements are divided by 1 − rate; each call draws anew; inference is the identity."""
    x = np.ones((40, 30), lib.dtype)
    found = {}
    for rate in (0.3, 0.5, 0.0):
        layer = lib.layers.Dropout(rate, seed=4)
        for call in (1, 2):
            found[f"rate {rate} call {call}"] = np.array(lib.numpy(layer(x, training=True)))
        found[f"rate {rate} inference"] = np.array(lib.numpy(layer(x, training=False)))
    found["largest"] = found["rate 0.3 call 1"].max()
    return found


@registry.check(
    "add-of-a-column",
    "layers",
    differs="Keras 3.15.1 takes a column that is added to as many columns as it has rows for a "
    "bias of the last axis, where it knows the number of rows (run eagerly); nnscratch adds it to "
    "each column, as Keras compiled does.",
    quick=True,
)
def add_of_a_column(lib: Any) -> dict[str, Any]:
    """A column is added to each column, whatever the number of rows."""
    square, column = np.ones((2, 2), lib.dtype), np.array([[1.0], [2.0]], lib.dtype)
    return {"sum": np.array(lib.numpy(lib.ops.add(lib.tensor(square), lib.tensor(column))))}
