"""A callback made of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nnscratch.callbacks.callback import HOOKS, Callback
from nnscratch.errors import unknown_name

Hook = Callable[..., Any]


class LambdaCallback(Callback):
    """Call given functions at the moments that their argument names say.

    Args:
        on_epoch_begin: called with `(epoch, logs)`.
        on_epoch_end: called with `(epoch, logs)`.
        on_train_begin: called with `(logs)`.
        on_train_end: called with `(logs)`.
        on_train_batch_begin: called with `(batch, logs=logs)`.
        on_train_batch_end: called with `(batch, logs=logs)`.
        **kwargs: functions for the other methods of `Callback`, by their names.

    Raises:
        ValueError: a name in `kwargs` is not one of `Callback`'s methods. (Keras keeps the
            function and never calls it.)

    >>> callback = LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, logs))
    >>> callback.on_epoch_end(3, {"loss": 1.0})
    3 {'loss': 1.0}
    """

    def __init__(
        self,
        on_epoch_begin: Hook | None = None,
        on_epoch_end: Hook | None = None,
        on_train_begin: Hook | None = None,
        on_train_end: Hook | None = None,
        on_train_batch_begin: Hook | None = None,
        on_train_batch_end: Hook | None = None,
        **kwargs: Hook,
    ) -> None:
        super().__init__()
        given = {
            "on_epoch_begin": on_epoch_begin,
            "on_epoch_end": on_epoch_end,
            "on_train_begin": on_train_begin,
            "on_train_end": on_train_end,
            "on_train_batch_begin": on_train_batch_begin,
            "on_train_batch_end": on_train_batch_end,
            **kwargs,
        }
        for name, function in given.items():
            if name not in HOOKS:
                raise unknown_name("callback method", name, HOOKS)
            if function is not None:
                setattr(self, name, function)
