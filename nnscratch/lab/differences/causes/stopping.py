"""When training ends, and with which weights."""

from __future__ import annotations

from typing import Any

from nnscratch.callbacks import EarlyStopping
from nnscratch.lab.differences.cause import cause
from nnscratch.lab.differences.trial import Trial, vary


def _stoppers(trial: Trial) -> list[EarlyStopping]:
    given = trial.fit.get("callbacks") or []
    listed = given if isinstance(given, (list, tuple)) else [given]
    return [callback for callback in listed if isinstance(callback, EarlyStopping)]


@cause(
    "patience {}",
    "EarlyStopping waits one epoch more, or one less, than its patience.",
    "number of epochs, last weights",
    ("+ 1", "- 1"),
)
def patience(trial: Trial, change: str) -> bool:
    """Change the patience by one."""
    found = _stoppers(trial)
    for stopper in found:
        stopper.patience = max(0, stopper.patience + int(change.replace(" ", "")))
    return bool(found)


@cause(
    "best weights not restored",
    "The weights of the last epoch stay instead of those of the best one.",
    "last weights",
)
def not_restored(trial: Trial) -> bool:
    """Leave the weights as they are."""
    found = [stopper for stopper in _stoppers(trial) if stopper.restore_best_weights]
    for stopper in found:
        stopper.restore_best_weights = False
    return bool(found)


@cause(
    "best weights restored",
    "The weights of the best epoch are brought back although that was not asked for.",
    "last weights",
)
def restored(trial: Trial) -> bool:
    """Bring the best weights back."""
    found = [stopper for stopper in _stoppers(trial) if not stopper.restore_best_weights]
    for stopper in found:
        stopper.restore_best_weights = True
    return bool(found)


@cause(
    "an equal value counts as better",
    "A value that is no worse than the best counts as an improvement.",
    "number of epochs, last weights",
)
def equal_is_better(trial: Trial) -> bool:
    """Compare by ≤."""

    def wrapper(original: Any) -> Any:
        def improves(self: Any, value: float, reference: Any) -> bool:
            return value == reference or bool(original(self, value, reference))

        return improves

    found = _stoppers(trial)
    for stopper in found:
        vary(stopper, _is_improvement=wrapper)
    return bool(found)


@cause(
    "no early stopping",
    "Training goes on to the last epoch.",
    "number of epochs, last weights",
)
def no_stopping(trial: Trial) -> bool:
    """Take the callback away."""
    found = _stoppers(trial)
    if found:
        given = trial.fit["callbacks"]
        listed = given if isinstance(given, (list, tuple)) else [given]
        trial.fit["callbacks"] = [one for one in listed if one not in found]
    return bool(found)


@cause(
    "{} epoch",
    "Training is one epoch longer or shorter.",
    "number of epochs, last weights",
    ("one more", "one less"),
)
def epochs(trial: Trial, change: str) -> bool:
    """Train one epoch more or less."""
    present = int(trial.fit.get("epochs", 1))
    trial.fit["epochs"] = present + (1 if change == "one more" else -1)
    return present > 1 or change == "one more"
