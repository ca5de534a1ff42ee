"""Muon: steps along a momentum whose singular values are all made one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnscratch.casting import through_float32
from nnscratch.checks import check_number
from nnscratch.optimizers.adam import adam
from nnscratch.optimizers.arguments import check_count
from nnscratch.optimizers.base import Optimizer
from nnscratch.optimizers.bias_correction import corrected_rate
from nnscratch.optimizers.blocks import Blocks, make_scratch, scalar
from nnscratch.optimizers.engine import Lane
from nnscratch.optimizers.learning_rate import LearningRate
from nnscratch.optimizers.schedules import LearningRateSchedule
from nnscratch.optimizers.weight_decay import decay_weights
from nnscratch.typing import Array
from nnscratch.variable import Variable


def muon(
    w: Array,
    g: Array,
    m: Array,
    *,
    learning_rate: Any,
    momentum: Any,
    momentum_minus_one: Any,
    nesterov: bool,
    coefficients: Sequence[Any],
    steps: int,
    epsilon: Any,
    scale: Any,
) -> None:
    """Step along the nearest matrix to the momentum that only turns: w ← w − η·s·orthogonal(m).

    m ← μm + g, and with `nesterov` g + μm takes the place of m.

    Source: Jordan et al. (2024), "Muon: an optimizer for hidden layers in neural networks"; the
    scale s = 0.2·√max(rows, columns) is that of Liu et al. (2025), "Muon is scalable for LLM
    training", equation 4. Convention: no bias is corrected, and m holds the sum of gradients, not
    their mean.
    """
    m += g + m * momentum_minus_one
    direction = g + momentum * m if nesterov else m
    w -= (learning_rate * orthogonalize(direction, coefficients, steps, epsilon)) * scale


def orthogonalize(x: Array, coefficients: Sequence[Any], steps: int, epsilon: Any) -> Array:
    """Bring all singular values of a matrix towards 1: X ← aX + (bA + cA²)X, A = XXᵀ.

    Each step of this Newton-Schulz iteration takes every singular value σ to aσ + bσ³ + cσ⁵. It
    starts from X/(‖X‖ + ε), Frobenius's norm, transposed if that makes A smaller. With the usual
    coefficients the singular values end between 0.7 and 1.2, not at 1.

    Args:
        x: a matrix.
        coefficients: a, b and c.
        steps: number of iterations.
        epsilon: ε, so that a zero matrix stays one.

    >>> turned = orthogonalize(np.diag([9.0, 1.0]), (1.5, -0.5, 0.0), 20, 1e-7)
    >>> turned.round(4).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    a, b, c = coefficients
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (np.sqrt(np.sum(x * x)) + epsilon)
    for _ in range(steps):
        square = x @ x.T
        x = a * x + (b * square + (c * square) @ square) @ x
    return x.T if tall else x


