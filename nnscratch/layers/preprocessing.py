"""Layers that bring data to a convenient scale, with numbers given or learnt from data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.cache import Cache
from nnscratch.casting import as_numeric
from nnscratch.errors import DataError, ShapeError
from nnscratch.layers.base import Layer
from nnscratch.layers.config import read_array
from nnscratch.layers.moments import broadcast_shape, check_sizes, checked_axes, weight_shape
from nnscratch.typing import Array, Shape


class Rescaling(Layer):
    r"""Rescaling: y = scale·x + offset. Backward: dx = scale·dy.

    Args:
        scale: factor, a number or an array that broadcasts against x.
        offset: what is added, likewise.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …).

    >>> Rescaling(1.0 / 255.0)(np.array([[0.0, 255.0]])).tolist()
    [[0.0, 1.0]]
    """

    rowwise = True
    supports_masking = True
    config_names = ("scale", "offset")

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset
        self._scale = _constant("scale", scale, self.dtype)
        self._offset = _constant("offset", offset, self.dtype)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute scale·x + offset."""
        y: Array = cache.buffer("y", x.shape, x.dtype)
        np.multiply(x, self._scale, out=y)
        y += self._offset
        return y

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Compute scale·dy."""
        return np.multiply(dy, self._scale, out=cache.buffer("dx", dy.shape, dy.dtype))

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless `scale` and `offset` broadcast against a sample."""
        for argument, value in (("scale", self._scale), ("offset", self._offset)):
            sizes = zip(reversed(value.shape), reversed(input_shape), strict=False)
            if value.ndim > len(input_shape) or any(m not in (1, n) and n for m, n in sizes):
                raise ShapeError(
                    f"`{argument}` of Rescaling layer {self.name!r} has shape {value.shape}, which "
                    f"does not broadcast against inputs of shape {('N', *input_shape[1:])!r}."
                )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Rescaling:
        """Make the layer that `get_config` described."""
        read = {key: read_array(config[key]) for key in ("scale", "offset") if key in config}
        return super().from_config({**config, **read})


