"""Adagrad: a learning rate for each weight, smaller the more gradient it has seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.checks import check_number
from nnscratch.initializers import Constant
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.blocks import Rule, Scratch, scalar
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.typing import Array
from nnscratch.variable import Variable


def adagrad(
    w: Array, g: Array, h: Array, *, learning_rate: Any, epsilon: Any, scratch: Scratch
) -> None:
    """Divide the step by the root of all squared gradients so far: h ← h + g²; w ← w − ηg/√(h+ε).

    Source: Duchi, Hazan & Singer (2011), "Adaptive subgradient methods", figure 1, diagonal form.
    Convention: ε is under the root, where the paper's δ is added to √h. TensorFlow's compiled
    graphs multiply by the reciprocal root where this divides, which can change the last bit.

    >>> w, h = np.array([0.0]), np.array([0.1])
    >>> scratch = (np.empty(1), np.empty(1))
    >>> adagrad(w, np.array([1.0]), h, learning_rate=1.0, epsilon=1e-7, scratch=scratch)
    >>> round(float(w[0]), 6)  # 1/√1.1000001
    -0.953463
    """
    a, b = scratch
    np.multiply(g, g, a)  # h ← h + g²
    np.add(h, a, h)
    np.multiply(g, learning_rate, a)  # w ← w − ηg / √(h + ε)
    np.add(h, epsilon, b)
    np.sqrt(b, b)
    np.divide(a, b, a)
    np.subtract(w, a, w)


class Adagrad(Optimizer):
    """Adagrad: h ← h + g²; w ← w − ηg/√(h + ε).

    Args:
        learning_rate: η, a float, schedule or function without arguments. The paper uses larger
            ones than the default, up to 1.0.
        initial_accumulator_value: what h starts from, 0 or more.
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

    Source: see the rule `adagrad`. Convention: h starts at 0.1 as in Keras, at 0 in the paper and
    in PyTorch.

    >>> w = Variable(np.array([0.0]))
    >>> Adagrad(1.0).apply([[1.0]], [w])
    >>> round(float(w[0]), 6)
    -0.953463
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        initial_accumulator_value: float = 0.1,
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
        check_number("initial_accumulator_value", initial_accumulator_value, 0)
        check_number("epsilon", epsilon, 0)
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make the accumulators h."""
        start = Constant(self.initial_accumulator_value)
        return [self.add_optimizer_variables(variables, "accumulator", initializer=start)]

    @property
    def rule(self) -> Rule:
        """The rule `adagrad`."""
        return adagrad

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return η and ε in the weights' dtype."""
        return {
            "learning_rate": scalar(learning_rate, dtype),
            "epsilon": scalar(self.epsilon, dtype),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "initial_accumulator_value": self.initial_accumulator_value,
            "epsilon": self.epsilon,
        }
