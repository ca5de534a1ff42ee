"""The layers every network has: the dense layer, flattening."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from nnscratch import activations, config, constraints, initializers, regularizers
from nnscratch.blas import product
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer, check_axis
from nnscratch.layers.config import not_offered
from nnscratch.layers.sums import as_rows, sum_rows
from nnscratch.typing import Array, Shape


class Dense(Layer):
    r"""Dense layer: y = f(x·W + b).

    Backward, with dz = f'(z)·dy: dW = xᵀ·dz, db = Σ_n dz, dx = dz·Wᵀ. For inputs of more than two
    axes the product runs over the last one, and dW and db sum over all the others.

    Args:
        units: number of outputs, M.
        activation: f, by name or as an `Activation`; None is the identity.
        use_bias: whether there is a b.
        kernel_initializer: how W starts.
        bias_initializer: how b starts.
        kernel_regularizer: penalty on W.
        bias_regularizer: penalty on b.
        activity_regularizer: penalty on y, averaged over the batch.
        kernel_constraint: projection of W after every update.
        bias_constraint: projection of b after every update.
        lora_rank: not offered.
        lora_alpha: not offered.
        quantization_config: not offered.
        kwargs: see `Layer`.

    Shapes:
        x (N, …, D), W (D, M), b (M,), y (N, …, M).

    Raises:
        ValueError: `units` is not a positive integer, or an argument is unknown.

    Source: Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors",
    Nature 323 (1986); W is stored as (D, M), as in Keras (PyTorch stores its transpose).

    >>> layer = Dense(2, kernel_initializer="ones", bias_initializer="ones")
    >>> layer(np.array([[1.0, 2.0, 3.0]])).tolist()
    [[7.0, 7.0]]
    """

    supports_masking = True
    steady = True
    rowwise = True
    config_names = (
        *("units", "activation", "use_bias", "kernel_initializer", "bias_initializer"),
        *("kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint"),
        "quantization_config",
    )
    quantization_config = None

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: None = None,
        lora_alpha: None = None,
        quantization_config: None = None,
        **kwargs: Any,
    ) -> None:
        if isinstance(units, bool) or not isinstance(units, (int, np.integer)) or units < 1:
            raise ValueError(f"`units` must be a positive integer. Received: units={units!r}")
        absent = {
            "lora_rank": lora_rank,
            "lora_alpha": lora_alpha,
            "quantization_config": quantization_config,
        }
        for argument, value in absent.items():
            if value is not None:
                raise not_offered(self, argument, value, "Leave it out: all weights are trained.")
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def build(self, input_shape: Any = None) -> None:
        """Make W (D, M) and b (M,)."""
        D = input_shape[-1] if len(input_shape) > 1 else None
        if D is None:
            raise ShapeError(
                f"Dense layer {self.name!r} needs inputs of shape (N, …, D) with D known. "
                f"Received: {input_shape}"
            )
        self.kernel = self.add_weight(
            shape=(D, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute y = f(x·W + b)."""
        cache.x = x
        z = cache.buffer("z", (*x.shape[:-1], self.units), x.dtype)
        product(x, self.kernel.value, out=z)
        if self.bias is not None:
            z += self.bias.value
        return self.activation.forward(z, cache)

    def backward(self, dy: Array, cache: Cache) -> Array | None:
        """Add dW and db; return dx."""
        return self.backward_from_logits(self.activation.backward(dy, cache), cache)

    def backward_from_logits(self, dz: Array, cache: Cache) -> Array | None:
        """As `backward`, from dL/dz of z = x·W + b."""
        rows, x_rows = as_rows(dz), as_rows(cache.x)
        if self.bias is not None:
            self.bias.add_grad(sum_rows, rows)
        if not cache.needs_dx:
            self.kernel.add_grad(product, x_rows.T, rows)
            return None
        dx = cache.buffer("dx", cache.x.shape, dz.dtype)
        upstream = (dz, self.kernel.value.T, dx)
        if not self.kernel.trainable:
            return product(*upstream)
        self.kernel.add_grad(product, x_rows.T, rows, beside=upstream)
        return dx

    def logits(self, cache: Cache) -> Array | None:
        """Return z where the activation is softmax or sigmoid."""
        return cache.z if self.activation.is_probability else None

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the last axis has D values."""
        check_axis(self, input_shape, -1, self.kernel.shape[0])

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (N, …, M); an activation such as glu may halve an axis."""
        return self.activation.output_shape((*input_shape[:-1], self.units))


class Flatten(Layer):
    """Make one axis of all the axes behind the batch: (N, a, b, …) → (N, a·b·…).

    Args:
        data_format: `"channels_first"` moves axis 1 behind the others first, so that an image
            (C, H, W) is flattened as one with channels last is; the configured order by default.
        kwargs: see `Layer`.

    >>> Flatten()(np.zeros((2, 28, 28))).shape
    (2, 784)
    """

    steady = True
    rowwise = True
    config_names = ("data_format",)

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = config.checked_data_format(data_format)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Return x with its axes behind the first joined; with channels last nothing is copied."""
        if self._moves_channels(x.shape):
            x = cache.copied("x", x.transpose(0, *range(2, x.ndim), 1))
        cache.shape = x.shape
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Give dy the shape of x."""
        dx: Array = dy.reshape(cache.shape)
        if self._moves_channels(dx.shape):
            dx = cache.copied("dx", dx.transpose(0, dx.ndim - 1, *range(1, dx.ndim - 1)))
        return dx

    def _moves_channels(self, shape: tuple[int, ...]) -> bool:
        return self.data_format == "channels_first" and len(shape) > 2

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (N, product of the other axes)."""
        rest = input_shape[1:]
        return (input_shape[0], None if None in rest else math.prod(rest))  # type: ignore[arg-type]
