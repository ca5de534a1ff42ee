"""Names for the kinds of array and argument that signatures speak of."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array: TypeAlias = NDArray[Any]
FloatArray: TypeAlias = NDArray[np.floating[Any]]
IntArray: TypeAlias = NDArray[np.integer[Any]]
Shape: TypeAlias = tuple[int | None, ...]

__all__ = ["Array", "ArrayLike", "DTypeLike", "FloatArray", "IntArray", "Shape"]
