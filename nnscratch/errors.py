"""Errors that say what was received, what was expected and what to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import Any


class ShapeError(ValueError):
    """An array or a shape does not fit where it was put."""


class DataError(ValueError):
    """Data that cannot be trained on: wrong type, empty, not finite, or out of range."""


class NotReadyError(ValueError):
    """A model or an object was used before it was built or compiled."""


class NonFiniteError(ArithmeticError):
    """A loss, or a weight, became NaN or infinite during training.

    Where it is the loss, no weight was changed by that step.

    Attributes:
        step: number of the training step within its epoch, counted from 0.
        layer: name of the first layer whose output was not finite, or None if all were finite.
        variable: path of the weight that was found not to be finite while every loss was, else
            None; `step` is then the number of the step that would have come next.
    """

    def __init__(
        self, message: str, step: int, layer: str | None, variable: str | None = None
    ) -> None:
        super().__init__(message)
        self.step = step
        self.layer = layer
        self.variable = variable


class SuspicionWarning(UserWarning):
    """Something legal that is probably not what was meant."""


class ModelFileError(ValueError):
    """A file of a model or its weights that is damaged, inconsistent, or not to be trusted.

    Attributes:
        file: path of the file.
        member: the part of it that is wrong: a member of an archive, a group, a key.
        reason: what is wrong with it.

    >>> print(ModelFileError("m.keras", "config.json", "it is missing"))
    m.keras: config.json: it is missing
    """

    def __init__(self, file: object, member: str, reason: str) -> None:
        super().__init__(f"{file}: {member}: {reason}" if member else f"{file}: {reason}")
        self.file = str(file)
        self.member = member
        self.reason = reason


def closest_name(received: object, known: Iterable[str]) -> str | None:
    """Return the known name nearest in spelling to `received`, or None.

    >>> closest_name("kernel_regular", ["kernel_regularizer", "bias_regularizer"])
    'kernel_regularizer'
    """
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(str(received).lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None


def unknown_name(kind: str, received: object, known: Iterable[str]) -> ValueError:
    """Build the error for a string that names nothing, with the nearest name that exists.

    Args:
        kind: what the name should have named, such as `"optimizer"`.
        received: what was given.
        known: every name that would have been right.

    >>> str(unknown_name("optimizer", "adm", ["adam", "sgd"]))
    "Unknown optimizer 'adm'. Did you mean 'adam'? Known: adam, sgd."
    """
    known = sorted(known)
    near = closest_name(received, known)
    hint = f" Did you mean {near!r}?" if near else ""
    return ValueError(f"Unknown {kind} {received!r}.{hint} Known: {', '.join(known)}.")


def missing_attribute(module: str, known: Iterable[str]) -> Callable[[str], Any]:
    """Make a module's `__getattr__`: a misspelt public name is answered with the nearest one.

    Args:
        module: name of the module.
        known: its public names.

    >>> hint = missing_attribute("nnscratch.models", ["Sequential", "Model"])
    >>> hint("Sequentail")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AttributeError: module 'nnscratch.models' has no attribute 'Sequentail'. Did you mean...
    """
    names = list(known)

    def getattr_of_module(name: str) -> Any:
        near = None if name.startswith("_") else closest_name(name, names)
        hint = f". Did you mean {near!r}?" if near else ""
        raise AttributeError(f"module {module!r} has no attribute {name!r}{hint}")

    return getattr_of_module
