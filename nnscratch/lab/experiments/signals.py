"""A stack of equal layers before training: what passes through it forwards and backwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnscratch import activations
from nnscratch.cache import Cache
from nnscratch.initializers import Initializer
from nnscratch.lab.experiments.normality import QQ, Moments, moments, qq
from nnscratch.lab.experiments.starts import with_seed
from nnscratch.layers import Activation, BatchNormalization, Dense, Layer
from nnscratch.typing import Array

BINS = 30
"""Bars of a histogram, as in the book."""

FLAT = 0.05
"""A unit is saturated where its slope is below this part of the activation's steepest."""


@dataclass(frozen=True, eq=False)
class Histogram:
    """Shares of values in bins of equal width.

    Attributes:
        shares: part of all values in each bin; what lies outside the range is in none.
        edges: the bins' borders.

    Shapes: shares (bins,); edges (bins + 1,).
    """

    shares: Array
    edges: Array


@dataclass(frozen=True, eq=False)
class LayerSignal:
    """What one layer of the stack shows.

    Attributes:
        layer: its number from the input, from 1.
        activation: moments of its output a.
        gradient: moments of dL/da.
        weight_gradient_std: standard deviation of dL/dW.
        saturated: share of outputs where the slope da/dz is below 5 % of its maximum.
        dead: share of units whose output is the same for all rows.
        qq: quantiles of a against normal ones.
        activation_histogram: of a.
        gradient_histogram: of dL/da.
    """

    layer: int
    activation: Moments
    gradient: Moments
    weight_gradient_std: float
    saturated: float
    dead: float
    qq: QQ
    activation_histogram: Histogram
    gradient_histogram: Histogram


def pass_through(
    start: Initializer,
    activation: str,
    *,
    depth: int = 5,
    width: int = 100,
    rows: int = 1000,
    batch_normalization: bool = False,
    seed: int = 0,
) -> list[LayerSignal]:
    """Send normal numbers through a stack of layers and normal gradients back.

    Input and the gradient at the last output are drawn from N(0, 1). There are no biases, as in
    the book.

    Args:
        start: initial weights; each layer draws its own.
        activation: name of the nonlinearity.
        depth: number of layers.
        width: inputs and units of each.
        rows: number of inputs.
        batch_normalization: whether to normalize each layer before the nonlinearity.
        seed: of inputs, weights and gradients.

    Returns:
        What each layer shows, from the input on.
    """
    rng = np.random.default_rng(seed)
    a = rng.standard_normal((rows, width))
    da = rng.standard_normal((rows, width))
    calls: list[tuple[Layer, Cache]] = []
    outputs: list[tuple[Array, Array]] = []  # z and a of each layer
    for layer in range(depth):
        kernel = with_seed(start, 1000 * seed + layer)
        block: list[Layer] = [
            Dense(width, use_bias=False, kernel_initializer=kernel, dtype="float64")
        ]
        if batch_normalization:
            block.append(BatchNormalization(dtype="float64"))
        block.append(Activation(activation, dtype="float64"))
        z = a
        for part in block:
            part.ensure_built((None, width))
            calls.append((part, Cache()))
            z, a = a, part.forward(a, calls[-1][1], training=True)
        outputs.append((z.copy(), a.copy()))
    return _backwards(calls, outputs, da, activation)


def _backwards(
    calls: list[tuple[Layer, Cache]],
    outputs: list[tuple[Array, Array]],
    da: Array,
    activation: str,
) -> list[LayerSignal]:
    reach = _range_of(activation)
    found: list[LayerSignal] = []
    for z, a in reversed(outputs):
        gradient = da.copy()
        dense = None
        while not isinstance(dense, Dense):
            dense, cache = calls.pop()
            da = dense.backward(da, cache)
        dw = dense.kernel.grad
        assert dw is not None
        slope = _slope(activation, z)
        found.append(
            LayerSignal(
                layer=len(outputs) - len(found),
                activation=moments(a),
                gradient=moments(gradient),
                weight_gradient_std=float(dw.std()),
                saturated=float(np.mean(np.abs(slope) < FLAT * _steepest(activation))),
                dead=float(np.mean(np.ptp(a, axis=0) == 0)),
                qq=qq(a),
                activation_histogram=histogram(a, reach),
                gradient_histogram=histogram(gradient),
            )
        )
    return found[::-1]


def histogram(values: Array, reach: tuple[float, float] | None = None) -> Histogram:
    """Return shares in 30 bins over a range; by default one that leaves out a value in 200."""
    if reach is None:
        low, high = (float(q) for q in np.quantile(values, [0.0025, 0.9975]))
        if low == high:
            low, high = low - 0.5, high + 0.5
        reach = (low, high)
    counts, edges = np.histogram(values, BINS, reach)
    return Histogram(counts / values.size, edges)


def _slope(activation: str, z: Array) -> Array:
    f = activations.get(activation)
    cache = Cache()
    f.forward(z, cache)
    slope: Array = np.array(f.backward(np.ones_like(z), cache))
    return slope


def _steepest(activation: str) -> float:
    return float(np.abs(_slope(activation, np.linspace(-6, 6, 2401))).max())


def _range_of(activation: str) -> tuple[float, float] | None:
    """Return the bounds of a bounded activation, otherwise None."""
    f: Callable[[Array], Array] = activations.get(activation)
    near, far = f(np.array([-100.0, 100.0])), f(np.array([-1e4, 1e4]))
    if np.max(np.abs(far - near)) > 0.02:
        return None
    return float(far[0]), float(far[1])
