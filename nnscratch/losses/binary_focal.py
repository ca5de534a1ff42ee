"""Binary focal crossentropy: yes/no answers that are already right count less."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.activations.sigmoids import logistic
from nnscratch.cache import Cache
from nnscratch.checks import check_number
from nnscratch.losses.clipping import clip_probabilities
from nnscratch.losses.focal import check_same_shape
from nnscratch.losses.logits import LogitsLoss, check_axis, check_smoothing, smooth
from nnscratch.losses.reduction import spread
from nnscratch.losses.targets import check_probabilities, check_shape
from nnscratch.typing import Array, ArrayLike


class BinaryFocalCrossentropy(LogitsLoss):
    r"""Focal crossentropy of yes/no targets: v = mean_k w_k (1 - p_t)^γ b_k.

    p_t = y p + (1 - y)(1 - p) is the probability given to the right answer and b the binary
    crossentropy; w = y α + (1 - y)(1 - α) if classes are balanced, else 1. With F = 1 - p_t,
    ∂/∂p = w (γ F^{γ-1} (1 - 2y) b + F^γ ∂b/∂p). From logits, p = σ(z) and ∂b/∂z = σ(z) - y. In
    training, a sigmoid or softmax output hands its logits over for b, while p_t is taken from the
    output itself.

    Args:
        apply_class_balancing: whether to use α.
        alpha: weight of the class 1; the class 0 has 1 - α.
        gamma: how strongly what is predicted well is played down; 0 gives the binary crossentropy.
        from_logits: whether predictions are logits rather than probabilities.
        label_smoothing: s in [0, 1]; targets become y (1 - s) + s / 2.
        axis: the axis to take the mean over.
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.

    Shapes: y_true (N, ..., K), y_pred (N, ..., K), value per sample (N, ...).

    Units: nats, times a factor of at most 1; the mean over the K outputs.

    Raises:
        ValueError: `axis` or `label_smoothing` cannot be used.

    Source: Lin et al. 2017, equation 5. `from_logits=True` on a sigmoid output applies a second
    sigmoid, as in Keras. For γ = 0 the gradient stays finite where p_t is 1; Keras gives NaN.

    >>> round(float(BinaryFocalCrossentropy()([[1.0]], [[0.5]])), 4)  # log(2) / 4
    0.1733
    """

    _options = (
        "from_logits", "label_smoothing", "axis", "apply_class_balancing", "alpha", "gamma",
    )  # fmt: skip
    _activation = "Sigmoid"

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.apply_class_balancing = apply_class_balancing
        check_number("alpha", alpha, 0)
        check_number("gamma", gamma, 0)
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = check_smoothing(label_smoothing)
        self.axis = check_axis(axis)

    @property
    def uses_logits(self) -> bool:
        """Whether `forward` wants the z behind an output; not if the output is taken for z."""
        return super().uses_logits and not self.from_logits

    def compare(
        self, y_true: Array, y_pred: Array, cache: Cache, logits: Array | None = None
    ) -> None:
        """Compute one value per sample; see `Loss.compare`."""
        cache.activated = y_pred
        super().compare(y_true, y_pred, cache, logits)

    def values_of(
        self, y_true: ArrayLike, y_pred: ArrayLike, cache: Cache, logits: Array | None = None
    ) -> Array:
        """Return one value per sample; see `RuleLoss.values_of`."""
        cache.activated = np.asarray(y_pred)
        return super().values_of(y_true, y_pred, cache, logits)

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return v of every sample."""
        check_same_shape(self.name, y_true, y_pred)
        if self.label_smoothing:
            y_true = smooth(y_true, self.label_smoothing, 2, cache)
        shape, number = y_pred.shape, y_pred.dtype.type
        cache.y_true, cache.source = y_true, "probabilities"
        p = y_pred
        if from_z or self.from_logits:
            cache.yes = logistic(y_pred, cache.buffer("yes", shape, y_pred.dtype))
            p = self._probability_of(cache, shape) if from_z else cache.yes
            cache.source = "sigmoid" if p is cache.yes else "softmax"
            cache.surprise = _surprise_of_logits(y_true, y_pred)
        else:
            q = clip_probabilities(p, cache)
            cache.surprise = -(y_true * np.log(q) + (1 - y_true) * np.log(1 - q))
        cache.p = p
        cache.wrong = 1 - (y_true * p + (1 - y_true) * (1 - p))
        alpha = number(self.alpha)
        balance = y_true * alpha + (1 - y_true) * (1 - alpha)
        cache.balance = balance if self.apply_class_balancing else number(1.0)
        cache.factor = cache.balance * np.power(cache.wrong, number(self.gamma))
        values = np.add.reduce(cache.factor * cache.surprise, axis=self.axis)
        return np.asarray(values / values.dtype.type(shape[self.axis]))

    def _probability_of(self, cache: Cache, shape: tuple[int, ...]) -> Array:
        """Return the output; if it is the sigmoid of its logits, as the very array `cache.yes`.

        Which of the two activations made it is seen from the numbers.
        """
        p = cache.activated.reshape(shape)
        sigmoid: Array = cache.yes
        return sigmoid if np.allclose(p, sigmoid, rtol=1e-3, atol=1e-6) else p

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred, in a buffer of the cache."""
        y, p = cache.y_true, cache.p
        dp = cache.buffer("dy", p.shape, p.dtype)
        dp[...] = self._slope_of_factor(cache)
        if cache.source == "probabilities":
            q = cache.clipped
            dp += cache.factor * ((1 - y) / (1 - q) - y / q) * cache.inside
        elif cache.source == "sigmoid":
            dp *= p * (1 - p)
            dp += cache.factor * (p - y)
        each = dvalues / p.shape[self.axis]
        spread(dp, each, self.axis)
        if cache.source == "softmax":
            dp -= np.add.reduce(dp * p, axis=-1, keepdims=True)
            dp *= p
            dp += spread(cache.factor * (cache.yes - y), each, self.axis)
        return dp

    def _slope_of_factor(self, cache: Cache) -> Any:
        """Return b ∂(w F^γ)/∂p."""
        number = cache.p.dtype.type
        if self.gamma == 0:
            return number(0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            power = np.power(cache.wrong, number(self.gamma - 1.0)) * number(self.gamma)
            return cache.balance * power * (1 - 2 * cache.y_true) * cache.surprise

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse targets that do not fit the output or lie outside [0, 1]."""
        check_probabilities(self.name, check_shape(self.name, y_true, output_shape))


def _surprise_of_logits(y_true: Array, z: Array) -> Array:
    surprise: Array = np.maximum(z, 0.0) - z * y_true + np.log1p(np.exp(-np.abs(z)))
    return surprise


def binary_focal_crossentropy(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """Return the binary focal crossentropy of each sample; see `BinaryFocalCrossentropy`.

    >>> round(float(binary_focal_crossentropy([[1.0, 0.0]], [[0.5, 0.5]])[0]), 4)
    0.1733
    """
    rule = BinaryFocalCrossentropy(
        apply_class_balancing, alpha, gamma, from_logits, label_smoothing, axis
    )
    return rule.call(y_true, y_pred)
