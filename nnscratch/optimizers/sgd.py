"""Gradient descent, with momentum and in Nesterov's form."""

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


def sgd(w: Array, g: Array, *, learning_rate: Any, scratch: Scratch) -> None:
    """Step against the gradient: w ← w − ηg.

    Source: Robbins & Monro (1951), "A stochastic approximation method".

    >>> w = np.array([1.0, 2.0])
    >>> sgd(w, np.array([10.0, 0.0]), learning_rate=0.1, scratch=(np.empty(2), np.empty(2)))
    >>> w.tolist()
    [0.0, 2.0]
    """
    a, _ = scratch
    np.multiply(g, learning_rate, a)
    np.subtract(w, a, w)


def sgd_momentum(
    w: Array, g: Array, v: Array, *, learning_rate: Any, momentum: Any, scratch: Scratch
) -> None:
    """Step along a velocity: v ← μv − ηg; w ← w + v.

    Source: Polyak (1964), "Some methods of speeding up the convergence of iteration methods", as
    written by Sutskever et al. (2013), equations 1 and 2. Convention: η is inside v (PyTorch keeps
    it outside), so a change of the learning rate takes effect over the following 1/(1−μ) steps.
    """
    a, _ = scratch
    np.multiply(g, learning_rate, a)
    np.multiply(v, momentum, v)  # v ← μv − ηg
    np.subtract(v, a, v)
    np.add(w, v, w)  # w ← w + v


def sgd_nesterov(
    w: Array, g: Array, v: Array, *, learning_rate: Any, momentum: Any, scratch: Scratch
) -> None:
    """Step along the velocity that is to come: v ← μv − ηg; w ← w + μv − ηg, with the new v.

    Source: Nesterov (1983) in the form of Bengio, Boulanger-Lewandowski & Pascanu (2013),
    "Advances in optimizing recurrent networks", section 3.5: the weights that are kept are those
    looked ahead to, so the gradient is taken where they are.
    """
    a, b = scratch
    np.multiply(g, learning_rate, a)
    np.multiply(v, momentum, v)  # v ← μv − ηg
    np.subtract(v, a, v)
    np.multiply(v, momentum, b)  # w ← w + (μv − ηg)
    np.subtract(b, a, b)
    np.add(w, b, w)


class SGD(Optimizer):
    """Gradient descent: w ← w − ηg, and with momentum μ: v ← μv − ηg; w ← w + v.

    Args:
        learning_rate: η, a float, schedule or function without arguments.
        momentum: μ, a float in [0, 1]; 0 is plain gradient descent.
        nesterov: whether to take Nesterov's step, w ← w + μv − ηg.
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

    Source: see the rules `sgd`, `sgd_momentum` and `sgd_nesterov`.

    The learning rate falls from 1 to 0.1 after two steps; the velocity remembers:

    >>> w = Variable(np.array([0.0]))
    >>> optimizer = SGD(1.0, momentum=0.5)
    >>> for step in range(4):
    ...     if step == 2:
    ...         optimizer.learning_rate = 0.1
    ...     optimizer.apply([[1.0]], [w])
    ...     print(round(float(w[0]), 4))
    -1.0
    -2.5
    -3.35
    -3.875
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        if not isinstance(momentum, (float, np.floating)):
            raise ValueError(
                f"`momentum` must be a float in [0, 1], such as 0.9. Received: {momentum!r}"
            )
        check_number("momentum", momentum, 0, 1)
        self.momentum = momentum
        self.nesterov = nesterov
        self.momentums: list[Variable] = []

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make the velocities v, unless there is no momentum."""
        if self.momentum == 0:
            return []
        self.momentums = self.add_optimizer_variables(variables, "momentum")
        return [self.momentums]

    @property
    def rule(self) -> Rule:
        """The rule that the arguments ask for."""
        if not self.momentums:
            return sgd
        return sgd_nesterov if self.nesterov else sgd_momentum

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return η and μ in the weights' dtype; μ goes through float32 on its way, as in Keras."""
        constants = {"learning_rate": scalar(learning_rate, dtype)}
        if self.momentums:
            constants["momentum"] = scalar(through_float32(self.momentum), dtype)
        return constants

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "momentum": self.momentum,
            "nesterov": self.nesterov,
        }
