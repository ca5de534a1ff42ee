"""Random choices over given data: dropout, shuffling and classes by their logits."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Sequence

import numpy as np

from nnscratch.casting import as_numeric, is_float
from nnscratch.errors import ShapeError
from nnscratch.random.ahead import WordsAhead
from nnscratch.random.arguments import checked_shape, dtype_name, float_dtype
from nnscratch.random.bits import MANTISSA_BITS, mantissas, unit_uniform, words_per_float
from nnscratch.random.seed_generator import (
    SeedGenerator,
    SeedLike,
    cast_seed,
    draw_from,
    open_stream,
)
from nnscratch.random.workshop import drawn_ahead
from nnscratch.typing import Array, ArrayLike, DTypeLike


def dropout(
    inputs: ArrayLike,
    rate: float,
    noise_shape: Sequence[int | None] | None = None,
    seed: SeedLike = None,
) -> Array:
    """Set a random part of the inputs to zero and scale up the rest, keeping the mean.

    Equation: y = x / (1 - rate) where kept, else 0.

    Args:
        inputs: floats.
        rate: the probability of zero, in [0, 1]. Nothing is drawn for 0 and 1.
        noise_shape: the shape of the mask, None for sizes of the input; broadcast to the input.
        seed: a whole number (the same mask each time), a `SeedGenerator`, or None for the global
            generator.

    Raises:
        ValueError: `rate` is outside [0, 1], the inputs are not floats, or `noise_shape` does not
            broadcast to their shape.

    Source: Srivastava et al., Dropout, JMLR 2014, with the scaling at training time; Keras's
    `keras.random.dropout` on TensorFlow, to the bit.

    >>> dropout(np.ones(5, np.float32), 0.5, seed=1).tolist()
    [2.0, 0.0, 2.0, 0.0, 0.0]
    """
    x = as_numeric(inputs, "inputs")
    if not is_float(x.dtype.name):
        raise ValueError(
            f"`inputs` must be floats, as they are scaled. Received: dtype={x.dtype}. "
            "Convert them with `.astype('float32')`."
        )
    if rate == 0:
        return x
    if rate == 1:
        return np.zeros_like(x)
    keep = dropout_mask(_mask_shape(x.shape, noise_shape), rate, seed, x.dtype)
    return np.asarray(np.where(keep, x * x.dtype.type(1 / (1 - rate)), x.dtype.type(0)))


def dropout_mask(
    shape: Sequence[int],
    rate: float,
    state: SeedLike = None,
    dtype: DTypeLike | None = None,
    *,
    out: Array | None = None,
) -> Array:
    """Draw which elements dropout keeps: those whose uniform number is at least `rate`.

    The comparison is made on the integers behind the uniform numbers, so no float is computed.

    Args:
        shape: the shape of the mask.
        rate: the probability of dropping, rounded to `dtype`.
        state: a `SeedGenerator`, a whole number, a pair of seeds drawn already, or None for the
            global generator.
        dtype: the dtype of what is dropped, which decides the random bits; None is floatx.
        out: the array to draw into, a new one by default.

    Shapes: shape, bool.

    Raises:
        ValueError: `rate` is outside [0, 1), or an argument is not of its kind.

    >>> dropout_mask((5,), 0.5, 1).tolist()
    [True, False, True, False, False]
    """
    sizes, name = checked_shape(shape), float_dtype(dtype)
    if not 0 <= rate < 1:
        raise ValueError(f"`rate` must be a probability in [0, 1). Received: rate={rate!r}")
    draw = draw_from(state, "dropout", sizes)
    threshold = _threshold(rate, name)
    keep = np.empty(sizes, bool) if out is None else out
    plain = name == "float32" and not draw.xla
    if plain and drawn_ahead(cast_seed(draw.state), threshold, keep):
        return keep
    count = math.prod(sizes) * words_per_float(name)
    ahead = state.ahead if isinstance(state, SeedGenerator) else WordsAhead()
    words = ahead.words(cast_seed(draw.state), count, out=_words.room(count))
    drawn = mantissas(words, name, draw.xla, out=words if name == "float32" else None)
    np.greater_equal(drawn.reshape(sizes), drawn.dtype.type(threshold), out=keep)
    return keep


@functools.lru_cache(maxsize=256)
def _threshold(rate: float, dtype: str) -> int:
    """Return the least mantissa of a uniform number that is at least `rate`."""
    return math.ceil(float(np.dtype(dtype).type(rate)) * 2.0 ** MANTISSA_BITS[dtype])


class _Words(threading.local):
    """One thread's memory for random words that nobody keeps."""

    def __init__(self) -> None:
        self._memory = np.empty(0, np.uint32)

    def room(self, count: int) -> Array:
        """Return room for so many words, rounded up to whole blocks; its content is stale."""
        if self._memory.size < count:
            self._memory = np.empty(-(-count // 4) * 4, np.uint32)
        return self._memory


_words = _Words()


def shuffle(x: ArrayLike, axis: int = 0, seed: SeedLike = None) -> Array:
    """Put the slices along one axis in random order.

    The order is that of as many float32 uniform numbers; equal numbers keep their order.

    Args:
        x: any array.
        axis: the axis along which slices change places.
        seed: as in `dropout`.

    Raises:
        ValueError: `x` has no such axis.

    Source: Keras's `keras.random.shuffle` on TensorFlow, to the bit. `fit` shuffles otherwise, by
    `epoch_permutation`.

    >>> shuffle([10, 20, 30, 40], seed=1).tolist()
    [40, 20, 30, 10]
    """
    values = np.asarray(x)
    if not -values.ndim <= axis < values.ndim:
        raise ValueError(f"`axis` must name one of {values.ndim} axes. Received: axis={axis}")
    size = values.shape[axis]
    keys = unit_uniform(open_stream(seed, "shuffle", (size,)), size, "float32")
    return np.take(values, np.argsort(keys, kind="stable"), axis=axis)


def categorical(
    logits: ArrayLike,
    num_samples: int,
    dtype: DTypeLike | None = "int32",
    seed: SeedLike = None,
) -> Array:
    """Draw classes with probabilities proportional to exp(logits), row by row.

    With c the cumulative sum of exp(logits - max) of a row and u uniform in [0, 1), a sample is
    the first class j with c_j > u c_last. Classes whose logit is not finite are never drawn.

    Args:
        logits: one row of unnormalised log-probabilities for each distribution.
        num_samples: how many samples of each.
        dtype: dtype of the result.
        seed: as in `dropout`.

    Shapes: (N, C) -> (N, num_samples).

    Raises:
        ShapeError: `logits` is not a matrix with at least one class, or `num_samples` is negative.
        ValueError: a row has no finite logit.

    Source: Keras's `keras.random.categorical` on TensorFlow, to the bit with one thread. On large
    inputs TensorFlow's result depends on its number of threads: it cuts the rows into runs and
    starts each at a place in the stream that earlier rows use too. It also lets +inf have no
    probability, and returns C for a row without a finite logit.

    >>> categorical([[0.0, 1.0, 2.0]], 8, seed=1).tolist()
    [[0, 2, 0, 2, 2, 0, 2, 2]]
    """
    rows = as_numeric(logits, "logits").astype(np.float64)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ShapeError(
            "`logits` must be a matrix (distributions, classes) with at least one class. "
            f"Received: shape={rows.shape}"
        )
    sizes, name = checked_shape((len(rows), num_samples)), dtype_name(dtype)
    finite = np.isfinite(rows)
    if not finite.any(axis=1).all():
        first = int(np.argmin(finite.any(axis=1)))
        raise ValueError(f"Row {first} of `logits` has no finite number: {rows[first].tolist()}")
    rows = np.where(finite, rows, -np.inf)
    cumulative = np.cumsum(np.exp(rows - rows.max(axis=1, keepdims=True)), axis=1)
    uniforms = unit_uniform(open_stream(seed, "categorical", sizes), math.prod(sizes), "float64")
    targets = uniforms.reshape(sizes) * cumulative[:, -1:]
    classes = np.empty(sizes, name)
    for i, target in enumerate(targets):
        classes[i] = np.searchsorted(cumulative[i], target, side="right")
    return classes


def _mask_shape(
    shape: tuple[int, ...], noise_shape: Sequence[int | None] | None
) -> tuple[int, ...]:
    """Fill in the sizes that `noise_shape` leaves open, and check that it broadcasts to `shape`."""
    if noise_shape is None:
        return shape
    if len(noise_shape) <= len(shape):
        sizes = tuple(shape[i] if size is None else size for i, size in enumerate(noise_shape))
        offset = len(shape) - len(sizes)
        if all(size in (1, shape[offset + i]) for i, size in enumerate(sizes)):
            return sizes
    raise ShapeError(
        f"`noise_shape` must broadcast to the shape of the inputs, {shape}: each size 1, None or "
        f"that of the input. Received: noise_shape={tuple(noise_shape)}"
    )
