"""A layer that says into which interval each number falls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nnscratch import config
from nnscratch.cache import Cache
from nnscratch.casting import as_numeric
from nnscratch.errors import DataError, NotReadyError
from nnscratch.layers import quantiles
from nnscratch.layers.base import Layer
from nnscratch.layers.categories import MODES, Places, checked_mode, encoded_shape
from nnscratch.layers.config import not_offered
from nnscratch.typing import Array, Shape


class Discretization(Layer):
    """Number of the interval: y = number of boundaries b with b ≤ x, or its encoding.

    The intervals are (-∞, b₀), [b₀, b₁), …, [b_last, ∞); NaN falls into the last. Boundaries are
    given, or learnt by `adapt` so that the intervals hold about as much data each. Numbers and
    boundaries are compared in float32. Backward: dx = 0.

    Args:
        bin_boundaries: the boundaries, in ascending order.
        num_bins: number of intervals that `adapt` is to find boundaries for.
        epsilon: the part of the data that may be taken together while the boundaries are sought.
        output_mode: `"int"` for the number of the interval, or as in `CategoryEncoding`
            `"one_hot"`, `"multi_hot"` or `"count"`.
        sparse: False; there are no sparse arrays here.
        dtype: type of encoded outputs; numbers of intervals are int32.
        name: name of the layer.

    Shapes:
        x and y (N, …) for `"int"`, otherwise as in `CategoryEncoding`.

    Raises:
        ValueError: both or none of `bin_boundaries` and `num_bins` are given, or one of them makes
            no sense; the mode is unknown.
        NotReadyError: the layer is called before it has boundaries.

    Source: Keras's numbers. Quantiles of batches: summaries, merged and compressed.

    >>> Discretization([0.0, 1.0])(np.array([[-1.5, 0.0, 0.5, 3.0]])).tolist()
    [[0, 1, 1, 2]]
    >>> layer = Discretization(num_bins=2, output_mode="one_hot")
    >>> layer.adapt(np.array([1.0, 2.0, 3.0, 4.0]))
    >>> layer.bin_boundaries, layer(np.array([[3.5]])).tolist()
    ([2.0], [[0.0, 1.0]])
    """

    rowwise = True

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if (num_bins is None) == (bin_boundaries is None):
            raise ValueError(
                "Give one of `bin_boundaries` and `num_bins`: the boundaries, or how many bins "
                "adapt() is to find. "
                f"Received: bin_boundaries={bin_boundaries!r}, num_bins={num_bins!r}"
            )
        whole = isinstance(num_bins, (int, np.integer)) and not isinstance(num_bins, bool)
        if num_bins is not None and (not whole or num_bins < 1):
            raise ValueError(f"`num_bins` must be an integer >= 1. Received: num_bins={num_bins!r}")
        if not 0.0 < epsilon < 1.0:
            raise ValueError(f"`epsilon` must lie between 0 and 1. Received: epsilon={epsilon!r}")
        if sparse:
            raise not_offered(self, "sparse", sparse, "Leave it out: the rows are dense arrays.")
        self.bin_boundaries = None if bin_boundaries is None else _ascending(bin_boundaries)
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.output_mode = checked_mode(output_mode, ("int", *MODES))
        self.sparse = False

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn boundaries between which about as much of the data lies, in place of former ones.

        Args:
            data: an array, or an iterable of arrays: the batches.
            steps: number of batches to take; all by default.

        Raises:
            DataError: there is no data, or it is not made of numbers.
            ValueError: boundaries were given to the constructor.
        """
        if self.num_bins is None:
            raise ValueError(
                f"Discretization layer {self.name!r} was given `bin_boundaries`, so there is "
                "nothing to adapt(). Give `num_bins` instead to learn them."
            )
        if not hasattr(data, "__iter__"):
            raise DataError(
                f"`data` must be an array or an iterable of batches. Received: data={data!r}"
            )
        batches = [data] if isinstance(data, np.ndarray) else data
        found = quantiles.EMPTY
        for i, batch in enumerate(batches):
            if steps is not None and i >= steps:
                break
            new = quantiles.summary(as_numeric(batch, "data"), self.epsilon)
            found = quantiles.merged(new, found, self.epsilon) if new.size else found
        if not found.size:
            raise DataError("adapt() received no numbers; give it at least one.")
        self.bin_boundaries = quantiles.boundaries(found, self.num_bins)

    @property
    def input_dtype(self) -> str:
        """Type of the inputs: floatx, whatever the layer's own."""
        return config.floatx()

    def output_dtypes(self, count: int) -> list[str]:
        """Return int32 for numbers of intervals, the layer's type for encoded ones."""
        return ["int32" if self.output_mode == "int" else self.dtype] * count

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Find each number's interval."""
        if self.bin_boundaries is None:
            raise NotReadyError(
                f"Discretization layer {self.name!r} has no boundaries yet: call adapt(data) "
                "first, or give `bin_boundaries` to the constructor."
            )
        edges = np.array(self.bin_boundaries, np.float32)
        cache.shape = x.shape
        found = np.searchsorted(edges, x.astype(config.floatx()), side="right")
        if self.output_mode == "int":
            return found.astype(np.int32)
        found = np.atleast_1d(found)
        depth = len(edges) + 1
        shape: Any = encoded_shape(found.shape, self.output_mode, depth)
        y: Array = cache.buffer("y", shape, self.dtype)
        Places(found, self.output_mode, depth).write(y)
        return y

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Return zeros: between the boundaries the output does not change."""
        return np.zeros(cache.shape, self.dtype)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the numbers, or of the rows that stand for them."""
        if self.output_mode == "int":
            return input_shape
        known = self.bin_boundaries is not None
        depth = len(self.bin_boundaries or ()) + 1 if known else int(self.num_bins or 0)
        return encoded_shape(input_shape, self.output_mode, depth)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, and the boundaries also where they were learnt."""
        return {
            "bin_boundaries": self.bin_boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Discretization:
        """Make the layer that `get_config` described, with what it had learnt."""
        if config.get("bin_boundaries") is None or config.get("num_bins") is None:
            return super().from_config(config)
        layer = super().from_config({**config, "bin_boundaries": None})
        layer.bin_boundaries = _ascending(config["bin_boundaries"])
        return layer


def _ascending(bin_boundaries: Any) -> list[float]:
    edges = as_numeric(bin_boundaries, "bin_boundaries")
    if edges.ndim != 1 or not np.all(edges[:-1] <= edges[1:]) or np.isnan(edges).any():
        raise ValueError(
            "`bin_boundaries` must be numbers in ascending order. "
            f"Received: bin_boundaries={bin_boundaries!r}"
        )
    found: list[float] = edges.tolist()
    return found
