"""A function of targets and predictions made into a loss."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.errors import unknown_name
from nnscratch.losses.base import Loss, RuleLoss
from nnscratch.losses.reduction import same_rank
from nnscratch.serialization import (
    deserialize_object,
    get_registered_name,
    get_registered_object,
    serialize_object,
)
from nnscratch.typing import Array, ArrayLike

_rules: dict[Callable[..., Any], type[RuleLoss]] = {}


def pair(function: Callable[..., Any], rule: type[RuleLoss]) -> None:
    """Remember the class that holds the gradient of a loss function of this package."""
    _rules[function] = rule


def rule_of(function: Any, **options: Any) -> RuleLoss | None:
    """Return the loss that computes what `function(..., **options)` does, or None if unknown.

    >>> from nnscratch.losses import huber
    >>> rule_of(huber, delta=2.0).delta
    2.0
    """
    rule = _rules.get(function)
    return None if rule is None else rule(**options)


def serialize_function(function: Any) -> dict[str, Any]:
    """Return the dictionary that Keras writes for a function, or for a Loss in its place."""
    if not inspect.isfunction(function):
        return serialize_object(function)
    return {
        "module": "builtins",
        "class_name": "function",
        "config": get_registered_name(function),
        "registered_name": "function",
    }


def deserialize_function(kind: str, config: Any) -> Any:
    """Return the loss function, or the user's own registered one, that a dictionary names.

    Args:
        kind: what it should be, for the error.
        config: what `serialize_function` returned, or a function, which is returned as it is.
    """
    if callable(config):
        return config
    if isinstance(config, dict) and config["class_name"] != "function":
        return deserialize_object(config, "keras.losses")
    name = config["config"] if isinstance(config, dict) else config
    known = {function.__name__: function for function in _rules}
    function = get_registered_object(name, None, known)
    if function is None:
        raise unknown_name(kind, name, known)
    return function


class LossFunctionWrapper(Loss):
    """A loss made of a function `fn(y_true, y_pred, **kwargs)` with one value per sample.

    The functions of this package bring their gradients along. A function of your own may use plain
    NumPy and nothing else. It is trained with its `gradient` if you give one, and else with central
    differences, at the cost of two evaluations per output; see `nnscratch.losses.differences`.

    Args:
        fn: the function.
        reduction: as in `Loss`.
        name: name in logs.
        dtype: float type to compute in.
        gradient: function of the same arguments that returns d value_i / d y_pred_i of every
            sample i, of the shape of `y_pred`; not needed for the functions of this package.
        kwargs: further arguments of `fn`, and of `gradient`.

    >>> def cubic(y_true, y_pred):
    ...     return ((y_pred - y_true) ** 3).mean(axis=-1)
    >>> float(LossFunctionWrapper(cubic)([[0.0]], [[2.0]]))
    8.0
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        *,
        gradient: Callable[..., Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.fn = fn
        self._kwargs = kwargs
        self._gradient = gradient
        settings = {"reduction": reduction, "name": self.name, "dtype": dtype}
        self._rule = rule_of(fn, **settings, **kwargs)

    @property
    def uses_logits(self) -> bool:
        """Whether `forward` wants the z behind a softmax or sigmoid output, if there is one."""
        return self._rule is not None and self._rule.uses_logits

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return `fn` of targets and predictions, brought to one rank."""
        return self.fn(*same_rank(y_true, y_pred), **self._kwargs)

    def gradient(self, y_true: Array, y_pred: Array) -> Any:
        """Return d value_i / d y_pred_i of every sample i, of the shape of `y_pred`."""
        if self._rule is not None:
            return self._rule.gradient(y_true, y_pred)
        if self._gradient is None:
            return super().gradient(y_true, y_pred)
        slope = np.asarray(self._gradient(*same_rank(y_true, y_pred), **self._kwargs))
        return slope.reshape(y_pred.shape) if slope.size == y_pred.size else slope

    def _title(self) -> str:
        return f"The loss function {getattr(self.fn, '__name__', repr(self.fn))}"

    @property
    def is_steady(self) -> bool:
        """Whether the function's own class is steady; what a function does is not known."""
        return self._rule is not None and self._rule.is_steady

    def compare(
        self, y_true: Array, y_pred: Array, cache: Cache, logits: Array | None = None
    ) -> None:
        """Compute one value per sample; see `Loss.compare`."""
        if self._rule is not None:
            self._rule.compare(y_true, y_pred, cache, logits)
        else:
            super().compare(y_true, y_pred, cache, logits)

    def reduce(self, cache: Cache, sample_weight: ArrayLike | None = None) -> Any:
        """Return the reduced loss; see `Loss.reduce`."""
        if self._rule is not None:
            return self._rule.reduce(cache, sample_weight)
        return super().reduce(cache, sample_weight)

    def differentiate(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return the gradient; see `Loss.differentiate`."""
        if self._rule is not None:
            return self._rule.differentiate(dvalues, cache)
        return super().differentiate(dvalues, cache)

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse what the function's own class refuses; see `Loss.check_targets`."""
        if self._rule is not None:
            self._rule.check_targets(y_true, output_shape)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal loss; the function goes by its name."""
        return {**super().get_config(), "fn": serialize_function(self.fn), **self._kwargs}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LossFunctionWrapper:
        """Make a loss from what `get_config` returned."""
        fn = deserialize_function("loss function", config["fn"])
        return cls(**{**config, "fn": fn})
