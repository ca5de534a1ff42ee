"""Schedule-free AdamW: an average of the path in the place of a falling learning rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.casting import through_float32
from nnscratch.checks import check_number
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.bias_correction import power
from nnscratch.optimizers.blocks import Rule, Scratch, scalar
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.typing import Array
from nnscratch.variable import Variable


def schedule_free_adamw(
    w: Array,
    g: Array,
    z: Array,
    v: Array,
    *,
    learning_rate: Any,
    beta_1: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    one_minus_beta_2_power: Any,
    epsilon: Any,
    new_part: Any,
    old_part: Any,
    scratch: Scratch,
) -> None:
    """Step z by the scaled gradient, average it into x, and stand between the two.

    v ← v + (1−β₂)(g² − v); z ← z − ηg/(√(v/(1−β₂ᵗ)) + ε); x = (w − (1−β₁)z)/β₁;
    x' = (1−c)x + cz, c = 1/t; w ← (1−β₁)z + β₁x'.

    Source: Defazio et al. (2024), "The road less scheduled", algorithm 1. Convention: the weights
    are the paper's y, where the gradient is taken, in training and afterwards; c is 1/t without
    regard to the learning rate. As Keras does on TensorFlow, x is taken from w with the z that has
    already moved; the paper has the z before.

    >>> w, z, v, a, b = np.zeros((5, 1))
    >>> constants = dict(beta_1=0.5, one_minus_beta_1=0.5, one_minus_beta_2=0.5, epsilon=0.0)
    >>> constants |= dict(one_minus_beta_2_power=0.5, new_part=1.0, old_part=0.0)
    >>> schedule_free_adamw(
    ...     w, np.array([8.0]), z, v, learning_rate=0.25, **constants, scratch=(a, b)
    ... )
    >>> w.tolist()
    [-0.25]
    """
    a, b = scratch
    np.multiply(g, g, a)  # v ← v + (1−β₂)(g² − v)
    np.subtract(a, v, a)
    np.multiply(a, one_minus_beta_2, a)
    np.add(v, a, v)
    np.divide(v, one_minus_beta_2_power, b)  # z ← z − ηg / (√(v/(1−β₂ᵗ)) + ε)
    np.sqrt(b, b)
    np.add(b, epsilon, b)
    np.multiply(g, learning_rate, a)
    np.divide(a, b, a)
    np.subtract(z, a, z)
    np.multiply(z, one_minus_beta_1, a)  # (1−c)x = (w − (1−β₁)z)·(1−c)/β₁
    np.subtract(w, a, b)
    np.multiply(b, old_part, b)
    np.multiply(z, new_part, w)  # x ← (1−c)x + cz
    np.add(b, w, b)
    np.multiply(b, beta_1, b)  # w ← (1−β₁)z + β₁x
    np.add(a, b, w)


class ScheduleFreeAdamW(Optimizer):
    """Schedule-free AdamW: Adam's step for z, and weights between z and its running mean x.

    Args:
        learning_rate: η, a float, schedule or function without arguments; it need not fall.
        beta_1: β₁ in (0, 1), how far the weights stand towards the mean x.
        beta_2: β₂ in [0, 1), the weight of the past in v.
        epsilon: ε, 0 or more.
        warmup_steps: number of updates in which η grows in proportion to t, 0 or more.
        weight_decay: see `Optimizer`, as for all that follow.
        clipnorm: see `Optimizer`.
        clipvalue: see `Optimizer`.
        global_clipnorm: see `Optimizer`.
        use_ema: see `Optimizer`.
        ema_momentum: see `Optimizer`.
        ema_overwrite_frequency: see `Optimizer`.
        loss_scale_factor: see `Optimizer`.
        gradient_accumulation_steps: see `Optimizer`.
        name: see `Optimizer`.
        kwargs: nothing else is accepted.

    Raises:
        ValueError: an argument out of range, or an unknown one.

    Source: see the rule `schedule_free_adamw`.

    >>> w = Variable(np.array([1.0, 1.0]))
    >>> ScheduleFreeAdamW(0.1).apply([[2.0, -1e-3]], [w])
    >>> np.round(w.value, 4).tolist()
    [0.9, 1.1]
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        warmup_steps: int = 0,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
            name=name,
            **kwargs,
        )
        check_number("beta_1", beta_1, 0, 1, below_high=True)
        check_number("beta_2", beta_2, 0, 1, below_high=True)
        check_number("epsilon", epsilon, 0)
        check_number("warmup_steps", warmup_steps, 0)
        if beta_1 == 0:
            raise ValueError(f"`beta_1` must be above 0. Received: beta_1={beta_1!r}")
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.warmup_steps = warmup_steps

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make z, which starts where the weights are, and v."""
        slots = list(self.add_optimizer_variables(variables, ["momentum", "velocity"]))
        for z, variable in zip(slots[0], variables, strict=True):
            z.assign(variable.value)
        return slots

    @property
    def rule(self) -> Rule:
        """The rule `schedule_free_adamw`."""
        return schedule_free_adamw

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return the rule's constants in the weights' dtype, from constants rounded to float32."""
        number, one, t = dtype.type, dtype.type(1), int(self.iterations) + 1
        beta_1, beta_2 = number(through_float32(self.beta_1)), number(through_float32(self.beta_2))
        rate, c = number(learning_rate), one / number(t)
        if self.warmup_steps > 0:
            rate = rate * min(number(t) * (one / number(through_float32(self.warmup_steps))), one)
        return {
            "learning_rate": scalar(rate, dtype),
            "beta_1": scalar(beta_1, dtype),
            "one_minus_beta_1": scalar(one - beta_1, dtype),
            "one_minus_beta_2": scalar(one - beta_2, dtype),
            "one_minus_beta_2_power": scalar(one - power(self.beta_2, t, dtype), dtype),
            "epsilon": scalar(through_float32(self.epsilon), dtype),
            "new_part": scalar(c, dtype),
            "old_part": scalar((one / beta_1) * (one - c), dtype),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "warmup_steps": self.warmup_steps,
        }
