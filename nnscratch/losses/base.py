"""What a loss is: one number to make small and, beside it, its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.casting import as_numeric, handed_out, is_float, standardize_dtype
from nnscratch.config import floatx
from nnscratch.errors import ShapeError
from nnscratch.losses.differences import NumericalGradient
from nnscratch.losses.reduction import (
    derivative_by_values,
    fold,
    reduce_values,
    same_rank,
    standardize_reduction,
)
from nnscratch.naming import auto_name
from nnscratch.recording import Operands, operate, recorder
from nnscratch.routine import changed
from nnscratch.typing import Array, ArrayLike


class Loss:
    """A number that tells how far predictions are from targets, with its gradient.

    A loss of your own is a subclass with two methods: `call` returns one value per sample, and
    `gradient` the derivative of each sample's value by its predictions. Without `gradient` it is
    trained with central differences, at the cost of two evaluations per output; see
    `nnscratch.losses.differences`.

    Args:
        name: name in logs; made from the class name if None.
        reduction: `"sum_over_batch_size"` or `"mean"` (sum over the number of values), `"sum"`,
            `"mean_with_sample_weight"` (sum over the sum of the weights), `"none"` or None.
        dtype: float type to compute in; floatx if None.

    Raises:
        ValueError: unknown reduction, or a dtype that is not a float type.

    >>> class Quartic(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return np.mean((y_pred - y_true) ** 4, axis=-1)
    ...     def gradient(self, y_true, y_pred):
    ...         return 4.0 * (y_pred - y_true) ** 3 / y_pred.shape[-1]
    >>> loss, cache = Quartic(dtype="float64"), Cache()
    >>> y_true, y_pred = np.zeros((2, 1)), np.array([[1.0], [2.0]])
    >>> float(loss.forward(y_true, y_pred, cache)), loss.backward(cache).tolist()
    (8.5, [[2.0], [16.0]])
    """

    _options: tuple[str, ...] = ()
    _by_rule = False

    def __init__(
        self,
        name: str | None = None,
        reduction: str | None = "sum_over_batch_size",
        dtype: Any = None,
    ) -> None:
        self.name = name or auto_name(type(self).__name__)
        self.reduction = standardize_reduction(reduction)
        self._dtype = standardize_dtype(dtype)
        if not is_float(self._dtype):
            raise ValueError(f"`dtype` of a loss must be a float type. Received: dtype={dtype!r}")
        self._numpy_dtype = np.dtype(self._dtype)
        self._differences: NumericalGradient | None = None

    @property
    def dtype(self) -> str:
        """Name of the float type the loss computes in."""
        return self._dtype

    @property
    def uses_logits(self) -> bool:
        """Whether `forward` wants the z behind a softmax or sigmoid output, if there is one."""
        return False

    @property
    def is_steady(self) -> bool:
        """Whether values and slopes are the same NumPy calls on the same memory in every step.

        A class says so by `steady = True` in its own body; see `nnscratch.routine`.
        """
        return bool(vars(type(self)).get("steady", False))

    def __setattr__(self, name: str, value: Any) -> None:
        changed()
        super().__setattr__(name, value)

    def __call__(
        self, y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Any:
        """Return the reduced loss.

        Args:
            y_true: targets.
            y_pred: predictions.
            sample_weight: one weight per sample, or per value of `call`.
        """
        if recorder() is not None or isinstance(y_pred, Operands):
            return operate("loss_value", self, y_true, y_pred, sample_weight)
        y_true, y_pred = as_numeric(y_true, "y_true"), as_numeric(y_pred, "y_pred")
        return handed_out(self.forward(y_true, y_pred, Cache(), sample_weight))

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return one value per sample; a subclass implements it."""
        raise NotImplementedError(f"{type(self).__name__} must implement call(y_true, y_pred).")

    def gradient(self, y_true: Array, y_pred: Array) -> Any:
        """Return d value_i / d y_pred_i of every sample i, of the shape of `y_pred`.

        A subclass that gives no gradient of its own gets one by central differences.
        """
        if self._differences is None:
            self._differences = NumericalGradient(self.call, self._title())
        return self._differences(y_true, y_pred)

    def _title(self) -> str:
        return type(self).__name__

    def forward(
        self,
        y_true: Array,
        y_pred: Array,
        cache: Cache,
        sample_weight: ArrayLike | None = None,
        logits: Array | None = None,
    ) -> Any:
        """Compute the reduced loss and keep in the cache what `backward` needs.

        Args:
            y_true: targets.
            y_pred: what the model puts out.
            cache: memory of this call.
            sample_weight: one weight per sample, or per value.
            logits: the z behind a softmax or sigmoid output, for a loss that `uses_logits`.

        Returns:
            A NumPy float; an array if the reduction is None or `"none"`.
        """
        self.compare(y_true, y_pred, cache, logits)
        return self.reduce(cache, sample_weight)[()]

    def compare(
        self, y_true: Array, y_pred: Array, cache: Cache, logits: Array | None = None
    ) -> None:
        """Compute one value per sample, the first half of `forward`, and keep it in the cache."""
        output = y_pred if logits is None else logits
        cache.output_shape, cache.output_dtype = output.shape, output.dtype
        if output.dtype != self._numpy_dtype:
            output = _cast(output, "output", self._numpy_dtype, cache)
        cache.values = self._values_of(y_true, output, cache, logits is not None)

    def reduce(self, cache: Cache, sample_weight: ArrayLike | None = None) -> Array:
        """Return the reduced loss of the values in the cache, the second half of `forward`.

        It is an array even if it is one number: valid until the next call with this cache.
        """
        mask = cache.counted
        if cache.mask is not None:  # that of the predictions
            mask = cache.mask if mask is None else mask & cache.mask
        return reduce_values(cache.values, sample_weight, mask, self.reduction, cache)

    def backward(self, cache: Cache, scale: float = 1.0) -> Array:
        """Return dL/dy_pred of the call that left this cache, or dL/dlogits if it had logits.

        Args:
            cache: the cache that was given to `forward`.
            scale: factor on the loss, such as an optimizer's loss scale.
        """
        return self.differentiate(derivative_by_values(cache, scale), cache)

    def differentiate(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred from dL/dvalues, which is one number if all are equal."""
        dy = self._slope_of(dvalues, cache)
        if dy.shape != cache.output_shape:
            dy = fold(dy, cache.output_shape)
        if dy.dtype != cache.output_dtype:
            dy = _cast(dy, "dy_output", cache.output_dtype, cache)
        return dy

    def _values_of(self, y_true: Array, output: Array, cache: Cache, from_z: bool) -> Array:
        if y_true.dtype != output.dtype:
            y_true = _cast(y_true, "target", output.dtype, cache)
        cache.y_true, cache.y_pred, cache.counted = y_true, output, None
        return np.asarray(self.call(y_true, output), dtype=output.dtype)

    def _slope_of(self, dvalues: float | Array, cache: Cache) -> Array:
        slope = np.asarray(self.gradient(cache.y_true, cache.y_pred), dtype=self._numpy_dtype)
        if slope.shape != cache.y_pred.shape:
            raise ShapeError(
                f"{type(self).__name__}.gradient must return an array of the shape of y_pred, "
                f"{cache.y_pred.shape}. Received shape {slope.shape}."
            )
        if isinstance(dvalues, float):
            return slope * dvalues
        return slope * dvalues.reshape(dvalues.shape + (1,) * (slope.ndim - dvalues.ndim))

    def check_targets(self, y_true: ArrayLike, output_shape: tuple[int | None, ...]) -> None:
        """Refuse targets that cannot be meant for this output, before training begins.

        A loss of one's own may want targets of any form, so the base class accepts all.

        Args:
            y_true: targets of all samples.
            output_shape: shape of the model's output, the batch axis first; None is any size.

        Raises:
            ShapeError: targets and output do not fit.
            DataError: the targets hold values that this loss cannot take.
        """

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal loss."""
        config: dict[str, Any] = {"name": self.name, "reduction": self.reduction}
        config.update({option: getattr(self, option) for option in self._options})
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        """Make a loss from what `get_config` returned."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class RuleLoss(Loss):
    """A loss whose gradient is written out: the base of all that come with the package.

    Subclasses implement `values`, which returns one value per sample and leaves in the cache what
    `slope` needs, and `slope`, which returns dL/dy_pred given dL/dvalues. A subclass that gives
    `call` anew is computed by its `call`, and trained by the `gradient` it must then define too.
    """

    _by_rule = True
    _casts_targets = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "call" in cls.__dict__ and "values" not in cls.__dict__:
            cls._by_rule = False
            if "gradient" not in cls.__dict__:
                cls.gradient = Loss.gradient  # type: ignore[assignment]

    def values(self, y_true: Array, y_pred: Array, cache: Cache, from_z: bool = False) -> Array:
        """Return one value per sample.

        Args:
            y_true: targets, of the rank of the predictions.
            y_pred: predictions, or logits if `from_z`.
            cache: memory of this call.
            from_z: whether `y_pred` are the logits behind the model's output.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement values.")

    def slope(self, dvalues: float | Array, cache: Cache) -> Array:
        """Return dL/dy_pred for dL/dvalues, in a buffer of the cache."""
        raise NotImplementedError(f"{type(self).__name__} must implement slope.")

    def call(self, y_true: ArrayLike, y_pred: ArrayLike) -> Any:
        """Return one value per sample, in the float type of the predictions."""
        if recorder() is not None or isinstance(y_pred, Operands):
            return operate("loss_value", self, y_true, y_pred, None, reduces=False)
        values = self.values_of(y_true, y_pred, Cache())
        return values if values.ndim else values[()]

    def gradient(self, y_true: ArrayLike, y_pred: ArrayLike) -> Any:
        """Return d value_i / d y_pred_i of every sample i, of the shape of `y_pred`."""
        cache = Cache()
        self.values_of(y_true, y_pred, cache)
        return fold(self.slope(1.0, cache), np.shape(y_pred))

    def values_of(
        self, y_true: ArrayLike, y_pred: ArrayLike, cache: Cache, logits: Array | None = None
    ) -> Array:
        """Return one value per sample, in the float type of the predictions.

        Args:
            y_true: targets.
            y_pred: predictions.
            cache: memory of this call.
            logits: the z behind the predictions, for a loss that `uses_logits`.
        """
        output = as_numeric(y_pred, "y_pred") if logits is None else logits
        if output.dtype.kind != "f":
            output = output.astype(floatx())
        targets = as_numeric(y_true, "y_true")
        return self._values_by_rule(targets, output, cache, logits is not None)

    def _values_of(self, y_true: Array, output: Array, cache: Cache, from_z: bool) -> Array:
        if not self._by_rule:
            return super()._values_of(*same_rank(y_true, output), cache, from_z)
        return self._values_by_rule(y_true, output, cache, from_z)

    def _values_by_rule(self, y_true: Array, output: Array, cache: Cache, from_z: bool) -> Array:
        cache.counted = None
        if y_true.ndim != output.ndim:
            y_true, output = same_rank(y_true, output)
        if output.ndim == 0:
            raise ShapeError("`y_pred` must have at least one axis. Received a single number.")
        if self._casts_targets and y_true.dtype != output.dtype:
            y_true = _cast(y_true, "target", output.dtype, cache)
        return self.values(y_true, output, cache, from_z)

    def _slope_of(self, dvalues: float | Array, cache: Cache) -> Array:
        if not self._by_rule:
            return super()._slope_of(dvalues, cache)
        return self.slope(dvalues, cache)


def _cast(array: Array, name: str, dtype: Any, cache: Cache) -> Array:
    converted = cache.buffer(name, array.shape, dtype)
    np.copyto(converted, array, casting="unsafe")
    return converted
