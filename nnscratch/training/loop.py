"""The loops over epochs and batches: fit, evaluate, predict."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from nnscratch.cache import Cache
from nnscratch.callbacks import CallbackList, History
from nnscratch.callbacks.callback_list import python_logs
from nnscratch.training.batches import Batches
from nnscratch.training.data import Data
from nnscratch.training.interrupts import Interrupt, whole_steps
from nnscratch.training.lots import batches_per_lot, forward_lots
from nnscratch.training.passes import Passes
from nnscratch.training.step import Runs, Stepper
from nnscratch.training.streams import Source
from nnscratch.typing import Array


def fit(
    model: Any,
    stepper: Stepper,
    batches: Source,
    validation: Source | None,
    callbacks: CallbackList,
    epochs: int,
    initial_epoch: int,
    validation_freq: int | Sequence[int],
) -> History:
    """Train for some epochs.

    Args:
        model: what callbacks see; its `stop_training` ends the loop; where `on_train_begin` sets
            its `initial_epoch`, the loop begins there; and where it sets its `resumption`, an
            earlier run is taken up.
        stepper: the compiled step.
        batches: the training data.
        validation: the validation data, if any.
        callbacks: told of every event.
        epochs: number of the last epoch, counted from 1.
        initial_epoch: epochs that were done before.
        validation_freq: validate every so many epochs, or after the epochs listed.

    Returns:
        The history of losses and metrics.
    """
    with whole_steps() as interrupt:
        try:
            _run(
                model,
                stepper,
                batches,
                validation,
                callbacks,
                epochs,
                initial_epoch,
                validation_freq,
                interrupt,
            )
        except BaseException:
            callbacks.abandon()
            raise
        finally:
            stepper.source = None
    history: History = model.history
    return history


def _run(
    model: Any,
    stepper: Stepper,
    batches: Source,
    validation: Source | None,
    callbacks: CallbackList,
    epochs: int,
    initial_epoch: int,
    validation_freq: int | Sequence[int],
    interrupt: Interrupt,
) -> None:
    model.stop_training = False
    model.initial_epoch, model.resumption = initial_epoch, None
    model.running_callbacks = callbacks
    stepper.prepare()
    stepper.source = batches
    callbacks.on_train_begin()
    taken_up = model.resumption
    if taken_up is not None:
        _pass_over(taken_up, batches, validation, initial_epoch, validation_freq)
        taken_up.restore_callbacks(callbacks)
        model.initial_epoch = epochs if taken_up.stopped else taken_up.epoch
    logs: dict[str, Any] = {}
    epoch = model.initial_epoch - 1
    for epoch in range(model.initial_epoch, epochs):
        callbacks.at_rest(epoch, 0)
        stepper.reset()
        callbacks.on_epoch_begin(epoch)
        steps: Iterator[Any] = enumerate(batches.epoch())
        if taken_up is not None:
            steps, taken_up = taken_up.rest_of(steps, callbacks), None
        _train(model, stepper, steps, callbacks, epoch, interrupt)
        model.check_finite(stepper.step_number)
        logs = stepper.epoch_logs()
        if validation is not None and _is_due(epoch + 1, validation_freq):
            for name, value in evaluate(model, stepper, validation, callbacks).items():
                logs[f"val_{name}"] = value
        callbacks.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    model.check_finite()
    callbacks.at_rest(epoch + 1, 0)
    if epochs > 0:
        stepper.optimizer.finalize_variable_values(stepper.variables)
    callbacks.on_train_end(logs)


def _train(
    model: Any,
    stepper: Stepper,
    steps: Iterator[tuple[int, Data]],
    callbacks: CallbackList,
    epoch: int,
    interrupt: Interrupt,
) -> None:
    """Train on the batches of one epoch."""
    begun, watched = (callbacks.watches(f"on_train_batch_{moment}") for moment in ("begin", "end"))
    rests = callbacks.watches("at_rest")
    at_once = model.steps_per_execution
    for first, batches in executions(steps, at_once):
        if rests and first > 0:
            callbacks.at_rest(epoch, first)
        if begun:
            callbacks.on_train_batch_begin(first)
        for batch in batches:
            interrupt.busy = True
            stepper.train(batch)
            interrupt.step_done()
        if watched:
            callbacks.on_train_batch_end(first + at_once - 1, stepper.logs())
        if model.stop_training:
            break


def _pass_over(
    taken_up: Any,
    batches: Source,
    validation: Source | None,
    initial_epoch: int,
    validation_freq: int | Sequence[int],
) -> None:
    """Bring the data to where they stood when the run that is taken up was cut short."""
    taken_up.replay_from("train")
    for epoch in range(initial_epoch, taken_up.epoch):
        batches.pass_over()
        if validation is not None and _is_due(epoch + 1, validation_freq):
            validation.restart()
            validation.pass_over()
    taken_up.replay_from("epoch")


def _is_due(epoch: int, validation_freq: int | Sequence[int]) -> bool:
    if isinstance(validation_freq, int):
        return epoch % validation_freq == 0
    return epoch in validation_freq


def executions(
    steps: Iterator[tuple[int, Data]], at_once: int
) -> Iterator[tuple[int, Iterable[Data]]]:
    """Yield the batches in groups of as many as callbacks are told of at once.

    A batch is valid until the next one is drawn, so the batches of a group are drawn one by one.

    Convention: the last batch of a group is numbered as if the group were full, as in Keras.

    Args:
        steps: numbers and batches.
        at_once: `steps_per_execution` of the model.

    Yields:
        The number of the first batch, and the batches, to be used up before the next group.
    """
    for step, batch in steps:
        if at_once == 1:
            yield step, (batch,)
        else:
            others = (other for _, other in itertools.islice(steps, at_once - 1))
            yield step, itertools.chain((batch,), others)


def evaluate(
    model: Any, stepper: Stepper, batches: Source, callbacks: CallbackList
) -> dict[str, Any]:
    """Compute loss and metrics over the data, in inference mode."""
    model.stop_evaluating = False
    stepper.reset()
    batches.restart()
    callbacks.on_test_begin()
    begun, watched = (callbacks.watches(f"on_test_batch_{moment}") for moment in ("begin", "end"))
    if begun or watched or not _evaluate_lots(model, stepper, batches):
        _evaluate_batches(model, stepper, batches, callbacks)
    logs = python_logs(stepper.epoch_logs())
    callbacks.on_test_end(logs)
    return logs


def _evaluate_lots(model: Any, stepper: Stepper, batches: Source) -> bool:
    """Return whether the data could be gone through in lots of several batches."""
    per_lot = batches_per_lot(model, batches) if type(stepper) is Stepper else 1
    if per_lot == 1 or not isinstance(batches, Batches) or not stepper.tests_lots(batches.data):
        return False
    for lot, outputs, cache in forward_lots(stepper.run, batches, per_lot, stepper.cache_of_lots):
        stepper.test_lot(lot, outputs, cache)
    return True


def _evaluate_batches(
    model: Any, stepper: Stepper, batches: Source, callbacks: CallbackList
) -> None:
    watched = callbacks.watches("on_test_batch_end")
    at_once = model.steps_per_execution
    for first, several in executions(enumerate(batches.epoch()), at_once):
        callbacks.on_test_batch_begin(first)
        for batch in several:
            stepper.test(batch)
        if watched:
            callbacks.on_test_batch_end(first + at_once - 1, stepper.logs())
        if model.stop_evaluating:
            break


def predict(
    model: Any, run: Runs, cache: Cache, batches: Source, callbacks: CallbackList
) -> list[Array]:
    """Compute the outputs for every row, in inference mode."""
    model.stop_predicting = False
    callbacks.on_predict_begin()
    watched = (callbacks.watches(f"on_predict_batch_{moment}") for moment in ("begin", "end"))
    per_lot = 1 if any(watched) else batches_per_lot(model, batches)
    if per_lot > 1 and isinstance(batches, Batches):
        parts = [
            [np.array(y) for y in outputs]
            for _, outputs, _ in forward_lots(run, batches, per_lot, cache)
        ]
    else:
        parts = _predict_batches(model, run, cache, batches, callbacks)
    callbacks.on_predict_end()
    return _joined(parts)


def _predict_batches(
    model: Any, run: Runs, cache: Cache, batches: Source, callbacks: CallbackList
) -> list[list[Array]]:
    watched = callbacks.watches("on_predict_batch_end")
    parts: list[list[Array]] = []
    passes = Passes(run, cache, (), routines=not model.run_eagerly)
    at_once = model.steps_per_execution
    for first, several in executions(enumerate(batches.epoch()), at_once):
        callbacks.on_predict_batch_begin(first)
        found = [[np.array(y) for y in passes.forward(b, None, False)[0]] for b in several]
        parts.append(found[0] if len(found) == 1 else _joined(found))
        if watched:
            outputs = {"outputs": model.packed_output(parts[-1])}
            callbacks.on_predict_batch_end(first + at_once - 1, outputs)
        if model.stop_predicting:
            break
    return parts


def _joined(parts: Sequence[Sequence[Array]]) -> list[Array]:
    """Return each output of several batches in one array."""
    return [np.concatenate(output) for output in zip(*parts, strict=True)]
