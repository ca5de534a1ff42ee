"""The flight recorder: a callback that writes down what happens inside of training steps."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.errors import DataError, unknown_name
from nnscratch.lab.recorder import describe
from nnscratch.lab.recorder.keyframes import copied
from nnscratch.lab.recorder.kinds import kinds_of
from nnscratch.lab.recorder.log import Log
from nnscratch.lab.recorder.plan import Manner, Plan
from nnscratch.lab.recorder.probes import Wanted
from nnscratch.lab.recorder.recording import Recording
from nnscratch.lab.recorder.reductions import Choice
from nnscratch.lab.recorder.steps import Steps

CAPACITY = 32
"""Recorded steps after which what is pending is reduced and written."""
PENDING_BYTES = 16 * 2**20
"""Bytes of full arrays after which they are written."""
NEVER = sys.maxsize


class Recorder(Recording, Callback):
    """Record the insides of training: give it to `fit` as a callback, then ask it.

    Steps are counted from 1 over all `fit`s that the recorder sees; step k is the k-th update, and
    what is recorded of it is what happened in it (activations, gradients, masks) and what it left
    behind (weights, slots). Recording changes no number of the run.

    Args:
        what: kinds or groups of kinds, see `nnscratch.lab.recorder.kinds`; `"all"` for everything.
        where: patterns of layer and variable paths, such as `"dense_1*"` or `"*/kernel"`.
        every: record the first step and every so many.
        epochs: numbers of the epochs to record in, counted from 0; all by default.
        when: called with step, epoch and the loss of the step before; record where it is true.
        how: the reductions: `"full"`, `"summary"`, `"histogram"`, `"norms"`, `"quantiles"`,
            `"mean_std"`, `"saturation"`, `"dead"`, `"ratio"`, a function of an array, several of
            these, or a dict from kind to them. By default summary and histogram, with saturation
            and dead units of activations and the ratio of updates to weights.
        file: where to write; a temporary file by default, which `save` copies.
        keyframes: for time travel, keep the whole state at the begin of every epoch (`"epoch"`),
            also every so many steps (a number), or not at all (None).
        bins: bins of a histogram.
        sample: elements of an array looked at for summary and histogram, at most, evenly spaced
            among all. The norm of weights, gradients, updates and slots is that of all elements.
        exact: look at all elements for summaries, at some cost; histograms are those of the sample.

    Raises:
        ValueError: a kind, reduction or number that is not offered.

    >>> import nnscratch as nn
    >>> nn.utils.set_random_seed(1)
    >>> model = nn.Sequential([nn.Input((2,)), nn.layers.Dense(3, "tanh"), nn.layers.Dense(1)])
    >>> model.compile("sgd", "mse")
    >>> rec = Recorder(every=2, how="full")
    >>> history = model.fit(np.ones((8, 2)), np.ones(8), batch_size=2, verbose=0, callbacks=[rec])
    >>> rec["dense/kernel", "grad"].steps.tolist(), rec["dense/kernel", "grad"][4].shape
    ([1, 2, 4], (2, 3))
    >>> bool((rec["dense/bias", "weight"][4] == model.layers[0].bias.value).all())
    True
    """

    def __init__(
        self,
        what: str | Iterable[str] = "all",
        where: str | Iterable[str] = "*",
        every: int = 10,
        *,
        epochs: Collection[int] | None = None,
        when: Callable[[int, int, float], bool] | None = None,
        how: Any = None,
        file: Any = None,
        keyframes: str | int | None = "epoch",
        bins: int = 40,
        sample: int = 256,
        exact: bool = False,
    ) -> None:
        Callback.__init__(self)
        for name, value in (("every", every), ("bins", bins), ("sample", sample)):
            _check_positive(name, value)
        if isinstance(keyframes, str) and keyframes != "epoch":
            raise unknown_name("keyframes", keyframes, ["epoch"])
        if keyframes is not None and keyframes != "epoch":
            _check_positive("keyframes", keyframes)
        self.kinds = kinds_of(what)
        self.where = [where] if isinstance(where, str) else list(where)
        self.every = every
        self.in_epochs = None if epochs is None else frozenset(epochs)
        self.when = when
        self.choice = Choice(how)
        self.keyframes = keyframes
        self.bins = bins
        self.sample = sample
        self.exact = exact
        self._file = None if file is None else Path(file)
        self._path = None
        self._begin()
        self._run = -1
        self._step = 0
        self._epoch = 0
        self._loss = float("nan")
        self._due = False
        self._plan: Any = None  # Plan and Steps of the latest fit
        self._steps: Any = None
        self._recorded = 0
        self._recalled: dict[int, tuple[Any, Any]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Recorder:
        return self  # a copy of a model is not recorded

    # -- moments of the run --------------------------------------------------------------------

    def on_train_begin(self, logs: Logs = None) -> None:
        """Begin to look at each step."""
        stepper = self.model._trainer.step
        if "input_grad" in self.kinds:
            stepper.cache.needs_dx = True
            stepper.run.plan_backward(stepper.cache)
        if self._path is None:
            self._log = Log(self._file)
            self._path = self._log.path
        self._run += 1
        wanted = Wanted(self.kinds, self.where)
        manner = Manner(self.choice, CAPACITY, self.sample, self.exact, self.bins)
        self._plan = Plan(self.model, stepper, wanted, manner)
        self._steps = Steps(self.kinds, self._log, self._run, stepper, self._steps)
        self._log.note("runs", describe.run(self.model, stepper, self._step, self.params or {}))
        self._new_epoch, self._next_state = True, self._step
        if self.keyframes is not None:
            self._recalled[self._run] = (copied(self.model, stepper), stepper.source)
        stepper.observers.append(self)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Take note of the number of the epoch."""
        self._epoch, self._new_epoch, self._next_state = epoch, True, self._step

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Take note of the epoch's logs."""
        numbers = {name: float(v) for name, v in (logs or {}).items() if np.ndim(v) == 0}
        self._log.note("epochs", {"epoch": epoch, "step": self._step, "logs": numbers})

    def on_train_end(self, logs: Logs = None) -> None:
        """Write what is pending."""
        self._settle()

    def abandon(self) -> None:
        """Write what is pending: training was cut short."""
        if self._steps is not None:
            self._steps.end()
        self._settle()

    def before_step(self, stepper: Any, batch: Any) -> None:
        """Decide whether this step is recorded, and copy what it will change."""
        self._steps.look(self._step)
        if self._step >= self._next_state:
            self._keep_state()
        step = self._step + 1
        self._due = (
            (step % self.every == 0 or step == 1)
            and (self.in_epochs is None or self._epoch in self.in_epochs)
            and (self.when is None or bool(self.when(step, self._epoch, self._loss)))
        )
        if self._due:
            self._plan.before()
            self._steps.begin()

    def after_step(self, stepper: Any, batch: Any) -> None:
        """Record the step, if it is to be recorded."""
        self._step += 1
        if self.when is not None:
            self._loss = float(np.mean(stepper.total))
        if not self._due:
            return
        plan = self._plan
        if plan.runs_other_calls(stepper):
            if self._recorded:
                self._settle()
            self._log.note("names", plan.find_calls(stepper))
        with np.errstate(all="ignore"):
            plan.add(stepper, self._step, self._steps.rate)
        self._steps.record(self._step, stepper.total, len(batch))
        self._recorded += 1
        if self._recorded >= CAPACITY or plan.pending > PENDING_BYTES:
            self._settle()

    # -- what is kept --------------------------------------------------------------------------

    def _keep_state(self) -> None:
        begins, self._new_epoch = self._new_epoch, False
        if begins:
            self._log.note("begins", {"run": self._run, "epoch": self._epoch, "step": self._step})
        if self.keyframes is not None:
            self._log.state(self._run, self._step, self.model)
        often = self.keyframes
        self._next_state = NEVER
        if isinstance(often, int):
            self._next_state = (self._step // often + 1) * often

    def _settle(self) -> None:
        if self._path is None or not (self._recorded or not self._log.empty):
            return
        rows = [] if self._plan is None else self._plan.take()
        self._recorded = 0
        self._log.write(rows)

    def _reached(self) -> int:
        return self._step

    def _recall(self, run: int) -> tuple[Any, Any] | None:
        return self._recalled.get(run)


def _check_positive(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise DataError(f"`{name}` must be a positive integer. Received: {name}={value!r}")
