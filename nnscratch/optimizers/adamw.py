"""AdamW: Adam, and weights that shrink apart from the gradient."""

from __future__ import annotations

from typing import Any

from nnscratch.optimizers.adam import Adam
from nnscratch.optimizers.learning_rate import LearningRate


class AdamW(Adam):
    """Adam with decoupled weight decay: w ← w − ηλw, then Adam's step.

    Args:
        learning_rate: η, a float, schedule or function without arguments.
        weight_decay: λ, 0 or more; `exclude_from_weight_decay` spares variables.
        beta_1: β₁ in [0, 1), the weight of the past in m.
        beta_2: β₂ in [0, 1), the weight of the past in v.
        epsilon: ε̂, 0 or more.
        amsgrad: whether to divide by the largest v so far.
        clipnorm: see `Optimizer`, as for all that follow.
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

    Source: Loshchilov & Hutter (2019), "Decoupled weight decay regularization", algorithm 2; the
    rule is `adam`. Convention: the decay is λ times the learning rate itself, so that a schedule
    works on both; the default λ is 0.004 (PyTorch has 0.01).

    The decay takes 0.1·0.5 of the weight, and Adam's first step 0.1 more:

    >>> import numpy as np
    >>> from nnscratch.variable import Variable
    >>> w = Variable(np.array([2.0]))
    >>> AdamW(0.1, weight_decay=0.5).apply([[3.0]], [w])
    >>> round(float(w[0]), 4)
    1.8
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
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
        if weight_decay is None:
            raise ValueError(
                "`weight_decay` must be a float. Received: weight_decay=None. Without decay this "
                "is Adam."
            )
        super().__init__(
            learning_rate=learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            amsgrad=amsgrad,
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
