"""Loss scaling that finds its own factor: double it while all goes well, halve it on overflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from nnscratch.checks import check_number
from nnscratch.initializers import Constant
from nnscratch.optimizers.arguments import check_count
from nnscratch.optimizers.base import SMALLEST, Optimizer
from nnscratch.serialization import deserialize_object, serialize_object
from nnscratch.variable import Variable

Self = TypeVar("Self", bound="LossScaleOptimizer")

LARGEST = 2.0**127
"""The largest power of two that float32 holds."""

OF_THE_INNER = {
    "weight_decay": None,
    "clipnorm": None,
    "global_clipnorm": None,
    "clipvalue": None,
    "use_ema": False,
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "loss_scale_factor": None,
    "gradient_accumulation_steps": None,
}
"""Arguments that belong to the inner optimizer; old files give them here with these values."""


class LossScaleOptimizer(Optimizer):
    """An optimizer around another that multiplies the loss by a factor s and divides it out again.

    Small numbers that would be lost to underflow in a short float type survive in gradients that
    are s times as large. Each step: if a gradient is infinite or NaN, nothing is updated and
    s ← s/2; otherwise the inner optimizer takes the gradients divided by s, and after so many good
    steps in a row s ← 2s. In float32 and float64 there is little to win; it is there for models
    that were saved with it, and to watch overflow happen.

    Args:
        inner_optimizer: the optimizer that makes the updates; its own `loss_scale_factor` is
            switched off.
        initial_scale: what s starts from, above 0.
        dynamic_growth_steps: good steps until s doubles, 1 or more.
        name: first part of the variables' paths; by default after the class.
        kwargs: accepted only with the values in which old files have them.

    Attributes:
        inner_optimizer: the optimizer within.
        step_counter: good steps since s changed; there once it is built.
        dynamic_scale: s; there once it is built.

    Raises:
        ValueError: an argument out of range, an unknown one, or one of the inner optimizer's.

    Source: Micikevicius et al. (2018), "Mixed precision training", section 3.2. Convention: s stops
    at 2¹²⁷. In Keras it can become infinite, and then no step is ever taken again.

    >>> from nnscratch.optimizers import SGD
    >>> w = Variable(np.array([1.0]))
    >>> optimizer = LossScaleOptimizer(SGD(0.01), initial_scale=4.0)
    >>> for gradient in (np.inf, 50.0):
    ...     optimizer.apply([[gradient]], [w])
    >>> round(float(w[0]), 4), optimizer.loss_scale_factor  # 1 − 0.01·50/2
    (0.75, 2.0)
    """

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(inner_optimizer, Optimizer):
            raise ValueError(
                "`inner_optimizer` must be an Optimizer object. Received: "
                f"inner_optimizer={inner_optimizer!r}"
            )
        if not kwargs.pop("dynamic", True):
            raise ValueError(
                "LossScaleOptimizer is always dynamic. For a fixed factor give the inner optimizer "
                "a `loss_scale_factor` and use it alone."
            )
        for argument, value in OF_THE_INNER.items():
            if kwargs.pop(argument, value) != value:
                raise ValueError(
                    f"LossScaleOptimizer has no `{argument}`: give it to the inner optimizer."
                )
        check_number("initial_scale", initial_scale, SMALLEST)
        check_count("dynamic_growth_steps", dynamic_growth_steps or -1, 1)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        super().__init__(learning_rate=0.0, name=name, **kwargs)
        self.dynamic_growth_steps = dynamic_growth_steps
        inner_optimizer.loss_scale_factor = None

    def build(self, variables: Sequence[Variable]) -> None:
        """Make the inner optimizer's slots, and the factor with its counter; done once.

        Args:
            variables: the weights to train, in order.
        """
        if not self.built:
            self._know(variables)
            self.step_counter = self.add_variable((), "zeros", "int", name="step_counter")
            self.dynamic_scale = self.add_variable(
                (), Constant(self.initial_scale), "float32", name="dynamic_scale"
            )
        self.inner_optimizer._wrapped = True
        self.inner_optimizer.build(variables)
        self.slots = self.inner_optimizer.slots
        self.built = True

    def _ensure_built(self, variables: Sequence[Variable]) -> None:
        if not self.built:
            self.build(variables)
        self.inner_optimizer._ensure_built(variables)

    def step(self, variables: Sequence[Variable]) -> None:
        """Update variables by the gradients that they hold, unless one of those is not finite.

        Args:
            variables: the weights; one whose `grad` is None stays as it is, with a warning.
        """
        if not variables:
            return
        self._ensure_built(variables)
        gradients = [v.grad for v in variables if v.grad is not None]
        scale, counter = self.dynamic_scale, self.step_counter
        if not all(np.isfinite(gradient).all() for gradient in gradients):
            counter.assign(0)
            scale.assign(scale.value * np.float32(0.5))
            return
        for gradient in gradients:
            gradient /= gradient.dtype.type(scale.value)
        self.inner_optimizer.step(variables)
        if int(counter) < self.dynamic_growth_steps - 1:
            counter.assign_add(1)
            return
        counter.assign(0)
        scale.assign(min(2.0 * float(scale), LARGEST))

    @property
    def loss_scale_factor(self) -> float | None:
        """The present factor s, by which the loss is to be multiplied."""
        return float(self.dynamic_scale) if self.built else self.initial_scale

    @loss_scale_factor.setter
    def loss_scale_factor(self, value: float | None) -> None:
        if value is not None:
            raise ValueError("LossScaleOptimizer finds its factor by itself: set `initial_scale`.")

    @property
    def variables(self) -> list[Variable]:
        """Its own numbers, then those of the inner optimizer."""
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def iterations(self) -> Any:
        """The inner optimizer's number of updates."""
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self) -> Any:
        """The inner optimizer's learning rate; set it as there."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Put the inner optimizer's moving averages in the place of the weights.

        Args:
            var_list: the weights.
        """
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "name": self.name,
            "inner_optimizer": serialize_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(
        cls: type[Self],
        config: Mapping[str, Any],
        custom_objects: Mapping[str, Any] | None = None,
    ) -> Self:
        """Make an optimizer from what `get_config` returned; its state starts anew.

        Args:
            config: the constructor's arguments.
            custom_objects: your own classes by name.
        """
        inner = deserialize_object(config["inner_optimizer"], "keras.optimizers", custom_objects)
        return cls(**{**config, "inner_optimizer": inner})
