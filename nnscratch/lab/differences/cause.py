"""What a known cause is, and the catalogue of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from nnscratch.lab.differences.trial import Trial

MODULES = (
    *("rules", "adaptive", "updates", "decay", "normalization", "dropout", "functions"),
    *("losses", "targets", "penalties", "gradients", "rows", "validation", "metrics", "starts"),
    *("stopping", "rates"),
)
"""Modules of `causes`. Where two causes explain the numbers equally well, the earlier is named."""

Apply = Callable[[Trial], bool]
"""Makes a run do what the cause says; False where the run has nothing of the kind."""


@dataclass(frozen=True)
class Variation:
    """One way in which a cause can be at work.

    Attributes:
        label: the cause's name, with the number that belongs to this variation.
        apply: changes a trial before it runs.
    """

    label: str
    apply: Apply


@dataclass(frozen=True)
class Cause:
    """A known cause why two runs differ.

    Attributes:
        name: a few words.
        sentence: what the other engine would do, beside what this one does.
        changes: the numbers that it shows in.
        variations: the ways in which it can be at work, each tried by itself.
    """

    name: str
    sentence: str
    changes: str
    variations: tuple[Variation, ...]


_catalogue: dict[str, Cause] = {}


def cause(
    name: str, sentence: str, changes: str, values: Sequence[Any] | None = None
) -> Callable[[Callable[..., bool]], Callable[..., bool]]:
    """Add a function that applies a cause to a trial to the catalogue.

    Args:
        name: a few words, with `{}` where a value is to stand if there are several.
        sentence: what the other engine would do, beside what this one does.
        changes: the numbers that it shows in.
        values: values to try; the function takes one as its second argument.

    Raises:
        ValueError: the name is taken.
    """

    def register(function: Callable[..., bool]) -> Callable[..., bool]:
        short = name.replace(" {}", "")
        if short in _catalogue:
            raise ValueError(f"There are two causes named {short!r}.")
        if values is None:
            found = [Variation(name, function)]
        else:
            found = [Variation(name.format(_told(v)), _with(function, v)) for v in values]
        _catalogue[short] = Cause(short, sentence, changes, tuple(found))
        return function

    return register


def _with(function: Callable[..., bool], value: Any) -> Apply:
    return lambda trial: function(trial, value)


def _told(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def known_causes() -> list[Cause]:
    """Return the catalogue.

    >>> found = known_causes()
    >>> len(found) > 40, found[0].name
    (True, "Nesterov's step turned round")
    """
    for name in MODULES:
        import_module(f"nnscratch.lab.differences.causes.{name}")
    return list(_catalogue.values())
