"""A penalty on what passes, without a change to it."""

from __future__ import annotations

from typing import Any

from nnscratch import regularizers
from nnscratch.cache import Cache
from nnscratch.layers.base import Layer
from nnscratch.typing import Array, Shape


class ActivityRegularization(Layer):
    r"""A penalty on activities: y = x, and l1·Σ|x| + l2·Σx² over N joins the loss.

    Backward: dx = dy + (l1·sign(x) + 2·l2·x)/N; the network adds the second part.

    Args:
        l1: factor of the absolute values.
        l2: factor of the squares.
        kwargs: see `Layer`.

    Units: the penalty is summed over a sample's elements and averaged over the batch.

    Raises:
        ValueError: a factor is negative or not finite.

    >>> import numpy as np
    >>> layer = ActivityRegularization(l2=0.5)
    >>> layer.activity_regularizer(np.array([[1.0, 3.0]])).item()
    5.0
    """

    supports_masking = True
    config_names = ("l1", "l2")
    build_is_saved = False

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1=l1, l2=l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def forward(self, x: Array, cache: Cache, training: bool = False) -> Array:
        """Return x."""
        return x

    def backward(self, dy: Array, cache: Cache) -> Array:
        """Return dy."""
        return dy

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the input's shape."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Return the factors in place of the regularizer made of them."""
        config = super().get_config()
        del config["activity_regularizer"]
        return config
