"""Adam: the step from moving averages of the gradient and of its square."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.checks import check_number
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.bias_correction import corrected_rate
from nnscratch.optimizers.blocks import Rule, Scratch, scalar
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.typing import Array
from nnscratch.variable import Variable


def adam(
    w: Array,
    g: Array,
    m: Array,
    v: Array,
    v_hat: Array | None = None,
    *,
    alpha: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    scratch: Scratch,
) -> None:
    """Step by the mean of the gradient over the root of its mean square.

    m ← m + (1−β₁)(g − m); v ← v + (1−β₂)(g² − v); w ← w − α·m/(√v + ε̂), where
    α = η√(1−β₂ᵗ)/(1−β₁ᵗ) corrects the bias of m and v, which start at 0.

    Source: Kingma & Ba (2015), "Adam: a method for stochastic optimization", algorithm 1 in the
    order given at the end of its section 2. Convention: ε̂ is added to the uncorrected √v
    (PyTorch adds ε to √v̂). With `v_hat`, AMSGrad: v̂ ← max(v̂, v) takes the place of v; Reddi,
    Kale & Kumar (2018), "On the convergence of Adam and beyond", algorithm 2. Convention: α keeps
    Adam's bias correction, which that paper leaves out.

    The first step is η·sign(g), unless g is as small as ε̂:

    >>> w, m, v, a, b = np.zeros((5, 1))
    >>> alpha = 1.0 * (1 - 0.999) ** 0.5 / (1 - 0.9)
    >>> constants = dict(one_minus_beta_1=0.1, one_minus_beta_2=0.001, epsilon=1e-7)
    >>> adam(w, np.array([1e-8]), m, v, alpha=alpha, **constants, scratch=(a, b))
    >>> round(float(w[0]), 5)
    -0.00315
    """
    a, b = scratch
    np.subtract(g, m, a)  # m ← m + (1−β₁)(g − m)
    np.multiply(a, one_minus_beta_1, a)
    np.add(m, a, m)
    np.multiply(g, g, a)  # v ← v + (1−β₂)(g² − v)
    np.subtract(a, v, a)
    np.multiply(a, one_minus_beta_2, a)
    np.add(v, a, v)
    if v_hat is not None:
        v = np.maximum(v_hat, v, out=v_hat)
    np.sqrt(v, b)  # w ← w − αm / (√v + ε̂)
    np.add(b, epsilon, b)
    np.multiply(m, alpha, a)
    np.divide(a, b, a)
    np.subtract(w, a, w)


class Adam(Optimizer):
    """Adam: m and v follow g and g²; w ← w − η·√(1−β₂ᵗ)/(1−β₁ᵗ)·m/(√v + ε̂).

    Args:
        learning_rate: η, a float, schedule or function without arguments.
        beta_1: β₁ in [0, 1), the weight of the past in m.
        beta_2: β₂ in [0, 1), the weight of the past in v.
        epsilon: ε̂, 0 or more.
        amsgrad: whether to divide by the largest v so far.
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

    Source: see the rule `adam`.

    >>> w = Variable(np.array([1.0, 1.0]))
    >>> Adam(0.1).apply([[2.0, -1e-3]], [w])
    >>> np.round(w.value, 4).tolist()
    [0.9, 1.0997]
    """

    fading_slots = 1

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        self.amsgrad = amsgrad

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make m and v, and v̂ for AMSGrad."""
        slots = list(self.add_optimizer_variables(variables, ["momentum", "velocity"]))
        if self.amsgrad:
            slots.append(self.add_optimizer_variables(variables, "velocity_hat"))
        return slots

    @property
    def rule(self) -> Rule:
        """The rule `adam`; it is AMSGrad where there is a v̂."""
        return adam

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return α, 1−β₁, 1−β₂ and ε̂ in the weights' dtype; see `corrected_rate` for α."""
        t = int(self.iterations) + 1
        alpha = corrected_rate(dtype, learning_rate, self.beta_1, self.beta_2, t)
        return {
            "alpha": scalar(alpha, dtype),
            "one_minus_beta_1": scalar(1 - self.beta_1, dtype),
            "one_minus_beta_2": scalar(1 - self.beta_2, dtype),
            "epsilon": scalar(self.epsilon, dtype),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_1": self.beta_1,
            "beta_2": self.beta_2,
            "epsilon": self.epsilon,
            "amsgrad": self.amsgrad,
        }
