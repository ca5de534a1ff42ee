"""How a trial trains models: executions, folds, seeds, checkpoints."""

from __future__ import annotations

import copy
import math
from typing import Any

from nnscratch import models
from nnscratch.saving import get_limits, keras_format
from nnscratch.tuner.callbacks import BUILD, BestWeights, Pruned, TunerHooks
from nnscratch.tuner.cross_validation import folds
from nnscratch.tuner.errors import FailedTrialError, FatalTypeError, FatalValueError
from nnscratch.tuner.hypermodel import HyperModel, build_model
from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.oracle import Oracle
from nnscratch.tuner.project import LAST, Project, read_json
from nnscratch.tuner.pruning import ATTRIBUTES, Judge
from nnscratch.tuner.seeds import load_whole_state, seeded, training_seed
from nnscratch.tuner.trial import Trial


class ModelTrials:
    """The part of a tuner that builds and trains models; it works in any process."""

    oracle: Oracle
    hypermodel: HyperModel | None
    project: Project
    executions_per_trial: int
    max_model_size: int | None
    pruner: Any
    _compile_with: dict[str, Any]

    def run_trial(self, trial: Trial, *args: Any, **kwargs: Any) -> Any:
        """Build and train a model with the values of a trial; override it for anything else.

        Args:
            trial: the trial; its `hyperparameters` have the values.
            args: the arguments of `search`.
            kwargs: its keyword arguments.

        Returns:
            A `History`, a dict of metrics, the value of the objective; or a list of these, whose
            mean counts.
        """
        kwargs = dict(kwargs)
        cv, callbacks = kwargs.pop("cv", None), kwargs.pop("callbacks", None) or []
        own = trial.hyperparameters.values
        if "tuner/epochs" in own:
            kwargs["epochs"] = own["tuner/epochs"]
            kwargs["initial_epoch"] = own["tuner/initial_epoch"]
        keep = self.oracle.continues
        best = BestWeights(self.oracle.objective, self.project, trial.trial_id, keep)
        judge = None
        if self.pruner is not None:
            judge = Judge(self.pruner, self.oracle.objective, self.oracle.trials.values())
        results: list[Any] = []
        for execution in range(self.executions_per_trial):
            for fold, (fit_args, fit_kwargs) in enumerate(folds(cv, args, kwargs)):
                seed = self._seed(trial, execution, fold)
                listening = [*self._copied(callbacks), TunerHooks(self, trial), best]
                if judge is not None and not results:
                    listening.append(Pruned(judge, self.oracle.objective, trial))
                fit_kwargs["callbacks"] = listening
                with seeded(seed):
                    model = self._build(trial.hyperparameters)
                    best.was_unbuilt = not model.built
                    results.append(self._fit(trial, model, *fit_args, **fit_kwargs))
        if judge is not None:
            trial.notes[ATTRIBUTES] = judge.attributes
        return results

    def _seed(self, trial: Trial, execution: int, fold: int) -> int:
        """Return the seed of one training; one that goes on has that of its beginning."""
        first = int(trial.notes.get("root", trial.number))
        return training_seed(self.oracle.seed, first, trial.attempts, execution, fold)

    def _fit(self, trial: Trial, model: Any, *args: Any, **kwargs: Any) -> Any:
        hp = trial.hyperparameters
        if "tuner/trial_id" in hp.values:
            self._restore(model, str(hp.values["tuner/trial_id"]), LAST)
        assert self.hypermodel is not None
        return self.hypermodel.fit(hp, model, *args, **kwargs)

    def _build(self, hp: HyperParameters) -> Any:
        """Build a model and check that it is one."""
        assert self.hypermodel is not None
        model = build_model(self.hypermodel, hp)
        if not isinstance(model, models.Model):
            raise FatalTypeError(
                f"`build` must return a model of nnscratch. Received: {model!r} of type "
                f"{type(model).__name__}." + (" Was `return` forgotten?" if model is None else "")
            )
        new = {name: value for name, value in self._compile_with.items() if value is not None}
        if new:
            model.compile(**{"optimizer": model.optimizer, "loss": model.loss, **new})
        if self.max_model_size is not None and model.built:
            size = sum(math.prod(weight.shape) for weight in model.trainable_weights)
            if size > self.max_model_size:
                raise FailedTrialError(
                    f"The model has {size:,} weights, more than max_model_size="
                    f"{self.max_model_size:,}."
                )
        return model

    def _copied(self, callbacks: Any) -> list[Any]:
        """Return callbacks of its own for each training."""
        try:
            return list(copy.deepcopy(callbacks))
        except (TypeError, copy.Error) as error:
            raise FatalValueError(
                "Each training gets a copy of the `callbacks`, but these cannot be copied: "
                f"{callbacks!r}: {error}"
            ) from error

    def _restore(self, model: Any, trial_id: str, which: str | None = None) -> None:
        if not model.built:
            shape = read_json(self.project.trial_folder(trial_id) / BUILD)["input_shape"]
            model.build(tuple(shape))
        if which is None:
            path = self.project.checkpoint(trial_id)
            keras_format.load_weights(model, path, False, get_limits())
        else:
            load_whole_state(model, self.project.checkpoint(trial_id, which))

    # -- hooks ---------------------------------------------------------------------------------

    def on_epoch_begin(self, trial: Trial, model: Any, epoch: int, logs: Any = None) -> None:
        """Act before an epoch, in the process of the trial, like all that follow."""

    def on_epoch_end(self, trial: Trial, model: Any, epoch: int, logs: Any = None) -> None:
        """Act after an epoch."""

    def on_batch_begin(self, trial: Trial, model: Any, batch: int, logs: Any = None) -> None:
        """Act before a batch."""

    def on_batch_end(self, trial: Trial, model: Any, batch: int, logs: Any = None) -> None:
        """Act after a batch."""
