"""RMSprop: the step divided by the root of a moving average of squared gradients."""

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


def rmsprop(
    w: Array,
    g: Array,
    v: Array,
    u: Array | None = None,
    *,
    learning_rate: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
    momentum: Any = None,
    scratch: Scratch,
) -> None:
    """Divide by the root mean square of the gradient: v ← ρv + (1−ρ)g²; w ← w − ηg/√(v+ε).

    With momentum μ the scaled steps are gathered: u ← μu + ηg/√(v+ε); w ← w − u.

    Source: Hinton (2012), "Neural networks for machine learning", lecture 6e. Convention: ε is
    under the root (PyTorch and most textbooks add it to √v). TensorFlow's compiled graphs multiply
    by the reciprocal root where this divides, which can change the last bit.
    """
    a, b = scratch
    np.multiply(g, g, a)  # v ← ρv + (1−ρ)g²
    np.multiply(a, one_minus_rho, a)
    np.multiply(v, rho, v)
    np.add(v, a, v)
    np.add(v, epsilon, b)
    _step(w, g, b, u, learning_rate, momentum, a)


def rmsprop_centered(
    w: Array,
    g: Array,
    v: Array,
    mean: Array,
    u: Array | None = None,
    *,
    learning_rate: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
    momentum: Any = None,
    scratch: Scratch,
) -> None:
    """As `rmsprop`, divided by an estimate of the variance: ḡ ← ρḡ + (1−ρ)g; √(v − ḡ² + ε).

    Source: Graves (2013), "Generating sequences with recurrent neural networks", equations 38 to
    41. Convention: ε as in `rmsprop`.
    """
    a, b = scratch
    np.multiply(g, g, a)  # v ← ρv + (1−ρ)g²
    np.multiply(a, one_minus_rho, a)
    np.multiply(v, rho, v)
    np.add(v, a, v)
    np.multiply(g, one_minus_rho, a)  # ḡ ← ρḡ + (1−ρ)g
    np.multiply(mean, rho, mean)
    np.add(mean, a, mean)
    np.multiply(mean, mean, a)
    np.subtract(v, a, b)
    np.add(b, epsilon, b)
    _step(w, g, b, u, learning_rate, momentum, a)


def _step(
    w: Array, g: Array, b: Array, u: Array | None, learning_rate: Any, momentum: Any, a: Array
) -> None:
    np.sqrt(b, b)
    np.multiply(g, learning_rate, a)
    np.divide(a, b, a)  # the increment ηg / √b
    if u is None:
        np.subtract(w, a, w)  # w ← w − ηg / √b
    else:
        np.multiply(u, momentum, u)  # u ← μu + ηg / √b; w ← w − u
        np.add(u, a, u)
        np.subtract(w, u, w)


class RMSprop(Optimizer):
    """RMSprop: v ← ρv + (1−ρ)g²; w ← w − ηg/√(v + ε).

    Args:
        learning_rate: η, a float, schedule or function without arguments.
        rho: ρ, the weight of the past in the moving average, in [0, 1].
        momentum: μ in [0, 1]; the scaled steps are gathered as u ← μu + ηg/√(v+ε); w ← w − u.
        epsilon: ε, 0 or more.
        centered: whether to divide by the root of v − ḡ², an estimate of the variance.
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

    Source: see the rules `rmsprop` and `rmsprop_centered`.

    With ε under the root a small gradient makes a small step; outside it would be 3.15:

    >>> w = Variable(np.array([0.0]))
    >>> RMSprop(1.0).apply([[1e-4]], [w])
    >>> round(float(w[0]), 4)
    -0.3147
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
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
        check_number("momentum", momentum, 0, 1)
        check_number("epsilon", epsilon, 0)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered
        self._momentums: list[Variable] = []
        self._average_gradients: list[Variable] = []

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make v, and where they are asked for u and ḡ."""
        slots = [self.add_optimizer_variables(variables, "velocity")]
        if self.momentum > 0:
            self._momentums = self.add_optimizer_variables(variables, "momentum")
        if self.centered:
            self._average_gradients = self.add_optimizer_variables(variables, "average_gradient")
            slots.append(self._average_gradients)
        if self._momentums:
            slots.append(self._momentums)
        return slots

    @property
    def rule(self) -> Rule:
        """The rule that the arguments ask for."""
        return rmsprop_centered if self._average_gradients else rmsprop

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return η, ρ, 1−ρ, ε and μ in the weights' dtype."""
        return {
            "learning_rate": scalar(learning_rate, dtype),
            "rho": scalar(self.rho, dtype),
            "one_minus_rho": scalar(1 - self.rho, dtype),
            "epsilon": scalar(self.epsilon, dtype),
            "momentum": scalar(self.momentum, dtype),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "rho": self.rho,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
            "centered": self.centered,
        }
