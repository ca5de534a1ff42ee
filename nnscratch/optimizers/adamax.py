"""Adamax: the step from the mean gradient over the largest one of late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.checks import check_number
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.bias_correction import power
from nnscratch.optimizers.blocks import Rule, Scratch, scalar
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.typing import Array
from nnscratch.variable import Variable


def adamax(
    w: Array,
    g: Array,
    m: Array,
    u: Array,
    *,
    learning_rate: Any,
    one_minus_beta_1: Any,
    beta_2: Any,
    one_minus_beta_1_power: Any,
    epsilon: Any,
    scratch: Scratch,
) -> None:
    """Divide the mean of the gradient by a fading maximum of its size.

    m ← m + (1−β₁)(g − m); u ← max(β₂u, |g|); w ← w − ηm/((1−β₁ᵗ)(u + ε)).

    Source: Kingma & Ba (2015), "Adam: a method for stochastic optimization", algorithm 2.
    Convention: ε is added to u, which the paper leaves out (PyTorch adds it to |g|).

    >>> w, m, u, a, b = np.zeros((5, 1))
    >>> constants = dict(one_minus_beta_1=0.5, beta_2=0.9, one_minus_beta_1_power=0.5, epsilon=0.0)
    >>> adamax(w, np.array([-8.0]), m, u, learning_rate=0.25, **constants, scratch=(a, b))
    >>> w.tolist(), u.tolist()
    ([0.25], [8.0])
    """
    a, b = scratch
    np.subtract(g, m, a)  # m ← m + (1−β₁)(g − m)
    np.multiply(a, one_minus_beta_1, a)
    np.add(m, a, m)
    np.multiply(u, beta_2, u)  # u ← max(β₂u, |g|)
    np.abs(g, a)
    np.maximum(u, a, out=u)
    np.multiply(m, learning_rate, a)  # w ← w − ηm / ((1−β₁ᵗ)(u + ε))
    np.add(u, epsilon, b)
    np.multiply(b, one_minus_beta_1_power, b)
    np.divide(a, b, a)
    np.subtract(w, a, w)


class Adamax(Optimizer):
    """Adamax: Adam with a maximum in the place of the mean square.

    Args:
        learning_rate: η, a float, schedule or function without arguments.
        beta_1: β₁ in [0, 1), the weight of the past in m.
        beta_2: β₂ in [0, 1), how slowly the maximum u fades.
        epsilon: ε, 0 or more.
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

    Source: see the rule `adamax`.

    >>> w = Variable(np.array([1.0, 1.0]))
    >>> Adamax(0.1).apply([[2.0, -1e-3]], [w])
    >>> np.round(w.value, 4).tolist()
    [0.9, 1.1]
    """

    fading_slots = 1

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
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
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make m and u."""
        return list(self.add_optimizer_variables(variables, ["momentum", "norm"]))

    @property
    def rule(self) -> Rule:
        """The rule `adamax`."""
        return adamax

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return η, 1−β₁, β₂, 1−β₁ᵗ and ε in the weights' dtype."""
        beta_1_power = power(self.beta_1, int(self.iterations) + 1, dtype)
        return {
            "learning_rate": scalar(learning_rate, dtype),
            "one_minus_beta_1": scalar(1 - self.beta_1, dtype),
            "beta_2": scalar(self.beta_2, dtype),
            "one_minus_beta_1_power": scalar(dtype.type(1) - beta_1_power, dtype),
            "epsilon": scalar(self.epsilon, dtype),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
