"""Adafactor: RMSprop that keeps rows' and columns' means of the squares, not all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.casting import through_float32
from nnscratch.checks import check_number
from nnscratch.optimizers.base import SMALLEST, Optimizer
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.optimizers.powf import powf
from nnscratch.typing import Array
from nnscratch.variable import Variable


def adafactor(
    w: Array,
    g: Array,
    v: Array,
    r: Array | None = None,
    c: Array | None = None,
    *,
    rho: Any,
    beta_2: Any,
    epsilon_1: Any,
    epsilon_2: Any,
    clip_threshold: Any,
) -> None:
    """Divide by the root of a mean square that is the product of a row's and a column's part.

    s = g² + ε₁; r ← β₂r + (1−β₂)·mean of s over columns, c likewise over rows; v = r·c/mean(r);
    u = g/√v; u ← u / max(1, RMS(u)/d); w ← w − ρ·max(ε₂, RMS(w))·u. For vectors and scalars
    v ← β₂v + (1−β₂)s instead.

    Args:
        w: one variable.
        g: its gradient.
        v: the estimate of the mean square.
        r: the rows' part (one dimension less than w), for two dimensions and more.
        c: the columns' part.
        rho: ρ = min(η, 1/√t).
        beta_2: β₂ = 1 − t^`beta_2_decay`.
        epsilon_1: ε₁.
        epsilon_2: ε₂.
        clip_threshold: d.

    Source: Shazeer & Stern (2018), "Adafactor: adaptive learning rates with sublinear memory cost",
    algorithms 4 and 5. Convention: the paper never stores v; here, as in Keras, it is a slot.

    Where r·c is too small for its type, g is 0 as well, and so is u; Keras 3.15.1 divides 0 by 0
    there, and the whole kernel becomes NaN.

    The first step does not see the size of the gradient where it is of rank one:

    >>> w, v, r, c = np.ones((2, 2)), np.zeros((2, 2)), np.zeros(2), np.zeros(2)
    >>> constants = dict(rho=0.25, beta_2=0.0, epsilon_1=0.0, epsilon_2=0.0, clip_threshold=1.0)
    >>> adafactor(w, np.array([[1.0, 2.0], [10.0, 20.0]]), v, r, c, **constants)
    >>> w.round(6).tolist()
    [[0.75, 0.75], [0.75, 0.75]]
    """
    one = w.dtype.type(1)
    squares = g * g + epsilon_1
    if r is None or c is None:
        v[...] = beta_2 * v + (one - beta_2) * squares
    else:
        r[...] = beta_2 * r + (one - beta_2) * squares.mean(axis=-1)
        c[...] = beta_2 * c + (one - beta_2) * squares.mean(axis=-2)
        rows = r / r.mean(axis=-1, keepdims=True)
        v[...] = rows[..., np.newaxis] * c[..., np.newaxis, :]
    root = np.sqrt(v)
    u = np.divide(g, root, out=np.zeros_like(g), where=root > 0)
    u /= max(one, _root_mean_square(u) / clip_threshold)
    w -= (max(epsilon_2, _root_mean_square(w)) * rho) * u


def _root_mean_square(x: Array) -> Any:
    return np.sqrt(np.mean(x * x))


class Adafactor(Optimizer):
    """Adafactor: steps in proportion to the weights' size, over a factored root mean square.

    Args:
        learning_rate: η, a float, schedule or function without arguments; the step is min(η,
            1/√t) of the weights' root mean square.
        beta_2_decay: exponent, 0 or less: β₂ = 1 − t^`beta_2_decay`.
        epsilon_1: ε₁, 0 or more, added to the squared gradients.
        epsilon_2: ε₂, 0 or more, the least root mean square that weights are taken to have.
        clip_threshold: d > 0, the largest root mean square of u.
        relative_step: accepted for compatibility: as in Keras, min(η, 1/√t) is taken either
            way.
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

    Source: see the rule `adafactor`.

    >>> w = Variable(np.ones((2, 2)))
    >>> Adafactor(0.25).apply([[[1.0, 2.0], [10.0, 20.0]]], [w])
    >>> np.round(w.value, 4).tolist()
    [[0.75, 0.75], [0.75, 0.75]]
    """

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 1e-3,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
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
        if beta_2_decay > 0:
            raise ValueError(
                f"`beta_2_decay` must be 0 or less. Received: beta_2_decay={beta_2_decay!r}"
            )
        check_number("beta_2_decay", -beta_2_decay, 0)
        check_number("epsilon_1", epsilon_1, 0)
        check_number("epsilon_2", epsilon_2, 0)
        check_number("clip_threshold", clip_threshold, SMALLEST)
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make r and c for all with two dimensions or more, and v for all.

        Keras keeps an unused integer in the place of each r and c that there is not, and writes it
        into files, but for an optimizer within a `LossScaleOptimizer`; so it is here.
        """
        velocities = []
        for i, variable in enumerate(variables):
            shape = variable.shape
            if len(shape) < 2:
                self._variables += [
                    Variable(np.int32(0), trainable=False, name=variable.name)
                    for _ in ("" if self._wrapped else "rc")
                ]
            else:
                for part, of in (("r", shape[:-1]), ("c", shape[:-2] + shape[-1:])):
                    slot = self.add_variable(of, dtype=variable.dtype, name=variable.name)
                    self.slots[self._keys[i]][part] = slot
            velocities.append(self.add_variable_from_reference(variable, "velocity"))
        return [velocities]

    def update_step(self, gradient: Array, variable: Variable, learning_rate: Any) -> None:
        """Update one variable by the rule `adafactor`; means are not elementwise.

        Args:
            gradient: array of the variable's shape.
            variable: the weight to change.
            learning_rate: the learning rate of this update.
        """
        slots = self.slots[self._keys[self._get_variable_index(variable)]]
        w, v, dtype = variable.value, slots["velocity"].value, np.dtype(variable.dtype)
        g = np.asarray(gradient, dtype)
        constants = self.scalars(dtype, float(learning_rate))
        if w.size == 0:
            return
        if w.ndim < 2:
            adafactor(w.reshape(-1), g.reshape(-1), v.reshape(-1), **constants)
        else:
            adafactor(w, g, v, slots["r"].value, slots["c"].value, **constants)

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return ρ, β₂, ε₁, ε₂ and d in the weights' dtype."""
        number, one = dtype.type, dtype.type(1)
        t, exponent = number(int(self.iterations) + 1), number(self.beta_2_decay)
        decay = powf(t, exponent) if dtype == np.float32 else t**exponent
        return {
            "rho": min(number(learning_rate), one / np.sqrt(t)),
            "beta_2": one - number(decay),
            "epsilon_1": number(self.epsilon_1),
            "epsilon_2": number(through_float32(self.epsilon_2)),
            "clip_threshold": number(self.clip_threshold),
        }

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "beta_2_decay": self.beta_2_decay,
            "epsilon_1": self.epsilon_1,
            "epsilon_2": self.epsilon_2,
            "clip_threshold": self.clip_threshold,
            "relative_step": self.relative_step,
        }
