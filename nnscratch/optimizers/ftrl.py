"""FTRL: follow the regularized leader, with weights that can be exactly zero."""

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


def ftrl(
    w: Array,
    g: Array,
    n: Array,
    z: Array,
    *,
    learning_rate: Any,
    power: Any,
    l1: Any,
    two_l2: Any,
    two_shrinkage: Any,
    scratch: Scratch,
) -> None:
    """Set each weight to the minimum of all gradients so far plus L1 and L2 terms.

    n' = n + g²; σ = (n'ᵖ − nᵖ)/η; z ← z + g + 2sw − σw;
    w ← (clip(z, −λ₁, λ₁) − z) / (n'ᵖ/η + 2λ₂); n ← n'.

    Source: McMahan et al. (2013), "Ad click prediction: a view from the trenches", algorithm 1,
    with p = ½. Convention: the paper's λ₂ is 2λ₂ here and its β/α is inside it; the shrinkage s
    adds 2sw to the gradient in z but not in n.

    While |z| ≤ λ₁ the weight is 0:

    >>> w, n, z, a, b = np.zeros((5, 2))
    >>> constants = dict(learning_rate=0.5, power=0.5, l1=1.0, two_l2=0.0, two_shrinkage=0.0)
    >>> ftrl(w, np.array([1.0, 4.0]), n, z, **constants, scratch=(a, b))
    >>> w.tolist()
    [0.0, -0.375]
    """
    a, b = scratch
    _raise(n, power, a)  # σ = (n'ᵖ − nᵖ) / η
    np.multiply(g, g, b)
    np.add(n, b, n)
    _raise(n, power, b)
    np.subtract(b, a, a)
    np.divide(a, learning_rate, a)
    np.multiply(a, w, a)  # z ← z + (g + 2sw − σw)
    np.multiply(w, two_shrinkage, b)
    np.add(g, b, b)
    np.subtract(b, a, b)
    np.add(z, b, z)
    _raise(n, power, b)  # w ← (clip(z, −λ₁, λ₁) − z) / (n'ᵖ/η + 2λ₂)
    np.divide(b, learning_rate, b)
    np.add(b, two_l2, b)
    np.clip(z, -l1, l1, out=a)
    np.subtract(a, z, a)
    np.divide(a, b, w)


def _raise(x: Array, power: Any, out: Array) -> None:
    if power == 0.5:
        np.sqrt(x, out)
    else:  # in float64: σ is a small difference, and NumPy's float32 power errs to one side
        out[...] = np.power(x, power, dtype=np.float64)


class Ftrl(Optimizer):
    """FTRL-proximal: w minimizes Σg·w + ½Σσ|w − wₛ|² + λ₁|w| + λ₂w² over all steps s so far.

    Args:
        learning_rate: η, a float, schedule or function without arguments.
        learning_rate_power: −p, 0 or less: the learning rate falls as n⁻ᵖ.
        initial_accumulator_value: what n starts from, 0 or more.
        l1_regularization_strength: λ₁, 0 or more; it makes weights exactly 0.
        l2_regularization_strength: λ₂, 0 or more.
        l2_shrinkage_regularization_strength: s, 0 or more: an L2 penalty on the gradient's
            side, felt by z alone.
        beta: β, 0 or more; β/(2η) is added to λ₂.
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

    Source: see the rule `ftrl`. The first step forgets the weight it started from: it becomes a
    function of the gradients alone.

    >>> w = Variable(np.array([0.0, 0.0]))
    >>> Ftrl(0.5, l1_regularization_strength=1.0, initial_accumulator_value=0.0).apply(
    ...     [[1.0, 4.0]], [w]
    ... )
    >>> w.value.tolist()
    [0.0, -0.375]
    """

    epsilon = 0.0
    """Nothing keeps the divisor from 0: an arena with gaps would compute 0/0 there."""

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
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
        if learning_rate_power > 0:
            raise ValueError(
                "`learning_rate_power` must be 0 or less. Received: "
                f"learning_rate_power={learning_rate_power!r}"
            )
        check_number("learning_rate_power", -learning_rate_power, 0)
        check_number("initial_accumulator_value", initial_accumulator_value, 0)
        check_number("l1_regularization_strength", l1_regularization_strength, 0)
        check_number("l2_regularization_strength", l2_regularization_strength, 0)
        check_number(
            "l2_shrinkage_regularization_strength", l2_shrinkage_regularization_strength, 0
        )
        check_number("beta", beta, 0)
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make n and z."""
        starts = [Constant(self.initial_accumulator_value), "zeros"]
        return list(self.add_optimizer_variables(variables, ["accumulator", "linear"], starts))

    @property
    def rule(self) -> Rule:
        """The rule `ftrl`."""
        return ftrl

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return η, p, λ₁, 2λ₂ (with β/η) and 2s in the weights' dtype."""
        number = dtype.type
        two, rate = number(2), number(learning_rate)
        l2 = number(self.l2_regularization_strength) + number(self.beta) / (two * rate)
        return {
            "learning_rate": scalar(learning_rate, dtype),
            "power": scalar(-self.learning_rate_power, dtype),
            "l1": scalar(self.l1_regularization_strength, dtype),
            "two_l2": scalar(two * l2, dtype),
            "two_shrinkage": scalar(2 * self.l2_shrinkage_regularization_strength, dtype),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "learning_rate_power": self.learning_rate_power,
            "initial_accumulator_value": self.initial_accumulator_value,
            "l1_regularization_strength": self.l1_regularization_strength,
            "l2_regularization_strength": self.l2_regularization_strength,
            "l2_shrinkage_regularization_strength": self.l2_shrinkage_regularization_strength,
            "beta": self.beta,
        }
