"""How far one tensor is from another: the arithmetic that every verdict rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from nnscratch.typing import Array


@dataclass(frozen=True)
class Deviation:
    """The distance of a candidate tensor from its reference.

    Attributes:
        error: largest absolute difference, divided by the scale; infinite where the tensors
            cannot be compared (other shape or type, a NaN on one side only).
        index: the element with the largest difference.
        reference: that element of the reference.
        candidate: that element of the candidate.
        note: what else is wrong, or empty.
    """

    error: float
    index: tuple[int, ...] = ()
    reference: float = 0.0
    candidate: float = 0.0
    note: str = ""


def scale_of(tensor: Array) -> float:
    """Return the largest finite magnitude in a tensor; 0 for an empty one.

    >>> scale_of(np.array([1.0, -3.0, np.inf]))
    3.0
    """
    magnitudes = np.abs(np.asarray(tensor, dtype=np.float64))
    finite = magnitudes[np.isfinite(magnitudes)]
    return float(finite.max()) if finite.size else 0.0


def deviation(reference: Any, candidate: Any, scale: float | None = None) -> Deviation:
    """Measure a candidate against its reference.

    error = max|candidate − reference| / scale, where the scale is the largest magnitude in the
    reference. Every element counts alike: a small element of a large tensor may be off by what
    rounding does to the large ones, since both came out of the same sums.

    Subnormal numbers count as zero: TensorFlow's kernels flush them.

    An all-zero reference has no scale. The candidate must then be zero too: the error is 0, or
    infinite. A tensor that is zero only up to rounding is judged by a given scale instead (see
    `parity.bands.companions`). NaN and infinities must be in the same places.

    Args:
        reference: what Keras computed.
        candidate: what nnscratch computed.
        scale: overrides the reference's own largest magnitude.

    >>> round(deviation([1.0, 2.0], [1.0, 2.2]).error, 12), deviation([1.0, 2.0], [1.0, 2.2]).index
    (0.1, (1,))
    >>> deviation([0.0], [0.0]).error, deviation([0.0], [1e-30]).error
    (0.0, inf)
    """
    ref, got = np.asarray(reference), np.asarray(candidate)
    if ref.shape != got.shape:
        return Deviation(np.inf, note=f"shape {got.shape}, reference {ref.shape}")
    if ref.dtype.kind != got.dtype.kind or (ref.dtype.kind == "f" and ref.dtype != got.dtype):
        return Deviation(np.inf, note=f"dtype {got.dtype}, reference {ref.dtype}")
    if ref.size == 0:
        return Deviation(0.0)
    a, b = _flushed(ref), _flushed(got)
    alike = (a == b) | (np.isnan(a) & np.isnan(b))
    if alike.all():
        return Deviation(0.0, *_element(a, b, 0))
    odd = ~(np.isfinite(a) & np.isfinite(b)) & ~alike
    if odd.any():
        return Deviation(np.inf, *_element(a, b, int(odd.argmax())), note="not finite")
    with np.errstate(invalid="ignore"):
        difference = np.where(alike, 0.0, np.abs(b - a))
    worst = int(difference.argmax())
    unit = scale_of(a) if scale is None else scale
    error = float(difference.flat[worst] / unit) if unit > 0 else np.inf
    return Deviation(error, *_element(a, b, worst))


def _flushed(tensor: Array) -> Array:
    """Return a tensor in float64, with what is subnormal in its own type set to zero."""
    wide = tensor.astype(np.float64)
    if tensor.dtype.kind == "f":
        wide[np.abs(wide) < np.finfo(tensor.dtype).tiny] = 0.0
    return wide


def _element(a: Array, b: Array, flat: int) -> tuple[tuple[int, ...], float, float]:
    index = tuple(int(i) for i in np.unravel_index(flat, a.shape))
    return index, float(a.flat[flat]), float(b.flat[flat])
