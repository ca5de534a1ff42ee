"""Sabotages of the training loop: rows, epochs, validation and stopping."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from parity.sabotage.table import Change, around, module, sabotage

TRAINING, BATCHES = module("models.training"), module("training.batches").Batches
LOOP, STOPPING = module("training.loop"), module("callbacks").EarlyStopping
MONITOR = module("callbacks.monitor").MonitorCallback
SEEDS = module("initializers.base")


@sabotage("validation-from-the-front", "validation-split-rounds-down")
def validation_from_front() -> Sequence[Change]:
    """`validation_split` takes the first rows, not the last."""

    def split(data: Any, share: float) -> Any:
        at = len(data) - math.floor(len(data) * (1.0 - share))
        if at in (0, len(data)):
            raise ValueError("One part would be empty.")
        return data[at:], data[:at]

    return [Change(TRAINING, "split_validation", split)]


@sabotage("validation-split-rounds-up", "validation-split-rounds-down")
def validation_rounds_up() -> Sequence[Change]:
    """`validation_split` leaves one row more for training where the product is no whole number."""

    def split(data: Any, share: float) -> Any:
        at = math.ceil(len(data) * (1.0 - share))
        if at in (0, len(data)):
            raise ValueError("One part would be empty.")
        return data[:at], data[at:]

    return [Change(TRAINING, "split_validation", split)]


@sabotage("shuffled-anew", "one-permutation-for-all-epochs", "whole-run-from-the-seed")
def shuffled_anew() -> Sequence[Change]:
    """Every epoch under a seed has an order of its own."""

    def wrapper(original: Any) -> Any:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            self.reshuffle = True

        return init

    return [around(BATCHES, "__init__", wrapper)]


@sabotage("short-batch-dropped", "epoch-loss-is-the-mean-over-rows", "loss-before-the-update")
def short_batch_dropped() -> Sequence[Change]:
    """The last batch of an epoch is left out where it is short."""

    def wrapper(original: Any) -> Any:
        def one_pass(self: Any) -> Any:
            for rows in original(self):
                count = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
                if count == self.batch_size:
                    yield rows

        return one_pass

    return [around(BATCHES, "_one_pass", wrapper)]


@sabotage("groups-share-their-memory", "steps-per-execution")
def groups_share() -> Sequence[Change]:
    """The batches of one execution are drawn together, into the memory of one batch."""

    def executions(steps: Any, at_once: int) -> Any:
        while group := list(itertools.islice(steps, at_once)):
            yield group[0][0], [batch for _, batch in group]

    return [Change(LOOP, "executions", executions)]


@sabotage("validation-counted-from-zero", "validation-frequency")
def validation_from_zero() -> Sequence[Change]:
    """`validation_freq` counts epochs from 0."""

    def wrapper(original: Any) -> Any:
        return lambda epoch, frequency: original(epoch - 1, frequency)

    return [around(LOOP, "_is_due", wrapper)]


@sabotage("one-initializer-draws-twice", "initializer/one-instance-twice")
def initializer_draws_twice() -> Sequence[Change]:
    """An initializer without a seed draws other numbers at every call."""

    def wrapper(original: Any) -> Any:
        def init(self: Any, seed: Any = None) -> None:
            original(self, seed)
            if seed is None:
                self.seed = SEEDS.SeedGenerator(self.seed)

        return init

    return [around(SEEDS.RandomInitializer, "__init__", wrapper)]


@sabotage("patience-off-by-one", "early-stopping-corners", "early-stopping-in-fit")
def patience_off() -> Sequence[Change]:
    """EarlyStopping waits one epoch longer than its patience."""

    def wrapper(original: Any) -> Any:
        def judge(self: Any, epoch: int, value: Any) -> str:
            self.patience += 1
            try:
                return str(original(self, epoch, value))
            finally:
                self.patience -= 1

        return judge

    return [around(STOPPING, "_judge", wrapper)]


@sabotage("nothing-restored", "early-stopping-corners", "early-stopping-in-fit")
def nothing_restored() -> Sequence[Change]:
    """EarlyStopping leaves the weights of the last epoch."""
    return [Change(STOPPING, "on_train_end", lambda self, logs=None: None)]


@sabotage("equal-is-better", "early-stopping-corners")
def equal_is_better() -> Sequence[Change]:
    """A value that is no worse counts as an improvement."""

    def wrapper(original: Any) -> Any:
        def improves(self: Any, value: float, reference: Any) -> bool:
            return value == reference or bool(original(self, value, reference))

        return improves

    return [around(MONITOR, "_is_improvement", wrapper)]


@sabotage("stop-skips-the-epoch-end", "stop-in-mid-epoch")
def stop_skips_end() -> Sequence[Change]:
    """Validation is left out of an epoch that was stopped."""

    def wrapper(original: Any) -> Any:
        def evaluate(model: Any, *rest: Any) -> Any:
            return {} if model.stop_training else original(model, *rest)

        return evaluate

    return [around(LOOP, "evaluate", wrapper)]
