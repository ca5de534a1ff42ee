"""Which data chose the weights, remembered so that it is not taken for a test."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nnscratch.preprocessing.leakage import fingerprint, warn_of_choice
from nnscratch.training.batches import Batches
from nnscratch.training.data import Data


class Choice:
    """The validation data of the last `fit`, if callbacks chose the weights by it.

    Args:
        validation: the validation data.
        callbacks: the callbacks of that `fit`.
    """

    def __init__(self, validation: Any, callbacks: Iterable[Any]) -> None:
        self.monitors = [
            f"{type(callback).__name__}(monitor={callback.monitor!r})"
            for callback in callbacks
            if str(getattr(callback, "monitor", "")).startswith("val_")
            and getattr(callback, "save_best_only", True)
        ]
        self.data: bytes | None = None
        if self.monitors and isinstance(validation, Batches):
            self.data = _print_of(validation.data)

    def check(self, source: Any) -> None:
        """Warn if this is that data.

        Args:
            source: the batches that are to be evaluated on.
        """
        if self.data is None or not isinstance(source, Batches):
            return
        if _print_of(source.data) == self.data:
            warn_of_choice(self.monitors)


def _print_of(data: Data) -> bytes:
    return fingerprint([*data.inputs, *(y for y in data.targets if y is not None)])
