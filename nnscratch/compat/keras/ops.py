"""`keras.ops`: the functions that scripts with dense networks use, on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.compat.tensor import Tensor, tensor
from nnscratch.compat.tensorflow import _arrays, _elementwise, _reductions, nn
from nnscratch.typing import ArrayLike

__all__ = [
    "abs", "add", "all", "any", "arange", "argmax", "argmin", "cast", "ceil", "clip",
    "concatenate", "convert_to_numpy", "convert_to_tensor", "cos", "divide", "equal", "exp",
    "expand_dims", "floor", "gelu", "greater", "greater_equal", "isfinite", "isnan", "leaky_relu",
    "less", "less_equal", "log", "log_softmax", "logical_and", "logical_not", "logical_or",
    "matmul", "max", "maximum", "mean", "min", "minimum", "multiply", "not_equal", "one_hot",
    "ones", "ones_like", "power", "prod", "relu", "reshape", "round", "shape", "sigmoid", "sign",
    "sin", "softmax", "softplus", "sqrt", "square", "squeeze", "stack", "std", "stop_gradient",
    "subtract", "sum", "tanh", "transpose", "var", "where", "zeros", "zeros_like",
]  # fmt: skip

abs = _elementwise.abs
ceil = _elementwise.ceil
cos = _elementwise.cos
exp = _elementwise.exp
floor = _elementwise.floor
isfinite = _elementwise.is_finite
isnan = _elementwise.is_nan
log = _elementwise.log
round = _elementwise.round
sigmoid = _elementwise.sigmoid
sign = _elementwise.sign
sin = _elementwise.sin
sqrt = _elementwise.sqrt
square = _elementwise.square
tanh = _elementwise.tanh
logical_not = _elementwise.logical_not

add = _elementwise.add
divide = _elementwise.divide
equal = _elementwise.equal
greater = _elementwise.greater
greater_equal = _elementwise.greater_equal
less = _elementwise.less
less_equal = _elementwise.less_equal
logical_and = _elementwise.logical_and
logical_or = _elementwise.logical_or
maximum = _elementwise.maximum
minimum = _elementwise.minimum
multiply = _elementwise.multiply
not_equal = _elementwise.not_equal
power = _elementwise.pow
subtract = _elementwise.subtract

all = _reductions.reduce_all
any = _reductions.reduce_any
max = _reductions.reduce_max
mean = _reductions.reduce_mean
min = _reductions.reduce_min
prod = _reductions.reduce_prod
std = _reductions.reduce_std
sum = _reductions.reduce_sum
var = _reductions.reduce_variance

cast = _arrays.cast
clip = _arrays.clip_by_value
expand_dims = _arrays.expand_dims
matmul = _arrays.matmul
ones_like = _arrays.ones_like
reshape = _arrays.reshape
squeeze = _arrays.squeeze
stack = _arrays.stack
stop_gradient = _arrays.stop_gradient
where = _arrays.where
zeros_like = _arrays.zeros_like

gelu = nn.gelu
leaky_relu = nn.leaky_relu
log_softmax = nn.log_softmax
relu = nn.relu
softmax = nn.softmax
softplus = nn.softplus


def argmax(x: ArrayLike, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Return where the largest value is; over all values by default, unlike `tf.argmax`."""
    return tensor(np.argmax(np.asarray(x), axis=axis, keepdims=keepdims), "int32")


def argmin(x: ArrayLike, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """Return where the smallest value is; over all values by default, unlike `tf.argmin`."""
    return tensor(np.argmin(np.asarray(x), axis=axis, keepdims=keepdims), "int32")


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Tensor:
    """Return evenly spaced numbers."""
    first, last = (0, start) if stop is None else (start, stop)
    return _arrays.range(first, last, 1 if step is None else step, dtype)


def concatenate(xs: Any, axis: int = -1) -> Tensor:
    """Join arrays along an axis."""
    return _arrays.concat(xs, axis)


def convert_to_numpy(x: Any) -> Any:
    """Return a plain array."""
    return np.array(x)


def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Tensor:
    """Return a tensor; Python floats become floatx."""
    made = tensor(x, dtype)
    typed = dtype is not None or hasattr(x, "dtype") or made.dtype.kind != "f"
    return made if typed else tensor(made, config.floatx())


def one_hot(x: ArrayLike, num_classes: int, axis: int = -1, dtype: Any = None) -> Tensor:
    """Return one row of zeros and a one for each class index."""
    return _arrays.one_hot(x, num_classes, axis=axis, dtype=dtype or config.floatx())


def ones(shape: Any, dtype: Any = None) -> Tensor:
    """Return ones, of floatx by default."""
    return _arrays.ones(shape, dtype or config.floatx())


def shape(x: ArrayLike) -> tuple[int, ...]:
    """Return the shape as a tuple."""
    return np.shape(x)


def transpose(x: ArrayLike, axes: Any = None) -> Tensor:
    """Reorder the axes; reverse them by default."""
    return _arrays.transpose(x, axes)


def zeros(shape: Any, dtype: Any = None) -> Tensor:
    """Return zeros, of floatx by default."""
    return _arrays.zeros(shape, dtype or config.floatx())
