"""Monte Carlo arithmetic: TensorFlow run again with every result rounded another way.

How many digits of a number mean anything in a given precision cannot be read off the number. It
can be measured: run the same program again with the result of every single operation moved by up
to one unit in the last place, at random. Digits that move were never determined by the input; they
came from the order of sums, the formula chosen and the exponential's last bit.

Source: Parker, "Monte Carlo arithmetic: exploiting randomness in floating-point arithmetic",
UCLA CSD-970002, 1997; here applied to whole tensors between operations.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from typing import Any

import numpy as np

from nnscratch.typing import Array

ROUNDING = frozenset(
    (
        *("Add", "AddV2", "AddN", "Sub", "Mul", "MulNoNan", "RealDiv", "Div", "DivNoNan"),
        *("Xdivy", "Xlogy", "Square", "SquaredDifference", "Sqrt", "SqrtGrad", "Rsqrt"),
        *("RsqrtGrad", "Inv", "InvGrad", "Reciprocal", "ReciprocalGrad", "Pow", "Exp", "Expm1"),
        *("Log", "Log1p", "Erf", "Erfc", "Sum", "Mean", "Prod", "Cumsum", "L2Loss"),
        *("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "Einsum"),
        *("BiasAdd", "BiasAddGrad", "FusedBatchNormV3", "FusedBatchNormGradV3"),
        *("Sigmoid", "SigmoidGrad", "Tanh", "TanhGrad", "Softplus", "SoftplusGrad"),
        *("Softsign", "SoftsignGrad", "Elu", "EluGrad", "Selu", "SeluGrad"),
        *("LeakyRelu", "LeakyReluGrad", "Softmax", "LogSoftmax"),
        *("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits"),
    )
)
"""TensorFlow's operations whose results are rounded; all others pass numbers on or compare them."""


def moved(tensor: Array, rng: np.random.Generator) -> Array:
    """Return a tensor whose elements moved by up to one unit in the last place; zeros stay.

    >>> x = np.array([1.0, 0.0])
    >>> abs(moved(x, np.random.default_rng(1)) - x).max() <= 2.3e-16
    True
    """
    ulp = float(np.finfo(tensor.dtype).eps)
    return np.asarray(tensor * (1.0 + rng.uniform(-ulp, ulp, tensor.shape))).astype(tensor.dtype)


@contextlib.contextmanager
def shaken(rng: np.random.Generator) -> Iterator[None]:
    """Move the result of every operation that TensorFlow runs eagerly inside the block.

    Args:
        rng: where the movements come from.
    """
    from tensorflow.python import pywrap_tfe

    execute = pywrap_tfe.TFE_Py_FastPathExecute

    def execute_and_move(context: Any, name: str, *operands: Any) -> Any:
        results = execute(context, name, *operands)
        if name in ROUNDING:
            taken = {_numbers(operand).ctypes.data for operand in operands if _is_float(operand)}
            for result in results if isinstance(results, (list, tuple)) else [results]:
                if _is_float(result) and _numbers(result).ctypes.data not in taken:
                    _overwrite(_numbers(result), rng)
        return results

    pywrap_tfe.TFE_Py_FastPathExecute = execute_and_move
    try:
        yield
    finally:
        pywrap_tfe.TFE_Py_FastPathExecute = execute


def _is_float(value: Any) -> bool:
    dtype = getattr(value, "dtype", None)
    return hasattr(value, "_numpy") and dtype is not None and dtype.is_floating


def _numbers(tensor: Any) -> Array:
    """Return a tensor's own memory; a result that shares an operand's was not computed."""
    return np.asarray(memoryview(tensor))


def _overwrite(values: Array, rng: np.random.Generator) -> None:
    new = np.ascontiguousarray(moved(values, rng))
    ctypes.memmove(values.ctypes.data, new.ctypes.data, values.nbytes)
