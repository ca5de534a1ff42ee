"""Weight decay apart from the gradient: when, how much, and on which weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary
from nnscratch.optimizers.weight_decay import Exclusions


def _decays(trial: Trial) -> bool:
    return bool(trial.optimizer.weight_decay)


@cause("weights do not decay", "`weight_decay` does nothing.", "weights")
def no_decay(trial: Trial) -> bool:
    """Turn weight decay off."""
    if not _decays(trial):
        return False
    trial.optimizer.weight_decay = None
    return True


@cause(
    "weight decay in the gradient",
    "λw is added to the gradient, as an L2 penalty would be and as PyTorch's SGD and Adam do, "
    "instead of being taken off the weights (AdamW, Keras).",
    "weights",
)
def coupled(trial: Trial) -> bool:
    """Add λw to the gradient."""
    if not _decays(trial):
        return False

    def wrapper(original: Any) -> Any:
        def update(self: Any, lanes: Any, variables: Any, learning_rate: float) -> None:
            for variable in variables:
                if not self._exclusions.hold(variable):
                    variable.grad[...] += variable.value * float(self.weight_decay)
            original(self, lanes, variables, learning_rate)

        return update

    vary(trial.optimizer, _update=wrapper, _decay=_nothing)
    return True


def _nothing(original: Any) -> Any:
    return lambda self, lanes, learning_rate: None


@cause(
    "weights decay after the update",
    "Weights shrink after the step instead of before it.",
    "weights, by about λη times a step",
)
def decay_after(trial: Trial) -> bool:
    """Decay the updated weights."""
    if not _decays(trial):
        return False
    decay = type(trial.optimizer)._decay

    def wrapper(original: Any) -> Any:
        def update(self: Any, lanes: Any, variables: Any, learning_rate: float) -> None:
            original(self, lanes, variables, learning_rate)
            decay(self, lanes, learning_rate)

        return update

    vary(trial.optimizer, _update=wrapper, _decay=_nothing)
    return True


@cause(
    "weights decay by λ alone",
    "Weights shrink by λ, not by λ times the learning rate.",
    "weights",
)
def decay_without_rate(trial: Trial) -> bool:
    """Decay with a learning rate of 1."""
    if not _decays(trial):
        return False

    def wrapper(original: Any) -> Any:
        return lambda self, lanes, learning_rate: original(self, lanes, 1.0)

    vary(trial.optimizer, _decay=wrapper)
    return True


def _exclude(trial: Trial, exclusions: Exclusions) -> None:
    trial.optimizer._exclusions = exclusions
    trial.optimizer._made_engine = None


@cause(
    "excluded weights decay too",
    "Weight decay reaches the variables that were excluded from it.",
    "weights that are excluded",
)
def exclusions_ignored(trial: Trial) -> bool:
    """Exclude nothing."""
    if not _decays(trial):
        return False
    held = [trial.optimizer._exclusions.hold(v) for v in trial.model.trainable_weights]
    _exclude(trial, Exclusions())
    return any(held)


@cause(
    "biases do not decay",
    "Weight decay leaves biases, γ and β alone; here it does not unless told so.",
    "biases",
)
def biases_excluded(trial: Trial) -> bool:
    """Exclude vectors."""
    if not _decays(trial):
        return False
    vectors = [v for v in trial.model.trainable_weights if np.ndim(v.value) < 2]
    excluded = trial.optimizer._exclusions
    _exclude(
        trial, Exclusions([v for v in trial.model.trainable_weights if excluded.hold(v)] + vectors)
    )
    return not all(excluded.hold(v) for v in vectors)


@cause(
    "weight decay {}",
    "Weights decay although no decay was asked for: AdamW does so by default (Keras 4e-3, "
    "PyTorch 1e-2).",
    "weights",
    (4e-3, 1e-2, 1e-4, 1e-3, 5e-4),
)
def decay_value(trial: Trial, value: float) -> bool:
    """Set λ."""
    if trial.optimizer.weight_decay == value:
        return False
    trial.optimizer.weight_decay = value
    return True
