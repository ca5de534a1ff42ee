"""Monte Carlo arithmetic: TensorFlow run again with every result rounded another way.

How many digits of a number mean anything in a given precision cannot be read off the number. It
can be measured: run the same program again with the result of every single operation moved at
random by what rounding may have done to it. Digits that move were never determined by the input;
they came from the order of sums, the formula chosen and the exponential's last bit.

A plain operation moves by up to one unit in the last place, a sum of K terms by up to √K of them
(K roundings of random sign). A few operations subtract inside, out of sight: exp(x) − 1 has the
absolute error of the 1, a crossentropy that of its logits.

Source: Parker, "Monte Carlo arithmetic: exploiting randomness in floating-point arithmetic",
UCLA CSD-970002, 1997; here applied to whole tensors between operations.
"""

from __future__ import annotations

import contextlib
import ctypes
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nnscratch.typing import Array

PLAIN = (
    *("Add", "AddV2", "Sub", "Mul", "MulNoNan", "RealDiv", "Div", "DivNoNan"),
    *("Xdivy", "Xlogy", "Square", "SquaredDifference", "Sqrt", "SqrtGrad", "Rsqrt"),
    *("RsqrtGrad", "Inv", "InvGrad", "Reciprocal", "ReciprocalGrad", "Pow", "Exp", "Expm1"),
    *("Log", "Log1p", "Erf", "Erfc", "BiasAdd", "Sigmoid", "SigmoidGrad", "Tanh", "TanhGrad"),
    *("Softplus", "SoftplusGrad", "Softsign", "SoftsignGrad", "EluGrad", "SeluGrad"),
    *("LeakyRelu", "LeakyReluGrad", "Softmax", "Sin", "Cos", "Tan", "Sinh", "Cosh", "Asin"),
    *("Acos", "Atan", "AvgPool", "AvgPoolGrad", "ResizeBilinear", "ResizeBilinearGrad"),
)
SUMS = ("Sum", "Mean", "Prod", "Cumsum", "L2Loss", "AddN", "BiasAddGrad")
PRODUCTS = ("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3")
CONVOLUTIONS = {
    "Conv2D": (1, -1),
    "Conv2DBackpropInput": (0, -2),
    "Conv2DBackpropFilter": (1, -1),
}
"""The operand, and the axis left out of it, whose size is the number of terms of each sum."""
INSIDE = ("Elu", "Selu", "LogSoftmax")
CROSSENTROPIES = ("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits")
ROUNDING = frozenset((*PLAIN, *SUMS, *PRODUCTS, *CONVOLUTIONS, *INSIDE, *CROSSENTROPIES))
"""TensorFlow's operations whose results are rounded; all others pass numbers on or compare them."""


def moved(tensor: Array, rng: np.random.Generator, units: float = 1.0) -> Array:
    """Return a tensor whose elements moved by up to so many units in the last place; zeros stay.

    >>> x = np.array([1.0, 0.0])
    >>> bool(abs(moved(x, np.random.default_rng(1)) - x).max() <= 2.3e-16)
    True
    """
    ulp = units * float(np.finfo(tensor.dtype).eps)
    return np.asarray(tensor * (1.0 + rng.uniform(-ulp, ulp, tensor.shape))).astype(tensor.dtype)


@contextlib.contextmanager
def shaken(rng: np.random.Generator) -> Iterator[None]:
    """Move the result of every operation that TensorFlow runs eagerly inside the block.

    TensorFlow has two ways in: a fast one, and one for operands that are not tensors yet, which
    the fast one refuses. Keras goes the second way wherever it hands over one of its own variables
    (a bias) or a list of axes (the mean and variance of a batch).

    Args:
        rng: where the movements come from.
    """
    from tensorflow.python import pywrap_tfe

    fast, slow = pywrap_tfe.TFE_Py_FastPathExecute, pywrap_tfe.TFE_Py_Execute

    def fast_and_moved(context: Any, name: str, *operands: Any) -> Any:
        results = fast(context, name, *operands)
        _move(name, operands, results, rng)
        return results

    def slow_and_moved(
        context: Any, device: Any, name: str | bytes, operands: Any, *options: Any
    ) -> Any:
        results = slow(context, device, name, operands, *options)
        _move(name if isinstance(name, str) else name.decode(), operands, results, rng)
        return results

    pywrap_tfe.TFE_Py_FastPathExecute = fast_and_moved
    pywrap_tfe.TFE_Py_Execute = slow_and_moved
    try:
        yield
    finally:
        pywrap_tfe.TFE_Py_FastPathExecute, pywrap_tfe.TFE_Py_Execute = fast, slow


def _move(name: str, operands: Any, results: Any, rng: np.random.Generator) -> None:
    """Move the results of one operation, in place."""
    if name not in ROUNDING:
        return
    given = [_numbers(operand) for operand in _each(operands) if _is_float(operand)]
    taken = {values.ctypes.data for values in given}
    for result in filter(_is_float, _each(results)):
        values = _numbers(result)
        # a result that shares an operand's memory was passed on, not computed
        if values.size and values.ctypes.data not in taken:
            _overwrite(values, rounded_otherwise(name, given, values, rng))


def _each(tensors: Any) -> Iterator[Any]:
    """Yield one tensor, or those in nested lists: the terms of an `AddN` come in one."""
    if not isinstance(tensors, (list, tuple)):
        yield tensors
        return
    for tensor in tensors:
        yield from _each(tensor)


def rounded_otherwise(
    name: str, given: Sequence[Array], values: Array, rng: np.random.Generator
) -> Array:
    """Return what an operation might have made of its operands with other roundings.

    Args:
        name: of the operation.
        given: its operands.
        values: its result.
        rng: where the movements come from.
    """
    after = moved(values, rng, math.sqrt(max(1.0, _terms(name, given, values))))
    size = _hidden_size(name, given)
    if 0 < size < math.inf:  # beyond, the numbers have left their range and rounding says nothing
        shift = rng.uniform(-size, size, values.shape) * float(np.finfo(values.dtype).eps)
        exact = values >= 0 if name in ("Elu", "Selu") else np.zeros(values.shape, bool)
        after = np.where(exact, values, after + shift).astype(values.dtype)
    return after


def _terms(name: str, given: Sequence[Array], values: Array) -> float:
    """Return how many terms each number of a result is the sum of."""
    if name in PRODUCTS:
        a, b = given[:2]
        batches = math.prod(values.shape[:-2]) if b.ndim > 2 else 1
        return math.sqrt(a.size * b.size / (values.size * batches))
    if name in CONVOLUTIONS:
        terms, axis = CONVOLUTIONS[name]
        return given[terms].size / given[terms].shape[axis]
    if name in SUMS and given:
        return sum(operand.size for operand in given) / values.size
    return 1.0


def _hidden_size(name: str, given: Sequence[Array]) -> float:
    """Return the size of what an operation subtracts out of sight, 0 for the most of them."""
    if name in INSIDE:
        return 2.0 if name == "Selu" else 1.0
    if name in CROSSENTROPIES and given[0].size:
        return 1.0 + float(np.abs(given[0]).max())
    return 0.0


def _is_float(value: Any) -> bool:
    dtype = getattr(value, "dtype", None)
    return hasattr(value, "_numpy") and dtype is not None and dtype.is_floating


def _numbers(tensor: Any) -> Array:
    """Return a tensor's own memory."""
    return np.asarray(memoryview(tensor))


def _overwrite(values: Array, new: Array) -> None:
    new = np.ascontiguousarray(new)
    ctypes.memmove(values.ctypes.data, new.ctypes.data, values.nbytes)
