"""The kernel of a convolution that computes a short-time Fourier transform."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.errors import ShapeError, unknown_name
from nnscratch.initializers.base import Initializer
from nnscratch.random.arguments import checked_shape, float_dtype
from nnscratch.typing import Array, DTypeLike

SIDES = ("real", "imag")
SCALINGS = ("density", "spectrum")

_COSINE_WINDOWS = {
    "boxcar": (1.0,),
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
}


class STFT(Initializer):
    """One side of the windowed Fourier transform, as a kernel (T, 1, F/2 + 1).

    Equation: K[t, 0, f] = w[t]/s · cos(-2 pi t f / F), or sin for the imaginary side; s is
    sqrt(sum w²) for density, sum |w| for spectrum.

    Args:
        side: `"real"` or `"imag"`.
        window: name of a window of SciPy, its T values, or None for no window. Boxcar, hann,
            hamming and blackman are computed here; any other name needs SciPy.
        scaling: `"density"`, `"spectrum"`, or None for s = 1.
        periodic: take the window of one point more and leave its last point out.

    Raises:
        ValueError: an argument is not of its kind.
        ImportError: the window needs SciPy, which is not installed.

    >>> STFT("real", window=None, scaling=None)((3, 1, 2)).round(6).tolist()
    [[[1.0, 1.0]], [[1.0, -1.0]], [[1.0, 1.0]]]
    """

    def __init__(
        self,
        side: str = "real",
        window: Any = "hann",
        scaling: str | None = "density",
        periodic: bool = False,
    ) -> None:
        if side not in SIDES:
            raise unknown_name("side", side, SIDES)
        if scaling is not None and scaling not in SCALINGS:
            raise unknown_name("scaling", scaling, SCALINGS)
        if isinstance(window, str):
            named_window(window, 1, periodic)
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def __call__(self, shape: Sequence[int], dtype: DTypeLike | None = None) -> Array:
        """Compute the kernel.

        Args:
            shape: (T, 1, F/2 + 1): the length of the window and the number of frequencies.
            dtype: float32 or float64; None is floatx.

        Raises:
            ShapeError: `shape` is not such a triple, or does not fit the window given.
        """
        sizes, name = checked_shape(shape), float_dtype(dtype)
        if len(sizes) != 3:
            raise ShapeError(f"STFT makes kernels (T, 1, F/2 + 1). Received: shape={sizes}")
        length, _, frequencies = sizes
        scalar = np.dtype(name).type
        cycles = np.arange(frequencies, dtype=name) / scalar(2 * (frequencies - 1))
        time = np.arange(length, dtype=name)[:, None, None]
        angle = scalar(-2) * time * cycles * scalar(math.pi)
        kernel: Array = np.cos(angle) if self.side == "real" else np.sin(angle)
        if self.window is None:
            return kernel
        window = self._window(length, name)
        kernel *= window[:, None, None]
        if self.scaling == "density":
            kernel /= np.sqrt(np.sum(np.square(window)))
        elif self.scaling == "spectrum":
            kernel /= np.sum(np.abs(window))
        return kernel

    def _window(self, length: int, dtype: str) -> Array:
        window = self.window
        if isinstance(window, str):
            window = named_window(window, length, self.periodic)
        window = np.asarray(window, dtype)
        if window.shape != (length,):
            raise ShapeError(
                f"`window` must have as many values as the kernel has steps, {length}. "
                f"Received: shape={window.shape}"
            )
        return window

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        window = self.window.tolist() if isinstance(self.window, np.ndarray) else self.window
        return {
            "side": self.side,
            "window": window,
            "periodic": self.periodic,
            "scaling": self.scaling,
        }


def named_window(name: str, length: int, periodic: bool) -> Array:
    """Return the values of a window: sum over k of (-1)^k a_k cos(2 pi k t / (N - 1)).

    Args:
        name: name of a window of SciPy.
        length: number of values.
        periodic: compute N + 1 values and leave out the last.

    Raises:
        ValueError: SciPy knows no such window.
        ImportError: the window is not one of those above and SciPy is not installed.

    >>> named_window("hann", 5, periodic=False).round(3).tolist()
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    if name not in _COSINE_WINDOWS:
        return _scipy_window(name, length, periodic)
    points = length + 1 if periodic else length
    if length < 2:
        return np.ones(length)
    angle = 2 * math.pi * np.arange(points) / (points - 1)
    terms = [(-1) ** k * a * np.cos(k * angle) for k, a in enumerate(_COSINE_WINDOWS[name])]
    return np.asarray(np.sum(terms, axis=0))[:length]


def _scipy_window(name: str, length: int, periodic: bool) -> Array:
    try:
        signal = importlib.import_module("scipy.signal")
    except ImportError as error:
        raise ImportError(
            f"The window {name!r} needs SciPy: `pip install scipy`. "
            f"Without it there are: {', '.join(sorted(_COSINE_WINDOWS))}, or give its values."
        ) from error
    return np.asarray(signal.get_window(name, length, periodic))
