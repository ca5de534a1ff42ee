"""LAMB: Adam's direction, with a length in proportion to that of the weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.checks import check_number
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.bias_correction import power
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.typing import Array
from nnscratch.variable import Variable


def lamb(
    w: Array,
    g: Array,
    m: Array,
    v: Array,
    *,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    one_minus_beta_1_power: Any,
    one_minus_beta_2_power: Any,
    epsilon: Any,
) -> None:
    """Step in Adam's direction by a part of the weights' own length; one whole variable at a time.

    m ← m + (1−β₁)(g − m); v ← v + (1−β₂)(g² − v); r = m̂/(√v̂ + ε) with m̂ = m/(1−β₁ᵗ),
    v̂ = v/(1−β₂ᵗ); w ← w − (‖w‖/‖r‖)·ηr, or w − ηr where a norm is 0.

    Source: You et al. (2020), "Large batch optimization for deep learning: training BERT in 76
    minutes", algorithm 2 with φ(x) = x. Convention: weight decay is not part of r but decoupled and
    before it, and every variable is a layer of its own, biases too.

    >>> w, m, v = np.array([3.0, 4.0]), np.zeros(2), np.zeros(2)
    >>> constants = dict(one_minus_beta_1=0.5, one_minus_beta_2=0.5, epsilon=0.0)
    >>> constants |= dict(one_minus_beta_1_power=0.5, one_minus_beta_2_power=0.5)
    >>> lamb(w, np.array([7.0, 0.25]), m, v, learning_rate=0.1, **constants)
    >>> (w - [3.0, 4.0]).round(6).tolist()  # ‖w‖ = 5, r = (1, 1)
    [-0.353553, -0.353553]
    """
    m += (g - m) * one_minus_beta_1
    v += (g * g - v) * one_minus_beta_2
    r = (m / one_minus_beta_1_power) / (np.sqrt(v / one_minus_beta_2_power) + epsilon)
    w_norm, r_norm = np.sqrt(np.sum(w * w)), np.sqrt(np.sum(r * r))
    ratio = w_norm / r_norm if w_norm > 0 and r_norm > 0 else w.dtype.type(1)
    w -= (ratio * learning_rate) * r


class Lamb(Optimizer):
    """LAMB: w ← w − η·(‖w‖/‖r‖)·r, where r is Adam's step, for each variable by itself.

    Args:
        learning_rate: η, a float, schedule or function without arguments.
        beta_1: β₁ in [0, 1), the weight of the past in m.
        beta_2: β₂ in [0, 1), the weight of the past in v.
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

    Source: see the rule `lamb`.

    >>> w = Variable(np.array([3.0, 4.0]))
    >>> Lamb(0.1).apply([[7.0, 0.25]], [w])
    >>> np.round(w.value, 4).tolist()
    [2.6464, 3.6464]
    """

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
        """Make m and v."""
        return list(self.add_optimizer_variables(variables, ["momentum", "velocity"]))

    def update_step(self, gradient: Array, variable: Variable, learning_rate: Any) -> None:
        """Update one variable by the rule `lamb`; norms are not elementwise.

        Args:
            gradient: array of the variable's shape.
            variable: the weight to change.
            learning_rate: the learning rate of this update.
        """
        i, dtype = self._get_variable_index(variable), np.dtype(variable.dtype)
        m, v = (slot[i].value.reshape(-1) for slot in self._rule_slots)
        g = np.asarray(gradient, dtype).reshape(-1)
        constants = self.scalars(dtype, float(learning_rate))
        lamb(variable.value.reshape(-1), g, m, v, **constants)

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return η, 1−β₁, 1−β₂, 1−β₁ᵗ, 1−β₂ᵗ and ε in the weights' dtype."""
        number, one, t = dtype.type, dtype.type(1), int(self.iterations) + 1
        return {
            "learning_rate": number(learning_rate),
            "one_minus_beta_1": number(1 - self.beta_1),
            "one_minus_beta_2": number(1 - self.beta_2),
            "one_minus_beta_1_power": one - power(self.beta_1, t, dtype),
            "one_minus_beta_2_power": one - power(self.beta_2, t, dtype),
            "epsilon": number(self.epsilon),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
        }
