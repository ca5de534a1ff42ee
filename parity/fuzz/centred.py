"""Keras's normalizations in another form: the mean is taken away before anything else.

Keras normalizes by x·s + (β − μ·s) with s = γ/√(σ² + ε), so a rounding of a sum over the rows
enters the gradient twice, with opposite signs. Where the terms of a gradient cancel, that rounding
cancels too, to the last bit, however the single operations round (`parity.fuzz.roundings`): Keras
seems to know digits that another form of the same function does not. The other form is
(x − μ)·s + β, which TensorFlow's own fused kernels compute.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def centred() -> Iterator[None]:
    """Let Keras take the mean away first in every normalization inside the block.

    The same code then runs on x − μ. What it normalizes by the mean and variance of its own input
    (samples, groups) does not change by a shift; a batch is given 0 for its mean.
    """
    from keras import layers, ops
    from keras.src.backend.tensorflow import nn as batch
    from keras.src.ops import nn as sample

    def batches(original: Any) -> Any:
        def normalize(x: Any, mean: Any, variance: Any, axis: int, *options: Any) -> Any:
            shape = [1] * len(x.shape)
            shape[axis] = mean.shape[0]
            near_zero = x - ops.reshape(mean, shape)
            return original(near_zero, ops.zeros_like(mean), variance, axis, *options)

        return normalize

    def samples(original: Any) -> Any:
        def normalize(x: Any, *, axis: Any = -1, **options: Any) -> Any:
            return original(x - ops.mean(x, axis=axis, keepdims=True), axis=axis, **options)

        return normalize

    def groups(original: Any) -> Any:
        def normalize(self: Any, x: Any, shape: Any) -> Any:
            place = self.axis if self.axis > 0 else len(x.shape) + self.axis - 1
            axes = [i for i in range(1, len(x.shape)) if i != place]
            return original(self, x - ops.mean(x, axis=axes, keepdims=True), shape)

        return normalize

    with contextlib.ExitStack() as stack:
        for owner, name, other in (
            (batch, "batch_normalization", batches),
            (sample, "_layer_normalization", samples),
            (layers.GroupNormalization, "_apply_normalization", groups),
        ):
            before = getattr(owner, name)
            stack.callback(setattr, owner, name, before)
            setattr(owner, name, other(before))
        yield
