"""All callbacks of a run behind one: it hands every moment on to each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nnscratch.callbacks.callback import Callback, Logs
from nnscratch.callbacks.history import History
from nnscratch.callbacks.progress import ProgbarLogger

_OLDER_NAMES = {
    "on_train_batch_begin": "on_batch_begin",
    "on_train_batch_end": "on_batch_end",
}
BATCH_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_batch_begin",
    "on_test_batch_end",
    "on_predict_batch_begin",
    "on_predict_batch_end",
)


class CallbackList(Callback):
    """Hand every moment of a run on to a list of callbacks, in order.

    Values in `logs` become Python floats first, sorted by name, with dicts inside dicts merged
    into one, as in Keras. Moments within an epoch reach only callbacks that have a method of
    their own for them, and cost nothing if there is none; which ones these are is found out at
    the begin of each run and epoch.

    Args:
        callbacks: the callbacks, also nested in lists.
        add_history: whether to add a `History` unless there is one.
        add_progbar: whether to add a `ProgbarLogger` unless there is one.
        model: the model that runs.
        **params: what the run was called with, handed to each callback.

    Raises:
        ValueError: one of the callbacks is not a callback.

    >>> class Steps(Callback):
    ...     def on_train_batch_end(self, batch, logs=None):
    ...         print(batch, logs)
    >>> callbacks = CallbackList([Steps()], add_history=True, epochs=1)
    >>> callbacks.on_train_batch_end(0, {"loss": np.float32(0.5)})
    0 {'loss': 0.5}
    >>> callbacks.watches("on_train_batch_end"), callbacks.watches("on_test_batch_end")
    (True, False)
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks: list[Callback] = list(_flat(callbacks))
        if add_history and not self._has(History):
            self.callbacks.append(History())
        if add_progbar and not self._has(ProgbarLogger):
            self.callbacks.append(ProgbarLogger())
        self._batch_methods: dict[str, list[Callable[..., None]]] = {}
        self._resting: list[Callable[[int, int], None]] = []
        self._find_batch_methods()
        self.set_model(model)
        self.set_params(params)

    def watches(self, hook: str) -> bool:
        """Return whether any callback has its own method for a moment within an epoch.

        Args:
            hook: name of the method, such as `"on_train_batch_end"`.
        """
        return bool(self._resting if hook == "at_rest" else self._batch_methods[hook])

    def set_params(self, params: dict[str, Any]) -> None:
        """Hand over what the run was called with."""
        super().set_params(params)
        if params:
            for callback in self.callbacks:
                callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Hand over the model that runs, and give it the history."""
        if model is None:
            return
        super().set_model(model)
        for callback in self.callbacks:
            if isinstance(callback, History):
                model.history = callback
            callback.set_model(model)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Tell each callback."""
        self._find_batch_methods()
        self._tell("on_train_begin", logs)

    def on_train_end(self, logs: Logs = None) -> None:
        """Tell each callback."""
        self._tell("on_train_end", logs)

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Tell each callback."""
        self._find_batch_methods()
        self._tell("on_epoch_begin", logs, epoch)

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Tell each callback."""
        self._tell("on_epoch_end", logs, epoch)

    def on_test_begin(self, logs: Logs = None) -> None:
        """Tell each callback."""
        self._find_batch_methods()
        self._tell("on_test_begin", logs)

    def on_test_end(self, logs: Logs = None) -> None:
        """Tell each callback."""
        self._tell("on_test_end", logs)

    def on_predict_begin(self, logs: Logs = None) -> None:
        """Tell each callback."""
        self._find_batch_methods()
        self._tell("on_predict_begin", logs)

    def on_predict_end(self, logs: Logs = None) -> None:
        """Tell each callback."""
        self._tell("on_predict_end", logs)

    def on_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell the callbacks that watch."""
        self._tell_watchers("on_batch_begin", batch, logs)

    def on_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell the callbacks that watch."""
        self._tell_watchers("on_batch_end", batch, logs)

    def on_train_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell the callbacks that watch."""
        self._tell_watchers("on_train_batch_begin", batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell the callbacks that watch."""
        self._tell_watchers("on_train_batch_end", batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell the callbacks that watch."""
        self._tell_watchers("on_test_batch_begin", batch, logs)

    def on_test_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell the callbacks that watch."""
        self._tell_watchers("on_test_batch_end", batch, logs)

    def on_predict_batch_begin(self, batch: int, logs: Logs = None) -> None:
        """Tell the callbacks that watch."""
        self._tell_watchers("on_predict_batch_begin", batch, logs)

    def on_predict_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Tell the callbacks that watch."""
        self._tell_watchers("on_predict_batch_end", batch, logs)

    def at_rest(self, epoch: int, batch: int) -> None:
        """Tell the callbacks that have a use for it."""
        for method in self._resting:
            method(epoch, batch)

    def abandon(self) -> None:
        """Tell each callback."""
        for callback in self.callbacks:
            if isinstance(callback, Callback):
                callback.abandon()

    def _has(self, kind: type[Callback]) -> bool:
        return any(isinstance(callback, kind) for callback in self.callbacks)

    def _find_batch_methods(self) -> None:
        """Collect the methods that callbacks have of their own for moments within an epoch."""
        for hook in BATCH_HOOKS:
            self._batch_methods[hook] = [
                getattr(callback, hook) for callback in self.callbacks if _watches(callback, hook)
            ]
        resting = [c.at_rest for c in self.callbacks if isinstance(c, Callback)]
        self._resting = [m for m in resting if getattr(m, "__func__", m) is not Callback.at_rest]

    def _tell(self, hook: str, logs: Logs, *epoch: int) -> None:
        logs = python_logs(logs)
        for callback in self.callbacks:
            getattr(callback, hook)(*epoch, logs)

    def _tell_watchers(self, hook: str, batch: int, logs: Logs) -> None:
        methods = self._batch_methods[hook]
        if methods:
            logs = python_logs(logs)
            for method in methods:
                method(batch, logs=logs)


def python_logs(logs: Logs) -> dict[str, Any]:
    """Return the logs sorted by name, dicts inside merged, numbers as Python floats.

    >>> python_logs({"loss": np.float32(0.5), "all": {"b": 1, "a": 2}})
    {'a': 2.0, 'b': 1.0, 'loss': 0.5}
    """
    plain: dict[str, Any] = {}
    for name, value in sorted((logs or {}).items()):
        if type(value) is float:
            plain[name] = value
        elif isinstance(value, dict):
            plain.update(python_logs(value))
        elif np.ndim(value) == 0:
            try:
                plain[name] = float(value)
            except (TypeError, ValueError):
                plain[name] = value
        else:
            plain[name] = value
    return plain


def _watches(callback: Callback, hook: str) -> bool:
    """Return whether a callback has its own method for `hook`, also under its older name."""
    method = getattr(callback, hook)
    if getattr(method, "__func__", method) is not getattr(Callback, hook):
        return True
    return hook in _OLDER_NAMES and _watches(callback, _OLDER_NAMES[hook])


def _flat(callbacks: Any) -> Iterator[Callback]:
    """Yield the callbacks, those in lists inside of lists as well."""
    if callbacks is None:
        return
    if isinstance(callbacks, type):
        raise ValueError(
            f"`callbacks` must hold instances of Callback. Received: the class "
            f"{callbacks.__name__}. Write `{callbacks.__name__}(...)`, with brackets."
        )
    if hasattr(callbacks, "set_model") and hasattr(callbacks, "on_epoch_end"):
        yield callbacks
    elif isinstance(callbacks, (list, tuple)):
        for callback in callbacks:
            yield from _flat(callback)
    else:
        raise ValueError(
            "`callbacks` must hold instances of Callback. "
            f"Received: {callbacks!r}, of type {type(callbacks).__name__}. "
            "For a plain function use `LambdaCallback(on_epoch_end=function)`."
        )