class Muon(Optimizer):
    """Muon for matrices, Adam for all other variables.

    Args:
        learning_rate: η, a float, schedule or function without arguments.
        adam_beta_1: Adam's β₁ in [0, 1).
        adam_beta_2: Adam's β₂ in [0, 1).
        adam_weight_decay: weight decay of the variables that Adam has; None for none.
        epsilon: Adam's ε̂, 0 or more.
        weight_decay: weight decay of the variables that Muon has, see `Optimizer`.
        clipnorm: see `Optimizer`, as for all that follow.
        clipvalue: see `Optimizer`.
        global_clipnorm: see `Optimizer`.
        use_ema: see `Optimizer`.
        ema_momentum: see `Optimizer`.
        ema_overwrite_frequency: see `Optimizer`.
        loss_scale_factor: see `Optimizer`.
        gradient_accumulation_steps: see `Optimizer`.
        name: see `Optimizer`.
        exclude_layers: regular expressions; a matrix whose path holds a match of any is left to
            Adam.
        exclude_embeddings: whether variables with "embedding" in their path are left to Adam.
        muon_a: a of the iteration, see `orthogonalize`.
        muon_b: b of the iteration.
        muon_c: c of the iteration.
        adam_lr_ratio: Adam's learning rate in units of `learning_rate`, 0 or more.
        momentum: μ in [0, 1].
        ns_steps: number of iterations, 1 or more.
        nesterov: whether to look ahead along the momentum.
        rms_rate: 0.2 in the scale 0.2·√max(rows, columns) that gives a step Adam's usual size;
            None for no scale.
        kwargs: nothing else is accepted.

    Raises:
        ValueError: an argument out of range, or an unknown one.

    Source: see the rules `muon` and `adam`. Meant for the matrices between hidden layers; of a
    classifier's last layer say `exclude_layers=["its name"]`.

    >>> w = Variable(np.zeros((2, 2)))
    >>> Muon(0.5, ns_steps=20, muon_a=1.5, muon_b=-0.5, muon_c=0.0, rms_rate=None).apply(
    ...     [[[9.0, 0.0], [0.0, 1.0]]], [w]
    ... )
    >>> np.round(w.value, 4).tolist()
    [[-0.5, 0.0], [0.0, -0.5]]
    """

    _spares_by_path = False

    def __init__(
        self,
        learning_rate: LearningRate = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-7,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        exclude_layers: Sequence[str] | None = None,
        exclude_embeddings: bool = True,
        muon_a: float = 3.4445,
        muon_b: float = -4.7750,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
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
        check_number("adam_beta_1", adam_beta_1, 0, 1, below_high=True)
        check_number("adam_beta_2", adam_beta_2, 0, 1, below_high=True)
        check_number("epsilon", epsilon, 0)
        check_number("adam_lr_ratio", adam_lr_ratio, 0)
        check_number("momentum", momentum, 0, 1)
        check_count("ns_steps", ns_steps, 1)
        for argument, value in (("adam_weight_decay", adam_weight_decay), ("rms_rate", rms_rate)):
            if value is not None:
                check_number(argument, value, 0)
        if isinstance(exclude_layers, str):
            raise ValueError(
                f"`exclude_layers` must be a list of strings. Received: {exclude_layers!r}"
            )
        self.adam_beta_1 = adam_beta_1
        self.adam_beta_2 = adam_beta_2
        self.adam_weight_decay = adam_weight_decay
        self.epsilon = epsilon
        self.exclude_layers = list(exclude_layers or [])
        self.exclude_embeddings = exclude_embeddings
        self.muon_a = muon_a
        self.muon_b = muon_b
        self.muon_c = muon_c
        self.adam_lr_ratio = adam_lr_ratio
        self.momentum = momentum
        self.ns_steps = ns_steps
        self.nesterov = nesterov
        self.rms_rate = rms_rate

    def has_adam(self, variable: Variable) -> bool:
        """Tell whether Adam updates this variable: no matrix, an embedding, or excluded."""
        if variable.value.ndim != 2:
            return True
        if self.exclude_embeddings and "embedding" in variable.path.lower():
            return True
        return any(re.search(pattern, variable.path) for pattern in self.exclude_layers)

    def create_slots(self, variables: Sequence[Variable]) -> list[list[Variable]]:
        """Make m for all, and v for those that Adam has."""
        momenta = []
        for variable in variables:
            momenta.append(self.add_variable_from_reference(variable, "momentum"))
            if self.has_adam(variable):
                self.add_variable_from_reference(variable, "velocity")
        return [momenta]

    def update_step(self, gradient: Array, variable: Variable, learning_rate: Any) -> None:
        """Update one variable by the rule `muon`, or `adam` where there is a v.

        Args:
            gradient: array of the variable's shape.
            variable: the weight to change.
            learning_rate: the learning rate of this update.
        """
        slots = self.slots[self._keys[self._get_variable_index(variable)]]
        w, m, dtype = variable.value, slots["momentum"].value, np.dtype(variable.dtype)
        g, rate = np.asarray(gradient, dtype), float(learning_rate)
        if "velocity" not in slots:
            muon(w, g, m, **self.scalars(dtype, rate), scale=self._scale(w.shape, dtype))
            return
        vectors = [x.reshape(-1) for x in (w, g, m, slots["velocity"].value)]
        scratch = make_scratch(w.size, dtype)
        Blocks(vectors, scratch).run(adam, **self._adam_scalars(dtype, rate))

    def scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        """Return the constants of the rule `muon`, but for its scale, in the weights' dtype."""
        number = dtype.type
        return {
            "learning_rate": number(learning_rate),
            "momentum": number(self.momentum),
            "momentum_minus_one": number(self.momentum - 1),
            "nesterov": self.nesterov,
            "coefficients": [number(x) for x in (self.muon_a, self.muon_b, self.muon_c)],
            "steps": self.ns_steps,
            "epsilon": number(1e-7),
        }

    def _scale(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
        if self.rms_rate is None:
            return dtype.type(1)
        return np.sqrt(dtype.type(max(shape))) * dtype.type(self.rms_rate)

    def _from_function(self, value: float) -> float:
        """Return it as it is: Keras casts it for Adam's rule and for decay, not for Muon's own."""
        return float(value)

    @property
    def _from_a_function(self) -> bool:
        return not isinstance(self._learning_rate, (Variable, LearningRateSchedule))

    def _adam_scalars(self, dtype: np.dtype[Any], learning_rate: float) -> dict[str, Any]:
        if self._from_a_function:
            rate = through_float32(learning_rate * self.adam_lr_ratio)
        else:
            rate = float(dtype.type(learning_rate) * dtype.type(self.adam_lr_ratio))
        t = int(self.iterations) + 1
        alpha = corrected_rate(dtype, rate, self.adam_beta_1, self.adam_beta_2, t)
        return {
            "alpha": scalar(alpha, dtype),
            "one_minus_beta_1": scalar(1 - self.adam_beta_1, dtype),
            "one_minus_beta_2": scalar(1 - self.adam_beta_2, dtype),
            "epsilon": scalar(self.epsilon, dtype),
        }

    def _decay(self, lanes: Sequence[Lane], learning_rate: float) -> None:
        """Leave the weights to `_update`, which knows whose they are."""

    def _update(
        self, lanes: Sequence[Lane], variables: Sequence[Variable], learning_rate: float
    ) -> None:
        decay_rate = through_float32(learning_rate) if self._from_a_function else learning_rate
        for variable in variables:
            decay = self.adam_weight_decay if self.has_adam(variable) else self.weight_decay
            if decay and not self._exclusions.hold(variable):
                number = np.dtype(variable.dtype).type
                Blocks([variable.value.reshape(-1)], make_scratch(variable.value.size, number)).run(
                    decay_weights,
                    weight_decay=number(through_float32(decay)),
                    learning_rate=number(decay_rate),
                )
        super()._update(lanes, variables, learning_rate)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            **super().get_config(),
            "adam_beta_1": self.adam_beta_1,
            "adam_beta_2": self.adam_beta_2,
            "adam_weight_decay": self.adam_weight_decay,
            "epsilon": self.epsilon,
            "exclude_layers": self.exclude_layers,
            "exclude_embeddings": self.exclude_embeddings,
            "muon_a": self.muon_a,
            "muon_b": self.muon_b,
            "muon_c": self.muon_c,
            "adam_lr_ratio": self.adam_lr_ratio,
            "momentum": self.momentum,
            "ns_steps": self.ns_steps,
            "nesterov": self.nesterov,
            "rms_rate": self.rms_rate,
        }
