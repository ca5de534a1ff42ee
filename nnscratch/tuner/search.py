"""The search itself: choose, hand out, wait, write down."""

from __future__ import annotations

import time
from typing import Any

from nnscratch.tuner.execution import Outcome, record
from nnscratch.tuner.ledger import Ledger
from nnscratch.tuner.oracle import Oracle
from nnscratch.tuner.owners import Owner, is_gone
from nnscratch.tuner.trial import Execution, Trial, TrialStatus
from nnscratch.tuner.workers import Lost, Workers

MAX_LOSSES = 3
"""How often a trial is begun again because its process died."""

POLL_SECONDS = 0.5
"""How often to look whether trials of other processes have ended."""


class Search:
    """Runs trials until the method, the number of trials or the budget says that it is enough.

    Only this class writes trials down, and each is written as ended once. The method sees, when it
    chooses trial k, the results of trials up to k − n only, n being how many run at the same time
    (of all, where it cannot choose without); so a search with a seed repeats itself whichever
    worker is the faster.

    Args:
        tuner: the tuner.
        ledger: where trials are written down.
        workers: where they run.
        budget: how many epochs may be trained in all.
        reclaim: whether to take over unfinished trials of other machines too.
    """

    def __init__(
        self, tuner: Any, ledger: Ledger, workers: Workers, budget: int | None, reclaim: bool
    ) -> None:
        self._tuner = tuner
        self._oracle: Oracle = tuner.oracle
        self._ledger = ledger
        self._workers = workers
        self._budget = budget
        self._reclaim = reclaim
        self._mine: dict[str, Trial] = {}
        self._again: list[Trial] = []
        self._losses: dict[str, int] = {}
        self._failures = 0

    def run(self) -> None:
        """Search.

        Raises:
            RuntimeError: too many trials failed in a row.
            FatalError: a trial says that the search is set up wrongly.
        """
        self._owner = Owner(self._tuner.project.make())
        try:
            self._take_over()
            told = False
            while self._fill() or self._mine:
                if not self._mine:
                    if not told and self._oracle.is_waiting():
                        self._tuner.display.on_wait(self._oracle)
                        told = True
                    time.sleep(POLL_SECONDS)
                    continue
                for trial_id, result in self._workers.wait():
                    self._end(self._mine.pop(trial_id), result)
        finally:
            self._workers.close()
            self._owner.release()

    # -- beginning trials ----------------------------------------------------------------------

    def _take_over(self) -> None:
        """Begin those trials again whose process was killed."""
        folder = self._tuner.project.folder
        for trial in self._synchronize():
            abandoned = self._reclaim or is_gone(trial.owner, folder)
            if not trial.is_finished and abandoned:
                trial.owner = dict(self._owner.name)
                self._ledger.write(trial)
                self._again.append(trial)

    def _synchronize(self) -> list[Trial]:
        """Read what other processes have written; keep our own trials as they are here."""
        trials = [self._mine.get(t.trial_id, t) for t in self._ledger.load()]
        self._oracle.trials = {trial.trial_id: trial for trial in trials}
        return trials

    def _fill(self) -> bool:
        """Begin as many trials as there is room for; tell whether any may still come."""
        while len(self._mine) < self._workers.capacity:
            trial, may_come = self._next()
            if trial is None:
                return may_come
            self._begin(trial)
        return True

    def _next(self) -> tuple[Trial | None, bool]:
        """Return the next trial if there is one now; and whether one may come later."""
        if self._again:
            return self._again.pop(0), True
        trials = self._synchronize()
        if self._budget is not None and self._spent() >= self._budget:
            return None, False
        number = self._ledger.next_number()
        seen = self._visible(number, trials)
        if seen is None:
            return None, True
        proposal = self._oracle.propose(f"{number:04d}", seen)
        if proposal["status"] == TrialStatus.IDLE and not self._mine:
            proposal = self._oracle.propose(f"{number:04d}", self._oracle.trials)
        if proposal["status"] != TrialStatus.RUNNING:
            return None, proposal["status"] == TrialStatus.IDLE and self._oracle.is_waiting()
        trial = Trial(proposal["hyperparameters"], f"{number:04d}", owner=dict(self._owner.name))
        trial.notes = dict(proposal.get("notes", {}))
        trial.started = time.time()
        return (trial if self._ledger.claim(trial) else None), True

    def _visible(self, number: int, trials: list[Trial]) -> dict[str, Trial] | None:
        """Return the trials as the method may see them; None if results must be waited for."""
        newest = number - self._workers.capacity
        if self._oracle.adaptive and any(trial.number <= newest for trial in self._mine.values()):
            return None
        return {t.trial_id: _under_way(t) if t.number > newest else t for t in trials}

    def _spent(self) -> int:
        """Return how many epochs were trained, or will have been when all under way have ended."""
        trials = self._oracle.trials.values()
        return sum(t.epochs if t.is_finished else self._tuner.planned_epochs(t) for t in trials)

    def _before(self, trial: Trial) -> list[Trial]:
        """Return the trials that a pruner compares a trial with."""
        if self._tuner.pruner is None:
            return []
        newest = trial.number - self._workers.capacity
        trials = self._oracle.trials.values()
        return [t for t in trials if t.is_finished and t.number <= newest]

    def _begin(self, trial: Trial) -> None:
        trial.status = TrialStatus.RUNNING
        self._mine[trial.trial_id] = trial
        self._oracle.trials[trial.trial_id] = trial
        self._tuner.on_trial_begin(trial)
        self._tuner.display.on_trial_begin(trial, self._oracle)
        self._workers.submit(trial.copy(), self._before(trial))

    # -- ending trials -------------------------------------------------------------------------

    def _end(self, trial: Trial, result: Outcome | Lost) -> None:
        if isinstance(result, Lost):
            self._lose(trial, result)
            return
        trial.attempts += 1
        record(result, trial, self._oracle.objective)
        self._score(trial)
        may_retry = trial.attempts <= self._oracle.max_retries_per_trial
        if trial.status == TrialStatus.INVALID and may_retry and result.fatal is None:
            self._ledger.write(trial)
            self._again.append(trial)
            return
        if trial.status == TrialStatus.INVALID:
            trial.status = TrialStatus.FAILED
        self._finish(trial)
        if result.fatal is not None:
            raise result.fatal
        self._oracle.check_new_entries(trial.hyperparameters)
        self._count_failures(trial)

    def _score(self, trial: Trial) -> None:
        """Give a trial its score; one that is not a number makes the trial invalid."""
        if trial.status not in (TrialStatus.COMPLETED, TrialStatus.PRUNED):
            return
        self._oracle.score_trial(trial)
        if trial.score is None or trial.score != trial.score:
            name = self._oracle.objective.name
            trial.status, trial.score = TrialStatus.INVALID, None
            trial.message = f"ValueError: the objective {name!r} is not a number (NaN)."

    def _lose(self, trial: Trial, result: Lost) -> None:
        """Begin a trial again whose process died, unless that happens time and again."""
        self._losses[trial.trial_id] = self._losses.get(trial.trial_id, 0) + 1
        if self._losses[trial.trial_id] < MAX_LOSSES:
            self._again.append(trial)
            return
        trial.status = TrialStatus.FAILED
        reason = next(iter(result.reason.splitlines()), "")
        trial.message = f"RuntimeError: its process died {MAX_LOSSES} times: {reason}"
        self._finish(trial)
        self._count_failures(trial)

    def _finish(self, trial: Trial) -> None:
        trial.ended = time.time()
        if not self._ledger.finish(trial):
            return
        self._tuner.on_trial_end(trial)
        self._tuner.display.on_trial_end(trial, self._oracle)

    def _count_failures(self, trial: Trial) -> None:
        self._failures = self._failures + 1 if trial.status == TrialStatus.FAILED else 0
        limit = self._oracle.max_consecutive_failed_trials
        if limit and self._failures >= limit:
            raise RuntimeError(
                f"{self._failures} trials in a row failed, the last one (trial {trial.trial_id}) "
                f"with:\n\n{trial.message}\nThe search ends here; calling it again goes on. "
                "`max_consecutive_failed_trials` sets how many are too many."
            )


def _under_way(trial: Trial) -> Trial:
    """Return a trial as it looked while it ran: without its results."""
    unknown = trial.copy()
    unknown.status = TrialStatus.RUNNING
    unknown.score = None
    unknown.executions = list[Execution]()
    return unknown
