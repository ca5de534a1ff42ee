"""Activations as layers of their own."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch import activations
from nnscratch.cache import Cache
from nnscratch.checks import check_number
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer
from nnscratch.typing import Array, Shape

MASKED = -1e9
"""What a softmax takes for what a mask leaves out, as in Keras."""


class ActivationLayer(Layer):
    """A layer that applies an activation and has no weights.

    Attributes:
        activation: the function with its derivative.
    """

    supports_masking = True
    build_is_saved = False
    activation: activations.Activation

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute f(x)."""
        return self.activation.forward(x, cache)

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Compute f'(x)·dy."""
        return self.activation.backward(dy, cache)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of f(x)."""
        return self.activation.output_shape(input_shape)

    def logits(self, cache: Cache) -> Array | None:
        """Return x where the activation is softmax or sigmoid."""
        return cache.z if self.activation.is_probability else None

    def backward_from_logits(self, dz: Array, cache: Cache) -> Array:
        """Return dz: the layer's input is z."""
        return dz


class Activation(ActivationLayer):
    """An activation as a layer of its own: y = f(x).

    Args:
        activation: f, by name or as an `Activation` function object.
        kwargs: see `Layer`.

    >>> Activation("relu")(np.array([[-1.0, 2.0]])).tolist()
    [[0.0, 2.0]]
    """

    steady = True
    rowwise = True
    config_names = ("activation",)

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)


class ReLU(ActivationLayer):
    r"""Rectified linear unit: y = min(x, max_value) for x > threshold, else slope·(x - threshold).

    Backward: dx = dy between threshold and ceiling, slope·dy below, 0 above; see
    `nnscratch.activations.Relu` for the borders.

    Args:
        max_value: ceiling of y, none by default.
        negative_slope: slope below the threshold.
        threshold: where the rising part begins.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …).

    Raises:
        ValueError: one of the numbers is negative, or missing.

    Source: Nair, Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML 2010.

    >>> ReLU(max_value=3.0, negative_slope=0.5)(np.array([[-2.0, 1.0, 9.0]])).tolist()
    [[-1.0, 1.0, 3.0]]
    """

    steady = True
    rowwise = True
    config_names = ("max_value", "negative_slope", "threshold")

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else _not_negative("max_value", max_value)
        self.negative_slope = _not_negative("negative_slope", negative_slope)
        self.threshold = _not_negative("threshold", threshold)
        self.activation = activations.Relu(self.negative_slope, self.max_value, self.threshold)


class LeakyReLU(ActivationLayer):
    r"""Leaky rectified linear unit: y = x for x > 0, else negative_slope·x.

    Backward: dx = dy for x > 0, else negative_slope·dy.

    Args:
        negative_slope: slope for x ≤ 0.
        kwargs: see `Layer`; `alpha` is the slope's former name.

    Shapes:
        x and y (N, …).

    Raises:
        ValueError: the slope is negative, or missing.

    Source: Maas, Hannun, Ng, "Rectifier nonlinearities improve neural network acoustic models",
    2013. The default is 0.3, as in Keras, whose function `leaky_relu` takes 0.2; the paper 0.01.

    >>> LeakyReLU()(np.array([[-2.0, 3.0]])).round(4).astype(float).round(4).tolist()
    [[-0.6, 3.0]]
    """

    steady = True
    rowwise = True
    config_names = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        if "alpha" in kwargs:
            negative_slope = kwargs.pop("alpha")
            warnings.warn(
                "`alpha` of LeakyReLU is now called `negative_slope`.",
                DeprecationWarning,
                stacklevel=2,
            )
        super().__init__(**kwargs)
        self.negative_slope = _not_negative("negative_slope", negative_slope)
        self.activation = activations.LeakyRelu(self.negative_slope)


class ELU(ActivationLayer):
    r"""Exponential linear unit: y = x for x > 0, else alpha·(e^x - 1).

    Backward: dx = dy for x > 0, else (y + alpha)·dy.

    Args:
        alpha: minus the value that y goes to for large negative x.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …).

    Source: Clevert, Unterthiner, Hochreiter, "Fast and accurate deep network learning by
    exponential linear units", ICLR 2016.

    >>> ELU(alpha=2.0)(np.array([[0.0, 3.0]])).tolist()
    [[0.0, 3.0]]
    """

    steady = True
    rowwise = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_number("alpha", alpha, -math.inf)
        self.alpha = alpha
        self.activation = activations.Elu(alpha)


class Softmax(ActivationLayer):
    r"""Softmax: y_i = e^{x_i}/Σ_j e^{x_j}. Backward: dx = y·(dy - Σ_j y_j·dy_j).

    As a network's last layer it hands its x to a crossentropy as logits, as Dense(…, "softmax")
    does. What a mask leaves out takes no part: y_i = 0 there, and the others sum to 1.

    Args:
        axis: the axis, or axes, along which the outputs sum to 1.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …), a mask any shape that broadcasts to x.

    Raises:
        ShapeError: a mask that does not broadcast to x. Other layers' masks lack the last axis, so
            that behind `Masking` this is so nearly always, as in Keras.

    Source: Bridle, "Probabilistic interpretation of feedforward classification network outputs",
    1990.

    >>> Softmax()(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    >>> Softmax()(np.zeros((1, 3)), mask=[[True, False, True]]).tolist()
    [[0.5, 0.0, 0.5]]
    """

    steady = True
    rowwise = True
    takes_mask = True
    config_names = ("axis",)

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.activation = activations.Softmax(axis if isinstance(axis, int) else tuple(axis))

    @property
    def is_rowwise(self) -> bool:
        """Whether the outputs that sum to 1 are of one row."""
        return super().is_rowwise and self.axis == -1

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute f(x), with -10⁹ for what is masked."""
        if cache.mask is None:
            return super().forward(x, cache, training)
        masked = cache.buffer("masked", x.shape, x.dtype)
        masked.fill(MASKED)
        try:
            np.copyto(masked, x, where=cache.mask)
        except ValueError as error:
            raise ShapeError(
                f"Softmax layer {self.name!r} takes masks that broadcast to its input. Received: "
                f"mask.shape={cache.mask.shape}, shape={x.shape}"
            ) from error
        y = cache.copied("y", super().forward(masked, cache, training))
        y *= cache.mask
        return y

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Compute f'(x)·dy, 0 for what is masked."""
        if cache.mask is None:
            return super().backward(dy, cache)
        dx: Array = super().backward(dy * cache.mask, cache) * cache.mask
        return dx

    def logits(self, cache: Cache) -> Array | None:
        """Return x where the softmax runs along one axis and nothing is masked."""
        if cache.mask is not None:
            return None
        one_axis = isinstance(self.axis, int) or len(self.axis) == 1
        return cache.z if one_axis else None


def _not_negative(argument: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise ValueError(
            f"`{argument}` must be a number of at least 0. Received: {argument}={value!r}"
        )
    return value
