"""Nadam: Adam with Nesterov's look ahead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.casting import through_float32
from nnscratch.checks import check_number
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.bias_correction import power
from nnscratch.optimizers.blocks import Rule, Scratch, scalar
from nnscratch.optimizers.engine import Lane
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.optimizers.powf import powf
from nnscratch.typing import Array
from nnscratch.variable import Variable

DECAY = 0.96
"""Base of the momentum schedule μₜ = β₁(1 − ½·0.96ᵗ)."""


def nadam(
    w: Array,
    g: Array,
    m: Array,
    v: Array,
    *,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    mu_next: Any,
    one_minus_mu: Any,
    one_minus_product_next: Any,
    one_minus_product: Any,
    one_minus_beta_2_power: Any,
    epsilon: Any,
    scratch: Scratch,
) -> None:
    """Step by the momentum that is to come and by the gradient, over the root mean square.

    m ← m + (1−β₁)(g − m); v ← v + (1−β₂)(g² − v); m̂ = μₜ₊₁m/(1−Πₜ₊₁) + (1−μₜ)g/(1−Πₜ);
    w ← w − ηm̂/(√(v/(1−β₂ᵗ)) + ε), where μₜ = β₁(1 − ½·0.96ᵗ) and Πₜ = μ₁μ₂…μₜ.

    Source: Dozat (2016), "Incorporating Nesterov momentum into Adam", algorithm 2. Convention: the
    decay 0.96 of the momentum schedule is fixed (the paper's ψ is 0.004 with that base); m itself
    follows g by the constant β₁, and ε is added to the corrected root.

    In the first step, with a β₁ of 0, it is RMSprop with its bias corrected:

    >>> w, m, v, a, b = np.zeros((5, 1))
    >>> constants = dict(one_minus_beta_1=1.0, one_minus_beta_2=0.5, mu_next=0.0, one_minus_mu=1.0)
    >>> constants |= dict(one_minus_product_next=1.0, one_minus_product=1.0, epsilon=0.0)
    >>> constants |= dict(learning_rate=0.25, one_minus_beta_2_power=0.5, scratch=(a, b))
    >>> nadam(w, np.array([8.0]), m, v, **constants)
    >>> w.tolist()
    [-0.25]
    """
    a, b = scratch
    np.subtract(g, m, a)  # m ← m + (1−β₁)(g − m)
    np.multiply(a, one_minus_beta_1, a)
    np.add(m, a, m)
    np.multiply(g, g, a)  # v ← v + (1−β₂)(g² − v)
    np.subtract(a, v, a)
    np.multiply(a, one_minus_beta_2, a)
    np.add(v, a, v)
    np.multiply(m, mu_next, a)  # m̂ = μₜ₊₁m / (1−Πₜ₊₁) + (1−μₜ)g / (1−Πₜ)
    np.divide(a, one_minus_product_next, a)
    np.multiply(g, one_minus_mu, b)
    np.divide(b, one_minus_product, b)
    np.add(a, b, a)
    np.multiply(a, learning_rate, a)  # w ← w − ηm̂ / (√(v/(1−β₂ᵗ)) + ε)
    np.divide(v, one_minus_beta_2_power, b)
    np.sqrt(b, b)
    np.add(b, epsilon, b)
    np.divide(a, b, a)
    np.subtract(w, a, w)


class Nadam(Optimizer):
    """Nadam: Adam's v, and a momentum that looks one step ahead and warms up.

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

    Source: see the rule `nadam`. The product Π of the momenta is a variable of the optimizer, saved
    with it as the last one.

    >>> w = Variable(np.array([1.0, 1.0]))
    >>> Nadam(0.1).apply([[2.0, -1e-3]], [w])
    >>> np.round(w.value, 4).tolist()
    [0.8937, 1.1063]
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
        self._product_of = 0

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make m and v, and the product Π, in the first weight's dtype.

        Keras lists Π among the variables, but for an optimizer within a `LossScaleOptimizer`, so
        that files have none of it; so it is here.
        """
        slots = list(self.add_optimizer_variables(variables, ["momentum", "velocity"]))
        dtype = variables[0].dtype
        if self._wrapped:
            start = np.ones((), dtype)
            self._product = Variable(start, dtype=dtype, trainable=False, name="u_product")
        else:
            self._product = self.add_variable((), "ones", dtype, name="u_product")
        return slots

    @property
    def _u_product(self) -> Variable:
        """The product Π of all updates so far, under Keras's name."""
        self._make_up_product()
        return self._product

    def _make_up_product(self) -> None:
        """Work out a product that is not listed, if updates were counted without it: by loading."""
        t = int(self.iterations)
        if not self._wrapped or t == self._product_of:
            return
        self._product.assign(1.0)
        for past in range(1, t + 1):
            self._multiply(past)
            if float(self._product) == 0.0:
                break
        self._product_of = t

    def _multiply(self, t: int) -> None:
        """Multiply the product by the momentum of update t."""
        number, product = np.dtype(self._product.dtype).type, self._product
        base = float(number(DECAY))
        decay = number(powf(base, t) if number is np.float32 else base**t)
        momentum = number(1) - number(0.5) * decay
        product.assign(number(product.value) * number(self.beta_1) * momentum)

    @property
    def rule(self) -> Rule:
        """The rule `nadam`."""
        return nadam

    def _update(
        self, lanes: Sequence[Lane], variables: Sequence[Variable], learning_rate: float
    ) -> None:
        t = int(self.iterations) + 1
        self._make_up_product()
        self._multiply(t)
        self._product_of = t
        super()._update(lanes, variables, learning_rate)

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return the rule's constants in the weights' dtype, from betas rounded to float32."""
        number, t = dtype.type, int(self.iterations) + 1
        one, half = number(1), number(0.5)
        beta_1, beta_2 = number(through_float32(self.beta_1)), number(through_float32(self.beta_2))
        mu = beta_1 * (one - half * power(DECAY, t, dtype))
        mu_next = beta_1 * (one - half * power(DECAY, t + 1, dtype))
        product = number(self._product.value)
        return {
            "learning_rate": scalar(learning_rate, dtype),
            "one_minus_beta_1": scalar(one - beta_1, dtype),
            "one_minus_beta_2": scalar(one - beta_2, dtype),
            "mu_next": scalar(mu_next, dtype),
            "one_minus_mu": scalar(one - mu, dtype),
            "one_minus_product_next": scalar(one - product * mu_next, dtype),
            "one_minus_product": scalar(one - product, dtype),
            "one_minus_beta_2_power": scalar(one - power(self.beta_2, t, dtype), dtype),
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
