"""Adadelta: steps as long as the root mean square of the last steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.checks import check_number
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.blocks import Rule, Scratch, scalar
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.typing import Array
from nnscratch.variable import Variable


def adadelta(
    w: Array,
    g: Array,
    v: Array,
    u: Array,
    *,
    learning_rate: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
    scratch: Scratch,
) -> None:
    """Scale the gradient by the ratio of two root mean squares, of the steps and of itself.

    v ← ρv + (1−ρ)g²; Δ = √(u+ε)/√(v+ε)·g; u ← ρu + (1−ρ)Δ²; w ← w − ηΔ.

    Source: Zeiler (2012), "ADADELTA: an adaptive learning rate method", algorithm 1. Convention: a
    learning rate η multiplies the step, 0.001 by default as in Keras; the paper has none, that is
    η = 1.

    >>> w, v, u, a, b = np.zeros((5, 1))
    >>> constants = dict(learning_rate=1.0, rho=0.5, one_minus_rho=0.5, epsilon=1.0)
    >>> adadelta(w, np.array([4.0]), v, u, **constants, scratch=(a, b))
    >>> round(float(w[0]), 6), round(float(u[0]), 6)  # 4/3 and 8/9
    (-1.333333, 0.888889)
    """
    a, b = scratch
    np.multiply(g, g, a)  # v ← ρv + (1−ρ)g²
    np.multiply(a, one_minus_rho, a)
    np.multiply(v, rho, v)
    np.add(v, a, v)
    np.add(u, epsilon, a)  # Δ = √(u+ε)·g / √(v+ε)
    np.sqrt(a, a)
    np.multiply(a, g, a)
    np.add(v, epsilon, b)
    np.sqrt(b, b)
    np.divide(a, b, a)
    np.multiply(a, a, b)  # u ← ρu + (1−ρ)Δ²
    np.multiply(b, one_minus_rho, b)
    np.multiply(u, rho, u)
    np.add(u, b, u)
    np.multiply(a, learning_rate, a)  # w ← w − ηΔ
    np.subtract(w, a, w)


class Adadelta(Optimizer):
    """Adadelta: w ← w − η·√(u+ε)/√(v+ε)·g, where v and u follow g² and the squared steps.

    Args:
        learning_rate: η, a float, schedule or function without arguments; the paper's own rule
            has η = 1.0.
        rho: ρ in [0, 1], the weight of the past in both moving averages.
        epsilon: ε, 0 or more; it sets the size of the first steps.
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

    Source: see the rule `adadelta`.

    >>> w = Variable(np.array([1.0]))
    >>> Adadelta(1.0, rho=0.5, epsilon=1.0).apply([[4.0]], [w])
    >>> round(float(w[0]), 6)
    -0.333333
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        rho: float = 0.95,
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
        check_number("rho", rho, 0, 1)
        check_number("epsilon", epsilon, 0)
        self.rho = rho
        self.epsilon = epsilon

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make v and u."""
        names = ["accumulated_grad", "accumulated_delta_var"]
        return list(self.add_optimizer_variables(variables, names))

    @property
    def rule(self) -> Rule:
        """The rule `adadelta`."""
        return adadelta

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return η, ρ, 1−ρ and ε in the weights' dtype."""
        return {
            "learning_rate": scalar(learning_rate, dtype),
            "rho": scalar(self.rho, dtype),
            "one_minus_rho": scalar(1 - self.rho, dtype),
            "epsilon": scalar(self.epsilon, dtype),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "rho": self.rho,
            "epsilon": self.epsilon,
        }
