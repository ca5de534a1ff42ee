"""Momentum and its conventions: gradient descent's ways to differ."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.lab.dialects import rules as other_rules
from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.optimizers import SGD
from nnscratch.optimizers.sgd import sgd_momentum, sgd_nesterov


def use_rule(trial: Trial, rule: Any) -> None:
    """Make the trial's optimizer run another function of one array."""
    vary(trial.optimizer, rule=lambda original: property(lambda self: rule))


def change_scalars(trial: Trial, change: Any) -> None:
    """Change the constants of the trial's rule.

    Args:
        trial: the trial.
        change: takes the optimizer, its count t of updates from 1 and the learning rate, and
            returns the constants that are different.
    """

    def wrapper(original: Any) -> Any:
        def scalars(self: Any, dtype: Any, learning_rate: float) -> dict[str, Any]:
            found = dict(original(self, dtype, learning_rate))
            changed = change(self, int(self.iterations) + 1, learning_rate)
            return found | {name: np.array(value, dtype) for name, value in changed.items()}

        return scalars

    vary(trial.optimizer, scalars=wrapper)


@cause(
    "Nesterov's step turned round",
    "The momentum step is the plain one instead of Nesterov's, or the other way about.",
    "weights",
)
def nesterov(trial: Trial) -> bool:
    """Take the other of the two momentum steps."""
    optimizer = trial.optimizer
    if not isinstance(optimizer, SGD) or not optimizer.momentum:
        return False
    use_rule(trial, sgd_momentum if optimizer.nesterov else sgd_nesterov)
    return True


@cause(
    "momentum is {}",
    "SGD has another momentum: libraries default to 0, recipes to 0.9.",
    "weights from the second step on",
    (0.0, 0.9, 0.5, 0.95, 0.99, 0.8),
)
def momentum(trial: Trial, value: float) -> bool:
    """Set SGD's momentum."""
    if not isinstance(trial.optimizer, SGD) or trial.optimizer.momentum == value:
        return False
    trial.remake_optimizer(momentum=value)
    return True


@cause(
    "momentum dampened",
    "The velocity takes in only (1 − μ) of each gradient, as PyTorch's `dampening` does.",
    "weights",
)
def dampened(trial: Trial) -> bool:
    """Multiply gradients by 1 − μ on their way into the velocity."""
    if not isinstance(trial.optimizer, SGD) or not trial.optimizer.momentum:
        return False
    original = trial.optimizer.rule

    def rule(w: Any, g: Any, v: Any, *, momentum: Any, **options: Any) -> None:
        original(w, g * (1 - momentum), v, momentum=momentum, **options)

    use_rule(trial, rule)
    return True


@cause(
    "velocity without the learning rate",
    "The velocity gathers gradients and the learning rate multiplies it, as in PyTorch: it "
    "matters once the learning rate changes.",
    "weights after a change of the learning rate",
)
def rate_outside(trial: Trial) -> bool:
    """Take the learning rate out of the velocity."""
    optimizer = trial.optimizer
    if not isinstance(optimizer, SGD) or not optimizer.momentum:
        return False
    nesterov = optimizer.nesterov
    use_rule(
        trial,
        other_rules.nesterov_rate_outside if nesterov else other_rules.momentum_rate_outside,
    )
    return True


@cause(
    "Nesterov's step with the new velocity",
    "Nesterov's formula is given the velocity of this step where it means the last one's, as in "
    "widespread copies of the book's code.",
    "weights",
)
def nesterov_velocity_first(trial: Trial) -> bool:
    """Take the step of those copies."""
    optimizer = trial.optimizer
    if not isinstance(optimizer, SGD) or not optimizer.momentum or not optimizer.nesterov:
        return False
    use_rule(trial, other_rules.nesterov_velocity_first)
    return True
