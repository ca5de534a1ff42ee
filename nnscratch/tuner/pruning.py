"""Whether a training is worth going on with, judged by a pruner of Optuna."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nnscratch.errors import unknown_name
from nnscratch.tuner.objective import Objective
from nnscratch.tuner.optuna_bridge import direction, frozen, optuna
from nnscratch.tuner.trial import Trial

ATTRIBUTES = "pruner"
"""Where the notes of a trial keep what a pruner wrote down with it."""

PRUNERS = {
    "median": "MedianPruner",
    "percentile": "PercentilePruner",
    "successive_halving": "SuccessiveHalvingPruner",
    "hyperband": "HyperbandPruner",
    "wilcoxon": "WilcoxonPruner",
}


class Judge:
    """Compares a trial's curve with those of the trials before it.

    The pruner sees the trials that had ended when this one was begun, whichever process they ran
    in, so its judgement does not depend on what runs beside it.

    Args:
        pruner: a pruner of Optuna, or the name of one.
        objective: the objective.
        before: the trials that had ended.
    """

    def __init__(self, pruner: Any, objective: Objective, before: Iterable[Trial]) -> None:
        library = optuna()
        self._study = library.create_study(
            study_name="search", direction=direction(objective), pruner=as_pruner(pruner)
        )
        self._study.add_trials(
            [
                frozen(trial, trial.notes.get(ATTRIBUTES))
                for trial in before
                if trial.is_finished and trial.curve
            ]
        )
        self._trial = self._study.ask()

    def is_hopeless(self, step: int, value: float) -> bool:
        """Tell whether to stop, after a step with this value of the objective."""
        self._trial.report(value, step)
        return bool(self._trial.should_prune())

    @property
    def attributes(self) -> dict[str, Any]:
        """What the pruner wrote down with the trial, for the judgement of later ones."""
        return dict(self._study.trials[-1].system_attrs)


def as_pruner(pruner: Any) -> Any:
    """Return a pruner of Optuna for a name, and a pruner as it is.

    Raises:
        ValueError: there is none of that name.
    """
    if not isinstance(pruner, str):
        return pruner
    if pruner not in PRUNERS:
        raise unknown_name("pruner", pruner, PRUNERS)
    arguments = {"percentile": {"percentile": 50.0}}.get(pruner, {})
    return getattr(optuna().pruners, PRUNERS[pruner])(**arguments)
