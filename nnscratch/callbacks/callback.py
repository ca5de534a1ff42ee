"""The base class of callbacks: one method for each moment of training, testing and predicting."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias

Logs: TypeAlias = "dict[str, Any] | None"


class Callback:
    """Something that is told when training, testing or predicting gets somewhere.

    Override the methods for the moments of interest; the others do nothing. `logs` holds the
    metrics known at that moment as Python floats (None or empty where there are none). Write
    `self.model.stop_training = True` to end training.

    Attributes:
        params: what the run was called with: `verbose`, `epochs` and `steps` (per epoch).
        model: the model that runs.

    >>> class LossPrinter(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(epoch, logs["loss"])
    >>> LossPrinter().on_epoch_end(0, {"loss": 0.5})
    0 0.5
    """

    kept: ClassVar[tuple[str, ...]] = ()
    """Attributes that a backup keeps: numbers, texts, arrays, or lists and dicts of them."""

    def __init__(self) -> None:
        self.params: dict[str, Any] | None = None
        self._model: Any = None

    def set_params(self, params: dict[str, Any]) -> None:
        """Hand over what the run was called with."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Hand over the model that runs."""
        self._model = model

    @property
    def model(self) -> Any:
        """The model that runs, None before the first run."""
        return self._model

    def on_train_begin(self, logs: Logs = None) -> None:
        """Act before the first epoch."""

    def on_train_end(self, logs: Logs = None) -> None:
        """Act after the last epoch, whose logs these are."""

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Act before an epoch; the first is number 0."""

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Act after an epoch and its validation, whose metrics begin with `val_`."""

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Act before a training step; the first of an epoch is number 0."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a training step; logs are the means over the epoch so far."""
        self.on_batch_end(batch, logs=logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Act before a training step: the older name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a training step: the older name of `on_train_batch_end`."""

    def on_test_begin(self, logs: Logs = None) -> None:
        """Act before an evaluation, also the validation of an epoch."""

    def on_test_end(self, logs: Logs = None) -> None:
        """Act after an evaluation, also the validation of an epoch."""

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Act before a batch of an evaluation."""

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a batch of an evaluation; logs are the means so far."""

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Act before a prediction."""

    def on_predict_end(self, logs: Logs = None) -> None:
        """Act after a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Act before a batch of a prediction."""

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Act after a batch of a prediction; logs hold its `outputs`."""

    # -- beyond Keras -------------------------------------------------------------------------

    def at_rest(self, epoch: int, batch: int) -> None:
        """Act where nothing is under way: before this batch of this epoch, and after the last one.

        Every callback has heard of all that went before, and of nothing that comes.
        """

    def abandon(self) -> None:
        """Close files and the like: an error or Ctrl-C ends training, no `on_train_end` comes."""

    def get_state(self) -> dict[str, Any]:
        """Return what a run that is taken up again must give back by `set_state`."""
        return {name: getattr(self, name) for name in self.kept}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take back what `get_state` returned in a run that was cut short."""
        for name in self.kept:
            setattr(self, name, state[name])


HOOKS = frozenset(name for name in vars(Callback) if name.startswith("on_"))
