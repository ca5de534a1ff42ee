"""Convolution over images, as matrix products over the windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from nnscratch import activations, config, constraints, initializers, regularizers
from nnscratch.cache import Cache
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer, check_axis
from nnscratch.layers.data_format import channel_axis, of_images, on_images
from nnscratch.layers.windows import Windows, checked_padding, checked_pair
from nnscratch.typing import Array, Shape

BLOCK = 2**17
"""Windows are unrolled for so many samples at a time that they fill this many elements: few
enough to stay in the processor's cache, and memory does not grow with the batch."""


class Conv2D(Layer):
    r"""Convolution: y[n, p, q] = f(Σ_{i,j} x[n, p·s + i·d, q·s + j·d]·W[i, j] + b).

    With the windows unrolled as the rows of X, this is z = X·W + b. Backward, with dz = f'(z)·dy:
    dW = Xᵀ·dz, db = Σ dz, and each place (i, j) of the windows adds dz·W[i, j]ᵀ to the elements
    of dx that it covers. Where there are groups, each group of filters sees its own channels.

    Args:
        filters: number of output channels, M.
        kernel_size: height and width of W, or one number for both.
        strides: steps s from window to window.
        padding: `"valid"`, all windows inside the image, or `"same"`, ⌈size/s⌉ windows with zeros
            around the image where they are needed, the odd row or column at the end.
        data_format: `"channels_last"`, (N, H, W, C), or `"channels_first"`, (N, C, H, W); the
            configured order by default. Shapes below are those with channels last.
        dilation_rate: distance d between the elements of a window.
        groups: number of groups that channels and filters are divided into.
        activation: f, by name or as an `Activation`; None is the identity.
        use_bias: whether there is a b.
        kernel_initializer: how W starts.
        bias_initializer: how b starts.
        kernel_regularizer: penalty on W.
        bias_regularizer: penalty on b.
        activity_regularizer: penalty on y, averaged over the batch.
        kernel_constraint: projection of W after every update.
        bias_constraint: projection of b after every update.
        kwargs: see `Layer`.

    Shapes:
        x (N, H, W, C), W (height, width, C/groups, M), b (M,), y (N, H', W', M).

    Raises:
        ValueError: a number is not positive, `filters` or the channels are not divisible by
            `groups`, or strides and dilation are both above 1.
        ShapeError: the input is no batch of images, or smaller than a window.

    Source: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
    recognition", 1998; as in Keras and PyTorch the kernel is not turned round (cross-correlation).
    Unrolling: Chellapilla, Puri, Simard, "High performance convolutional neural networks for
    document processing", 2006.

    >>> layer = Conv2D(1, 2, kernel_initializer="ones")
    >>> layer(np.arange(9.0).reshape(1, 3, 3, 1))[0, :, :, 0].tolist()
    [[8.0, 12.0], [20.0, 24.0]]
    """

    rowwise = True
    config_names = (
        *("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate"),
        *("groups", "activation", "use_bias", "kernel_initializer", "bias_initializer"),
        *("kernel_regularizer", "bias_regularizer", "activity_regularizer"),
        *("kernel_constraint", "bias_constraint"),
    )

    def __init__(
        self,
        filters: int,
        kernel_size: int | tuple[int, int],
        strides: int | tuple[int, int] = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | tuple[int, int] = (1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = _checked_count("filters", filters)
        self.groups = _checked_count("groups", groups)
        self.kernel_size = checked_pair("kernel_size", kernel_size)
        self.strides = checked_pair("strides", strides)
        self.padding = checked_padding(padding)
        self.data_format = config.checked_data_format(data_format)
        self.dilation_rate = checked_pair("dilation_rate", dilation_rate)
        if self.filters % self.groups:
            raise ValueError(
                "`filters` must be divisible by `groups`. "
                f"Received: filters={filters}, groups={groups}"
            )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise ValueError(
                "`strides` and `dilation_rate` cannot both be above 1. "
                f"Received: strides={strides}, dilation_rate={dilation_rate}"
            )
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self._windows = Windows(self.kernel_size, self.strides, self.padding, self.dilation_rate)

    def build(self, input_shape: Any = None) -> None:
        """Make W (height, width, C/groups, M) and b (M,)."""
        self.compute_output_shape(input_shape)
        C = input_shape[channel_axis(self)]
        if C is None or C % self.groups:
            raise ShapeError(
                f"Conv2D layer {self.name!r} needs images whose number of channels is known and "
                f"divisible by groups={self.groups}. Received: input_shape={input_shape}"
            )
        self.channels = C
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, C // self.groups, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(self.filters,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute y = f(X·W + b)."""
        return self.activation.forward(self._before_activation(x, cache), cache)

    @on_images
    def _before_activation(self, x: Array, cache: Cache) -> Array:
        """Compute z = X·W + b."""
        counts = self._windows.counts(x.shape)
        cache.shape, cache.wide = x.shape, self._windows.padded(x, 0.0, cache)
        z = cache.buffer("z", (len(x), *counts, self.filters), x.dtype)
        by_group = self._by_group(self.kernel.value)
        for rows, unrolled in self._unrolled(cache, counts):
            np.matmul(unrolled, by_group, out=self._by_group(z[rows]))
        if self.bias is not None:
            lines = z.reshape(-1, counts[1] * self.filters)
            lines += np.tile(self.bias.value, counts[1])
        return z

    def _by_group(self, values: Array) -> Array:
        """Return (…, M) as (groups, rows, M/groups), a view."""
        apart: Array = values.reshape(-1, self.groups, self.filters // self.groups)
        by_group: Array = apart.transpose(1, 0, 2)
        return by_group

    def _unrolled(self, cache: Cache, counts: tuple[int, int]) -> Iterator[tuple[slice, Array]]:
        """Yield, for a few samples at a time, which they are and their windows as rows.

        Copying goes fastest along the longer of two runs of numbers: a line of a window, or the
        same place in a line of windows. In the second case the rows lie in memory as columns.

        Shapes:
            windows (groups, rows, height·width·C/groups).
        """
        view = self._windows.view(cache.wide, counts)
        depth = self.channels // self.groups
        apart = view.reshape(*view.shape[:5], self.groups, depth) if self.groups > 1 else view
        columns = self.kernel_size[0] * self.kernel_size[1] * depth
        by_columns = self.kernel_size[1] * depth < counts[1]
        per_sample = int(np.prod(view.shape[1:]))
        samples = max(1, min(len(view), BLOCK // per_sample))
        for start in range(0, len(view), samples):
            block = apart[start : start + samples]
            grouped = np.moveaxis(block, 5, 0) if self.groups > 1 else block[np.newaxis]
            if by_columns:
                grouped = grouped.transpose(0, 4, 5, 6, 1, 2, 3)
            copy = cache.buffer("unrolled", grouped.shape, view.dtype)
            np.copyto(copy, grouped)
            if by_columns:
                windows = copy.reshape(self.groups, columns, -1).transpose(0, 2, 1)
            else:
                windows = copy.reshape(self.groups, -1, columns)
            yield slice(start, start + samples), windows

    def backward(self, dy: Array, cache: Cache) -> Array | None:
        """Add dW and db; return dx."""
        return self.backward_from_logits(self.activation.backward(dy, cache), cache)

    @on_images
    def backward_from_logits(self, dz: Array, cache: Cache) -> Array | None:
        """As `backward`, from dL/dz of z = X·W + b."""
        dz = np.ascontiguousarray(dz)
        self.kernel.add_grad(self._kernel_gradient, dz, cache)
        if self.bias is not None:
            by_column = np.add.reduce(dz.reshape(-1, dz.shape[2] * self.filters))
            self.bias.add_grad(np.add.reduce, by_column.reshape(-1, self.filters))
        return self._input_gradient(dz, cache) if cache.needs_dx else None

    def _kernel_gradient(self, dz: Array, cache: Cache, out: Array) -> None:
        """Write dW = Xᵀ·dz, the windows unrolled once more."""
        by_group = self._by_group(out)
        part = cache.buffer("part", by_group.shape, dz.dtype)
        for rows, unrolled in self._unrolled(cache, dz.shape[1:3]):
            target = part if rows.start else by_group
            np.matmul(unrolled.transpose(0, 2, 1), self._by_group(dz[rows]), out=target)
            if rows.start:
                by_group += part

    def _input_gradient(self, dz: Array, cache: Cache) -> Array:
        """Return dx: for each place in the windows, dz·Wᵀ is added to what that place covers."""
        wide, dx = self._windows.gradient(cache.shape, dz.dtype, cache)
        N, Ho, Wo, _ = dz.shape
        depth = self.channels // self.groups
        share = cache.buffer("share", (N, Ho, Wo, self.channels), dz.dtype)
        by_group = share.reshape(-1, self.groups, depth).transpose(1, 0, 2)
        kernels = self.kernel.value.reshape(-1, depth, self.groups, self.filters // self.groups)
        covered = self._windows.offsets(wide, (Ho, Wo))
        for kernel, target in zip(kernels, covered, strict=True):
            np.matmul(self._by_group(dz), kernel.transpose(1, 2, 0), out=by_group)
            target += share
        return dx

    def logits(self, cache: Cache) -> Array | None:
        """Return z where the activation is softmax or sigmoid."""
        return cache.z if self.activation.is_probability else None

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input is a batch of images with C channels."""
        self.compute_output_shape(input_shape)
        check_axis(self, input_shape, channel_axis(self), self.channels)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return (N, H', W', M)."""
        return self.activation.output_shape(self._shape_before_activation(input_shape))

    @of_images
    def _shape_before_activation(self, input_shape: Shape) -> Shape:
        return self._windows.output_shape(self, input_shape, self.filters)


def _checked_count(argument: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise ValueError(f"`{argument}` must be a positive integer. Received: {argument}={value!r}")
    return int(value)
