"""The penalty that pushes the rows or columns of a matrix towards right angles."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.casting import through_float32
from nnscratch.config import epsilon
from nnscratch.errors import ShapeError, unknown_name
from nnscratch.regularizers.base import Regularizer, checked_factor
from nnscratch.typing import Array

MODES = ("rows", "columns")


class OrthogonalRegularizer(Regularizer):
    r"""Penalty on the mean |cosine| between the rows, or columns, of a matrix.

    With the rows u_i = w_i/‖w_i‖ and n of them, Ω = factor·½·Σ_{i≠j} |u_i·u_j| / (n(n-1)/2).
    Backward: with G_ij = sign(u_i·u_j) off the diagonal, dU ∝ 2GU, and through the normalization
    dw_i = (du_i - u_i(u_i·du_i))/‖w_i‖. A row of norm below epsilon is divided by epsilon instead.

    Args:
        factor: the factor of the penalty; rounded to float32 as Keras does.
        mode: `"rows"` or `"columns"`.

    Raises:
        ValueError: an unknown mode, or a factor that is negative or not finite.

    Source: Brock et al., "Neural photo editing with introspective adversarial networks", 2017, in
    the form Keras gives it.

    >>> import numpy as np
    >>> w = np.array([[3.0, 0.0], [4.0, 4.0]])
    >>> round(float(OrthogonalRegularizer(1.0)(w)), 4)  # cos 45°
    0.7071
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = through_float32(checked_factor(factor, "factor"))
        if mode not in MODES:
            raise unknown_name("mode of OrthogonalRegularizer", mode, MODES)
        self.mode = mode

    def _parts(self, x: Array) -> tuple[Array, Array, Array, float]:
        """Return the rows, 1/‖row‖, the cosines off the diagonal and the number of pairs."""
        if x.ndim != 2:
            raise ShapeError(
                f"OrthogonalRegularizer needs a matrix. Received an array of shape {x.shape}."
            )
        rows = x if self.mode == "rows" else x.T
        size = len(rows)
        if size < 2:
            raise ShapeError(
                f"OrthogonalRegularizer(mode={self.mode!r}) compares {self.mode} with each other "
                f"and needs at least two. Received an array of shape {x.shape}."
            )
        with np.errstate(divide="ignore"):
            inverse = 1.0 / np.sqrt(np.sum(np.square(rows), axis=1, keepdims=True))
        inverse = np.minimum(inverse, 1.0 / epsilon())
        units = rows * inverse
        cosines = units @ units.T
        np.fill_diagonal(cosines, 0.0)
        return rows, inverse, cosines, size * (size - 1.0) / 2.0

    def __call__(self, x: Array) -> Any:
        """Return factor·mean of |cosine| over the pairs."""
        _, _, cosines, pairs = self._parts(x)
        kind = x.dtype.type
        return kind(self.factor * 0.5) * np.sum(np.abs(cosines)) / kind(pairs)

    def gradient(self, x: Array, out: Array | None = None) -> Array:
        """Return the gradient of the penalty."""
        rows, inverse, cosines, pairs = self._parts(x)
        units = rows * inverse
        dunits = (self.factor / pairs) * (np.sign(cosines) @ units)
        along = np.sum(dunits * units, axis=1, keepdims=True)
        along *= inverse < 1.0 / epsilon()
        gradient: Array = (dunits - units * along) * inverse
        if self.mode == "columns":
            gradient = gradient.T
        if out is None:
            return gradient
        out[...] = gradient
        return out

    def get_config(self) -> dict[str, Any]:
        """Return factor, as rounded, and mode."""
        return {"factor": self.factor, "mode": self.mode}
