"""Back to any step of a recorded run: the nearest keyframe, and the steps from there again."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nnscratch.blas import threads_for
from nnscratch.callbacks import CallbackList, History
from nnscratch.errors import DataError, NotReadyError
from nnscratch.lab.recorder.describe import fingerprint
from nnscratch.lab.recorder.keyframes import random_state_untouched, restore
from nnscratch.saving import get_limits
from nnscratch.saving.keras_format import model_of
from nnscratch.saving.limits import reading
from nnscratch.training import loop
from nnscratch.training.batches import Batches
from nnscratch.training.data import Data
from nnscratch.utils.random_state import random_state, set_random_state
from nnscratch.variable import Variable


class Path:
    """Which rows each step of one recorded `fit` took, and with which learning rate.

    Args:
        recording: the recording.
        run: number of the `fit`.
    """

    def __init__(self, recording: Any, run: int) -> None:
        self.recording = recording
        self.begins = [b for b in recording._begins if b["run"] == run]
        self.passes = [p for p in recording._passes if p["run"] == run]
        self.rates = recording._rates
        self._orders: dict[int, Any] = {}

    def epoch_of(self, step: int) -> tuple[int, int]:
        """Return the epoch that the state after `step` steps lies in, and its batches done."""
        begin = [b for b in self.begins if b["step"] <= step][-1]
        return begin["epoch"], step - begin["step"]

    def rows(self, step: int, source: Batches) -> Any:
        """Return the rows of a step that was taken."""
        found = [p for p in self.passes if p["step"] < step][-1]
        start = (step - 1 - found["step"] + found["skipped"]) * source.batch_size
        stop = min(start + source.batch_size, len(source.data))
        order = self.order(found["order"])
        return slice(start, stop) if order is None else order[start:stop]

    def order(self, begin: int | None) -> Any:
        """Return the order of rows that was written down at this step."""
        if begin is None:
            return None
        if begin not in self._orders:
            series = self.recording._series("", "order", self.recording._catch_up())
            self._orders[begin] = series[begin]
        return self._orders[begin]

    def rate(self, step: int) -> float | None:
        """Return the learning rate of a step, None where a schedule knows it."""
        found = [rate for first, rate in self.rates if first <= step]
        return found[-1] if found else None


class Moment:
    """The full state of a recorded run after some step, and the way on from there.

    Attributes:
        step: how many steps had been taken.
        epoch: number of the epoch under way, counted from 0.
        batch: how many of its batches had been taken.
    """

    def __init__(
        self, step: int, path: Path, model: Any, source: Batches | None, random: dict[str, Any]
    ) -> None:
        self.step = step
        self.epoch, self.batch = path.epoch_of(step)
        self._path = path
        self._model = model
        self._source = source
        self._random = random

    def model(self) -> Any:
        """Return the model as it was, live: its weights, its optimizer with slots and counters.

        It is apart from the model that was trained and from those of other moments: change it and
        go on with `continue_training` to see what would have happened.
        """
        return self._model

    def state(self) -> dict[str, Any]:
        """Return copies of every number of the state, by path."""
        trainer = self._model._trainer
        variables = [*self._model.weights, *trainer.optimizer.variables]
        return {v.path: v.numpy() for v in variables}

    def continue_training(
        self,
        epochs: int | None = None,
        *,
        callbacks: Any = None,
        validation_data: Any = None,
        verbose: int = 0,
    ) -> History:
        """Train on from here, on the batches that came next in the recorded run.

        If nothing was changed, this gives the bits of the recorded run. Random streams outside of
        the model are those of the moment, and afterwards as they were before this call.

        Args:
            epochs: number of the last epoch; that of the recorded run by default.
            callbacks: as in `fit`; a new `Recorder`, for example.
            validation_data: as in `fit`.
            verbose: as in `fit`.

        Returns:
            The history; its first epoch is the rest of the one under way.

        Raises:
            NotReadyError: the training data is not known.
        """
        model, source = self._model, self._source
        if source is None:
            raise NotReadyError(
                "The recording does not hold the training data: give it as at(step, x, y)."
            )
        trainer = model._trainer
        validation = None
        if validation_data is not None:
            x, y, *weights = validation_data
            validation = trainer.source(x, y, *weights, batch_size=source.batch_size)
        onward = Onward(self._path, source, self.step, self.batch)
        last = self._path.recording.runs[self._path.begins[0]["run"]]["epochs"]
        epochs = int(last) if epochs is None else epochs
        listed = CallbackList(
            callbacks,
            add_history=True,
            add_progbar=verbose != 0,
            model=model,
            verbose=verbose,
            epochs=epochs,
            steps=source.per_epoch,
        )
        with random_state_untouched(), threads_for(model.weights, source.batch_size):
            set_random_state(model, self._random)
            return loop.fit(model, trainer.step, onward, validation, listed, epochs, self.epoch, 1)

    def __repr__(self) -> str:
        return f"<Moment after step {self.step}: epoch {self.epoch}, {self.batch} batches done>"


class Onward:
    """The batches of a recorded run from some step on, and beyond its end.

    Args:
        path: which rows the recorded steps took.
        source: the training data.
        step: steps taken so far.
        batch: batches of the epoch taken so far.
    """

    def __init__(self, path: Path, source: Batches, step: int, batch: int) -> None:
        self.data = source.data
        self.batch_size = source.batch_size
        self.per_epoch = source.per_epoch
        self.passes = 0
        self.order: Any = None
        self.index = 0
        self._path = path
        self._source = source
        self._done = batch
        self._rows = self._onward(step)

    def epoch(self) -> Iterator[Data]:
        """Yield the batches of the next epoch; of the first, what is left."""
        done, self._done = self._done, 0
        for _ in range(self.per_epoch - done):
            yield self._source.gather(next(self._rows))

    def pass_over(self) -> None:
        """Draw the next epoch without gathering its rows."""
        done, self._done = self._done, 0
        for _ in range(self.per_epoch - done):
            next(self._rows)

    def restart(self) -> None:
        """Do nothing: a run goes on where it was."""

    def _onward(self, step: int) -> Iterator[Any]:
        source = self._source
        source.passes = 0
        for known in self._path.passes:
            source.next_order()
            skipped = max(step - known["step"], 0) + known["skipped"]
            if skipped < source.in_pass:
                yield from self._one_pass(self._path.order(known["order"]), skipped)
        while True:
            yield from self._one_pass(source.next_order(), 0)

    def _one_pass(self, order: Any, skipped: int) -> Iterator[Any]:
        self.passes, self.order = self.passes + 1, order
        N, size = len(self.data), self.batch_size
        for self.index in range(skipped, -(-N // size)):
            start = self.index * size
            rows = slice(start, min(start + size, N))
            yield rows if order is None else order[rows]


def moment(
    recording: Any, step: int, data: tuple[Any, ...], custom_objects: Mapping[str, Any] | None
) -> Moment:
    """Return the moment after a step; see `Recording.at`."""
    reader = recording._catch_up()
    states = [s for s in reader.states() if int(s["step"]) <= step]
    last = recording._reached()
    if not states or step > last:
        raise NotReadyError(
            f"There is no way to step {step}: the recording ends at step {last}, and time travel "
            "needs Recorder(keyframes='epoch') or a number of steps."
        )
    frame = states[-1]
    run = recording.runs[int(frame["run"])]
    model, source = _model_and_source(recording, frame, run, data, custom_objects, reader.path)
    path = Path(recording, int(frame["run"]))
    with random_state_untouched():
        with reading(reader.path, frame["name"]):
            restore(model, reader.state_arrays(frame))
            set_random_state(model, frame["random"])
        if int(frame["step"]) < step:
            if source is None:
                raise NotReadyError(
                    f"Step {step} lies behind the keyframe at step {frame['step']}, and the steps "
                    "between need the training data: give it as at(step, x, y). Streams of "
                    "batches cannot be repeated; record them with keyframes=1."
                )
            _repeat(model, source, path, int(frame["step"]), step)
        random = random_state(model)
    return Moment(step, path, model, source, random)


def _model_and_source(
    recording: Any,
    frame: Mapping[str, Any],
    run: Mapping[str, Any],
    data: tuple[Any, ...],
    custom_objects: Mapping[str, Any] | None,
    file: Any,
) -> tuple[Any, Batches | None]:
    recalled = recording._recall(int(frame["run"]))
    if recalled is not None:
        model, source = copy.deepcopy(recalled[0]), recalled[1]
        return model, _fresh(source, model) if isinstance(source, (Batches, Onward)) else None
    if run["config"] is None:
        raise NotReadyError(f"The recorded model cannot be made from its file: {run['obstacle']}")
    text = json.dumps(run["config"]).encode()
    model = model_of(text, file, "model", custom_objects, True, get_limits())
    trainer = model._trainer
    if data[0] is None:
        trainer.optimizer.build(model.trainable_weights)
        return model, None
    checked = trainer.check(*data)
    if fingerprint(checked) != run["fingerprint"]:
        raise DataError(
            "This is not the data of the recorded run: shapes, order or values of x, y or the "
            "weights differ."
        )
    return model, trainer.batches(checked, run["batch_size"], run["steps"])


def _fresh(source: Any, model: Any) -> Batches:
    """Return batches of the same data that nobody else is reading."""
    inner = source._source if isinstance(source, Onward) else source
    made = Batches(
        inner.data, inner.batch_size, inner.shuffle, inner.steps, inner.reshuffle,
        [d.name for d in inner.dtypes],
    )  # fmt: skip
    made.seed = inner.seed
    return made


def _repeat(model: Any, source: Batches, path: Path, first: int, last: int) -> None:
    """Take the steps behind `first` up to `last` again."""
    stepper = model._trainer.step
    stepper.prepare()
    rate = model.optimizer.learning_rate
    with threads_for(model.weights, source.batch_size), np.errstate(all="ignore"):
        for step in range(first + 1, last + 1):
            wanted = path.rate(step)
            if isinstance(rate, Variable) and wanted is not None:
                rate.assign(wanted)
            stepper.train(source.gather(path.rows(step, source)))
