"""Lion: steps of one size, in the direction of the sign of a momentum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.casting import through_float32
from nnscratch.checks import check_number
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.blocks import Rule, Scratch, scalar
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.typing import Array
from nnscratch.variable import Variable


def lion(
    w: Array,
    g: Array,
    m: Array,
    *,
    learning_rate: Any,
    beta_1: Any,
    one_minus_beta_1: Any,
    beta_2: Any,
    one_minus_beta_2: Any,
    scratch: Scratch,
) -> None:
    """Step by the sign of a mean: w ← w − η·sign(β₁m + (1−β₁)g); m ← β₂m + (1−β₂)g.

    Source: Chen et al. (2023), "Symbolic discovery of optimization algorithms", program 2. Its
    weight decay is the optimizer's `weight_decay`, which comes first.

    >>> w, m, a, b = np.zeros((4, 2))
    >>> constants = dict(beta_1=0.5, one_minus_beta_1=0.5, beta_2=0.75, one_minus_beta_2=0.25)
    >>> lion(w, np.array([8.0, -1e-9]), m, learning_rate=0.25, **constants, scratch=(a, b))
    >>> w.tolist(), float(m[0])
    ([-0.25, 0.25], 2.0)
    """
    a, b = scratch
    np.multiply(m, beta_1, a)  # w ← w − η·sign(β₁m + (1−β₁)g)
    np.multiply(g, one_minus_beta_1, b)
    np.add(a, b, a)
    np.sign(a, a)
    np.multiply(a, learning_rate, a)
    np.subtract(w, a, w)
    np.multiply(m, beta_2, m)  # m ← β₂m + (1−β₂)g
    np.multiply(g, one_minus_beta_2, b)
    np.add(m, b, m)


class Lion(Optimizer):
    """Lion: w ← w − η·sign(β₁m + (1−β₁)g), where m follows g by β₂.

    Args:
        learning_rate: η, a float, schedule or function without arguments; three to ten times
            smaller than for Adam, since every weight moves by all of it.
        beta_1: β₁ in (0, 1], the weight of m in the direction; with 0 there would be none, and
            the rule would be sign descent.
        beta_2: β₂ in [0, 1], the weight of the past in m.
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

    Source: see the rule `lion`.

    >>> w = Variable(np.array([1.0, 1.0]))
    >>> Lion(0.25).apply([[2.0, -1e-3]], [w])
    >>> w.value.tolist()
    [0.75, 1.25]
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
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
        check_number("beta_1", beta_1, 0, 1)
        check_number("beta_2", beta_2, 0, 1)
        if beta_1 == 0:
            raise ValueError(
                "`beta_1` must be above 0, or Lion is plain sign descent. Received: "
                f"beta_1={beta_1!r}"
            )
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make m."""
        return [self.add_optimizer_variables(variables, "momentum")]

    @property
    def rule(self) -> Rule:
        """The rule `lion`."""
        return lion

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return η, the betas and 1 minus them in the weights' dtype, through float32."""
        one = dtype.type(1)
        beta_1 = dtype.type(through_float32(self.beta_1))
        beta_2 = dtype.type(through_float32(self.beta_2))
        return {
            "learning_rate": scalar(learning_rate, dtype),
            "beta_1": scalar(beta_1, dtype),
            "one_minus_beta_1": scalar(one - beta_1, dtype),
            "beta_2": scalar(beta_2, dtype),
            "one_minus_beta_2": scalar(one - beta_2, dtype),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
        }
