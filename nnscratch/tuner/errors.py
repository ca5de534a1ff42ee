"""Errors with which user code tells a search what to do about a trial."""

from __future__ import annotations


class FailedTrialError(Exception):
    """Raise it in a trial to mark the trial as failed at once, without another attempt.

    >>> raise FailedTrialError("more than a million weights")
    Traceback (most recent call last):
    nnscratch.tuner.errors.FailedTrialError: more than a million weights
    """


class FatalError(Exception):
    """An error in the set-up of a search rather than in one trial: the search ends with it."""


class FatalValueError(FatalError, ValueError):
    """A `FatalError` about a value."""


class FatalTypeError(FatalError, TypeError):
    """A `FatalError` about a type."""


class FatalRuntimeError(FatalError, RuntimeError):
    """A `FatalError` about the state of things."""
