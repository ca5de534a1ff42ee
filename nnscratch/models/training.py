"""The training face of a model: compile, fit, evaluate, predict and their one-batch forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from nnscratch import losses, optimizers
from nnscratch.cache import Cache
from nnscratch.callbacks import CallbackList, History
from nnscratch.config import NAN_POLICIES
from nnscratch.errors import NotReadyError, unknown_name
from nnscratch.metrics import Mean, Metric
from nnscratch.training import loop
from nnscratch.training.arguments import checked_epochs, checked_frequency, unpacked
from nnscratch.training.batches import Batches
from nnscratch.training.compiled import CompiledMetrics, checked_metrics, resolve_loss
from nnscratch.training.data import Data, checked_data, fitted_to, split_validation
from nnscratch.training.step import Stepper
from nnscratch.typing import Array


class Trains:
    """What a network needs to be trained; mixed into `Model`."""

    if TYPE_CHECKING:
        name: str
        dtype: str
        built: bool
        input_shape: Any
        output_shape: Any

        def ensure_built(self, input_shape: Any) -> None: ...

    optimizer: optimizers.Optimizer | None = None
    loss: Any = None
    history: History | None = None
    compiled = False
    stop_training = False
    _stepper: Stepper | None = None
    _loss_weight: float | None = None
    _compile_metrics: CompiledMetrics | None = None
    _loss_tracker: Mean | None = None
    _predict_cache: Cache | None = None

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: bool | str = "auto",
        auto_scale_loss: bool = True,
        *,
        nan_policy: str | None = None,
    ) -> None:
        """Say how the model is to be trained.

        Compiling again without `loss` or without metrics keeps those given before, as in Keras.

        Args:
            optimizer: name or object.
            loss: name, function or object.
            loss_weights: factor of the loss.
            metrics: list of names, functions or objects; `"accuracy"` chooses by the shapes.
            weighted_metrics: metrics that take sample weights into account.
            run_eagerly: accepted for compatibility; it changes no number.
            steps_per_execution: accepted for compatibility; it changes no number.
            jit_compile: accepted for compatibility; it changes no number.
            auto_scale_loss: accepted for compatibility; it changes no number.
            nan_policy: `"raise"` stops training with an error when the loss is not finite,
                `"keras"` carries on; the configured policy by default.

        Raises:
            ValueError: an unknown name, or metrics that are not a list; nothing is changed then.
        """
        if nan_policy is not None and nan_policy not in NAN_POLICIES:
            raise unknown_name("nan_policy", nan_policy, NAN_POLICIES)
        chosen = optimizers.get(optimizer)
        plain = checked_metrics("metrics", metrics)
        weighted = checked_metrics("weighted_metrics", weighted_metrics)
        if isinstance(loss, str) and loss.lower() not in ("crossentropy", "ce"):
            losses.get(loss)
        self._check_metric_names(plain + weighted)
        if loss is not None:
            self.loss = loss
            self._loss_weight = _single_weight(loss_weights)
        if metrics is not None or weighted_metrics is not None:
            self._compile_metrics = CompiledMetrics(plain, weighted)
        self.optimizer = chosen
        self.run_eagerly = run_eagerly
        self.steps_per_execution = steps_per_execution
        self.jit_compile = False if jit_compile == "auto" else jit_compile
        self.nan_policy = nan_policy
        self._loss_tracker = Mean(name="loss")
        self._stepper = None
        self.stop_training = False
        self.compiled = True

    def _check_metric_names(self, entries: list[Any]) -> None:
        from nnscratch import metrics

        for entry in entries:
            if not (isinstance(entry, str) and entry.lower() in ("accuracy", "acc")):
                metrics.get(entry)

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
    ) -> History:
        """Train the model on arrays for some epochs.

        The loss reported for an epoch is the mean over its rows, each batch measured *before* its
        update and with dropout on, as in Keras.

        Args:
            x: inputs (N, …).
            y: targets (N, …).
            batch_size: rows per update, 32 by default; the last batch of an epoch may be short.
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

        Returns:
            The history: `history.history["loss"]` and so on, one number per epoch.

        Raises:
            NotReadyError: `compile` was not called.
            DataError: data that cannot be trained on; no weight has changed.
            ShapeError: shapes that do not fit; no weight has changed.
            NonFiniteError: the loss became NaN or infinite; that step changed no weight.
        """
        checked_epochs(epochs, initial_epoch)
        checked_frequency(validation_freq)
        data = self._checked(x, y, sample_weight, class_weight, "fit")
        validation: Data | None = None
        if validation_data is not None:
            validation = self._checked(*unpacked(validation_data), None, "fit")
        elif validation_split:
            data, validation = split_validation(data, validation_split)
        stepper = self._ready(data)
        batches = Batches(
            data, batch_size, shuffle, steps_per_epoch, reshuffle_each_epoch, self.dtype
        )
        validation_batches = None
        if validation is not None:
            self._check_targets(stepper, validation)
            rows = validation_batch_size or batch_size
            validation_batches = Batches(
                validation, rows, steps=validation_steps, dtype=self.dtype
            )
        return loop.fit(
            self,
            stepper,
            batches,
            validation_batches,
            self._callback_list(callbacks, verbose, epochs, batches, add_history=True),
            epochs,
            initial_epoch,
            validation_freq,
        )

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
        stepper, data = self._checked_step(x, y, sample_weight, None, "evaluate")
        batches = Batches(data, batch_size, steps=steps, dtype=self.dtype)
        stepper.prepare()
        logs = loop.evaluate(
            self, stepper, batches, self._callback_list(callbacks, verbose, 1, batches)
        )
        return logs if return_dict else _flat(logs)

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: str | int = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Array:
        """Compute the output for every row, in inference mode.

        Args:
            x: inputs (N, …).
            batch_size: rows at a time, 32 by default.
            verbose: as in `fit`.
            steps: number of batches; all by default.
            callbacks: list of callbacks.
        """
        data = checked_data(x)
        self.ensure_built((None, *data.x.shape[1:]))
        data = fitted_to(data, self.input_shape, self.name)
        batches = Batches(data, batch_size, steps=steps, dtype=self.dtype)
        if self._predict_cache is None:
            self._predict_cache = Cache()
        callback_list = self._callback_list(callbacks, verbose, 1, batches)
        return loop.predict(self, self._predict_cache, batches, callback_list)  # type: ignore[arg-type]

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """Run one update on one batch; metrics start anew. Arguments as in `fit`.

        Returns:
            The loss before the update, with the metrics as in `evaluate`.
        """
        stepper, data = self._checked_step(x, y, sample_weight, class_weight, "train_on_batch")
        stepper.prepare()
        stepper.reset()
        stepper.train(self._as_batch(data))
        return _logs_of(stepper, return_dict)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Compute loss and metrics of one batch, in inference mode. Arguments as in `evaluate`."""
        stepper, data = self._checked_step(x, y, sample_weight, None, "test_on_batch")
        stepper.prepare()
        stepper.reset()
        stepper.test(self._as_batch(data))
        return _logs_of(stepper, return_dict)

    def predict_on_batch(self, x: Any) -> Array:
        """Compute the output of one batch, in inference mode."""
        return self.predict(x, batch_size=len(x), verbose=0)

    def compute_gradients(
        self, x: Any, y: Any = None, sample_weight: Any = None
    ) -> tuple[Any, dict[str, Array]]:
        """Return the loss of one batch and dL/dw of every trainable weight; nothing is updated.

        The model behaves as in training: dropout draws a mask, moving statistics move.

        Returns:
            The loss, and a dict from variable path to gradient.
        """
        stepper, data = self._checked_step(x, y, sample_weight, None, "compute_gradients")
        stepper.prepare()
        stepper.forward(self._as_batch(data), training=True)
        stepper.backward()
        grads = {v.path: v.grad.copy() for v in stepper.variables if v.grad is not None}
        return stepper.total, grads

    def node_outputs(self) -> dict[str, Array]:
        """Return copies of every layer's output in the latest step, by layer name."""
        if self._stepper is None:
            raise NotReadyError(f"Model {self.name!r} has not run a step yet.")
        outputs = self._stepper.network.outputs_of_calls(self._stepper.cache)
        return {name: np.copy(output) for name, output in outputs}

    # -- metrics ------------------------------------------------------------------------------

    @property
    def metrics(self) -> list[Metric]:
        """The loss tracker and the compiled metrics."""
        return [m for m in (self._loss_tracker, self._compile_metrics) if m is not None]

    @property
    def metrics_names(self) -> list[str]:
        """Names of `metrics`."""
        return [metric.name for metric in self.metrics]

    def reset_metrics(self) -> None:
        """Start all metrics anew."""
        for metric in self.metrics:
            metric.reset_state()

    # -- getting ready --------------------------------------------------------------------------

    def _checked(
        self, x: Any, y: Any, sample_weight: Any, class_weight: Any, method: str
    ) -> Data:
        if not self.compiled:
            raise NotReadyError(
                f"Model {self.name!r} must be compiled before {method}(): call "
                "compile(optimizer=…, loss=…) first."
            )
        if self.loss is None:
            raise NotReadyError(
                f"Model {self.name!r} was compiled without a loss; {method}() needs one: "
                "compile(optimizer=…, loss='mse')."
            )
        data = checked_data(x, y, sample_weight, class_weight)
        self.ensure_built((None, *data.x.shape[1:]))
        return fitted_to(data, self.input_shape, self.name)

    def _checked_step(
        self, x: Any, y: Any, sample_weight: Any, class_weight: Any, method: str
    ) -> tuple[Stepper, Data]:
        data = self._checked(x, y, sample_weight, class_weight, method)
        return self._ready(data), data

    def _ready(self, data: Data) -> Stepper:
        """Return the step for data of these shapes; on error nothing has changed."""
        if data.y is None:
            raise NotReadyError(f"Model {self.name!r} needs targets: `y` is missing.")
        if self._stepper is None:
            loss = resolve_loss(self.loss, data.y.shape, self.output_shape)
            loss.check_targets(data.y, self.output_shape)
            assert self.optimizer is not None and self._loss_tracker is not None
            self._stepper = Stepper(
                self,  # type: ignore[arg-type]
                self.optimizer,
                loss,
                self._loss_weight,
                self._loss_tracker,
                self._compile_metrics,
                self.nan_policy,
            )
        self._check_targets(self._stepper, data)
        if self._compile_metrics is not None:
            self._compile_metrics.build(data.y.shape, self.output_shape)
        weights = self._stepper.network.trainable_weights
        if weights and not self._stepper.optimizer.built:
            self._stepper.optimizer.build(weights)
        return self._stepper

    def _check_targets(self, stepper: Stepper, data: Data) -> None:
        if data.y is None:
            raise NotReadyError(f"Model {self.name!r} needs targets: `y` is missing.")
        stepper.loss.check_targets(data.y, self.output_shape)

    def _as_batch(self, data: Data) -> Data:
        return Data(data.x.astype(self.dtype, copy=False), data.y, data.sample_weight)

    def _callback_list(
        self,
        callbacks: Any,
        verbose: str | int,
        epochs: int,
        batches: Batches,
        add_history: bool = False,
    ) -> CallbackList:
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


def _single_weight(loss_weights: Any) -> float | None:
    if isinstance(loss_weights, (list, tuple)) and len(loss_weights) == 1:
        loss_weights = loss_weights[0]
    if isinstance(loss_weights, dict) and len(loss_weights) == 1:
        loss_weights = next(iter(loss_weights.values()))
    if loss_weights is None or isinstance(loss_weights, (int, float)):
        return loss_weights
    raise ValueError(
        "A model with one output takes one number (or a list of one) as `loss_weights`. "
        f"Received: loss_weights={loss_weights!r}"
    )


def _flat(logs: dict[str, Any]) -> Any:
    values = list(logs.values())
    return values[0] if len(values) == 1 else values


def _logs_of(stepper: Stepper, return_dict: bool) -> Any:
    logs = {name: float(value) for name, value in stepper.logs().items()}
    return logs if return_dict else _flat(logs)
