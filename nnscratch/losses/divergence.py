"""Losses of distributions other than crossentropy: Kullback-Leibler and Poisson."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.config import epsilon
from nnscratch.losses.base import RuleLoss
from nnscratch.losses.elementwise import ElementwiseLoss
from nnscratch.losses.reduction import spread, together
from nnscratch.losses.targets import check_shape
from nnscratch.typing import Array, ArrayLike


class KLDivergence(RuleLoss):
    r"""Kullback-Leibler divergence: v = Σ_k y_k log(y_k / p_k), both clipped to [ε, 1].

    ∂v/∂p_k = -y_k / p_k, and 0 where p_k was clipped.

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., C), value per sample (N, ...).

    Units: nats.

    Source: Kullback and Leibler 1951. Neither distribution is normalized, as in Keras.

    >>> round(float(KLDivergence()([[1.0, 0.0]], [[0.5, 0.5]])), 4)
    0.6931
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every sample."""
        if y_true.shape != y_pred.shape:
            y_true, y_pred = together(y_true, y_pred)
        shape, dtype = y_pred.shape, y_pred.dtype
        low = dtype.type(epsilon())
        y = np.clip(y_true, low, dtype.type(1.0), out=cache.buffer("y", shape, dtype))
        p = np.clip(y_pred, low, dtype.type(1.0), out=cache.buffer("p", shape, dtype))
        cache.y, cache.p = y, p
        cache.inside = np.equal(p, y_pred, out=cache.buffer("inside", shape, np.bool_))
        terms = np.divide(y, p, out=cache.buffer("terms", shape, dtype))
        np.log(terms, out=terms)
        terms *= y
        return np.asarray(np.add.reduce(terms, axis=-1))

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        p: Array = cache.p
        dp = np.divide(cache.y, p, out=cache.buffer("dy", p.shape, p.dtype))
        np.negative(dp, out=dp)
        dp *= cache.inside
        return spread(dp, dvalues)

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse targets whose shape is not that of the output; see `Loss.check_targets`."""
        check_shape(self.name, y_true, output_shape, "one column per class")


class Poisson(ElementwiseLoss):
    r"""Negative log-likelihood of counts: v = mean_k (p_k - y_k log(p_k + ε)).

    ∂t/∂p = 1 - y / (p + ε). The term log y!, which has no gradient, is left out.

    Args:
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true and y_pred (N, ..., K), value per sample (N, ...).

    Units: nats, up to a number that depends on the targets alone; the mean over outputs.

    Source: Nelder and Wedderburn 1972; predictions are rates, not their logarithms, as in Keras.

    >>> round(float(Poisson()([[2.0]], [[1.0]])), 4)
    1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)

    def terms(self, y_true: Array, y_pred: Array, out: Array, cache: Cache) -> None:
        """Write t to `out`."""
        rate = cache.buffer("rate", out.shape, out.dtype)
        cache.rate = np.add(y_pred, out.dtype.type(epsilon()), out=rate)
        np.log(rate, out=out)
        out *= y_true
        np.subtract(y_pred, out, out=out)

    def slopes(self, out: Array, cache: Cache) -> None:
        """Write ∂t/∂p to `out`."""
        np.divide(cache.y_true, cache.rate, out=out)
        np.subtract(1.0, out, out=out)


def kl_divergence(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """Return the Kullback-Leibler divergence of each sample; see `KLDivergence`.

    >>> round(float(kl_divergence([[1.0, 0.0]], [[0.5, 0.5]])[0]), 4)
    0.6931
    """
    return KLDivergence().call(y_true, y_pred)


def poisson(y_true: ArrayLike, y_pred: ArrayLike) -> Any:
    """Return the Poisson loss of each sample; see `Poisson`.

    >>> poisson([[2.0]], [[1.0]]).round(4).tolist()
    [1.0]
    """
    return Poisson().call(y_true, y_pred)
