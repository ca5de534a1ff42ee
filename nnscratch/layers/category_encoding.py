"""A layer that writes numbers of categories as rows of zeros and ones, or of counts."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import as_numeric
from nnscratch.errors import ShapeError
from nnscratch.layers.base import Layer
from nnscratch.layers.categories import Places, check_not_negative, checked_mode, encoded_shape
from nnscratch.layers.config import not_offered
from nnscratch.layers.symbolic import KerasTensor
from nnscratch.typing import Array, Shape


class CategoryEncoding(Layer):
    """Encoding of category numbers: y_c = 1 where c occurs, or how often it does.

    Fractions are cut off, and numbers of `num_tokens` or more count nowhere. Backward: dx = 0, the
    encoding being constant between whole numbers; towards `count_weights`, dw_i = dy_c of the
    category c = x_i.

    Args:
        num_tokens: number of categories.
        output_mode: `"one_hot"`: a row for each number of the input; `"multi_hot"`: one row for
            all numbers of a sample, 1 where a category occurs; `"count"`: how often it does, or,
            called with `count_weights`, the sum of the weights of its occurrences.
        sparse: False; there are no sparse arrays here.
        kwargs: see `Layer`.

    Shapes:
        x (N, K). y (N, num_tokens); with one-hot (N, K, num_tokens), the axis of a K that is 1
        left out. Counts and multi-hot of (N, K, …) are (N, …, num_tokens). An x (K,) is one
        sample, and for one-hot K of them.

    Raises:
        ValueError: `num_tokens` is missing or no positive integer, the mode is unknown, or weights
            are given in another mode than `"count"`.
        DataError: a number is negative, with multi-hot or counts.
        ShapeError: `count_weights` has another shape than the input.

    Source: Keras's numbers. Keras 3.15.1 foretells (N, K, num_tokens) for counts of (N, K, L), and
    computes (N, L, num_tokens); here the shape foretold is the one computed.

    >>> CategoryEncoding(3, output_mode="one_hot")(np.array([[2], [0]])).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    >>> CategoryEncoding(3, output_mode="count")(np.array([[0, 0], [1, 2]])).tolist()
    [[2.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
    """

    rowwise = True
    config_names = ("num_tokens", "output_mode")

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.output_mode = checked_mode("multi_hot" if output_mode == "binary" else output_mode)
        if num_tokens is None:
            raise ValueError(
                "`num_tokens`, the number of categories, must be set: the largest number in the "
                "data plus 1."
            )
        whole = isinstance(num_tokens, (int, np.integer)) and not isinstance(num_tokens, bool)
        if not whole or num_tokens < 1:
            raise ValueError(
                f"`num_tokens` must be an integer >= 1. Received: num_tokens={num_tokens!r}"
            )
        if sparse:
            raise not_offered(self, "sparse", sparse, "Leave it out: the rows are dense arrays.")
        self.num_tokens = int(num_tokens)
        self.sparse = False

    def __call__(self, *args: Any, count_weights: Any = None, **kwargs: Any) -> Any:
        """Apply the layer.

        Args:
            args: an array or nested list of numbers, or a symbolic tensor.
            count_weights: an array of the input's shape: what each number counts, instead of 1.
            kwargs: see `Layer`.
        """
        if count_weights is None:
            return super().__call__(*args, **kwargs)
        if self.output_mode != "count":
            raise ValueError(
                "`count_weights` is for output_mode='count'. Received with "
                f"output_mode={self.output_mode!r}: count_weights={count_weights!r}"
            )
        x = args[0] if args else kwargs.pop("inputs")
        if any(isinstance(tensor, KerasTensor) for tensor in (x, count_weights)):
            raise not_offered(
                self, "count_weights", count_weights,
                "Weights are taken beside arrays. In a model, encode with output_mode='one_hot', "
                "multiply by the weights and add up with ops.sum.",
            )  # fmt: skip
        x = as_numeric(x, "x")
        self.ensure_built((None, *x.shape[1:]))
        return super().__call__([x, as_numeric(count_weights, "count_weights")], **kwargs)

    def taken(self, x: Any) -> Any:
        """Return the input as one array where it is a nested list."""
        is_list = isinstance(x, (list, tuple)) and not any(hasattr(part, "shape") for part in x)
        return as_numeric(x, "x") if is_list else x

    def forward(self, x: Any, cache: Cache, training: bool = False) -> Array:
        """Write 1, or what counts, in the place of each number."""
        x, weights = x if isinstance(x, list) else (x, None)
        cache.weighted, x = weights is not None, np.atleast_1d(x)
        check_not_negative(self, x, self.output_mode)
        cache.places = Places(x, self.output_mode, self.num_tokens)
        shape: Any = encoded_shape(x.shape, self.output_mode, self.num_tokens)
        y: Array = cache.buffer("y", shape, self.dtype)
        cache.places.write(y, weights)
        return y

    def backward(self, dy: Array, cache: Cache) -> Any:
        """Return zeros, and what stands in the numbers' places for weights."""
        dx = np.zeros(cache.places.inside.shape, self.dtype)
        return [dx, cache.places.read(dy)] if cache.weighted else dx

    def check_input_shape(self, input_shape: Any) -> None:
        """Raise unless weights have the shape of the numbers."""
        if isinstance(input_shape, list) and (
            len(input_shape) != 2 or input_shape[0][1:] != input_shape[1][1:]
        ):
            raise ShapeError(
                f"CategoryEncoding layer {self.name!r} takes one array, and `count_weights` of its "
                f"shape. Received shapes: {input_shape}"
            )

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the rows."""
        return encoded_shape(input_shape, self.output_mode, self.num_tokens)
