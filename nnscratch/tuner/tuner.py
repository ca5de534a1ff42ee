"""The tuner: a search method, a family of models, and a folder for what comes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nnscratch.saving import hdf5
from nnscratch.tuner import display as displays
from nnscratch.tuner.discovery import discover
from nnscratch.tuner.errors import FatalValueError
from nnscratch.tuner.hypermodel import as_hypermodel
from nnscratch.tuner.hyperparameters import HyperParameters
from nnscratch.tuner.ledger import FolderLedger, Ledger
from nnscratch.tuner.model_trials import ModelTrials
from nnscratch.tuner.oracle import Oracle
from nnscratch.tuner.project import Project, read_json, write_json
from nnscratch.tuner.search import Search
from nnscratch.tuner.seeds import seeded, training_seed
from nnscratch.tuner.trial import Trial


class Tuner(ModelTrials):
    """Base of the tuners. Override `run_trial` to optimize anything at all.

    Args:
        oracle: the search method.
        hypermodel: a function `build(hp)` that returns a compiled model, or a `HyperModel`.
        max_model_size: models with more weights than this fail their trial.
        optimizer: replaces the optimizer that models were compiled with.
        loss: replaces their loss.
        metrics: replaces their metrics.
        distribution_strategy: accepted for compatibility; must be None.
        directory: where the folder of the search is, the working folder by default.
        project_name: name of that folder.
        logger: accepted for compatibility.
        tuner_id: accepted for compatibility.
        overwrite: True begins anew; False takes up the search that the folder holds.
        executions_per_trial: how often each configuration is trained, from different initial
            weights; the score is the mean.
        storage: where the trials are written down besides the folder, for several processes or
            machines to share: the URL of a database, the path of a journal, or a storage of
            Optuna.
        pruner: ends trainings that look hopeless: a pruner of Optuna, or `"median"`,
            `"percentile"`, `"successive_halving"`, `"hyperband"`, `"wilcoxon"`.

    Raises:
        FatalValueError: there is no model and no `run_trial`.
        ValueError: the folder holds a search for something else.
    """

    def __init__(
        self,
        oracle: Oracle,
        hypermodel: Any = None,
        max_model_size: int | None = None,
        optimizer: Any = None,
        loss: Any = None,
        metrics: Any = None,
        distribution_strategy: Any = None,
        directory: Any = None,
        project_name: str | None = None,
        logger: Any = None,
        tuner_id: str | None = None,
        overwrite: bool = False,
        executions_per_trial: int = 1,
        *,
        storage: Any = None,
        pruner: Any = None,
    ) -> None:
        if not isinstance(oracle, Oracle):
            raise ValueError(f"`oracle` must be an `Oracle`. Received: oracle={oracle!r}")
        if hypermodel is None and type(self).run_trial is ModelTrials.run_trial:
            raise FatalValueError(
                "`hypermodel` may be left out only by a subclass that overrides `run_trial`. "
                "Received: hypermodel=None"
            )
        if distribution_strategy is not None:
            raise ValueError("`distribution_strategy` is not offered; `search(n_jobs=…)` is.")
        self.oracle = oracle
        self.hypermodel = as_hypermodel(hypermodel)
        self.max_model_size = max_model_size
        self._compile_with = {"optimizer": optimizer, "loss": loss, "metrics": metrics}
        self.project = Project(directory, project_name)
        self.executions_per_trial = executions_per_trial
        self.pruner = pruner
        self.display: Any = displays.Display()
        if overwrite:
            self.project.clear()
        self._ledger: Ledger = self._open_ledger(storage, overwrite)
        self._resume_or_discover()

    def _open_ledger(self, storage: Any, overwrite: bool) -> Ledger:
        if storage is None:
            return FolderLedger(self.project)
        from nnscratch.tuner.optuna_ledger import OptunaLedger

        name = self.project.folder.name
        return OptunaLedger(storage, name, self.oracle.objective, overwrite)

    def _resume_or_discover(self) -> None:
        """Take up what the folder holds, or look for the hyper-parameters of the model."""
        path = self.project.folder / "oracle.json"
        if path.exists():
            self._resume(read_json(path), path.parent)
        elif self.hypermodel is not None:
            declared = self.oracle.get_space()
            self.hypermodel.declare_hyperparameters(declared)
            self.oracle.update_space(declared)
            with seeded(training_seed(self.oracle.seed)):
                discover(self.oracle, self._build)
        self.reload()
        self.project.make()
        write_json(path, self.oracle.settings())

    def _resume(self, found: Any, folder: Path) -> None:
        if found["objective"] != str(self.oracle.objective):
            raise ValueError(
                f"{folder} holds a search for {found['objective']}, not for "
                f"{self.oracle.objective}. Pass another `project_name`, or overwrite=True to "
                "begin anew."
            )
        self.oracle.seed = found["seed"]
        space = HyperParameters.from_config(found["hyperparameters"])
        self.oracle.hyperparameters.merge(space, overwrite=False)

    # -- searching -----------------------------------------------------------------------------

    def search(
        self,
        *fit_args: Any,
        n_jobs: int = 1,
        client: Any = None,
        cv: Any = None,
        max_total_epochs: int | None = None,
        reclaim: bool = False,
        **fit_kwargs: Any,
    ) -> None:
        """Run trials until there are `max_trials`, or nothing is left to try.

        Called again, after its end or after a crash, it goes on where it was: trials that had
        ended are not repeated, one that was under way begins again under its number.

        Args:
            fit_args: arguments of `fit`: `x` and `y`.
            n_jobs: how many processes run trials at the same time; −1 is one for each core.
            client: a Dask client, whose workers run the trials instead.
            cv: cross-validation: the number of stratified folds, or a splitter with a method
                `split(x, y)`, such as those of `nnscratch.preprocessing`. `groups=` goes to it.
            max_total_epochs: begin no trial once so many epochs were trained in all.
            reclaim: take over trials under way on other machines; for when these have crashed.
            fit_kwargs: keyword arguments of `fit`: `epochs`, `validation_data`, `callbacks`, …
                With `verbose=0` the search prints nothing either.
        """
        from nnscratch.tuner.placing import workers_for

        if type(self).run_trial is ModelTrials.run_trial:
            hdf5.library()  # checkpoints need it: better missed now than after the first training
        if "verbose" in fit_kwargs and type(self.display) is displays.Display:
            self.display = displays.Display(fit_kwargs["verbose"])
        if cv is not None:
            fit_kwargs["cv"] = cv
        self._planned = int(fit_kwargs.get("epochs", 1)) * self.executions_per_trial
        workers = workers_for(self, fit_args, fit_kwargs, n_jobs, client)
        self.on_search_begin()
        Search(self, self._ledger, workers, max_total_epochs, reclaim).run()
        self.on_search_end()

    def planned_epochs(self, trial: Trial) -> int:
        """Return how many epochs a trial that has not ended will take."""
        own = trial.hyperparameters.values
        if "tuner/epochs" in own:
            return int(own["tuner/epochs"]) - int(own["tuner/initial_epoch"])
        return self._planned

    # -- results -------------------------------------------------------------------------------

    def reload(self) -> None:
        """Read the trials anew, for instance those of other processes."""
        self.oracle.trials = {trial.trial_id: trial for trial in self._ledger.load()}

    def trials(self) -> list[Trial]:
        """Return all trials in order."""
        return list(self.oracle.trials.values())

    def get_best_models(self, num_models: int = 1) -> list[Any]:
        """Return the models of the best trials, each with the weights of its best epoch.

        For the final model train anew on all data with `get_best_hyperparameters`.

        Args:
            num_models: how many.
        """
        return [self.load_model(trial) for trial in self.oracle.get_best_trials(num_models)]

    def get_best_hyperparameters(self, num_trials: int = 1) -> list[HyperParameters]:
        """Return the hyper-parameters of the best trials.

        Args:
            num_trials: how many.
        """
        return [trial.hyperparameters for trial in self.oracle.get_best_trials(num_trials)]

    def get_best_step(self, num_trials: int = 1) -> list[int | None]:
        """Return the best epochs of the best trials, counted from 0.

        Args:
            num_trials: how many.
        """
        return [trial.best_step for trial in self.oracle.get_best_trials(num_trials)]

    def load_model(self, trial: Trial) -> Any:
        """Return the model of a trial with the weights of its best epoch."""
        model = self._build(trial.hyperparameters.copy())
        self._restore(model, trial.trial_id)
        return model

    def search_space_summary(self, extended: bool = False) -> None:
        """Print the search space.

        Args:
            extended: accepted for compatibility.
        """
        displays.print_space(self.oracle)

    def results_summary(self, num_trials: int = 10) -> None:
        """Print the best trials and those that failed.

        Args:
            num_trials: how many of the best.
        """
        displays.print_results(self.oracle, self.project_dir, num_trials)

    def to_frame(self) -> Any:
        """Return all trials as a pandas `DataFrame`; see `nnscratch.tuner.frame.trials_frame`."""
        from nnscratch.tuner.frame import trials_frame

        return trials_frame(self.trials(), self.oracle.objective)

    @property
    def project_dir(self) -> str:
        """The folder of the search."""
        return str(self.project.folder)

    @property
    def remaining_trials(self) -> int | None:
        """How many trials are left, None where there is no limit."""
        return self.oracle.remaining_trials()

    def __getstate__(self) -> dict[str, Any]:
        """Leave behind what belongs to this process when the tuner goes to another."""
        here = ("_ledger", "display")
        return {name: value for name, value in self.__dict__.items() if name not in here}

    # -- hooks ---------------------------------------------------------------------------------

    def on_search_begin(self) -> None:
        """Act before a search."""

    def on_search_end(self) -> None:
        """Act after a search."""

    def on_trial_begin(self, trial: Trial) -> None:
        """Act before a trial, in the process of the search."""

    def on_trial_end(self, trial: Trial) -> None:
        """Act after a trial that came to its end, in the process of the search."""