class Normalization(Layer):
    r"""Normalization by fixed statistics: y = (x - mean)/√variance.

    Mean and variance are given, or learnt from data by `adapt` before training; training does not
    change them. Backward: dx = dy/√variance. The root counts as 1e-7 (`nnscratch.config.epsilon`)
    where it is smaller. With `invert` the layer goes the other way: y = mean + x·√variance.

    Args:
        axis: the axes that have a mean and variance for each of their indices; None for one mean
            and one variance of everything.
        mean: the means, to be broadcast to those axes.
        variance: the variances, likewise.
        invert: turn normalized data back.
        kwargs: see `Layer`.

    Shapes:
        x and y (N, …, D) for axis -1; mean and variance (D,).

    Raises:
        ValueError: only one of `mean` and `variance` is given, or their shapes differ.
        ShapeError: the input does not have the axes, or their sizes are not known.

    >>> layer = Normalization()
    >>> layer.adapt(np.array([[0.0, 7.0], [2.0, 9.0]]))
    >>> layer(np.array([[1.0, 9.0]])).tolist()
    [[0.0, 1.0]]
    """

    supports_masking = True

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        several = () if axis is None else axis if isinstance(axis, (list, tuple)) else (axis,)
        self.axis: tuple[int, ...] = tuple(checked_axes(list(several))) if several else ()
        if (mean is None) != (variance is None) or np.shape(mean) != np.shape(variance):
            raise ValueError(
                "`mean` and `variance` must be given together, in the same shape, or both be left "
                f"to adapt(). Received: mean={mean!r}, variance={variance!r}"
            )
        if np.ndim(mean) > len(self.axis):
            raise ValueError(
                f"`mean` and `variance` have one axis for each of axis={self.axis}, or fewer. "
                f"Received shape {np.shape(mean)}"
            )
        self.input_mean = mean
        self.input_variance = variance
        self.invert = invert

    def build(self, input_shape: Any = None) -> None:
        """Make the statistics, where they are to be learnt."""
        rank = len(input_shape)
        self._kept = sorted(axis % rank - rank for axis in self._axes_of(input_shape))
        shape = weight_shape(self, self._kept, input_shape) if self._kept else ()
        if self.input_mean is not None:
            self._mean = self._given("mean", self.input_mean, shape)
            self._variance = self._given("variance", self.input_variance, shape)
            return
        self.adapt_mean = self.add_weight(shape, "zeros", trainable=False, name="mean")
        self.adapt_variance = self.add_weight(shape, "ones", trainable=False, name="variance")
        self.count = self.add_weight((), "zeros", dtype="int", trainable=False, name="count")

    def _axes_of(self, input_shape: Shape) -> list[int]:
        return list(checked_axes(list(self.axis), self, input_shape)) if self.axis else []

    def _given(self, argument: str, value: Any, shape: tuple[int, ...]) -> Array:
        constant = _constant(argument, value, self.dtype)
        if any(n not in (1, m) for n, m in zip(constant.shape[::-1], shape[::-1], strict=False)):
            raise ShapeError(
                f"`{argument}` of Normalization layer {self.name!r} has shape {constant.shape}, "
                f"which does not broadcast to {shape}, the input's sizes along axis={self.axis}."
            )
        return np.broadcast_to(constant, shape)

    @property
    def mean(self) -> Array:
        """The means, as given or learnt."""
        return self.adapt_mean.value if self.input_mean is None else self._mean

    @property
    def variance(self) -> Array:
        """The variances, as given or learnt."""
        return self.adapt_variance.value if self.input_mean is None else self._variance

    def adapt(self, data: Any) -> None:
        """Learn mean and variance from data, in place of what was learnt before.

        Args:
            data: an array (N, …), or an iterable of such arrays or of tuples that begin with one:
                the batches, one pass over them.

        Raises:
            DataError: there is no data, or it is not made of arrays.
            ShapeError: the data does not fit the shape that the layer was built for.
            ValueError: mean and variance were given to the constructor.
        """
        if self.input_mean is not None:
            raise ValueError(
                f"Normalization layer {self.name!r} was given `mean` and `variance`, so there is "
                "nothing to adapt(). Leave them out to learn them."
            )
        if not hasattr(data, "__iter__"):
            raise DataError(
                f"`data` must be an array (N, …) or an iterable of batches. Received: data={data!r}"
            )
        if isinstance(data, np.ndarray):
            self._ready_for(data)
            reduced = self._reduced(data.ndim)
            self.adapt_mean.assign(np.mean(data, axis=reduced))
            self.adapt_variance.assign(np.var(data, axis=reduced))
        else:
            self._adapt_to_batches(data)

    def _adapt_to_batches(self, data: Iterable[Any]) -> None:
        """Combine the statistics of the batches, each weighted by its number of elements."""
        total, mean, variance = 0, np.zeros(()), np.zeros(())
        for batch in data:
            x = batch[0] if isinstance(batch, tuple) else batch
            if not hasattr(x, "shape"):
                raise DataError(
                    "adapt() takes an array, or an iterable of arrays, one per batch. Received an "
                    f"element of type {type(x).__name__}. For one array write "
                    "adapt(np.asarray(data))."
                )
            x = as_numeric(x, "data").astype(self.dtype)
            self._ready_for(x)
            reduced = self._reduced(x.ndim)
            size = math.prod(x.shape[i] for i in reduced)
            total += size
            weight = size / total
            batch_mean, batch_variance = np.mean(x, axis=reduced), np.var(x, axis=reduced)
            new = mean * (1.0 - weight) + batch_mean * weight
            variance = (variance + (mean - new) ** 2) * (1.0 - weight)
            variance = variance + (batch_variance + (batch_mean - new) ** 2) * weight
            mean = new
        if not total:
            raise DataError("adapt() received no batches; give it at least one.")
        self.adapt_mean.assign(mean)
        self.adapt_variance.assign(variance)

    def _ready_for(self, data: Array) -> None:
        self.ensure_built((None, *data.shape[1:]) if 0 not in self.axis else data.shape)
        check_sizes(self, self._kept, self._build_shape, data.shape)

    def _reduced(self, rank: int) -> tuple[int, ...]:
        return tuple(i for i in range(rank) if i - rank not in self._kept)

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Compute (x - mean)/√variance, or the inverse."""
        shape = broadcast_shape(self._kept, x.shape)
        mean = self.mean.reshape(shape)
        cache.root = np.maximum(np.sqrt(self.variance), config.epsilon())
        cache.root = cache.root.reshape(shape).astype(x.dtype)
        y: Array = cache.buffer("y", x.shape, x.dtype)
        if self.invert:
            np.multiply(x, cache.root, out=y)
            y += mean
        else:
            np.subtract(x, mean, out=y)
            y /= cache.root
        return y

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Compute dy/√variance, or dy·√variance."""
        operation = np.multiply if self.invert else np.divide
        dx: Array = operation(dy, cache.root, out=cache.buffer("dx", dy.shape, dy.dtype))
        return dx

    def check_input_shape(self, input_shape: Shape) -> None:
        """Raise unless the input has the axes, in the sizes of the statistics."""
        check_sizes(self, self._kept, self._build_shape, input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, arrays as lists."""
        return {
            **super().get_config(),
            "axis": self.axis,
            "invert": self.invert,
            "mean": np.array(self.input_mean).tolist(),
            "variance": np.array(self.input_variance).tolist(),
        }


def _constant(argument: str, value: Any, dtype: str) -> Array:
    """Return an argument in a layer's type; what had no type of its own goes through float32."""
    array = as_numeric(value, argument)
    if not hasattr(value, "dtype") and array.dtype.kind == "f":
        array = array.astype(np.float32)
    return array.astype(dtype)
