"""The training face of a model: fit, evaluate and predict over whole arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from nnscratch.blas import threads_for
from nnscratch.cache import Cache
from nnscratch.callbacks import CallbackList, History
from nnscratch.errors import DataError
from nnscratch.models.on_batch import RunsOnBatch, flat_logs
from nnscratch.preprocessing.leakage import check_sorted_labels
from nnscratch.structure import pack
from nnscratch.training import loop
from nnscratch.training.arguments import (
    check_no_more,
    checked_epochs,
    checked_frequency,
    checked_sampling,
    checked_verbose,
    unpacked,
)
from nnscratch.training.batches import Batches
from nnscratch.training.choice import Choice
from nnscratch.training.data import Data, split_validation
from nnscratch.training.doubts import doubt_result, doubt_scale
from nnscratch.training.finite import FiniteWeights
from nnscratch.training.lots import rows_per_lot
from nnscratch.training.own_steps import OwnPrediction
from nnscratch.training.step import Stepper
from nnscratch.training.streams import Source, Stream, is_stream


class Trains(RunsOnBatch):
    """Training, evaluating and predicting over whole arrays; mixed into `Model`."""

    _predict_cache: Cache | None = None
    _finite_weights: FiniteWeights | None = None

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: str | int = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool | str = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int | Sequence[int] = 1,
        *,
        reshuffle_each_epoch: bool = False,
        sampling: str = "permutation",
        **outdated: Any,
    ) -> History:
        """Train the model on arrays for some epochs.

        The loss reported for an epoch is the mean over its rows, each batch measured *before* its
        update and with dropout on, as in Keras.

        Args:
            x: inputs (N, …), or a generator, `PyDataset` or other iterable that yields batches
                (inputs, targets) or (inputs, targets, sample_weights).
            y: targets (N, …).
            batch_size: rows per update, 32 by default (with `steps_per_epoch`: all rows divided by
                the steps); the last batch of an epoch may be short.
            epochs: number of the last epoch.
            verbose: 0 silent, 1 a progress line, 2 one line per epoch; `"auto"` is 1.
            callbacks: list of callbacks.
            validation_split: fraction of the rows, taken from the end before shuffling, to
                validate on.
            validation_data: (x, y) or (x, y, sample_weight) to validate on instead.
            shuffle: permute the rows for every epoch, or `"batch"` for rows within batches.
            class_weight: weight of each class in the loss.
            sample_weight: weight of each row in the loss.
            initial_epoch: epochs done before.
            steps_per_epoch: batches per epoch; all by default.
            validation_steps: batches per validation; all by default.
            validation_batch_size: rows per validation batch.
            validation_freq: validate every so many epochs, or after the epochs listed.
            reshuffle_each_epoch: draw a new permutation for each epoch even under a seed, where
                Keras (and the default) repeats one permutation.
            sampling: `"permutation"`, each row once per epoch, or `"with_replacement"`, each row of
                each batch drawn from all rows, as stochastic gradient descent is often defined.
            outdated: `workers`, `use_multiprocessing` and `max_queue_size`, which have no effect.

        Returns:
            The history: `history.history["loss"]` and so on, one number per epoch.

        Raises:
            NotReadyError: `compile` was not called.
            DataError: data that cannot be trained on; no weight has changed.
            ShapeError: shapes that do not fit; no weight has changed.
            NonFiniteError: the loss became NaN or infinite; that step changed no weight. Or a
                weight did, of which no file was written.
        """
        check_no_more(self.fit, outdated)
        checked_epochs(epochs, initial_epoch)
        checked_frequency(validation_freq)
        trainer = self._compiled("fit")
        shuffle = checked_sampling(sampling, shuffle, x)
        if validation_batch_size is None:
            validation_batch_size = batch_size
        if validation_split and validation_data is None:
            if is_stream(x):
                raise DataError(
                    "`validation_split` needs arrays, whose last rows it holds out; with a "
                    "stream of batches give `validation_data`."
                )
            data = trainer.check(x, y, sample_weight, class_weight)
            data, held_out = split_validation(data, validation_split)
            check_sorted_labels(data.target(0), held_out.target(0))
            if class_weight is not None:  # classes weigh in what is learned from, not in what tests
                held_out = Data(held_out.inputs, held_out.targets, [])
            batches: Source = trainer.batches(
                data, batch_size, steps_per_epoch, shuffle, reshuffle_each_epoch
            )
            validation: Source | None = trainer.batches(
                held_out, validation_batch_size, validation_steps
            )
        else:
            batches = trainer.source(
                x,
                y,
                sample_weight,
                class_weight,
                batch_size=batch_size,
                steps=steps_per_epoch,
                shuffle=shuffle,
                reshuffle=reshuffle_each_epoch,
            )
            validation = None
            if validation_data is not None:
                validation = trainer.source(
                    *unpacked(validation_data),
                    batch_size=validation_batch_size,
                    steps=validation_steps,
                )
        callback_list = self._callback_list(callbacks, verbose, epochs, batches, add_history=True)
        trainer.choice = None
        if validation_data is not None:
            trainer.choice = Choice(validation, callback_list.callbacks)
        if isinstance(batches, Batches):
            doubt_scale(batches.data, self.layers)
        with self._watched(trainer.step), threads_for(self.weights, batches.batch_size):
            history = loop.fit(
                self,
                trainer.step,
                batches,
                validation,
                callback_list,
                epochs,
                initial_epoch,
                validation_freq,
            )
        doubt_result(history.history.get("loss", ()), trainer.step.last_outputs())
        return history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Compute the loss and the metrics on arrays, in inference mode.

        Args:
            x: inputs (N, …).
            y: targets (N, …).
            batch_size: rows at a time, 32 by default.
            verbose: as in `fit`.
            sample_weight: weight of each row in the loss.
            steps: number of batches; all by default.
            callbacks: list of callbacks.
            return_dict: return a dict by name instead of a list.

        Returns:
            The loss, or [loss, metric, …] where there are metrics, or a dict.
        """
        trainer = self._compiled("evaluate")
        batches = trainer.source(x, y, sample_weight, batch_size=batch_size, steps=steps)
        trainer.step.prepare()
        if trainer.choice is not None:
            trainer.choice.check(batches)
        callback_list = self._callback_list(callbacks, verbose, 1, batches)
        with threads_for(self.weights, rows_per_lot(self, batches)):
            logs = loop.evaluate(self, trainer.step, batches, callback_list)
        return logs if return_dict else flat_logs(logs, self.metrics)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """Compute the output for every row, in inference mode.

        Args:
            x: inputs (N, …).
            batch_size: rows at a time, 32 by default.
            verbose: as in `fit`.
            steps: number of batches; all by default.
            callbacks: list of callbacks.
        """
        batches = self._input_source(x, batch_size, steps)
        if self._predict_cache is None:
            self._predict_cache = Cache()
        callback_list = self._callback_list(callbacks, verbose, 1, batches)
        runner: Any = OwnPrediction(self) if self.writes("predict_step") else self.run
        with threads_for(self.weights, rows_per_lot(self, batches)):
            outputs = loop.predict(self, runner, self._predict_cache, batches, callback_list)
        if isinstance(runner, OwnPrediction):
            return pack(runner.structure, outputs)
        return self.packed_output(outputs)

    def check_finite(self, steps: int | None = None) -> None:
        """Raise if the `fit` under way has made a weight NaN or infinite; else do nothing.

        `fit` looks at the end of epochs, `save` and `save_weights` before they write. So may
        callbacks that hand the weights on in some other way.

        Args:
            steps: steps taken since the last call; after a few only, nothing is looked at. None
                looks in any case.

        Raises:
            NonFiniteError: a weight, or a number of the optimizer's state, is NaN or infinite, and
                `nan_policy` is `"raise"`.
        """
        if self._finite_weights is not None:
            self._finite_weights.check(steps)

    @contextmanager
    def _watched(self, stepper: Stepper) -> Iterator[None]:
        """Hold the weights to finite numbers as long as the block runs."""
        self._finite_weights = FiniteWeights(self, stepper)
        try:
            yield
        finally:
            self._finite_weights = None

    def _input_source(self, x: Any, batch_size: int | None, steps: int | None) -> Source:
        if not is_stream(x):
            data = self._checked_inputs(x)
            return Batches(data, batch_size, steps=steps, dtypes=self.input_dtypes)

        def prepare(inputs: Any, targets: Any, weights: Any) -> Data:
            return self.as_batch(self._checked_inputs(inputs))

        stream = Stream(x, prepare, steps)
        stream.first()
        return stream

    def _callback_list(
        self,
        callbacks: Any,
        verbose: str | int,
        epochs: int,
        batches: Source,
        add_history: bool = False,
    ) -> CallbackList:
        checked_verbose(verbose)
        if isinstance(callbacks, CallbackList):
            return callbacks
        return CallbackList(
            callbacks,
            add_history=add_history,
            add_progbar=verbose != 0,
            model=self,
            verbose=verbose,
            epochs=epochs,
            steps=batches.per_epoch,
        )
