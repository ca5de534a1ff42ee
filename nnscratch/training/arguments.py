"""Checks of the arguments that `fit` and its kin share."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from nnscratch.errors import closest_name, unknown_name
from nnscratch.outdated import note
from nnscratch.training.streams import is_stream


def checked_epochs(epochs: Any, initial_epoch: Any) -> None:
    """Raise unless both are whole numbers and not negative."""
    for name, value in (("epochs", epochs), ("initial_epoch", initial_epoch)):
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not whole or value < 0:
            raise ValueError(f"`{name}` must be a whole number, 0 or more. Received: {value!r}")


def checked_frequency(validation_freq: Any) -> None:
    """Raise unless it is a positive integer or a list of epochs."""
    if isinstance(validation_freq, (list, tuple, set)):
        return
    whole = isinstance(validation_freq, (int, np.integer))
    if not whole or isinstance(validation_freq, bool) or validation_freq < 1:
        raise ValueError(
            "`validation_freq` must be a positive integer or a list of epochs counted from 1. "
            f"Received: validation_freq={validation_freq!r}"
        )


def checked_sampling(sampling: Any, shuffle: bool | str, x: Any) -> bool | str:
    """Return what `shuffle` means to the batches once `sampling` is taken into account.

    Args:
        sampling: `"permutation"` or `"with_replacement"`.
        shuffle: the argument of `fit`.
        x: the data; only arrays can be drawn from.

    Raises:
        ValueError: another value, or `"with_replacement"` for a stream.
    """
    if sampling == "permutation":
        return shuffle
    if sampling != "with_replacement":
        raise unknown_name("sampling", sampling, ("permutation", "with_replacement"))
    if is_stream(x):
        raise ValueError(
            "`sampling='with_replacement'` draws rows of arrays; a stream of batches brings its "
            "own. Received: sampling='with_replacement'"
        )
    return "with_replacement"


def checked_verbose(verbose: Any) -> None:
    """Raise unless it is 0, 1, 2, a truth value or `"auto"`."""
    if verbose != "auto" and verbose not in (0, 1, 2):
        raise ValueError(
            "`verbose` must be 0 (silent), 1 (a progress line), 2 (a line per epoch) or 'auto'. "
            f"Received: verbose={verbose!r}"
        )


def check_no_more(method: Callable[..., Any], kwargs: dict[str, Any]) -> None:
    """Note arguments that Keras no longer takes; refuse unknown ones.

    Raises:
        TypeError: an unknown argument, with the nearest one that exists.
    """
    for name in kwargs:
        if name in ("workers", "use_multiprocessing", "max_queue_size"):
            note(f"`{name}` is no argument of {method.__name__}() any more; it has no effect.")
            continue
        near = closest_name(name, inspect.signature(method).parameters)
        hint = f" Did you mean {near!r}?" if near else ""
        raise TypeError(f"{method.__name__}() got an unexpected argument {name!r}.{hint}")


def unpacked(data: Any) -> tuple[Any, Any, Any]:
    """Return x, y and sample_weight of `validation_data`; a stream comes as x alone.

    Raises:
        ValueError: it is not a tuple or list of two or three.
    """
    if is_stream(data):
        return data, None, None
    if isinstance(data, (tuple, list)) and len(data) in (2, 3):
        x, y, *rest = data
        return x, y, rest[0] if rest else None
    raise ValueError(
        "`validation_data` must be (x, y) or (x, y, sample_weight). "
        f"Received: {type(data).__name__}"
        + (f" of length {len(data)}" if isinstance(data, (tuple, list)) else "")
    )
